#include <gtest/gtest.h>

#include "vagus/config/config.hpp"

namespace vagus {
namespace {

struct Refusal {
  std::string json;
  std::string what;
};

// A configuration whose only agent has this heartbeat.
std::string with_heartbeat(const std::string& heartbeat) {
  return R"({"models":{"big":{}},"agents":{"list":[{"id":"a","heartbeat":)" + heartbeat + "}]}}";
}

class ReadConfigRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(ReadConfigRefuses, WithPathValueAndWhatIsAllowed) {
  const Result<Config> config = read_config(GetParam().json);
  ASSERT_FALSE(config) << GetParam().json;
  EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
  EXPECT_EQ(config.error().what(), GetParam().what);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ReadConfigRefuses,
    ::testing::Values(
        Refusal{"", "$: not valid JSON at byte 0, got \"\""},
        Refusal{"{\"seed\":\"\xff\"}", "$: not valid JSON at byte 9, got \"\\xff\\\"}\""},
        Refusal{std::string(100'000, '['), "$: nested deeper than 64 levels"},
        Refusal{"[]", "$: must be an object, got []"},
        Refusal{R"({"seed":"a","seed":"b"})", "$: a field is given twice, got \"seed\""},
        Refusal{R"({"agent":{}})", "agent: unknown field, did you mean 'agents'?"},
        Refusal{with_heartbeat(R"({"isolatedSession":true})"),
                "agents.list[0].heartbeat.isolatedSession: unknown field, did you mean "
                "'isolated_session'?"},
        Refusal{R"({"agents":{"defaults":{"heartbeat":{"lightContext":true}}}})",
                "agents.defaults.heartbeat.lightContext: unknown field, did you mean "
                "'light_context'?"},
        Refusal{R"({"session":{"dmScope":"main"}})",
                "session.dmScope: unknown field, did you mean 'dm_scope'?"},
        Refusal{R"({"session":{"dm_scope":"per-user"}})",
                "session.dm_scope: must be main, per-peer, per-channel-peer or "
                "per-account-channel-peer, got \"per-user\""},
        Refusal{R"({"bindings":[{"agent":"a"}]})", "bindings[0].match: is required"},
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x","peer":{"kind":"dm",
                   "id":"5"}}}]})",
                "bindings[0].match.peer.kind: must be direct, group or channel, got \"dm\""},
        Refusal{with_heartbeat(R"({"every":5})"),
                "agents.list[0].heartbeat.every: must be text, got 5"},
        Refusal{with_heartbeat(R"({"replay":{"max_messages":3}})"),
                "agents.list[0].heartbeat.replay.max_tokens: is required"}));

INSTANTIATE_TEST_SUITE_P(
    Models, ReadConfigRefuses,
    ::testing::Values(
        Refusal{R"({"models":{"":{}}})", "models[\"\"]: a model needs a name, got \"\""},
        Refusal{R"({"models":{"m":{"window":0}}})",
                "models.m.window: must be from 1 to 1099511627776, got 0"},
        Refusal{R"({"models":{"a/b":{"window":1099511627777}}})",
                "models[\"a/b\"].window: must be from 1 to 1099511627776, got 1099511627777"},
        Refusal{R"({"models":{"m":{"reserve":-1}}})",
                "models.m.reserve: must be at least 0 and below the window of 200000; set it, "
                "because the default is 20000, got -1"},
        Refusal{R"({"models":{"m":{"window":8,"reserve":8}}})",
                "models.m.reserve: must be at least 0 and below the window of 8; set it, because "
                "the default is 20000, got 8"},
        Refusal{R"({"models":{"m":{"window":16000}}})",
                "models.m.reserve: must be at least 0 and below the window of 16000; set it, "
                "because the default is 20000, got 20000"},
        Refusal{R"({"agents":{"defaults":{"model":"x"}}})",
                "agents.defaults.model: must be a name in 'models', got \"x\""},
        Refusal{R"({"agents":{"list":[{"id":"a"},{"id":"b","model":"x"}]}})",
                "agents.list[1].model: must be a name in 'models', got \"x\""},
        Refusal{R"({"agents":{"defaults":{"heartbeat":{"model":""}}}})",
                "agents.defaults.heartbeat.model: must be a name in 'models', got \"\""},
        Refusal{with_heartbeat(R"({"model":"Big"})"),
                "agents.list[0].heartbeat.model: must be a name in 'models', got \"Big\""}));

INSTANTIATE_TEST_SUITE_P(
    Agents, ReadConfigRefuses,
    ::testing::Values(
        Refusal{R"({"agents":{"list":[{"id":"ops"},{"id":"a"},{"id":"Ops"}]}})",
                "agents.list[2].id: is also the id of agents.list[0], got \"ops\""},
        Refusal{R"({"agents":{"list":[{"id":"a","default":true},{"id":"b"},
                   {"id":"c","default":true}]}})",
                "agents.list[2].default: only one agent may be the default, and agents.list[0] is, "
                "got \"c\""}));

