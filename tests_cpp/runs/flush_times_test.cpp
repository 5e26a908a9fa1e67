#include "vagus/runs/flush_times.hpp"

#include <deque>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(FlushTimes, ComeByTimeAndThenInTheOrderInWhichTheyWereSet) {
  FlushTimes times;
  times.set(7, 20);
  times.set(3, 10);
  times.set(9, 20);
  times.set(1, 10);
  std::vector<std::uint32_t> came;
  while (const auto next = times.first()) {
    came.push_back(next->thing);
    times.clear(next->thing, next->at);
  }
  EXPECT_EQ(came, (std::vector<std::uint32_t>{3, 1, 7, 9}));
  EXPECT_EQ(times.size(), 0);
}

TEST(FlushTimes, MoveWithTheClock) {
  FlushTimes times;
  times.set(0, 100);
  times.set(1, 150);
  times.shift(-120);
  ASSERT_TRUE(times.first());
  EXPECT_EQ(times.first()->at, -20);
  times.clear(0, -20);
  EXPECT_EQ(times.first()->at, 30);
}

// Beside lists that are searched from end to end.
TEST(FlushTimes, AgreeWithAPlainListWhateverIsClearedInBetween) {
  std::mt19937 dice(3);
  FlushTimes times;
  std::map<Millis, std::deque<std::uint32_t>> plain;
  std::map<std::uint32_t, Millis> waiting;
  Millis now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto thing = static_cast<std::uint32_t>(dice() % 50);
    if (const auto found = waiting.find(thing); found != waiting.end()) {
      times.clear(thing, found->second);
      std::erase(plain[found->second], thing);
      if (plain[found->second].empty()) plain.erase(found->second);
      waiting.erase(found);
    } else {
      const Millis at = now + static_cast<Millis>(dice() % 8);
      times.set(thing, at);
      plain[at].push_back(thing);
      waiting[thing] = at;
    }
    now += static_cast<Millis>(dice() % 2);
    ASSERT_EQ(times.size(), std::ssize(waiting));
    ASSERT_EQ(times.first().has_value(), !plain.empty());
    if (plain.empty()) continue;
    ASSERT_EQ(times.first()->at, plain.begin()->first);
    const auto& list = plain.begin()->second;
    ASSERT_EQ(times.first()->thing, list.front());
    ASSERT_EQ(times.first()->next, list.size() > 1 ? std::optional(list[1]) : std::nullopt);
  }
}

}  // namespace
}  // namespace vagus
