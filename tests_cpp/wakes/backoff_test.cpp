#include "vagus/wakes/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vagus {
namespace {

TEST(BackOff, DoublesFromOneSecondToAMinute) {
  const Millis seconds[] = {1, 2, 4, 8, 16, 32, 60, 60};
  for (std::int64_t failures = 1; failures <= std::ssize(seconds); ++failures) {
    EXPECT_EQ(backoff_after(failures), seconds[failures - 1] * kSecond);
  }
  EXPECT_EQ(backoff_after(INT64_MAX), kRetryLongestMillis);
}

TEST(BackOff, AddsUpToAQuarterOfJitter) {
  std::set<Millis> waits;
  for (std::int64_t token = 1; token <= 1'000; ++token) {
    const Millis wait = jittered_backoff(3, 1, token);
    EXPECT_GE(wait, 4'000);
    EXPECT_LE(wait, 5'000);
    waits.insert(wait);
  }
  EXPECT_GT(waits.size(), 500U) << "wakes that failed together come back apart";
}

TEST(BackOff, IsTheSameForTheSameArguments) {
  EXPECT_EQ(jittered_backoff(7, 2, 3), jittered_backoff(7, 2, 3));
  EXPECT_NE(jittered_backoff(7, 2, 3), jittered_backoff(7, 3, 3));
  EXPECT_NE(jittered_backoff(7, 2, 3), jittered_backoff(7, 2, 4));
  EXPECT_NE(jittered_backoff(7, 2, 3), jittered_backoff(8, 2, 3));
}

}  // namespace
}  // namespace vagus