INSTANTIATE_TEST_SUITE_P(
    Heartbeats, ReadConfigRefuses,
    ::testing::Values(
        Refusal{with_heartbeat(R"({"target":" "})"),
                "agents.list[0].heartbeat.target: must be 'event', 'last', 'owner', 'none' or a "
                "channel, "
                "got \" \""},
        Refusal{with_heartbeat(R"({"target":"slack"})"),
                "agents.list[0].heartbeat.to: is required, because the target of agent 'a' is the "
                "channel \"slack\""},
        Refusal{with_heartbeat(R"({"target":"slack","to":" "})"),
                "agents.list[0].heartbeat.to: is required, because the target of agent 'a' is the "
                "channel \"slack\""},
        Refusal{R"({"agents":{"defaults":{"heartbeat":{"target":"slack","to":"C1"}},
                   "list":[{"id":"a","heartbeat":{"target":"discord"}}]}})",
                "agents.list[0].heartbeat.to: is required, because the target of agent 'a' is the "
                "channel \"discord\""},
        Refusal{R"({"agents":{"defaults":{"heartbeat":{"target":"slack"}},
                   "list":[{"id":"a","heartbeat":{"to":"C1"}},{"id":"b"}]}})",
                "agents.defaults.heartbeat.to: is required, because the target of agent 'b' is the "
                "channel \"slack\""},
        Refusal{R"({"agents":{"defaults":{"heartbeat":{"target":"slack"}}}})",
                "agents.defaults.heartbeat.to: is required, because the target of agent 'main' is "
                "the channel \"slack\""},
        Refusal{with_heartbeat(R"({"replay":{"max_messages":-1,"max_tokens":0}})"),
                "agents.list[0].heartbeat.replay.max_messages: must be from 0 to 1099511627776, "
                "got -1"},
        Refusal{with_heartbeat(R"({"replay":{"max_messages":0,"max_tokens":-5}})"),
                "agents.list[0].heartbeat.replay.max_tokens: must be from 0 to 1099511627776, "
                "got -5"},
        Refusal{with_heartbeat(R"({"ack_max_chars":-1})"),
                "agents.list[0].heartbeat.ack_max_chars: must be from 0 to 1099511627776, got -1"},
        Refusal{R"({"agents":{"defaults":{"heartbeat":{"timeout":"0s"}}}})",
                "agents.defaults.heartbeat.timeout: must be longer than zero, got \"" +
                    Duration(0).str() + "\""},
        Refusal{with_heartbeat(R"({"active_hours":{"start":"9:00","end":"17:00"}})"),
                "agents.list[0].heartbeat.active_hours.start: must be HH:MM from 00:00 to 23:59, "
                "got \"9:00\""},
        Refusal{with_heartbeat(R"({"active_hours":{"start":"24:00","end":"17:00"}})"),
                "agents.list[0].heartbeat.active_hours.start: must be HH:MM from 00:00 to 23:59, "
                "got \"24:00\""},
        Refusal{with_heartbeat(R"({"active_hours":{"start":"09:00","end":"24:30"}})"),
                "agents.list[0].heartbeat.active_hours.end: must be HH:MM from 00:00 to 24:00, "
                "got \"24:30\""},
        Refusal{with_heartbeat(R"({"active_hours":{"start":"09:00","end":"17:00","timezone":""}})"),
                "agents.list[0].heartbeat.active_hours.timezone: must be an IANA name or 'user', "
                "got \"\""}));

INSTANTIATE_TEST_SUITE_P(
    Sessions, ReadConfigRefuses,
    ::testing::Values(
        Refusal{R"({"session":{"scope":"per-agent"}})",
                "session.scope: must be per-sender or global, got \"per-agent\""},
        Refusal{R"({"session":{"group_scope":"per-peer"}})",
                "session.group_scope: must be main or per-group, got \"per-peer\""},
        Refusal{R"({"session":{"main_key":"global"}})",
                "session.main_key: names a session that belongs to no agent, got \"global\""},
        Refusal{R"({"session":{"identity_links":{" ":["1"]}}})",
                "session.identity_links[\" \"]: a person needs a name, got \" \""},
        Refusal{R"({"session":{"identity_links":{"Alice":["1"],"alice ":["2"]}}})",
                "session.identity_links[\"alice \"]: is the name \"Alice\" but for case and white "
                "space, got \"alice \""},
        Refusal{R"({"session":{"identity_links":{"alice":["1",""]}}})",
                "session.identity_links.alice[1]: must not be blank, got \"\""},
        Refusal{R"({"session":{"identity_links":{"bob":["x:1"],"alice":["7"," X:1"]}}})",
                "session.identity_links.bob[0]: is linked to \"alice\" too; an id is one person's, "
                "got \"x:1\""}));

