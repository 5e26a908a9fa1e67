#pragma once

#include <string>

#include "vagus/base/time.hpp"
#include "vagus/heartbeat/active_hours.hpp"

namespace vagus {

/// `time_line` for people whose clock has twelve hours:
/// `Current time: Sunday, May 17th, 2026 - 10:15 PM (UTC) / 2026-05-17 22:15 UTC`.
std::string time_line_of_12_hours(Millis at, const Zone& zone);

}  // namespace vagus
