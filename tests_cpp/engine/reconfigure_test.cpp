#include "engine/host.hpp"
#include "vagus/base/json_codec.hpp"

namespace vagus::testing_engine {
namespace {

constexpr std::string_view kTrent =
    R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "10m"}}]}})";

Reconfigure to(std::string_view config) {
  return Reconfigure{read_config(config).value_or_throw(), {}};
}

Millis next_beat(const Host& host) {
  return host.engine.snapshot()["cadences"][0]["next_ms"].get<Millis>();
}

TEST(EngineReconfigure, KeepsTheNextBeatOfAnAgentWhoseScheduleIsTheSame) {
  Host host(kTrent);
  host.advance(kMinute);
  const Millis before = next_beat(host);
  host.now += 10;
  host.send(to(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "10m",
    "prompt": "Look around."}}]}})"));
  EXPECT_EQ(next_beat(host), before);
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(host.advance(10 * kMinute))), "Look around."));
}

TEST(EngineReconfigure, AnotherIntervalCountsFromNow) {
  Host host(kTrent);
  host.advance(kMinute);
  host.send(to(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "1m"}}]}})"));
  EXPECT_EQ(all<RunStarted>(host.advance(10 * kMinute)).size(), 10U);
}

TEST(EngineReconfigure, WithoutACadenceNobodyBeatsAndEventsStillRun) {
  Host host(kTrent);
  host.advance(kMinute);
  host.send(to(kQuietTrent));
  EXPECT_TRUE(all<RunStarted>(host.advance(kDay)).empty());
  EXPECT_FALSE(host.alarm().has_value()) << "nothing to wait for";
  EXPECT_EQ(all<RunStarted>(host.send(exec_event(main_key(), "exit 0"))).size(), 1U);
}

TEST(EngineReconfigure, AnAgentThatIsGoneLeavesNothingBehind) {
  constexpr std::string_view kTwo = R"({"agents": {"list": [{"id": "trent"}, {"id": "bob",
    "heartbeat": {"every": "0m"}}]}})";
  constexpr std::string_view kOne = R"({"agents": {"list": [{"id": "trent"}]}})";
  Host host(kTwo);
  host.model = thinks_for_ever();
  const SessionKey bob = key("agent:bob:main");
  host.send(message_to(bob, "One."));
  host.send(message_to(bob, "Two."));
  const std::int64_t wake = only<WakeQueued>(host.send(exec_event(bob, "exit 0"))).wake;
  const auto effects = host.send(to(kOne));
  EXPECT_EQ(only<TurnSettled>(effects).session_key, bob);
  EXPECT_EQ(only<TurnSettled>(effects).state, TurnState::cancelled);
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::failed);
  EXPECT_EQ(only<WakeDropped>(effects).wake, wake);
  EXPECT_TRUE(all<RunStarted>(host.advance(kDay)).empty());
  const auto refused = host.engine.apply(message_to(bob, "Three."), host.now);
  EXPECT_EQ(refused.error().code, ErrorCode::unknown_agent);
}

TEST(EngineReconfigure, ChangesNothingWhenItIsRefused) {
  Host host(kTrent);
  host.advance(kMinute);
  const std::string before = dump_json(host.engine.snapshot());
  const struct {
    std::string_view config;
    std::string_view field;
  } cases[] = {{R"({"profile": "reference"})", "profile"},
               {R"({"limits": {"sessions": 5}})", "limits"},
               {R"({"wakes": {"min_spacing": "1s"}})", "wakes"},
               {R"({"messages": {"running": 1}})", "messages.running"},
               {R"({"messages": {"running_per_agent": 1}})", "messages.running_per_agent"},
               {R"({"user_timezone": "Mars/Base"})", "user_timezone"}};
  for (const auto& each : cases) {
    const auto refused = host.engine.apply(to(each.config), host.now);
    ASSERT_FALSE(refused.ok()) << each.config;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_config);
    EXPECT_EQ(refused.error().field, each.field);
  }
  Reconfigure bad_zone = to(kTrent);
  bad_zone.zones["Mars/Base"] = {{0, 1}, {0, 2}};
  const auto refused = host.engine.apply(bad_zone, host.now);
  EXPECT_EQ(refused.error().field, "zones[\"Mars/Base\"].offsets[1].at");
  EXPECT_EQ(dump_json(host.engine.snapshot()), before);
}

TEST(EngineReconfigure, ComesBackFromItsJson) {
  const Reconfigure change = to(kTrent);
  const std::string text = command_to_json(change);
  const Command read = command_from_json(text).value_or_throw();
  EXPECT_EQ(command_to_json(read), text);
}

}  // namespace
}  // namespace vagus::testing_engine
