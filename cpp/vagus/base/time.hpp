#pragma once

#include <cstdint>
#include <string_view>

#include "vagus/base/result.hpp"

namespace vagus {

/// Milliseconds: a point in time since the Unix epoch (UTC), or a span.
using Millis = std::int64_t;

/// The largest time accepted: 2^53 - 1, exact in every language that speaks JSON.
inline constexpr Millis kMaxMillis = (Millis{1} << 53) - 1;

inline constexpr Millis kSecond = 1'000;
inline constexpr Millis kMinute = 60 * kSecond;
inline constexpr Millis kHour = 60 * kMinute;
inline constexpr Millis kDay = 24 * kHour;

/// Refuses negative times and times beyond `kMaxMillis`.
MaybeError check_time(std::string_view field, Millis at);

/// `at + span`, saturated at `kMaxMillis`. REQUIRES: both are valid times.
Millis add_saturated(Millis at, Millis span);

}  // namespace vagus
