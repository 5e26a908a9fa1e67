#include "vagus/config/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace vagus {
namespace {

Config config_of(const std::string& json) {
  Result<Config> config = read_config(json);
  EXPECT_TRUE(config) << config.error().what();
  return config ? *std::move(config) : Config{};
}

// The heartbeat of the first agent, with these defaults and fields of its own.
Heartbeat heartbeat_from(const std::string& defaults, const std::string& own) {
  const Config config = config_of(R"({"models":{"big":{},"small":{"window":32000}},"agents":{)"
                                  R"("defaults":{"heartbeat":)" +
                                  defaults + R"(},"list":[{"id":"a","heartbeat":)" + own + "}]}}");
  return heartbeat_of(config, roster_of(config).front());
}

TEST(ReadConfig, TakesAnEmptyConfiguration) {
  const Config config = config_of("{}");
  EXPECT_EQ(config, Config{});
  EXPECT_EQ(config.profile, Profile::vagus);
  EXPECT_EQ(config.session.dm_scope, DmScope::main);
  EXPECT_EQ(config.user_timezone, "UTC");
}

TEST(ReadConfig, ReadsEveryPart) {
  const Config config = config_of(R"({
    "profile": "reference",
    "models": {"openai/gpt 5": {"window": 128000, "reserve": 16384}},
    "agents": {
      "defaults": {"model": "openai/gpt 5", "heartbeat": {"every": "5m"}},
      "list": [{"id": "Trent", "default": true, "system_prompt": "You are Trent.",
                "heartbeat": {"every": "1h30m", "model": "openai/gpt 5", "prompt": "Look.",
                  "session": "ops", "target": "slack", "to": "C1", "isolated_session": true,
                  "light_context": true, "replay": {"max_messages": 4, "max_tokens": 500},
                  "active_hours": {"start": "08:00", "end": "24:00", "timezone": "Europe/Berlin"},
                  "ack_max_chars": 0, "timeout": "30s"}},
               {"id": "ops"}]},
    "bindings": [{"agent": "ops", "match": {"channel": "slack", "account": "*",
                  "peer": {"kind": "group", "id": "C9"}}}],
    "session": {"dm_scope": "per-channel-peer"},
    "user_timezone": "Europe/Berlin",
    "seed": "host-1",
    "limits": {"sessions": 10}
  })");
  EXPECT_EQ(config.profile, Profile::reference);
  EXPECT_EQ(model_of(config, "openai/gpt 5"), (ModelConfig{128'000, 16'384}));
  ASSERT_EQ(config.agents.list.size(), 2u);
  EXPECT_EQ(config.agents.list[0].id.str(), "trent");
  EXPECT_TRUE(config.agents.list[0].is_default);
  EXPECT_EQ(config.bindings.at(0).match.peer, (Peer{PeerKind::group, "C9"}));
  EXPECT_EQ(config.session.dm_scope, DmScope::per_channel_peer);
  EXPECT_EQ(config.limits.sessions, 10);
  EXPECT_EQ(config.limits.queued_turns, Limits{}.queued_turns);

  const Heartbeat heartbeat = heartbeat_of(config, config.agents.list[0]);
  EXPECT_EQ(heartbeat.every, 90 * kMinute);
  EXPECT_EQ(heartbeat.model, "openai/gpt 5");
  EXPECT_EQ(heartbeat.prompt, "Look.");
  EXPECT_EQ(heartbeat.session, "ops");
  EXPECT_EQ(heartbeat.target, "slack");
  EXPECT_EQ(heartbeat.to, "C1");
  EXPECT_TRUE(heartbeat.isolated_session);
  EXPECT_TRUE(heartbeat.light_context);
  EXPECT_EQ(heartbeat.replay, (ReplayConfig{4, 500}));
  EXPECT_EQ(heartbeat.active_hours, (ActiveHoursConfig{"08:00", "24:00", "Europe/Berlin"}));
  EXPECT_EQ(heartbeat.ack_max_chars, 0);
  EXPECT_EQ(heartbeat.timeout, 30 * kSecond);
}

