#include "vagus/wakes/guards.hpp"

#include <gtest/gtest.h>

#include <random>

#include "vagus/base/limits.hpp"

namespace vagus {
namespace {

using Starts = std::vector<Millis>;

GuardDeadline deadline(WakeIntent intent, const Starts& starts, std::int64_t depth = 0,
                       const WakeGuards& guards = {}) {
  return GuardRules(guards).deadline(gate_of(intent), depth, starts);
}

const Starts kFlood = {1'000, 2'000, 3'000, 4'000, 5'000};

TEST(Guards, DelayNothingBeforeTheFirstStart) {
  for (const WakeIntent intent : {WakeIntent::manual, WakeIntent::immediate, WakeIntent::task,
                                  WakeIntent::event, WakeIntent::scheduled}) {
    EXPECT_EQ(deadline(intent, {}, 100).at, 0) << name_of(intent);
  }
}

TEST(Guards, SpaceEventsAndTasksOnly) {
  for (const WakeIntent intent : {WakeIntent::event, WakeIntent::task}) {
    const GuardDeadline spaced = deadline(intent, {7, 1'000});
    EXPECT_EQ(spaced.at, 31'000) << name_of(intent);
    EXPECT_EQ(spaced.guard, DelayCause::spacing);
  }
  for (const WakeIntent intent :
       {WakeIntent::manual, WakeIntent::immediate, WakeIntent::scheduled}) {
    EXPECT_EQ(deadline(intent, {7, 1'000}).at, 0) << name_of(intent);
  }
}

TEST(Guards, StopAFloodOfEverythingButManual) {
  EXPECT_EQ(deadline(WakeIntent::manual, kFlood).at, 0);
  for (const WakeIntent intent :
       {WakeIntent::immediate, WakeIntent::scheduled, WakeIntent::event, WakeIntent::task}) {
    const GuardDeadline flood = deadline(intent, kFlood);
    EXPECT_EQ(flood.at, 61'001) << name_of(intent) << ": the window includes its first moment";
    EXPECT_EQ(flood.guard, DelayCause::flood);
  }
}

TEST(Guards, CountTheNewestStartsOfAFlood) {
  EXPECT_EQ(deadline(WakeIntent::immediate, {2'000, 3'000, 4'000, 5'000}).at, 0);
  EXPECT_EQ(deadline(WakeIntent::immediate, {0, 1'000, 2'000, 3'000, 4'000, 5'000}).at, 61'001);
}

TEST(Guards, TakeTheLaterOfTwoDeadlines) {
  EXPECT_EQ(deadline(WakeIntent::event, {0, 0, 0, 0, 40'000}).guard, DelayCause::spacing);
  EXPECT_EQ(deadline(WakeIntent::event, {0, 0, 0, 0, 40'000}).at, 70'000);
}

TEST(Guards, CanBeSwitchedOff) {
  WakeGuards guards;
  guards.min_spacing = Duration(0);
  EXPECT_EQ(deadline(WakeIntent::event, {1'000}, 50, guards).at, 1'000);
  guards.flood_starts = 0;
  EXPECT_EQ(deadline(WakeIntent::event, kFlood, 0, guards).at, 5'000);
  EXPECT_EQ(deadline(WakeIntent::immediate, kFlood, 0, guards).at, 0);
}

TEST(Guards, DoubleTheSpacingOfEachLinkOfALongChain) {
  const Millis spans[] = {30, 30, 30, 30, 60, 120, 240, 480, 960, 1'920, 3'600, 3'600};
  for (std::int64_t depth = 0; depth < std::ssize(spans); ++depth) {
    EXPECT_EQ(deadline(WakeIntent::event, {1'000}, depth).at, 1'000 + spans[depth] * kSecond)
        << depth;
  }
  EXPECT_EQ(deadline(WakeIntent::event, {1'000}, kMaxCount).at, 1'000 + kHour);
  EXPECT_EQ(deadline(WakeIntent::event, {1'000}, 4).guard, DelayCause::chain);
}

TEST(Guards, SlowAChainOfImmediateWakesToo) {
  EXPECT_EQ(deadline(WakeIntent::immediate, {1'000}, 3).at, 0);
  EXPECT_EQ(deadline(WakeIntent::immediate, {1'000}, 4).at, 61'000);
  EXPECT_EQ(deadline(WakeIntent::scheduled, {1'000}, 4).at, 61'000);
  EXPECT_EQ(deadline(WakeIntent::manual, {1'000}, 4).at, 0);
}

TEST(Guards, ALimitOfChainsBelowTheSpacingLeavesTheSpacing) {
  WakeGuards guards;
  guards.chain_longest = Duration(kSecond);
  EXPECT_EQ(deadline(WakeIntent::event, {1'000}, 40, guards).at, 31'000);
}

TEST(Guards, SaturateAtTheEndOfTime) {
  WakeGuards guards;
  guards.min_spacing = guards.flood_window = guards.chain_longest = Duration(kMaxMillis);
  EXPECT_EQ(deadline(WakeIntent::event, {5, 6, 7, 8, 9}, 99, guards).at, kMaxMillis);
}

TEST(Guards, RememberOneStartMoreThanTheyCount) {
  const GuardRules rules{WakeGuards{}};
  Starts starts;
  for (Millis at = 1; at <= 7; ++at) rules.record(starts, at);
  EXPECT_EQ(starts, (Starts{2, 3, 4, 5, 6, 7}));

  WakeGuards unflooded;
  unflooded.flood_starts = 0;
  const GuardRules spacing_only{unflooded};
  starts.clear();
  for (Millis at = 7; at <= 9; ++at) spacing_only.record(starts, at);
  EXPECT_EQ(starts, (Starts{8, 9}));
}

TEST(Guards, AreOverWhenNoDeadlineIsLeft) {
  const GuardRules rules{WakeGuards{}};
  EXPECT_EQ(rules.over_at({}), 0);
  EXPECT_EQ(rules.over_at(kFlood), 5'000 + kHour);
  WakeGuards unchained;
  unchained.chain_longest = Duration(0);
  EXPECT_EQ(GuardRules{unchained}.over_at(kFlood), 65'001);
}

// Regression of a defect of the newest reference (spec: heartbeats, section 9 (q)): an event 29 s
// after a start runs at 30 s, and one 31 s after it waits for ten minutes.
TEST(Guards, NeverMakeALaterRequestWaitForLonger) {
  std::mt19937 random(7);
  const GuardRules rules{WakeGuards{}};
  for (int round = 0; round < 200; ++round) {
    Starts starts;
    Millis at = 0;
    for (unsigned i = random() % 8; i > 0; --i) rules.record(starts, at += random() % 40'000);
    for (const WakeIntent intent : {WakeIntent::immediate, WakeIntent::event}) {
      const Millis guard = rules.deadline(gate_of(intent), round % 8, starts).at;
      const Millis first = at + static_cast<Millis>(random() % 90'000);
      const Millis later = first + static_cast<Millis>(random() % 90'000);
      const Millis apart = std::max(later, guard) - std::max(first, guard);
      EXPECT_GE(apart, 0);
      EXPECT_LE(apart, later - first);
      EXPECT_LE(guard, rules.over_at(starts));
    }
  }
}

}  // namespace
}  // namespace vagus
