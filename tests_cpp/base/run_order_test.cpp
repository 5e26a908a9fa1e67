#include "vagus/base/run_order.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "vagus/wakes/token_map.hpp"
#include "wakes/build.hpp"

namespace vagus {
namespace {

using testing_wakes::key;
using testing_wakes::request_of;
using testing_wakes::roomy;
using testing_wakes::settlement_of;
using testing_wakes::unguarded;

// ---- heap and map

TEST(KeyedHeap, KeepsNumbersInTheOrderOfTheirKeys) {
  std::mt19937 random(3);
  KeyedHeap<int> heap;
  KeyedHeap<int>::Places places(50, KeyedHeap<int>::kAbsent);
  std::set<std::pair<int, std::uint32_t>> oracle;
  std::vector<int> keys(50, -1);
  for (int step = 0; step < 20'000; ++step) {
    const auto number = static_cast<std::uint32_t>(random() % 50);
    if (keys[number] >= 0) oracle.erase({keys[number], number});
    if (random() % 3 == 0) {
      if (keys[number] >= 0) heap.erase(places, number);
      keys[number] = -1;
    } else {
      keys[number] = static_cast<int>(random() % 1'000);
      heap.put(places, number, keys[number]);
      oracle.emplace(keys[number], number);
    }
    ASSERT_EQ(heap.empty(), oracle.empty());
    if (oracle.empty()) continue;
    ASSERT_EQ(heap.top_key(), oracle.begin()->first);
    ASSERT_EQ(heap.top_key(), keys[heap.top()]);
  }
}

TEST(TokenMap, FindsWhatWasAddedAndNotErased) {
  std::mt19937 random(5);
  TokenMap map;
  std::vector<std::int64_t> live;
  EXPECT_EQ(map.find(1), TokenMap::kNone);
  for (std::int64_t token = 1; token <= 20'000; ++token) {
    map.add(token, static_cast<std::uint32_t>(token % 977));
    live.push_back(token);
    if (random() % 3 == 0) continue;
    const std::size_t gone = random() % live.size();
    map.erase(live[gone]);
    EXPECT_EQ(map.find(live[gone]), TokenMap::kNone);
    live[gone] = live.back();
    live.pop_back();
  }
  for (const std::int64_t token : live) ASSERT_EQ(map.find(token), token % 977);
  for (const std::int64_t token : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}}) {
    EXPECT_EQ(map.find(token), TokenMap::kNone);
  }
}

// ---- places

class PlacesTest : public testing::Test {
 protected:
  void allow(std::int64_t running, std::int64_t per_agent) {
    WakeGuards guards = unguarded();
    guards.running = running;
    guards.running_per_agent = per_agent;
    queue = WakeQueue(Limits{}, guards);
  }
  void ask(Millis now, const SessionKey& session) {
    queue.request(now, session, request_of(WakeKind::exec, "", 0)).value_or_throw();
  }
  /// Who is handed out at `now`, as `agent/session`.
  std::string take(Millis now) {
    std::string names;
    for (const Wake& wake : queue.due(now)) {
      names += (names.empty() ? "" : " ") + wake.session_key.agent().str() + "/" +
               std::string(wake.session_key.rest());
      out.push_back(wake.token);
    }
    return names;
  }
  /// Settles the wake that has been out longest.
  void settle(Millis now) {
    ASSERT_TRUE(queue.settle(out.front(), settlement_of(WakeOutcome::done), now));
    out.erase(out.begin());
  }

