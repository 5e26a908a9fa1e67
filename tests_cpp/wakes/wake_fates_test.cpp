#include "vagus/wakes/wake_fates.hpp"

#include <gtest/gtest.h>

#include "wakes/build.hpp"

namespace vagus {
namespace {

using testing_wakes::key;
using testing_wakes::request_of;
using testing_wakes::settlement_of;
using testing_wakes::unguarded;

TEST(WakeFates, RememberTheNewestIds) {
  WakeFates fates(300);
  for (std::int64_t id = 1; id <= 1'000; ++id) fates.ended(id, WakeState::delivered, "", id);
  EXPECT_FALSE(fates.find(700).has_value());
  for (std::int64_t id = 701; id <= 1'000; ++id) EXPECT_EQ(fates.find(id)->at_ms, id);
  EXPECT_FALSE(fates.find(1'001).has_value());
}

TEST(WakeFates, KnowNothingOfIdsThatWereNeverGivenOut) {
  const WakeFates fates(8);
  for (const std::int64_t id : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
    EXPECT_FALSE(fates.find(id).has_value()) << id;
  }
  WakeFates one(1);
  one.merged(5, 4, 9);
  EXPECT_EQ(*one.find(5), (WakeFate{5, WakeState::merged, 4, "", 9}));
  one.ended(6, WakeState::dead, "why", 10);
  EXPECT_FALSE(one.find(5).has_value());
  EXPECT_EQ(one.find(6)->reason, "why");
}

class FateTest : public testing::Test {
 protected:
  WakeReceipt ask(Millis now, const SessionKey& session, WakeKind kind = WakeKind::exec) {
    return queue.request(now, session, request_of(kind, "", 0)).value_or_throw();
  }
  WakeFate fate(std::int64_t id) const { return queue.fate(id).value_or_throw(); }
  void settle(std::int64_t token, WakeOutcome outcome, Millis now,
              std::optional<Millis> retry_at = std::nullopt) {
    ASSERT_TRUE(queue.settle(token, settlement_of(outcome, "why", retry_at), now));
  }

  Limits limits;
  WakeQueue queue{limits, unguarded()};
  const SessionKey a = key("a");
};

TEST_F(FateTest, OfADeliveredWake) {
  const WakeReceipt receipt = ask(5, a);
  EXPECT_EQ(receipt.id, receipt.token);
  EXPECT_EQ(fate(1), (WakeFate{1, WakeState::waiting}));
  queue.due(5);
  EXPECT_EQ(fate(1), (WakeFate{1, WakeState::running}));
  settle(1, WakeOutcome::done, 9);
  EXPECT_EQ(fate(1), (WakeFate{1, WakeState::delivered, std::nullopt, "", 9}));
}

TEST_F(FateTest, OfARequestThatJoined) {
  ask(5, a);
  const WakeReceipt receipt = ask(6, a);
  EXPECT_EQ(receipt.id, 2);
  EXPECT_EQ(receipt.token, 1);
  EXPECT_EQ(fate(2), (WakeFate{2, WakeState::merged, 1, "", 6}));
}

TEST_F(FateTest, OfAWakeThatATriedOneTookIn) {
  ask(0, a);
  queue.due(0);
  ask(1, a);
  ask(2, a);
  EXPECT_EQ(fate(2).state, WakeState::waiting);
  settle(1, WakeOutcome::failed, 3);
  EXPECT_EQ(fate(1), (WakeFate{1, WakeState::waiting}));
  EXPECT_EQ(fate(2), (WakeFate{2, WakeState::merged, 1, "", 3}));
  EXPECT_EQ(fate(3), (WakeFate{3, WakeState::merged, 2, "", 2}));
}

TEST_F(FateTest, OfASkippedAndOfADeferredWake) {
  ask(0, a);
  queue.due(0);
  settle(1, WakeOutcome::deferred, 1, 10);
  EXPECT_EQ(fate(1).state, WakeState::waiting);
  queue.due(10);
  settle(1, WakeOutcome::skipped, 11);
  EXPECT_EQ(fate(1), (WakeFate{1, WakeState::expired, std::nullopt, "why", 11}));
}

TEST_F(FateTest, OfAWakeOutOfAttempts) {
  limits.wake_attempts = 1;
  queue = WakeQueue(limits, unguarded());
  ask(0, a);
  queue.due(0);
  settle(1, WakeOutcome::failed, 4);
  EXPECT_EQ(fate(1), (WakeFate{1, WakeState::dead, std::nullopt, "why", 4}));
  ask(5, a);
  queue.due(5);
  ASSERT_TRUE(queue.settle(2, settlement_of(WakeOutcome::failed), 6));
  EXPECT_EQ(fate(2).reason, "out of attempts");
}

TEST_F(FateTest, OfAWakeWhoseSessionIsNoMore) {
  EXPECT_FALSE(*queue.drop(a, "agent removed", 0));
  ask(0, a);
  EXPECT_TRUE(*queue.drop(a, " agent removed ", 7));
  EXPECT_EQ(fate(1), (WakeFate{1, WakeState::dead, std::nullopt, "agent removed", 7}));
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.next_due(), std::nullopt);
  EXPECT_FALSE(*queue.drop(a, "agent removed", 7));
}

TEST_F(FateTest, DroppingDoesNotTouchAWakeThatIsOut) {
  ask(0, a);
  queue.due(0);
  ask(1, a);
  EXPECT_TRUE(*queue.drop(a, "agent removed", 2));
  EXPECT_EQ(fate(1).state, WakeState::running);
  EXPECT_EQ(fate(2).state, WakeState::dead);
  settle(1, WakeOutcome::done, 3);
}

TEST_F(FateTest, DroppingRefusesBadInput) {
  ask(0, a);
  EXPECT_EQ(queue.drop(a, " ", 0).error().field, "reason");
  EXPECT_EQ(queue.drop(a, "\xC3(", 0).error().field, "reason");
  EXPECT_EQ(queue.drop(a, "r", -1).error().field, "now_ms");
  EXPECT_EQ(queue.size(), 1U);
}

TEST_F(FateTest, IsRefusedForIdsThatNobodyHas) {
  for (const std::int64_t id : {-1, 0, 1}) {
    const auto refused = queue.fate(id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "id");
    EXPECT_EQ(refused.error().message, "was never given out");
  }
}

TEST_F(FateTest, IsForgottenInTimeButNeverOfAWakeThatWaits) {
  limits.ended_wakes = 4;
  queue = WakeQueue(limits, unguarded());
  ask(0, a);
  ask(0, a);
  for (int i = 0; i < 20; ++i) ask(0, key("b"));
  EXPECT_EQ(fate(1).state, WakeState::waiting);
  EXPECT_EQ(fate(3).state, WakeState::waiting);
  const auto forgotten = queue.fate(2);
  ASSERT_FALSE(forgotten);
  EXPECT_EQ(forgotten.error().message, "ended and is forgotten (limits.ended_wakes)");
  for (std::int64_t id = 19; id <= 22; ++id) EXPECT_EQ(fate(id).into, 3);
}

TEST_F(FateTest, TellsASecondSettlementWhatTheFirstDid) {
  ask(0, a);
  queue.due(0);
  settle(1, WakeOutcome::done, 1);
  const auto twice = queue.settle(1, settlement_of(WakeOutcome::failed), 2);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().field, "token");
  EXPECT_EQ(twice.error().message, "is not out: it is delivered");
  EXPECT_EQ(queue.settle(99, settlement_of(WakeOutcome::done), 2).error().message,
            "no such wake is out");
}

TEST_F(FateTest, ManyAreSettledTogetherOrNotAtAll) {
  for (const char* agent : {"a", "b", "c"}) ask(0, key(agent));
  queue.due(0);
  const WakeSettlement done = settlement_of(WakeOutcome::done);
  EXPECT_EQ(queue.settle_many({1, 2, 9}, done, 1).error().field, "token");
  EXPECT_EQ(queue.settle_many({1, 2, 1}, done, 1).error().field, "tokens");
  EXPECT_EQ(queue.settle_many({1}, settlement_of(WakeOutcome::skipped), 1).error().field, "reason");
  EXPECT_EQ(queue.out(), 3U);
  EXPECT_EQ(queue.settle_many({}, done, 1)->size(), 0U);
  EXPECT_EQ(*queue.settle_many({3, 1}, done, 1), std::vector<std::optional<Millis>>(2));
  EXPECT_EQ(fate(3).state, WakeState::delivered);
  EXPECT_EQ(queue.out(), 1U);
}

TEST_F(FateTest, ManyAreAskedForTogetherOrNotAtAll) {
  limits.sessions = 3;
  queue = WakeQueue(limits, unguarded());
  const SessionKey b = key("b");
  const SessionKey c = key("c");
  const SessionKey d = key("d");
  const SessionKey none;
  EXPECT_EQ(queue.request_many(0, {&a, &none}, {}).error().field, "session_keys[1]");
  EXPECT_EQ(queue.request_many(0, {&a, &b, &a, &c, &d}, {}).error().field, "session_keys[4]");
  EXPECT_EQ(queue.request_many(0, {&a}, request_of(WakeKind::exec, "\xC3(")).error().field,
            "reason");
  EXPECT_EQ(queue.size(), 0U);
  const auto receipts = queue.request_many(0, {&a, &b, &a, &c}, request_of(WakeKind::exec));
  ASSERT_TRUE(receipts);
  EXPECT_EQ((*receipts)[2], (WakeReceipt{3, 1, true, 250, 2}));
  EXPECT_EQ((*receipts)[3], (WakeReceipt{4, 4, false, 250, 1}));
  queue.reserve(d);
  EXPECT_TRUE(queue.request_many(0, {&a, &d}, {}));
}

}  // namespace
}  // namespace vagus
