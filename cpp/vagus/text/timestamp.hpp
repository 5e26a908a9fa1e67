#pragma once

#include <cstdint>
#include <string>

#include "vagus/base/time.hpp"

namespace vagus {

/// A moment as a calendar and a clock show it (proleptic Gregorian).
struct CivilTime {
  std::int64_t year = 1970;
  unsigned month = 1;    ///< 1 to 12
  unsigned day = 1;      ///< 1 to 31
  unsigned weekday = 4;  ///< 0 is Sunday
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;

  bool operator==(const CivilTime&) const = default;
};

/// The civil time `since_epoch` milliseconds after 1970-01-01T00:00 on the same clock; before it
/// when negative. Fractions of a second are cut off.
CivilTime civil_time(Millis since_epoch);

/// `2026-05-17 22:15:00 UTC`.
std::string utc_stamp(Millis at);

/// `2026-05-17T22:15:00.250Z`, as ISO 8601 and JavaScript write it.
std::string iso_stamp(Millis at);

}  // namespace vagus
