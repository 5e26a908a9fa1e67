#pragma once

#include <cstdint>

#include "vagus/base/time.hpp"

namespace vagus {

/// First and longest wait before a failed wake runs again; it doubles in between.
inline constexpr Millis kRetryFirstMillis = 1'000;
inline constexpr Millis kRetryLongestMillis = 60'000;

/// The wait after so many `failures` in a row, without jitter. REQUIRES: `failures` >= 1.
Millis backoff_after(std::int64_t failures);

/// The same and up to a quarter more, so that wakes that failed together do not come back together.
/// The same arguments always give the same wait.
Millis jittered_backoff(std::int64_t failures, std::uint64_t seed, std::int64_t token);

}  // namespace vagus
