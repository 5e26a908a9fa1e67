#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vagus {

/// Minutes since midnight of a strict `HH:MM` (00:00 to 23:59, and 24:00 when `is_end`); nothing
/// for anything else, spaces and `9:00` included (spec: heartbeats, section 2.6).
std::optional<std::int64_t> parse_time_of_day(std::string_view text, bool is_end);

}  // namespace vagus
