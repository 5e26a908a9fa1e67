#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"

namespace vagus {

/// UTC offset of one time zone from `at` on, in seconds (east positive).
struct ZoneOffset {
  Millis at = 0;
  std::int64_t offset_s = 0;

  static constexpr std::string_view kName = "ZoneOffset";
  static constexpr auto fields() {
    return field_list(required("at", &ZoneOffset::at, "first instant, ms since the epoch"),
                      required("offset_s", &ZoneOffset::offset_s, "seconds east of UTC"));
  }
};

/// The UTC offsets of one zone over the years that matter, given by the host, because the core
/// reads no zone database. Immutable; copies share the offsets.
class Zone {
 public:
  /// UTC.
  Zone() = default;

  /// `offsets` strictly ascending by `at`, the first at 0. Errors: `invalid_input`, field
  /// `offsets[i].at` or `offsets[i].offset_s`, when they are not, or when an offset is beyond 26
  /// hours.
  static Result<Zone> create(std::string name, std::vector<ZoneOffset> offsets);

  const std::string& name() const;

  /// Wall-clock milliseconds since 1970-01-01T00:00 at instant `at`.
  Millis local(Millis at) const { return at + since(at).ahead; }

  /// How far the wall clock is ahead of UTC at some instant, and when that changes.
  struct Ahead {
    Millis ahead = 0;
    Millis until = std::numeric_limits<Millis>::max();
  };
  Ahead since(Millis at) const;

  bool operator==(const Zone& other) const;

 private:
  struct Table {
    std::string name;
    std::vector<ZoneOffset> offsets;
  };
  std::shared_ptr<const Table> table_;  ///< none for UTC
};

/// Zones by IANA name.
using Zones = std::map<std::string, Zone>;

/// Their offsets, as `Zone::create` takes them.
using ZoneTable = std::map<std::string, std::vector<ZoneOffset>>;

/// The zones of a table. Errors: as `Zone::create`, field `zones.<name>.offsets[i].at`.
Result<Zones> zones_from(const ZoneTable& table);

/// The last midnight of a wall clock that shows `local`.
Millis midnight_before(Millis local);

}  // namespace vagus
