#include "engine/host.hpp"

/// Sessions that are forgotten, and ticks that are.
namespace vagus::testing_engine {
namespace {

constexpr std::string_view kReplaying = R"({"agents": {"list": [{"id": "trent", "heartbeat": {
  "every": "0m", "isolated_session": true, "replay": {"max_messages": 9, "max_tokens": 9000}}}]}})";

TEST(EngineForget, ReleasesAllThatIsKept) {
  Host host(kQuietTrent);
  host.model = says("Hello.");
  const auto room = only<RunStarted>(host.send(message_from("C1", "Hi."))).session_key;
  host.send(news(room, "red"));
  const std::string before = snapshot_of(Host(kQuietTrent).engine, "/sessions");
  EXPECT_TRUE(host.send(ForgetSession{room}).empty());
  EXPECT_EQ(snapshot_of(host.engine, "/sessions"), before);
  EXPECT_EQ(snapshot_of(host.engine, "/events"), "{}");
  EXPECT_EQ(shown_by(only<CallModel>(host.send(message_from("C1", "Hi again.")))), "Hi again.\n");
}

TEST(EngineForget, MakesRoomForAnotherSession) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}, "limits": {"sessions": 1}})");
  const auto room = only<RunStarted>(host.send(message_from("C1", "Hi."))).session_key;
  EXPECT_FALSE(host.engine.apply(message_from("C2", "Hi."), host.now).ok());
  host.send(ForgetSession{room});
  EXPECT_TRUE(host.engine.apply(message_from("C2", "Hi."), host.now).ok());
}

TEST(EngineForget, RefusesASessionThatIsNotIdle) {
  Host host(kQuietTrent);
  const auto refused = [&](const SessionKey& session) {
    const std::string before = snapshot_of(host.engine);
    const auto effects = host.engine.apply(ForgetSession{session}, host.now);
    EXPECT_EQ(snapshot_of(host.engine), before);
    return !effects && effects.error().field == "session_key";
  };
  host.send(wake_of(main_key(), WakeKind::hook, "", kMinute));
  EXPECT_TRUE(refused(main_key())) << "a wake waits";
  host.model = thinks_for_ever();
  host.advance(kMinute);
  EXPECT_TRUE(refused(main_key())) << "a run is in flight";
  EXPECT_TRUE(refused(SessionKey()));
  EXPECT_TRUE(refused(key("agent:bob:main")));
  EXPECT_FALSE(refused(key("agent:trent:never-seen")));
}

TEST(EngineForget, TakesTheTicksAlong) {
  Host host(kReplaying);
  host.model = says("Disk 91% full");
  host.send(wake_of(main_key(), WakeKind::manual));
  EXPECT_EQ(host.remembered(main_key().isolated()), 2);
  host.send(ForgetSession{main_key()});
  EXPECT_EQ(host.remembered(main_key().isolated()), 0);
}

TEST(EngineForget, AResetOfTheSessionResetsItsTicks) {
  Host host(kReplaying);
  host.model = says("Disk 91% full");
  host.send(wake_of(main_key(), WakeKind::manual));
  const auto resets = all<SessionReset>(host.send(ResetSession{main_key()}));
  ASSERT_EQ(resets.size(), 2U);
  EXPECT_EQ(resets[0].session_key, main_key());
  EXPECT_EQ(resets[1].session_key, main_key().isolated());
  const auto call = only<CallModel>(host.send(wake_of(main_key(), WakeKind::manual)));
  EXPECT_FALSE(holds(shown_by(call), "91%"));
}

TEST(EngineForget, ATickInFlightDuringAResetLeavesNoTrace) {
  Host host(kReplaying);
  host.model = thinks_for_ever();
  const auto tick = only<RunStarted>(host.send(wake_of(main_key(), WakeKind::manual)));
  host.send(ResetSession{main_key().isolated()});
  host.send(ModelReplied{tick.run_id, "SECRET", {}});
  const auto call = only<CallModel>(host.send(wake_of(main_key(), WakeKind::manual)));
  EXPECT_FALSE(holds(shown_by(call), "SECRET"));
}

}  // namespace
}  // namespace vagus::testing_engine
