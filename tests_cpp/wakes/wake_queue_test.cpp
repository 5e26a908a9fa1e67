#include "vagus/wakes/wake_queue.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "vagus/wakes/backoff.hpp"
#include "wakes/build.hpp"

namespace vagus {
namespace {

using testing_wakes::key;
using testing_wakes::request_of;
using testing_wakes::settlement_of;
using testing_wakes::unguarded;

// How long a wake waits after so many failures in a row, of a queue without a seed.
Millis wait_after(std::int64_t failures, const Wake& wake) {
  return jittered_backoff(failures, 0, wake.token);
}

class WakeQueueTest : public testing::Test {
 protected:
  WakeReceipt ask(Millis now, const SessionKey& session, WakeKind kind, std::string reason = "",
                  Millis coalesce_ms = kCoalesceMillis) {
    return queue.request(now, session, request_of(kind, std::move(reason), coalesce_ms))
        .value_or_throw();
  }

  /// The one wake that is due at `now`.
  Wake take(Millis now) {
    std::vector<Wake> due = queue.due(now);
    EXPECT_EQ(due.size(), 1u);
    return due.empty() ? Wake{} : due.front();
  }

  std::optional<Millis> settle(const Wake& wake, WakeOutcome outcome, Millis now,
                               std::optional<Millis> retry_at = std::nullopt) {
    return queue.settle(wake.token, settlement_of(outcome, "", retry_at), now).value_or_throw();
  }

  Error refusal(Millis now, std::string reason, Millis coalesce_ms) {
    const auto receipt =
        queue.request(now, a, request_of(WakeKind::wake, std::move(reason), coalesce_ms));
    EXPECT_FALSE(receipt);
    return receipt ? Error{} : receipt.error();
  }

