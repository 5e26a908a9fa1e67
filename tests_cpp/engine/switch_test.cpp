#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

TEST(EngineSwitch, OffNobodyBeatsAndNoTimerIsSet) {
  Host host(kBeatingTrent);
  host.advance(kMinute);
  host.send(SetHeartbeats{false});
  EXPECT_FALSE(host.alarm().has_value());
  EXPECT_TRUE(all<RunStarted>(host.advance(kDay)).empty());
}

TEST(EngineSwitch, OffRequestedWakesAndEventsStillRun) {
  Host host(kBeatingTrent);
  host.send(SetHeartbeats{false});
  EXPECT_EQ(all<RunStarted>(host.send(exec_event(main_key(), "exit 0"))).size(), 1U);
}

TEST(EngineSwitch, OffAnAmbientWakeIsSkippedAndSaysWhy) {
  Host host(kBeatingTrent);
  host.send(SetHeartbeats{false});
  const auto ended = only<RunEnded>(host.send(wake_of(main_key(), WakeKind::interval)));
  EXPECT_EQ(ended.outcome, RunOutcome::skipped);
  EXPECT_EQ(ended.skip, SkipReason::disabled);
}

TEST(EngineSwitch, OnAgainTheChainGoesOn) {
  Host host(kBeatingTrent);
  host.advance(kMinute);
  host.send(SetHeartbeats{false});
  host.advance(kHour);
  host.send(SetHeartbeats{true});
  EXPECT_EQ(all<RunStarted>(host.advance(kHour)).size(), 6U);
}

}  // namespace
}  // namespace vagus::testing_engine
