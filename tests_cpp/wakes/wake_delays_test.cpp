#include <gtest/gtest.h>

#include "vagus/wakes/backoff.hpp"
#include "wakes/build.hpp"

/// What keeps a wake from running: guards, chains, leases, steps of the clock; and how it is told.
namespace vagus {
namespace {

using testing_wakes::key;
using testing_wakes::request_of;
using testing_wakes::roomy;
using testing_wakes::settlement_of;

using Delays = std::vector<WakeDelay>;

class WakeDelaysTest : public testing::Test {
 protected:
  WakeReceipt ask(Millis now, WakeKind kind, Millis coalesce_ms = 0, std::int64_t depth = 0) {
    WakeRequest request = request_of(kind, "", coalesce_ms);
    request.depth = depth;
    return queue.request(now, a, request).value_or_throw();
  }
  Wake take(Millis now, std::optional<Millis> lease_ms = std::nullopt) {
    std::vector<Wake> due = queue.due(now, lease_ms);
    EXPECT_EQ(due.size(), 1U);
    return due.empty() ? Wake{} : due.front();
  }
  std::optional<Millis> settle(const Wake& wake, WakeOutcome outcome, Millis now,
                               std::optional<Millis> retry_at = std::nullopt) {
    return queue.settle(wake.token, settlement_of(outcome, "why", retry_at), now).value_or_throw();
  }
  /// One run of the session, from `now` to `now`.
  void run(Millis now) {
    ask(now, WakeKind::manual);
    settle(take(now), WakeOutcome::done, now);
  }

