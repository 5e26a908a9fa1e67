#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/config/config.hpp"

namespace vagus {

/// UTC offset of one time zone from `at` on, in seconds (east positive).
struct ZoneOffset {
  Millis at = 0;
  std::int64_t offset_s = 0;

  static constexpr std::string_view kName = "ZoneOffset";
  static constexpr auto fields() {
    return std::tuple(required("at", &ZoneOffset::at, "first instant, ms since the epoch"),
                      required("offset_s", &ZoneOffset::offset_s, "seconds east of UTC"));
  }
};

/// The UTC offsets of one zone over the years that matter, given by the host, because the core
/// reads no zone database. Immutable.
class Zone {
 public:
  /// UTC.
  Zone() = default;

  /// `offsets` strictly ascending by `at`, the first at 0. Errors: `invalid_input`, field
  /// `offsets[i].at` or `offsets[i].offset_s`, when they are not, or when an offset is beyond 26
  /// hours.
  static Result<Zone> create(std::string name, std::vector<ZoneOffset> offsets);

  const std::string& name() const { return name_; }

  /// Wall-clock milliseconds since 1970-01-01T00:00 at instant `at`.
  Millis local(Millis at) const;

 private:
  std::string name_ = "UTC";
  std::vector<ZoneOffset> offsets_;
};

/// Zones by IANA name.
using Zones = std::map<std::string, Zone>;

/// A daily window in one zone (spec: heartbeats, section 2.6): start inclusive, end exclusive,
/// minute resolution; end before start means overnight; equal means never.
class ActiveHours {
 public:
  /// Always active.
  ActiveHours() = default;

  /// REQUIRES: times of day checked by `read_config`.
  ActiveHours(const ActiveHoursConfig& config, Zone zone);

  bool contains(Millis at) const;

 private:
  std::int64_t start_minute_ = 0;
  std::int64_t end_minute_ = 24 * 60;
  Zone zone_;
};

/// The line that tells a model the time:
/// `Current time: Sunday, May 17th, 2026 - 22:15 (UTC) / 2026-05-17 22:15 UTC`.
std::string time_line(Millis at, const Zone& zone);

}  // namespace vagus