  WakeQueue queue{Limits{}};
  std::vector<std::int64_t> out;
};

TEST_F(PlacesTest, AreLimitedForAll) {
  allow(2, 100);
  for (const char* agent : {"a", "b", "c"}) ask(0, key(agent, "s"));
  EXPECT_EQ(take(0), "a/s b/s");
  EXPECT_EQ(queue.next_due(), std::nullopt) << "nothing is polled while no place is free";
  settle(5);
  EXPECT_EQ(queue.next_due(), 0);
  EXPECT_EQ(take(5), "c/s");
}

TEST_F(PlacesTest, AreLimitedForEachAgent) {
  allow(100, 2);
  for (const char* session : {"s", "t", "u", "v"}) ask(0, key("a", session));
  ask(1, key("b", "s"));
  EXPECT_EQ(take(1), "a/s a/t b/s");
  EXPECT_EQ(queue.next_due(), std::nullopt);
  settle(2);
  EXPECT_EQ(take(2), "a/u");
}

TEST_F(PlacesTest, GoToTheAgentWithTheFewestOut) {
  allow(3, 100);
  for (const char* session : {"s", "t", "u", "v"}) ask(0, key("a", session));
  EXPECT_EQ(take(0), "a/s a/t a/u");
  ask(1, key("b", "s"));
  ask(1, key("b", "t"));
  settle(2);
  EXPECT_EQ(take(2), "b/s");
  settle(3);
  EXPECT_EQ(take(3), "a/v") << "each has one out, and b was the last to be given a place";
}

TEST_F(PlacesTest, ThatAreEnoughKeepTheOrderOfDueTimes) {
  allow(4, 100);
  ask(0, key("a", "s"));
  ask(1, key("a", "t"));
  ask(2, key("b", "s"));
  EXPECT_EQ(take(2), "a/s a/t b/s");
}

// A single place is the hardest case: every agent has none out whenever it is free.
TEST_F(PlacesTest, OneAgentsMassesCostAnotherAgentOnePlace) {
  allow(1, 1);
  for (int i = 0; i < 2'000; ++i) ask(0, key("hog", "s" + std::to_string(i)));
  ASSERT_EQ(take(0), "hog/s0");
  ask(1, key("b", "s"));
  settle(2);
  EXPECT_EQ(take(2), "b/s");
  settle(3);
  EXPECT_EQ(take(3), "hog/s1");
}

TEST_F(PlacesTest, AreSharedRoundByRound) {
  allow(1, 1);
  for (const char* agent : {"a", "b", "c"}) {
    for (const char* session : {"s", "t"}) ask(0, key(agent, session));
  }
  std::string order = take(0);
  for (Millis now = 1; now < 6; ++now) {
    settle(now);
    order += " " + take(now);
  }
  EXPECT_EQ(order, "a/s b/s c/s a/t b/t c/t");
}

TEST_F(PlacesTest, AreGivenBackByFailuresToo) {
  allow(1, 1);
  ask(0, key("a", "s"));
  ask(0, key("b", "s"));
  take(0);
  ASSERT_TRUE(queue.settle(1, settlement_of(WakeOutcome::failed), 0));
  EXPECT_EQ(take(0), "b/s");
}

TEST_F(PlacesTest, AreNotTakenByATimeThatWentBack) {
  allow(1, 1);
  ask(10, key("a", "s"));
  ask(10, key("b", "s"));
  EXPECT_EQ(take(10), "a/s");
  settle(10);
  EXPECT_EQ(take(5), "") << "b is not due at 5";
  EXPECT_EQ(queue.next_due(), 10);
  EXPECT_EQ(take(10), "b/s");
}

// ---- memory

TEST(WakeQueueMemory, ForgetsIdleSessionsWhenThereAreTooMany) {
  Limits limits;
  limits.sessions = 10;
  WakeQueue queue(limits, roomy());
  Millis now = 0;
  for (int i = 0; i < 5'000; ++i) {
    const SessionKey session = key("a" + std::to_string(i), "s");
    ASSERT_TRUE(queue.request(now, session, request_of(WakeKind::exec, "", 0)));
    ASSERT_EQ(queue.due(now).size(), 1U);
    ASSERT_TRUE(queue.settle(i + 1, settlement_of(WakeOutcome::done), now));
    now += 1'000;
    ASSERT_LE(queue.sessions_known(), 20U);
  }
}

TEST(WakeQueueMemory, KeepsTheStartsOfSessionsThatGuardsStillLookAt) {
  Limits limits;
  limits.sessions = 10;
  WakeQueue queue(limits, roomy());
  const SessionKey a = key("a");
  ASSERT_TRUE(queue.request(0, a, request_of(WakeKind::exec, "", 0)));
  queue.due(0);
  ASSERT_TRUE(queue.settle(1, settlement_of(WakeOutcome::done), 0));
  for (int i = 0; i < 1'000; ++i) {  // sessions that never start anything
    ASSERT_TRUE(queue.request(1, key("b" + std::to_string(i)), request_of(WakeKind::exec)));
    ASSERT_TRUE(*queue.drop(key("b" + std::to_string(i)), "gone", 1));
  }
  EXPECT_LE(queue.sessions_known(), 20U);
  const auto again = queue.request(2, a, request_of(WakeKind::exec, "", 0));
  EXPECT_EQ(again->due_ms, 30'000);
}

TEST(WakeQueueMemory, KeepsHeldReservedAndWaitingSessions) {
  Limits limits;
  limits.sessions = 4;
  WakeQueue queue(limits, roomy());
  queue.hold(key("held"), 0);
  queue.reserve(key("kept"));
  ASSERT_TRUE(queue.request(0, key("waits"), request_of(WakeKind::exec, "", kHour)));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(queue.request(0, key("b"), request_of(WakeKind::exec)));
    ASSERT_TRUE(*queue.drop(key("b"), "gone", 0));
    ASSERT_TRUE(queue.request(0, key("c" + std::to_string(i)), request_of(WakeKind::exec)));
    ASSERT_TRUE(*queue.drop(key("c" + std::to_string(i)), "gone", 0));
  }
  ASSERT_TRUE(queue.request(0, key("held"), request_of(WakeKind::exec, "", 0)));
  EXPECT_TRUE(queue.due(0).empty()) << "the hold was not forgotten";
  EXPECT_TRUE(queue.pending(key("waits")));
  for (const char* agent : {"x", "y"}) ASSERT_TRUE(queue.request(0, key(agent), {}));
  EXPECT_FALSE(queue.request(0, key("z"), {}));
  EXPECT_TRUE(queue.request(0, key("kept"), {})) << "the place was not forgotten";
}

}  // namespace
}  // namespace vagus
