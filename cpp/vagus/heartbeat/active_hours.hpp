#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vagus/base/time.hpp"
#include "vagus/config/config.hpp"
#include "vagus/text/zone.hpp"

namespace vagus {

/// A daily window in one zone (spec: heartbeats, section 2.6): start inclusive, end exclusive,
/// minute resolution; end before start means overnight; equal means never.
class ActiveHours {
 public:
  /// Always active.
  ActiveHours() = default;

  /// REQUIRES: times of day checked by `read_config`.
  ActiveHours(const ActiveHoursConfig& config, Zone zone);

  bool contains(Millis at) const;

  /// The first time from `at` on that is inside, and until when it is sure to stay so: a change of
  /// the zone's offset ends a span, though what follows may be inside too. Nothing when the hours
  /// never open.
  struct Span {
    Millis from;
    Millis to;
  };
  std::optional<Span> next_span(Millis at) const;

  bool operator==(const ActiveHours&) const = default;

 private:
  bool overnight() const { return end_minute_ < start_minute_; }

  std::int64_t start_minute_ = 0;
  std::int64_t end_minute_ = 24 * 60;
  Zone zone_;
};

/// The line that tells a model the time:
/// `Current time: Sunday, May 17th, 2026 - 22:15 (UTC) / 2026-05-17 22:15 UTC`.
std::string time_line(Millis at, const Zone& zone);

}  // namespace vagus