  Limits limits;
  WakeQueue queue{limits, unguarded()};
  const SessionKey a = key("a");
  const SessionKey b = key("b");
};

// ---- requests

TEST_F(WakeQueueTest, WaitsForOthersToJoin) {
  const WakeReceipt receipt = ask(1'000, a, WakeKind::exec, "exec:1");
  EXPECT_EQ(receipt, (WakeReceipt{1, 1, false, 1'250, 1}));
  EXPECT_EQ(queue.next_due(), 1'250);
  EXPECT_TRUE(queue.due(1'249).empty());

  const Wake wake = take(1'250);
  EXPECT_EQ(wake.session_key, a);
  EXPECT_EQ(wake.kind, WakeKind::exec);
  EXPECT_EQ(wake.reason, "exec:1");
  EXPECT_EQ(wake.requested_ms, 1'000);
  EXPECT_EQ(wake.attempts, 0);
  EXPECT_EQ(settle(wake, WakeOutcome::done, 2'000), std::nullopt);
  EXPECT_EQ(queue.next_due(), std::nullopt);
  EXPECT_TRUE(queue.waiting().empty());
}

TEST_F(WakeQueueTest, IsIdleWhenNothingWasAsked) {
  EXPECT_EQ(queue.next_due(), std::nullopt);
  EXPECT_TRUE(queue.due(kMaxMillis).empty());
  EXPECT_EQ(queue.pending(a), std::nullopt);
}

TEST_F(WakeQueueTest, TrimsReasonsAndNamesBlankOnes) {
  ask(0, a, WakeKind::cron, " \tcron:j\n");
  ask(0, b, WakeKind::hook, "\xC2\xA0 ");
  EXPECT_EQ(queue.pending(a)->reason, "cron:j");
  EXPECT_EQ(queue.pending(b)->reason, "hook");
  EXPECT_EQ(queue.pending(b)->causes, (std::vector<WakeCause>{{WakeKind::hook, "hook", 1}}));
}

TEST_F(WakeQueueTest, KeepsEveryCauseOfAMerge) {
  // The reference keeps only the last reason of a target.
  ask(0, a, WakeKind::cron, "cron:j");
  ask(10, a, WakeKind::cron, "cron:k");
  const WakeReceipt receipt = ask(20, a, WakeKind::cron, "cron:j");
  EXPECT_EQ(receipt, (WakeReceipt{3, 1, true, 250, 3}));
  const Wake wake = take(250);
  EXPECT_EQ(wake.causes,
            (std::vector<WakeCause>{{WakeKind::cron, "cron:j", 2}, {WakeKind::cron, "cron:k", 1}}));
  EXPECT_EQ(wake.requested_ms, 0);
}

TEST_F(WakeQueueTest, TellsCausesApartByKindAndReason) {
  ask(0, a, WakeKind::wake, "x");
  ask(0, a, WakeKind::other, "x");
  EXPECT_EQ(queue.pending(a)->causes.size(), 2u);
}

TEST_F(WakeQueueTest, CountsCausesBeyondTheBound) {
  limits.wake_causes = 2;
  queue = WakeQueue(limits, unguarded());
  for (const char* reason : {"r1", "r2", "r3", "r1", "r3"}) ask(0, a, WakeKind::wake, reason);
  const Wake wake = *queue.pending(a);
  EXPECT_EQ(wake.causes,
            (std::vector<WakeCause>{{WakeKind::wake, "r1", 2}, {WakeKind::wake, "r2", 1}}));
  EXPECT_EQ(wake.other_causes, 2);
  EXPECT_EQ(wake.requests, 5);
}

TEST_F(WakeQueueTest, KeepsACauseOfEveryKindBeyondTheBound) {
  limits.wake_causes = 1;
  queue = WakeQueue(limits, unguarded());
  ask(0, a, WakeKind::exec, "e1");
  ask(0, a, WakeKind::exec, "e2");
  ask(0, a, WakeKind::interval, "tick");
  const Wake wake = *queue.pending(a);
  EXPECT_EQ(wake.causes,
            (std::vector<WakeCause>{{WakeKind::exec, "e1", 1}, {WakeKind::interval, "tick", 1}}));
  EXPECT_EQ(wake.other_causes, 1);
}

TEST_F(WakeQueueTest, TakesKindAndReasonOfTheHighestPriority) {
  struct Case {
    std::vector<std::pair<WakeKind, std::string>> asked;
    WakeKind kind;
    std::string reason;
  };
  const Case cases[] = {
      {{{WakeKind::interval, "i"}, {WakeKind::exec, "e"}}, WakeKind::exec, "e"},
      {{{WakeKind::exec, "e"}, {WakeKind::interval, "i"}}, WakeKind::exec, "e"},
      {{{WakeKind::interval, "i"}, {WakeKind::manual, "m"}, {WakeKind::retry, "r"}},
       WakeKind::manual,
       "m"},
      {{{WakeKind::cron, "first"}, {WakeKind::exec, "second"}}, WakeKind::cron, "first"},
      {{{WakeKind::exec, "e"}, {WakeKind::hook, "h"}}, WakeKind::hook, "h"},
      {{{WakeKind::hook, "h"}, {WakeKind::manual, "m"}}, WakeKind::hook, "h"},
      {{{WakeKind::retry, "r"}, {WakeKind::interval, "i"}}, WakeKind::interval, "i"},
  };
  for (const Case& each : cases) {
    queue = WakeQueue(limits, unguarded());
    for (const auto& [kind, reason] : each.asked) ask(0, a, kind, reason);
    EXPECT_EQ(queue.pending(a)->kind, each.kind);
    EXPECT_EQ(queue.pending(a)->reason, each.reason);
  }
}

TEST_F(WakeQueueTest, KeepsTheEarlierDueTime) {
  EXPECT_EQ(ask(0, a, WakeKind::interval, "", 5'000).due_ms, 5'000);
  EXPECT_EQ(ask(100, a, WakeKind::exec, "", 0).due_ms, 100);
  EXPECT_EQ(ask(100, a, WakeKind::manual, "", 9'000).due_ms, 100);
  EXPECT_EQ(queue.next_due(), 100);
}

TEST_F(WakeQueueTest, AnUrgentWakeDoesNotFlushOtherSessions) {
  ask(0, a, WakeKind::interval, "", 5'000);
  ask(100, b, WakeKind::exec, "", 0);
  EXPECT_EQ(take(100).session_key, b);
  EXPECT_EQ(queue.next_due(), 5'000);
}

TEST_F(WakeQueueTest, SaturatesTheLastMoment) {
  EXPECT_EQ(ask(kMaxMillis, a, WakeKind::wake).due_ms, kMaxMillis);
  EXPECT_EQ(ask(5, b, WakeKind::wake, "", kMaxMillis).due_ms, kMaxMillis);
  EXPECT_EQ(queue.due(kMaxMillis).size(), 2u);
}

TEST_F(WakeQueueTest, RefusesBadRequestsAndChangesNothing) {
  struct Case {
    Millis now;
    std::string reason;
    Millis coalesce_ms;
    std::string field;
  };
  const Case cases[] = {
      {-1, "r", 0, "now_ms"},      {kMaxMillis + 1, "r", 0, "now_ms"},
      {0, "r", -1, "coalesce_ms"}, {0, "r", kMaxMillis + 1, "coalesce_ms"},
      {0, "\xC3(", 0, "reason"},   {0, std::string(kMaxReasonBytes + 1, 'r'), 0, "reason"},
  };
  for (const Case& each : cases) {
    const Error error = refusal(each.now, each.reason, each.coalesce_ms);
    EXPECT_EQ(error.code, ErrorCode::invalid_input);
    EXPECT_EQ(error.field, each.field);
    EXPECT_TRUE(queue.waiting().empty());
    EXPECT_EQ(queue.next_due(), std::nullopt);
  }
  EXPECT_TRUE(
      queue.request(0, a, request_of(WakeKind::wake, " " + std::string(kMaxReasonBytes, 'r'))));
}

TEST_F(WakeQueueTest, BoundsSessionsButNeverRefusesAKnownOne) {
  limits.sessions = 2;
  queue = WakeQueue(limits, unguarded());
  ask(0, a, WakeKind::wake, "", 0);
  ask(0, b, WakeKind::wake, "", 500);
  EXPECT_TRUE(ask(0, a, WakeKind::wake, "", 0).merged);
  take(0);
  const auto refused = queue.request(0, key("c"), {});
  ASSERT_FALSE(refused);  // a is out, but it may come back
  EXPECT_EQ(refused.error().field, "session_key");
  EXPECT_FALSE(ask(0, a, WakeKind::wake).merged);
  EXPECT_EQ(queue.waiting().size(), 2u);
}

// ---- order

TEST_F(WakeQueueTest, YieldsByDueThenPriorityThenArrival) {
  ask(0, key("z"), WakeKind::interval, "", 100);
  ask(0, key("y"), WakeKind::exec, "", 100);
  ask(0, key("x"), WakeKind::manual, "", 200);
  ask(0, key("w"), WakeKind::cron, "", 100);
  ask(0, key("v"), WakeKind::hook, "", 100);
  std::string order;
  for (const Wake& wake : queue.due(200)) order += wake.session_key.agent().str();
  EXPECT_EQ(order, "vywzx");
}

TEST_F(WakeQueueTest, AMergeMovesTheWakeForward) {
  ask(0, a, WakeKind::exec, "", 100);
  ask(0, b, WakeKind::interval, "", 100);
  ask(0, b, WakeKind::hook, "", 100);
  const std::vector<Wake> due = queue.due(100);
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].session_key, b);
}

// ---- one wake out per session

TEST_F(WakeQueueTest, StartsTheNextWakeWhileOneIsOut) {
  ask(0, a, WakeKind::exec, "first", 0);
  const Wake first = take(0);
  const WakeReceipt receipt = ask(1, a, WakeKind::exec, "second", 0);
  EXPECT_EQ(receipt, (WakeReceipt{2, 2, false, 1, 1}));
  EXPECT_TRUE(queue.due(kMaxMillis).empty());
  EXPECT_EQ(queue.next_due(), std::nullopt) << "a busy session must not be polled";

  settle(first, WakeOutcome::done, 3'000);
  EXPECT_EQ(queue.next_due(), 1);
  EXPECT_EQ(take(3'000).reason, "second");
}

TEST_F(WakeQueueTest, ASlowSessionDelaysOnlyItself) {
  ask(0, a, WakeKind::exec, "", 0);
  ask(1, b, WakeKind::exec, "", 0);
  const Wake slow = take(0);
  EXPECT_EQ(take(1).session_key, b);
  settle(slow, WakeOutcome::done, 10'000);
}

TEST_F(WakeQueueTest, HoldsAreCountedAndSilent) {
  ask(0, a, WakeKind::exec, "", 0);
  queue.hold(a, 0);
  queue.hold(a, 0);
  EXPECT_EQ(queue.next_due(), std::nullopt);
  EXPECT_TRUE(queue.due(1'000).empty());
  queue.release(a, 0);
  EXPECT_TRUE(queue.due(1'000).empty());
  queue.release(a, 0);
  EXPECT_EQ(queue.next_due(), 0);
  EXPECT_EQ(take(1'000).session_key, a);
}

TEST_F(WakeQueueTest, RequestsMergeIntoAHeldWake) {
  queue.hold(a, 0);
  ask(0, a, WakeKind::wake, "x", 0);
  EXPECT_TRUE(ask(1, a, WakeKind::exec, "y", 0).merged);
  EXPECT_EQ(queue.next_due(), std::nullopt);
  queue.release(a, 0);
  EXPECT_EQ(take(1).requests, 2);
}

TEST_F(WakeQueueTest, AReleaseWithoutAHoldDoesNotFreeAWakeThatIsOut) {
  ask(0, a, WakeKind::exec, "", 0);
  take(0);
  ask(0, a, WakeKind::exec, "", 0);
  queue.release(a, 0);
  EXPECT_TRUE(queue.due(kMaxMillis).empty());
}

TEST_F(WakeQueueTest, AHoldOutlastsTheWakeThatIsOut) {
  ask(0, a, WakeKind::exec, "", 0);
  const Wake wake = take(0);
  queue.hold(a, 0);
  settle(wake, WakeOutcome::failed, 0);
  EXPECT_TRUE(queue.due(kMaxMillis).empty());
  queue.release(a, 0);
  EXPECT_EQ(queue.next_due(), wait_after(1, wake));
}

// ---- failures and deferrals

TEST_F(WakeQueueTest, DoublesTheBackOffUpToAMinute) {
  ask(0, a, WakeKind::exec, "e", 0);
  Millis now = 0;
  for (int failures = 1; failures <= 9; ++failures) {
    const Wake wake = take(now);
    const Millis again = now + wait_after(failures, wake);
    EXPECT_EQ(settle(wake, WakeOutcome::failed, now), again);
    EXPECT_EQ(queue.next_due(), again);
    now = again;
  }
  EXPECT_EQ(take(now).attempts, 9);
}

TEST_F(WakeQueueTest, AFailedWakeIsNotLost) {
  ask(0, a, WakeKind::cron, "cron:j", 0);
  const Wake failed = take(0);
  const Millis again = *settle(failed, WakeOutcome::failed, 500);
  Wake retried = take(again);
  EXPECT_EQ(retried.attempts, 1);
  EXPECT_EQ(retried.due_ms, again);
  EXPECT_EQ(retried.delays, (std::vector<WakeDelay>{{DelayCause::back_off, again - 500}}));
  retried.attempts = failed.attempts;
  retried.due_ms = failed.due_ms;
  retried.delays.clear();
  EXPECT_EQ(retried, failed);
}

TEST_F(WakeQueueTest, GivesUpWhenAttemptsAreUsedUp) {
  limits.wake_attempts = 2;
  queue = WakeQueue(limits, unguarded());
  ask(0, a, WakeKind::exec, "poison", 0);
  EXPECT_NE(settle(take(0), WakeOutcome::failed, 0), std::nullopt);
  const Wake last = take(1'300);
  ask(1'300, a, WakeKind::exec, "healthy", 0);
  EXPECT_EQ(settle(last, WakeOutcome::failed, 2'000), std::nullopt);

  const Wake next = take(2'000);
  EXPECT_EQ(next.reason, "healthy");
  EXPECT_EQ(next.attempts, 0);
  EXPECT_EQ(next.requests, 1);
}

TEST_F(WakeQueueTest, OtherRequestsUseUpNoAttemptsAndNoBackOff) {
  limits.wake_attempts = 3;
  queue = WakeQueue(limits, unguarded());
  ask(0, a, WakeKind::exec, "first", 0);
  const Wake wake = take(0);
  Millis now = *settle(wake, WakeOutcome::failed, 0);
  for (const char* reason : {"second", "third", "fourth", "fifth"}) {
    EXPECT_EQ(ask(1, a, WakeKind::exec, reason, 0).due_ms, now);
  }
  EXPECT_EQ(settle(take(now), WakeOutcome::failed, now), now + wait_after(2, wake));
  now += wait_after(2, wake);
  EXPECT_EQ(take(now).attempts, 1);
}

TEST_F(WakeQueueTest, TheBackOffGrowsHoweverManyRequestsJoin) {
  ask(0, a, WakeKind::exec, "0", 0);
  Millis now = 0;
  for (int failures = 1; failures <= 8; ++failures) {
    const Wake wake = take(now);
    ask(now, a, WakeKind::exec, std::to_string(now), 0);
    const Millis again = now + wait_after(failures, wake);
    EXPECT_EQ(settle(wake, WakeOutcome::failed, now), again);
    now = again;
  }
  settle(take(now), WakeOutcome::done, now);
  ask(now, a, WakeKind::exec, "later", 0);
  const Wake later = take(now);
  EXPECT_EQ(settle(later, WakeOutcome::failed, now), now + wait_after(1, later))
      << "it went well between";
}

TEST_F(WakeQueueTest, AReservedPlaceIsNeverRefused) {
  limits.sessions = 1;
  queue = WakeQueue(limits, unguarded());
  queue.reserve(b);
  ask(0, a, WakeKind::exec, "e");
  EXPECT_FALSE(queue.request(0, key("c"), request_of(WakeKind::exec)));
  EXPECT_TRUE(queue.request(0, b, request_of(WakeKind::interval)));
}

TEST_F(WakeQueueTest, ADeferralCostsNoAttempt) {
  limits.wake_attempts = 1;
  queue = WakeQueue(limits, unguarded());
  ask(0, a, WakeKind::exec, "e", 0);
  for (Millis now = 0; now < 100; now += 10) {
    EXPECT_EQ(settle(take(now), WakeOutcome::deferred, now, now + 10), now + 10);
  }
  EXPECT_EQ(take(100).attempts, 0);
}

TEST_F(WakeQueueTest, MergesWhatCameMeanwhileIntoTheRetry) {
  ask(0, a, WakeKind::interval, "tick", 0);
  const Wake wake = take(0);
  ask(10, a, WakeKind::exec, "exec:1");
  ask(20, a, WakeKind::interval, "tick");
  const Millis again = 30 + wait_after(1, wake);
  EXPECT_EQ(settle(wake, WakeOutcome::failed, 30), again) << "the back-off holds for all";

  const Wake merged = take(again);
  EXPECT_EQ(merged.token, wake.token);
  EXPECT_EQ(merged.kind, WakeKind::exec);
  EXPECT_EQ(merged.requests, 3);
  EXPECT_EQ(merged.attempts, 0) << "the exec request has not been tried";
  EXPECT_EQ(merged.requested_ms, 0);
  EXPECT_EQ(merged.causes, (std::vector<WakeCause>{{WakeKind::interval, "tick", 2},
                                                   {WakeKind::exec, "exec:1", 1}}));
}

TEST_F(WakeQueueTest, CountsCausesBeyondTheBoundAcrossARetry) {
  limits.wake_causes = 1;
  queue = WakeQueue(limits, unguarded());
  for (const char* reason : {"r1", "r2", "r2"}) ask(0, a, WakeKind::wake, reason, 0);
  const Wake wake = take(0);
  for (const char* reason : {"r3", "r4", "r1", "r3"}) ask(0, a, WakeKind::wake, reason, 0);
  settle(wake, WakeOutcome::failed, 0);
  const Wake merged = *queue.pending(a);
  EXPECT_EQ(merged.causes, (std::vector<WakeCause>{{WakeKind::wake, "r1", 1}}));
  EXPECT_EQ(merged.other_causes, 6);
  EXPECT_EQ(merged.requests, 7);
}

TEST_F(WakeQueueTest, OnlyAManualRequestEndsABackOff) {
  for (const WakeKind kind : {WakeKind::retry, WakeKind::interval, WakeKind::wake, WakeKind::cron,
                              WakeKind::exec, WakeKind::manual}) {
    for (const bool while_out : {false, true}) {
      SCOPED_TRACE(std::string(name_of(kind)) + (while_out ? ", while out" : ", after"));
      queue = WakeQueue(limits, unguarded());
      ask(0, a, WakeKind::exec, "e", 0);
      const Wake wake = take(0);
      if (!while_out) settle(wake, WakeOutcome::failed, 0);
      ask(0, a, kind, "", 300);
      if (while_out) settle(wake, WakeOutcome::failed, 0);
      const Millis due = kind == WakeKind::manual ? 300 : wait_after(1, wake);
      EXPECT_EQ(queue.next_due(), due);
      EXPECT_EQ(take(due).requests, 2);
    }
  }
}

TEST_F(WakeQueueTest, ARequestCannotUseAManualOnesDispensation) {
  ask(0, a, WakeKind::exec, "e", 0);
  const Wake wake = take(0);
  ask(0, a, WakeKind::exec, "", 0);
  ask(0, a, WakeKind::manual, "", 700);
  EXPECT_EQ(settle(wake, WakeOutcome::failed, 0), 700);
}

TEST_F(WakeQueueTest, ALaterRequestDoesNotDelayARetry) {
  ask(0, a, WakeKind::exec, "e", 0);
  const auto again = settle(take(0), WakeOutcome::failed, 0);
  EXPECT_EQ(ask(0, a, WakeKind::manual, "", 60'000).due_ms, again);
}

TEST_F(WakeQueueTest, EachWakeHasItsOwnBackOff) {
  ask(0, a, WakeKind::exec, "", 0);
  settle(take(0), WakeOutcome::failed, 0);
  ask(0, b, WakeKind::interval, "", 0);
  EXPECT_EQ(take(0).session_key, b);
}

TEST_F(WakeQueueTest, ANewWakeAfterSuccessStartsAfresh) {
  ask(0, a, WakeKind::exec, "", 0);
  settle(take(0), WakeOutcome::failed, 0);
  settle(take(1'250), WakeOutcome::done, 1'250);
  ask(2'000, a, WakeKind::interval, "", 0);
  EXPECT_EQ(take(2'000).attempts, 0);
}

TEST_F(WakeQueueTest, SaturatesARetry) {
  ask(0, a, WakeKind::exec, "", 0);
  EXPECT_EQ(settle(take(0), WakeOutcome::failed, kMaxMillis), kMaxMillis);
}

TEST_F(WakeQueueTest, RefusesBadSettlementsAndChangesNothing) {
  ask(0, a, WakeKind::exec, "", 0);
  const Wake wake = take(5);
  struct Case {
    std::int64_t token;
    WakeSettlement settlement;
    Millis now;
    std::string field;
  };
  const Case cases[] = {
      {wake.token + 1, settlement_of(WakeOutcome::done), 5, "token"},
      {0, settlement_of(WakeOutcome::done), 5, "token"},
      {-1, settlement_of(WakeOutcome::done), 5, "token"},
      {wake.token, settlement_of(WakeOutcome::done), -1, "now_ms"},
      {wake.token, settlement_of(WakeOutcome::failed), kMaxMillis + 1, "now_ms"},
      {wake.token, settlement_of(WakeOutcome::skipped), 5, "reason"},
      {wake.token, settlement_of(WakeOutcome::abandoned), 5, "reason"},
      {wake.token, settlement_of(WakeOutcome::skipped, " \n"), 5, "reason"},
      {wake.token, settlement_of(WakeOutcome::failed, "\xC3("), 5, "reason"},
      {wake.token, settlement_of(WakeOutcome::failed, std::string(1'000'000, 'r')), 5, "reason"},
      {wake.token, settlement_of(WakeOutcome::deferred), 5, "retry_at_ms"},
      {wake.token, settlement_of(WakeOutcome::deferred, "", kMaxMillis + 1), 5, "retry_at_ms"},
      {wake.token, settlement_of(WakeOutcome::deferred, "", 5), 5, "retry_at_ms"},
  };
  for (const Case& each : cases) {
    const auto settled = queue.settle(each.token, each.settlement, each.now);
    ASSERT_FALSE(settled);
    EXPECT_EQ(settled.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(settled.error().field, each.field);
    EXPECT_LT(settled.error().what().size(), 200U);
  }
  EXPECT_EQ(queue.next_due(), std::nullopt);
  EXPECT_EQ(settle(wake, WakeOutcome::deferred, 5, 6), 6);
}

TEST_F(WakeQueueTest, AWakeIsSettledOnce) {
  ask(0, a, WakeKind::exec, "", 0);
  const Wake wake = take(0);
  settle(wake, WakeOutcome::failed, 0);
  const auto twice = queue.settle(wake.token, settlement_of(WakeOutcome::done), 0);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message, "is not out: it is waiting");
  EXPECT_TRUE(queue.pending(a));
}

// ---- storms

TEST_F(WakeQueueTest, AStormBecomesOneWakePerSession) {
  constexpr int kRequests = 10'000;
  constexpr int kQueued = 40;
  for (int i = 0; i < kRequests; ++i) {
    ask(i / 100, key("s" + std::to_string(i % kQueued)), WakeKind::exec,
        "exec:" + std::to_string(i % 7));
  }
  const std::vector<Wake> due = queue.due(1'000);
  ASSERT_EQ(due.size(), static_cast<std::size_t>(kQueued));
  std::int64_t requests = 0;
  for (const Wake& wake : due) {
    EXPECT_EQ(wake.causes.size(), 7u);
    const auto counted =
        std::accumulate(wake.causes.begin(), wake.causes.end(), wake.other_causes,
                        [](std::int64_t sum, const WakeCause& cause) { return sum + cause.count; });
    EXPECT_EQ(counted, wake.requests);
    requests += wake.requests;
  }
  EXPECT_EQ(requests, kRequests);
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

}  // namespace
}  // namespace vagus
