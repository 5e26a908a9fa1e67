#include "engine/host.hpp"

/// What an engine tells its host about time.
namespace vagus::testing_engine {
namespace {

TEST(EngineAlarm, ATimerThatRanEarlyIsSetAgain) {
  Host host(kIsolatedTrent);
  const Millis at = only<SetAlarm>(host.send(Tick{})).at_ms.value();
  host.now = at - 1;
  const auto effects = host.send(Tick{});
  EXPECT_EQ(effects.size(), 1U);
  EXPECT_EQ(only<SetAlarm>(effects).at_ms, at);
  host.now = at;
  EXPECT_EQ(all<RunStarted>(host.send(Tick{})).size(), 1U);
}

TEST(EngineAlarm, OtherCommandsLeaveAnAlarmThatStillHolds) {
  Host host(kIsolatedTrent);
  host.send(Tick{});
  EXPECT_TRUE(all<SetAlarm>(host.send(news(main_key(), "red"))).empty());
}

TEST(EngineAlarm, NothingToWaitForIsSaidOnce) {
  Host host(kQuietTrent);
  EXPECT_EQ(only<SetAlarm>(host.send(Tick{})).at_ms, std::nullopt);
  EXPECT_TRUE(host.send(Tick{}).empty());
}

TEST(EngineAlarm, LateRunsEndInTheOrderInWhichTheyStarted) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  std::vector<std::string> started;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    const auto to = key(std::string("agent:trent:") + name);
    started.push_back(only<RunStarted>(host.send(message_to(to, "Hi."))).run_id);
  }
  std::vector<std::string> ended;
  for (const RunEnded& run : all<RunEnded>(host.advance(kHour))) ended.push_back(run.run_id);
  EXPECT_EQ(ended, started);
}

TEST(EngineAlarm, ACadenceBeatsHoweverFullTheQueueIs) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m"}}]},
    "limits": {"sessions": 1}})");
  host.send(wake_of(key("agent:trent:other"), WakeKind::hook, "", kDay));
  EXPECT_EQ(all<RunStarted>(host.advance(kHour)).size(), 12U);
}

TEST(EngineAlarm, ACadenceWhosePhaseMissesItsHoursBeatsWhenTheyOpen) {
  Host host(R"({"agents": {"list": [{"id": "main", "heartbeat": {"every": "24h",
    "active_hours": {"start": "09:00", "end": "17:00", "timezone": "UTC"}}}]}})");
  const auto runs = all<RunEnded>(host.advance(30 * kDay));
  EXPECT_EQ(runs.size(), 30U);
  for (const RunEnded& run : runs) EXPECT_EQ(run.outcome, RunOutcome::acknowledged);
}

}  // namespace
}  // namespace vagus::testing_engine
