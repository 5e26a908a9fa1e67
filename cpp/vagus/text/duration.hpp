#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/result.hpp"
#include "vagus/base/time.hpp"

namespace vagus {

/// A span of time written by people: `5m`, `1h30m`, `250ms`, `1.5h`; a bare number counts minutes
/// unless told otherwise (spec: heartbeats, section 2.1). Rounded half up to whole milliseconds;
/// `0` switches a cadence off.
class Duration {
 public:
  Duration() = default;
  /// REQUIRES: `millis` is a valid time span (not negative, at most `kMaxMillis`).
  explicit Duration(Millis millis) : millis_(millis) {}

  /// Exact in every digit; at most 64 bytes. A bare number counts units of `bare_unit`
  /// milliseconds. Errors: `invalid_input`, field `duration`.
  static Result<Duration> parse(std::string_view text, Millis bare_unit = kMinute);

  /// How many milliseconds the unit `d`, `h`, `m`, `s` or `ms` has; nothing for any other.
  static std::optional<Millis> unit_millis(std::string_view unit);

  Millis millis() const { return millis_; }

  /// Whole units from days down, zero ones left out, such as `1h30m` or `1d12h`; `0m` for nothing.
  /// `parse` reads it back to the same value.
  std::string str() const;

  bool operator==(const Duration&) const = default;

 private:
  Millis millis_ = 0;
};

}  // namespace vagus