TEST(ReadConfig, TakesAPromptOfTenMegabytes) {
  const Config config = config_of(R"({"agents":{"list":[{"id":"a","system_prompt":")" +
                                  std::string(10'000'000, 'p') + "\"}]}}");
  EXPECT_EQ(config.agents.list.front().system_prompt.size(), 10'000'000u);
}

TEST(HeartbeatOf, FallsBackToItsOwnDefaults) {
  const Heartbeat heartbeat = heartbeat_from("{}", "{}");
  EXPECT_EQ(heartbeat.every, 30 * kMinute);
  EXPECT_EQ(heartbeat.model, std::nullopt);
  EXPECT_EQ(heartbeat.prompt, "");
  EXPECT_EQ(heartbeat.session, "main");
  EXPECT_EQ(heartbeat.target, "event");
  EXPECT_EQ(heartbeat.to, "");
  EXPECT_FALSE(heartbeat.isolated_session);
  EXPECT_FALSE(heartbeat.light_context);
  EXPECT_EQ(heartbeat.replay, ReplayConfig{});
  EXPECT_EQ(heartbeat.active_hours, std::nullopt);
  EXPECT_EQ(heartbeat.ack_max_chars, 300);
  EXPECT_EQ(heartbeat.timeout, 10 * kMinute);
}

TEST(HeartbeatOf, PutsTheAgentsFieldsOverTheDefaults) {
  const std::string defaults =
      R"({"every":"10m","model":"big","isolated_session":true,"ack_max_chars":5,
          "replay":{"max_messages":1,"max_tokens":2}})";
  const Heartbeat same = heartbeat_from(defaults, "{}");
  EXPECT_EQ(same.every, 10 * kMinute);
  EXPECT_EQ(same.model, "big");
  EXPECT_TRUE(same.isolated_session);
  EXPECT_EQ(same.ack_max_chars, 5);

  const Heartbeat own = heartbeat_from(
      defaults, R"({"every":"20","model":"small","isolated_session":false,"ack_max_chars":0,
                    "replay":{"max_messages":0,"max_tokens":0}})");
  EXPECT_EQ(own.every, 20 * kMinute);
  EXPECT_EQ(own.model, "small");
  EXPECT_FALSE(own.isolated_session);
  EXPECT_EQ(own.ack_max_chars, 0);
  EXPECT_EQ(own.replay, ReplayConfig{});
}

TEST(HeartbeatOf, NeverSendsToAnotherChannelsRecipient) {
  const std::string defaults = R"({"target":"slack","to":"C1"})";
  EXPECT_EQ(heartbeat_from(defaults, "{}").to, "C1");
  EXPECT_EQ(heartbeat_from(defaults, R"({"to":"C2"})").to, "C2");
  const Heartbeat other = heartbeat_from(defaults, R"({"target":"discord","to":"42"})");
  EXPECT_EQ(other.target, "discord");
  EXPECT_EQ(other.to, "42");
  EXPECT_EQ(heartbeat_from(defaults, R"({"target":"last"})").to, "");
}

TEST(HeartbeatOf, ComparesTargetsWithoutCaseAndSpace) {
  const Heartbeat heartbeat = heartbeat_from("{}", R"({"target":" Slack ","to":" C1 "})");
  EXPECT_EQ(heartbeat.target, "slack");
  EXPECT_EQ(heartbeat.to, "C1");
  EXPECT_EQ(heartbeat_from("{}", R"({"target":"NONE"})").target, "none");
}

