#include "engine/host.hpp"
#include "vagus/base/json_codec.hpp"

namespace vagus::testing_engine {
namespace {

TEST(EngineClock, AStepBackIsTold) {
  Host host(kQuietTrent);
  host.send(Tick{});
  host.now -= kHour;
  const auto stepped = only<ClockStepped>(host.send(Tick{}));
  EXPECT_EQ(stepped.from_ms, kStart);
  EXPECT_EQ(stepped.to_ms, kStart - kHour);
  EXPECT_TRUE(all<ClockStepped>(host.send(Tick{})).empty());
}

TEST(EngineClock, AWakeWaitsAsLongAfterAStepBackAsBefore) {
  Host host(kQuietTrent);
  host.send(wake_of(main_key(), WakeKind::wake, "soon", kMinute));
  host.now -= kDay;
  EXPECT_TRUE(all<RunStarted>(host.advance(kMinute - 1)).empty());
  EXPECT_EQ(all<RunStarted>(host.advance(1)).size(), 1U);
}

TEST(EngineClock, ARunHasAsMuchTimeAfterAStepBackAsBefore) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  host.send(message_to(main_key(), "Hi."));
  host.now -= kHour;
  EXPECT_TRUE(all<RunEnded>(host.advance(kUserTurnTimeout - 1)).empty());
  EXPECT_EQ(only<RunEnded>(host.advance(1)).outcome, RunOutcome::timed_out);
}

TEST(EngineClock, AnAgentBeatsOncePerIntervalAcrossAStepBack) {
  Host host(kBeatingTrent);
  host.advance(kHour);
  const std::size_t before = all<RunStarted>(host.log).size();
  host.now -= 30 * kMinute;
  host.advance(kHour);
  const std::size_t beats = all<RunStarted>(host.log).size() - before;
  EXPECT_GE(beats, 5U);
  EXPECT_LE(beats, 7U);
}

TEST(EngineClock, ASleepOfTheMachineIsOneBeat) {
  Host host(kBeatingTrent);
  host.advance(kHour);
  host.now += 7 * kDay;
  EXPECT_EQ(all<RunStarted>(host.send(Tick{})).size(), 1U);
}

TEST(EngineClock, ARefusedCommandLeavesTheClockWhereItWas) {
  Host host(kQuietTrent);
  host.send(wake_of(main_key(), WakeKind::wake, "soon", kMinute));
  const std::string before = dump_json(host.engine.snapshot());
  EXPECT_FALSE(host.engine.apply(Delivered{"nobody"}, kStart - kDay).ok());
  EXPECT_EQ(dump_json(host.engine.snapshot()), before);
  EXPECT_TRUE(all<ClockStepped>(host.send(Tick{})).empty());
}

}  // namespace
}  // namespace vagus::testing_engine