INSTANTIATE_TEST_SUITE_P(
    BindingsAndTheRest, ReadConfigRefuses,
    ::testing::Values(
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x"}},
                   {"agent":"a","match":{"channel":" "}}]})",
                "bindings[1].match.channel: must not be blank, got \" \""},
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x",
                   "peer":{"kind":"direct","id":"\u00a0"}}}]})",
                "bindings[0].match.peer.id: must name one peer, or be '*' for all of that kind, "
                "got \"\u00a0\""},
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x","guild":" "}}]})",
                "bindings[0].match.guild: must not be blank; leave it out to match any, got \" \""},
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x","team":""}}]})",
                "bindings[0].match.team: must not be blank; leave it out to match any, got \"\""},
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x","roles":["r"," "]}}]})",
                "bindings[0].match.roles[1]: must not be blank, got \" \""},
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x","roles":"r"}}]})",
                "bindings[0].match.roles: must be a list, got \"r\""},
        Refusal{R"({"bindings":[{"agent":"a","match":{"channel":"x"},
                   "session":{"group_scope":"per-room"}}]})",
                "bindings[0].session.group_scope: must be main or per-group, got \"per-room\""},
        Refusal{R"({"user_timezone":""})",
                "user_timezone: must be an IANA name such as 'UTC', got \"\""},
        Refusal{R"({"limits":{"sessions":0}})",
                "limits.sessions: must be from 1 to 1099511627776, got 0"},
        Refusal{R"({"limits":{"ended_runs":-7}})",
                "limits.ended_runs: must be from 1 to 1099511627776, got -7"}));

TEST(ReadConfig, NamesTheFieldOfADurationOrIdItCannotRead) {
  const std::pair<std::string, std::string> cases[] = {
      {with_heartbeat(R"({"every":"5 parsecs"})"), "agents.list[0].heartbeat.every"},
      {with_heartbeat(R"({"timeout":"-1s"})"), "agents.list[0].heartbeat.timeout"},
      {R"({"agents":{"list":[{"id":"O p s"}]}})", "agents.list[0].id"},
      {R"({"agents":{"list":[{"id":"日本"}]}})", "agents.list[0].id"},
      {R"({"bindings":[{"agent":"","match":{"channel":"x"}}]})", "bindings[0].agent"},
  };
  for (const auto& [json, field] : cases) {
    const Result<Config> config = read_config(json);
    ASSERT_FALSE(config) << json;
    EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
    EXPECT_EQ(config.error().field, field);
  }
}

TEST(ReadConfig, AcceptsTheEdgesOfWhatIsAllowed) {
  for (const std::string& json : {
           std::string(R"({"models":{"m":{"window":1,"reserve":0}}})"),
           std::string(R"({"models":{"m":{"window":1099511627776,"reserve":1099511627775}}})"),
           with_heartbeat(R"({"active_hours":{"start":"00:00","end":"24:00"}})"),
           with_heartbeat(R"({"active_hours":{"start":"22:00","end":"06:00"}})"),
           with_heartbeat(R"({"target":"none","every":"0m","timeout":"1ms"})"),
           with_heartbeat(R"({"replay":{"max_messages":0,"max_tokens":0},"ack_max_chars":0})"),
           with_heartbeat(R"({"model":null,"replay":null})"),
           std::string(R"({"bindings":[{"agent":"a","match":{"channel":"x","account":""}}]})"),
           std::string(R"({"bindings":[{"agent":"a","match":{"channel":"x","roles":[],
                           "peer":{"kind":"group","id":" * "}}}]})"),
           std::string(R"({"session":{"identity_links":{"alice":["7","7 "],"bob":[]},
                           "main_key":" ","scope":"global"}})"),
           std::string(R"({"agents":{"list":[{"id":"a"}]},
                           "bindings":[{"agent":"gone","match":{"channel":"x"}}]})"),
       }) {
    const Result<Config> config = read_config(json);
    EXPECT_TRUE(config) << json << ": " << config.error().what();
  }
}

TEST(CheckConfig, RefusesPlaceholderIdsMadeInCode) {
  Config config;
  config.agents.list.emplace_back();
  ASSERT_TRUE(check_config(config));
  EXPECT_EQ(check_config(config)->field, "agents.list[0].id");

  Config bound;
  bound.bindings.push_back({AgentId(), {"slack"}});
  ASSERT_TRUE(check_config(bound));
  EXPECT_EQ(check_config(bound)->field, "bindings[0].agent");
}

}  // namespace
}  // namespace vagus