TEST(HeartbeatOf, TimesOutBeforeTheNextTickUnlessTold) {
  EXPECT_EQ(heartbeat_from("{}", R"({"every":"2m"})").timeout, 2 * kMinute);
  EXPECT_EQ(heartbeat_from("{}", R"({"every":"10m"})").timeout, 10 * kMinute);
  EXPECT_EQ(heartbeat_from("{}", R"({"every":"2h"})").timeout, 10 * kMinute);
  EXPECT_EQ(heartbeat_from("{}", R"({"every":"0m"})").timeout, 10 * kMinute);
  EXPECT_EQ(heartbeat_from("{}", R"({"every":"2m","timeout":"1h"})").timeout, kHour);
}

struct Enrolment {
  std::string name;
  std::string agents;
  std::vector<bool> enrolled;
};

class HeartbeatEnrolled : public ::testing::TestWithParam<Enrolment> {};

TEST_P(HeartbeatEnrolled, FollowsWhoeverHasAHeartbeat) {
  const Config config = config_of(R"({"agents":)" + GetParam().agents + "}");
  std::vector<bool> enrolled;
  const std::vector<AgentConfig> beating = agents_with_cadence(config);
  for (const AgentConfig& agent : roster_of(config)) {
    enrolled.push_back(std::any_of(beating.begin(), beating.end(),
                                   [&](const AgentConfig& each) { return each.id == agent.id; }));
  }
  EXPECT_EQ(enrolled, GetParam().enrolled);
}

INSTANTIATE_TEST_SUITE_P(
    Rosters, HeartbeatEnrolled,
    ::testing::Values(
        Enrolment{"nobody", R"({"list":[{"id":"a"},{"id":"b"}]})", {false, false}},
        Enrolment{"defaults",
                  R"({"defaults":{"heartbeat":{}},"list":[{"id":"a"},{"id":"b"}]})",
                  {true, true}},
        Enrolment{"own", R"({"list":[{"id":"a"},{"id":"b","heartbeat":{}}]})", {false, true}},
        Enrolment{"own_beats_defaults",
                  R"({"defaults":{"heartbeat":{}},"list":[{"id":"a"},{"id":"b","heartbeat":{}}]})",
                  {false, true}},
        Enrolment{"switched_off",
                  R"({"defaults":{"heartbeat":{"every":"0m"}},"list":[{"id":"a"}]})",
                  {false}},
        Enrolment{"one_switched_off",
                  R"({"list":[{"id":"a","heartbeat":{"every":"0"}},{"id":"b","heartbeat":{}}]})",
                  {false, true}},
        Enrolment{"implicit_main", R"({"defaults":{"heartbeat":{"every":"5m"}}})", {true}},
        Enrolment{"implicit_main_without", "{}", {false}}),
    [](const auto& each) { return each.param.name; });

TEST(RosterOf, IsOneMainAgentWhenNoneIsConfigured) {
  const Config config = config_of(R"({"agents":{"defaults":{"heartbeat":{"every":"5m"}}}})");
  const std::vector<AgentConfig> roster = roster_of(config);
  ASSERT_EQ(roster.size(), 1u);
  EXPECT_EQ(roster[0].id.str(), "main");
  EXPECT_EQ(heartbeat_of(config, roster[0]).every, 5 * kMinute);
}

TEST(RosterOf, KeepsTheConfiguredOrder) {
  const std::vector<AgentConfig> roster =
      roster_of(config_of(R"({"agents":{"list":[{"id":"z"},{"id":"a"}]}})"));
  ASSERT_EQ(roster.size(), 2u);
  EXPECT_EQ(roster[0].id.str(), "z");
  EXPECT_EQ(roster[1].id.str(), "a");
}

TEST(ModelOf, GivesDefaultsForNoName) {
  const Config config = config_of(R"({"models":{"tiny":{"window":10,"reserve":0}}})");
  EXPECT_EQ(model_of(config, ""), ModelConfig{});
  EXPECT_EQ(model_of(config, "tiny"), (ModelConfig{10, 0}));
  EXPECT_EQ(ModelConfig{}.window, 200'000);
  EXPECT_EQ(ModelConfig{}.reserve, 20'000);
}

}  // namespace
}  // namespace vagus
