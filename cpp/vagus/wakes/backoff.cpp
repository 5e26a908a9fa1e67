#include "vagus/wakes/backoff.hpp"

#include <algorithm>

#include "vagus/base/mix.hpp"

namespace vagus {

Millis backoff_after(std::int64_t failures) {
  Millis backoff = kRetryFirstMillis;
  for (std::int64_t i = 1; i < failures && backoff < kRetryLongestMillis; ++i) backoff *= 2;
  return std::min(backoff, kRetryLongestMillis);
}

Millis jittered_backoff(std::int64_t failures, std::uint64_t seed, std::int64_t token) {
  const Millis backoff = backoff_after(failures);
  const std::uint64_t word = mix(mix(seed) ^ mix(mix(static_cast<std::uint64_t>(token)) ^
                                                 static_cast<std::uint64_t>(failures)));
  return backoff + static_cast<Millis>(word % static_cast<std::uint64_t>(backoff / 4 + 1));
}

}  // namespace vagus