  WakeQueue queue{Limits{}, roomy()};
  const SessionKey a = key("a");
};

// ---- guards

// Regressions of spec: heartbeats, sections 8 (4) and 9 (c): the reference loses the second one.
TEST_F(WakeDelaysTest, ASecondCompletionWithinTheSpacingIsDelayedAndNotLost) {
  ask(0, WakeKind::exec);
  settle(take(0), WakeOutcome::done, 100);
  EXPECT_EQ(ask(5'000, WakeKind::exec).due_ms, 30'000);
  EXPECT_EQ(queue.next_due(), 30'000);
  EXPECT_TRUE(queue.due(29'999).empty());
  EXPECT_EQ(take(30'000).delays, (Delays{{DelayCause::spacing, 25'000}}));
}

// Regression of section 9 (q): in the newest reference the event at 31 s waits for ten minutes.
TEST_F(WakeDelaysTest, AnEventAfterTheSpacingRunsAtOnce) {
  run(1'250);
  for (const Millis at : {5'000, 29'000}) EXPECT_EQ(ask(at, WakeKind::exec).due_ms, 31'250);
  settle(take(31'250), WakeOutcome::skipped, 31'250);
  EXPECT_EQ(ask(32'250, WakeKind::exec).due_ms, 32'250);
}

TEST_F(WakeDelaysTest, AFloodIsDelayedAndAManualWakeIsNot) {
  for (Millis now = 0; now < 5; ++now) run(now);
  EXPECT_EQ(ask(10, WakeKind::hook).due_ms, 60'001);
  EXPECT_EQ(queue.next_due(), 60'001) << "one alarm, no polling";
  EXPECT_EQ(ask(20, WakeKind::manual).due_ms, 20) << "it takes the others with it";
  EXPECT_EQ(take(20).requests, 2);
}

TEST_F(WakeDelaysTest, EachRequestKeepsItsOwnGuards) {
  run(0);
  EXPECT_EQ(ask(10, WakeKind::exec).due_ms, 30'000);
  EXPECT_EQ(ask(20, WakeKind::interval, 5'000).due_ms, 5'020) << "a tick is not spaced";
  EXPECT_EQ(take(5'020).intent, WakeIntent::event);
}

TEST_F(WakeDelaysTest, AManualRequestDoesNotBringItsWindowToOthers) {
  run(0);
  EXPECT_EQ(ask(10, WakeKind::exec).due_ms, 30'000);
  EXPECT_EQ(ask(20, WakeKind::manual, 40'000).due_ms, 30'000);
}

TEST_F(WakeDelaysTest, GuardsAreCountedForEachSession) {
  run(0);
  const auto other = queue.request(1, key("b"), request_of(WakeKind::exec, "", 0));
  EXPECT_EQ(other->due_ms, 1);
}

TEST_F(WakeDelaysTest, ASkippedOrDeferredTryIsNoStart) {
  ask(0, WakeKind::exec);
  settle(take(0), WakeOutcome::skipped, 1);
  EXPECT_EQ(ask(2, WakeKind::exec).due_ms, 2);
  settle(take(2), WakeOutcome::deferred, 3, 10);
  EXPECT_EQ(take(10).due_ms, 10);
  EXPECT_EQ(queue.explain(a, 10).starts, std::vector<Millis>{10});
}

TEST_F(WakeDelaysTest, AnAbandonedTryIsAStartAndIsNotRepeated) {
  const WakeReceipt asked = ask(0, WakeKind::exec);
  EXPECT_EQ(settle(take(0), WakeOutcome::abandoned, 1), std::nullopt);
  EXPECT_EQ(queue.fate(asked.id)->state, WakeState::expired);
  EXPECT_EQ(queue.explain(a, 1).starts, std::vector<Millis>{0});
  EXPECT_EQ(ask(2, WakeKind::exec).due_ms, 30'000);
}

TEST_F(WakeDelaysTest, AFailedTryIsAStartButItsBackOffIsTheSpacing) {
  ask(0, WakeKind::exec);
  const Wake wake = take(0);
  EXPECT_EQ(settle(wake, WakeOutcome::failed, 0), jittered_backoff(1, 0, wake.token));
  EXPECT_EQ(queue.explain(a, 0).starts, std::vector<Millis>{0});
}

TEST_F(WakeDelaysTest, AFloodOfFailuresWaits) {
  ask(0, WakeKind::exec);
  Millis now = 0;
  for (std::int64_t failures = 1; failures <= 4; ++failures) {
    now = *settle(take(now), WakeOutcome::failed, now);
  }
  EXPECT_LT(now, 20'000);
  EXPECT_EQ(settle(take(now), WakeOutcome::failed, now), 60'001);
}

TEST_F(WakeDelaysTest, AManualWakeIsTriedAgainThroughAFlood) {
  for (Millis now = 0; now < 5; ++now) run(now);
  ask(10, WakeKind::manual);
  const Wake wake = take(10);
  EXPECT_EQ(settle(wake, WakeOutcome::failed, 10), 10 + jittered_backoff(1, 0, wake.token));
}

TEST_F(WakeDelaysTest, AnIntentReplacesThatOfTheKind) {
  run(0);
  WakeRequest urgent = request_of(WakeKind::exec, "", 0);
  urgent.intent = WakeIntent::immediate;
  EXPECT_EQ(queue.request(1, a, urgent)->due_ms, 1);
}

// ---- chains

// Regression of spec: heartbeats, section 8 (5): heartbeat, command, wake, and round again.
TEST_F(WakeDelaysTest, ALoopOfWakesIsSlowedGeometricallyAndNotLost) {
  Millis now = 0;
  std::int64_t runs = 0;
  for (std::int64_t depth = 0; now < kDay; ++depth) {
    now = std::max(now, ask(now, WakeKind::exec, 0, depth).due_ms);
    const Wake wake = take(now);
    EXPECT_EQ(wake.depth, depth);
    settle(wake, WakeOutcome::done, now);
    ++runs;
  }
  EXPECT_GE(runs, 24);
  EXPECT_LE(runs, 24 + 12) << "once an hour after a short while";
}

TEST_F(WakeDelaysTest, AWakeThatNothingCausedBringsALongChainForward) {
  run(0);
  EXPECT_EQ(ask(1, WakeKind::exec, 0, 20).due_ms, kHour);
  EXPECT_EQ(ask(2, WakeKind::exec, 0, 0).due_ms, 30'000);
  const Wake wake = take(30'000);
  EXPECT_EQ(wake.depth, 0);
  EXPECT_EQ(wake.requests, 2);
}

TEST_F(WakeDelaysTest, RefusesADepthOutOfRange) {
  for (const std::int64_t depth : {std::int64_t{-1}, kMaxCount + 1}) {
    WakeRequest request;
    request.depth = depth;
    EXPECT_EQ(queue.request(0, a, request).error().field, "depth");
  }
  EXPECT_EQ(queue.size(), 0U);
}

// ---- leases

TEST_F(WakeDelaysTest, AWakeWhoseLeaseEndsComesBackAsFailed) {
  ask(0, WakeKind::exec);
  const Wake wake = take(0, 5'000);
  EXPECT_EQ(queue.next_due(), 5'000);
  EXPECT_TRUE(queue.due(4'999).empty());
  EXPECT_EQ(queue.out(), 1U);
  EXPECT_TRUE(queue.due(5'000).empty());
  EXPECT_EQ(queue.out(), 0U);
  const Millis again = 5'000 + jittered_backoff(1, 0, wake.token);
  EXPECT_EQ(queue.next_due(), again);
  EXPECT_FALSE(queue.settle(wake.token, settlement_of(WakeOutcome::done), 5'001));
  const Wake retried = take(again);
  EXPECT_EQ(retried.token, wake.token);
  EXPECT_EQ(retried.attempts, 1);
  EXPECT_EQ(queue.next_due(), std::nullopt) << "handed out without a lease";
}

TEST_F(WakeDelaysTest, ARenewedLeaseEndsLater) {
  ask(0, WakeKind::exec);
  const Wake wake = take(0, 1'000);
  EXPECT_EQ(queue.renew(wake.token, 900, 1'000), std::nullopt);
  EXPECT_EQ(queue.next_due(), 1'900);
  settle(wake, WakeOutcome::done, 1'000);
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

TEST_F(WakeDelaysTest, ALostHostsLastTryIsDead) {
  Limits limits;
  limits.wake_attempts = 1;
  queue = WakeQueue(limits, roomy());
  ask(0, WakeKind::exec);
  take(0, 10);
  queue.due(10);
  EXPECT_EQ(queue.fate(1)->state, WakeState::dead);
  EXPECT_EQ(queue.fate(1)->reason, "lease ended");
}

TEST_F(WakeDelaysTest, RefusesBadRenewals) {
  ask(0, WakeKind::exec);
  EXPECT_EQ(queue.renew(1, 0, 10)->message, "is not out: it is waiting");
  take(0);
  EXPECT_EQ(queue.renew(2, 0, 10)->field, "token");
  EXPECT_EQ(queue.renew(1, -1, 10)->field, "now_ms");
  EXPECT_EQ(queue.renew(1, 0, 0)->field, "lease_ms");
  EXPECT_EQ(queue.renew(1, 0, -5)->field, "lease_ms");
  EXPECT_EQ(queue.next_due(), std::nullopt);
  EXPECT_EQ(queue.renew(1, kMaxMillis, kMaxMillis), std::nullopt);
  EXPECT_EQ(queue.next_due(), kMaxMillis);
}

// ---- what a wake tells of its delays

TEST_F(WakeDelaysTest, TheWindowIsTold) {
  ask(0, WakeKind::exec, 250);
  EXPECT_EQ(take(400).delays, (Delays{{DelayCause::coalescing, 250}})) << "the host came late";
}

TEST_F(WakeDelaysTest, HoldsAndRunsAreToldAsBusy) {
  queue.hold(a, 0);
  ask(0, WakeKind::exec, 100);
  queue.release(a, 700);
  const Wake wake = take(700);
  EXPECT_EQ(wake.delays, (Delays{{DelayCause::coalescing, 100}, {DelayCause::busy, 600}}));
  ask(800, WakeKind::manual);
  settle(wake, WakeOutcome::done, 1'000);
  EXPECT_EQ(take(1'000).delays, (Delays{{DelayCause::busy, 200}}));
}

TEST_F(WakeDelaysTest, ScarcePlacesAreTold) {
  WakeGuards guards = roomy();
  guards.running = 1;
  queue = WakeQueue(Limits{}, guards);
  ask(0, WakeKind::exec);
  const Wake first = take(0);
  ASSERT_TRUE(queue.request(10, key("b"), request_of(WakeKind::exec, "", 0)));
  EXPECT_TRUE(queue.due(20).empty());
  settle(first, WakeOutcome::done, 50);
  EXPECT_EQ(take(50).delays, (Delays{{DelayCause::capacity, 40}}));
}

TEST_F(WakeDelaysTest, AllTriesAreToldTogether) {
  ask(0, WakeKind::exec, 250);
  const Wake wake = take(250);
  const Millis once = *settle(wake, WakeOutcome::failed, 300);
  const Millis twice = *settle(take(once), WakeOutcome::failed, once);
  settle(take(twice), WakeOutcome::deferred, twice, twice + 70);
  EXPECT_EQ(take(twice + 70).delays, (Delays{{DelayCause::coalescing, 250},
                                             {DelayCause::back_off, twice - 300},
                                             {DelayCause::busy, 70}}));
}

TEST_F(WakeDelaysTest, AGuardIsToldForWhatItAdded) {
  run(0);
  ask(10, WakeKind::exec, 250);
  EXPECT_EQ(take(30'000).delays,
            (Delays{{DelayCause::coalescing, 250}, {DelayCause::spacing, 29'740}}));
}

// ---- explanations

std::vector<DelayCause> whys(const WakeExplanation& told) {
  std::vector<DelayCause> causes;
  for (const WakeObstacle& reason : told.reasons) causes.push_back(reason.why);
  return causes;
}

TEST_F(WakeDelaysTest, ExplainsThatNothingWaits) {
  const WakeExplanation idle = queue.explain(a, 0);
  EXPECT_EQ(idle.state, TargetState::idle);
  EXPECT_EQ(to_text(idle), "\"agent:a:main\": no wake waits");
  ask(0, WakeKind::exec);
  take(0);
  const WakeExplanation running = queue.explain(a, 0);
  EXPECT_EQ(running.state, TargetState::running);
  EXPECT_EQ(running.token, 1);
  EXPECT_EQ(to_text(running), "\"agent:a:main\": wake 1 runs, none waits");
}

TEST_F(WakeDelaysTest, ExplainsWindowAndGuard) {
  run(0);
  ask(10, WakeKind::exec, 250);
  const WakeExplanation told = queue.explain(a, 100);
  EXPECT_EQ(told.state, TargetState::waiting);
  EXPECT_EQ(told.token, 2);
  EXPECT_EQ(told.due_ms, 30'000);
  EXPECT_EQ(told.starts, std::vector<Millis>{0});
  EXPECT_EQ(whys(told), (std::vector{DelayCause::coalescing, DelayCause::spacing}));
  EXPECT_EQ(told.reasons[1].until_ms, 30'000);
  EXPECT_EQ(to_text(told),
            "\"agent:a:main\": wake 2 is due at 1970-01-01 00:00:30 UTC\n"
            "  coalescing: other requests may still join it; for another 160ms\n"
            "  spacing: the session started a run too short a time ago; for another 29s900ms");
  EXPECT_EQ(whys(queue.explain(a, 260)), std::vector{DelayCause::spacing});
}

TEST_F(WakeDelaysTest, ExplainsBackOffHoldsAndRuns) {
  ask(0, WakeKind::exec);
  const Wake wake = take(0);
  ask(1, WakeKind::exec);
  EXPECT_EQ(whys(queue.explain(a, 40'000)), std::vector{DelayCause::busy});
  EXPECT_EQ(queue.explain(a, 40'000).reasons[0].text, "wake 1 of the session runs");
  settle(wake, WakeOutcome::failed, 2);
  EXPECT_EQ(whys(queue.explain(a, 3)), std::vector{DelayCause::back_off});
  EXPECT_EQ(queue.explain(a, 3).failures, 1);
  queue.hold(a, 3);
  EXPECT_EQ(whys(queue.explain(a, 3)), (std::vector{DelayCause::back_off, DelayCause::busy}));
  EXPECT_EQ(queue.explain(a, 3).holds, 1);
}

TEST_F(WakeDelaysTest, ExplainsScarcePlacesAndAWakeThatNothingKeeps) {
  WakeGuards guards = roomy();
  guards.running_per_agent = 1;
  queue = WakeQueue(Limits{}, guards);
  ask(0, WakeKind::exec);
  EXPECT_EQ(to_text(queue.explain(a, 0)),
            "\"agent:a:main\": wake 1 is due at 1970-01-01 00:00:00 UTC\n"
            "  nothing keeps it: the next due() hands it out");
  take(0);
  const SessionKey other = key("a", "other");
  ASSERT_TRUE(queue.request(0, other, request_of(WakeKind::exec, "", 0)));
  EXPECT_EQ(whys(queue.explain(other, 0)), std::vector{DelayCause::capacity});
}

TEST_F(WakeDelaysTest, EveryCauseHasWords) {
  for (const DelayCause why :
       {DelayCause::coalescing, DelayCause::spacing, DelayCause::flood, DelayCause::chain,
        DelayCause::back_off, DelayCause::busy, DelayCause::capacity}) {
    EXPECT_FALSE(name_of(why).empty());
  }
  for (Millis now = 0; now < 5; ++now) run(now);
  ask(10, WakeKind::hook);
  EXPECT_EQ(whys(queue.explain(a, 10)), std::vector{DelayCause::flood});
  settle(take(60'001), WakeOutcome::done, 60'001);
  ask(200'000, WakeKind::manual);
  settle(take(200'000), WakeOutcome::done, 200'000);
  ask(200'001, WakeKind::hook, 0, 9);
  EXPECT_EQ(whys(queue.explain(a, 200'001)), std::vector{DelayCause::chain});
}

// ---- steps of the clock

TEST_F(WakeDelaysTest, AStepOfTheClockMovesEverything) {
  for (const Millis delta : {kDay, -kDay}) {
    const Millis start = 10 * kDay;
    queue = WakeQueue(Limits{}, roomy());
    run(start);
    ask(start + 10, WakeKind::exec);
    ASSERT_TRUE(queue.request(start + 20, key("b"), request_of(WakeKind::exec, "", 0)));
    const Wake b = take(start + 20, 5'000);
    queue.shift(delta);
    EXPECT_EQ(queue.next_due(), start + delta + 5'020) << "the lease";
    settle(b, WakeOutcome::done, start + delta + 30);
    EXPECT_EQ(queue.next_due(), start + delta + 30'000);
    const Wake wake = take(start + delta + 30'000);
    EXPECT_EQ(wake.requested_ms, start + delta + 10);
    EXPECT_EQ(wake.delays, (Delays{{DelayCause::spacing, 29'990}}));
  }
}

TEST_F(WakeDelaysTest, AStepBeyondTheBeginningStopsThere) {
  ask(1'000, WakeKind::exec, 500);
  ASSERT_TRUE(queue.request(1'000, key("b"), request_of(WakeKind::exec, "", 3'000)));
  queue.shift(-3'500);
  EXPECT_EQ(queue.next_due(), 0);
  EXPECT_EQ(take(0).session_key, a);
  EXPECT_EQ(take(500).session_key, key("b"));
  queue.shift(kMaxMillis);
  queue.shift(kMaxMillis);
}

}  // namespace
}  // namespace vagus
