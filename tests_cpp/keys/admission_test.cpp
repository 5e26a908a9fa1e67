#include "vagus/keys/admission.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

AgentId agent(std::string_view id) {
  return AgentId::parse(id).value_or_throw();
}

SessionKey key(std::string_view text) {
  return SessionKey::parse(text).value_or_throw();
}

// Two agents, of which `ops` is the default; hooks may name `hook:` keys.
AdmissionRules rules() {
  AdmissionRules made;
  made.agents = {agent("ops"), agent("home")};
  made.default_agent = agent("ops");
  made.allow_request_session_key = true;
  made.allowed_session_key_prefixes = {"hook:", " ", "agent:home:Mail:"};
  return made;
}

AdmissionPolicy policy(const AdmissionRules& made = rules()) {
  return AdmissionPolicy::create(made).value_or_throw();
}

void expect_admitted(const Admission& admission, std::string_view text) {
  EXPECT_TRUE(admission.allowed) << text << ": " << admission.reason;
  EXPECT_EQ(admission.code, AdmissionCode::admitted);
  ASSERT_TRUE(admission.session_key);
  EXPECT_EQ(admission.session_key->str(), text);
}

void expect_refused(const Admission& admission, AdmissionCode code, std::string_view field) {
  EXPECT_FALSE(admission.allowed);
  EXPECT_EQ(name_of(admission.code), name_of(code)) << admission.reason;
  EXPECT_FALSE(admission.session_key);
  EXPECT_TRUE(admission.reason.starts_with(std::string(field) + ": ")) << admission.reason;
}

// ---- hooks

TEST(AdmitHook, AdmitsKeysWithAnAllowedPrefix) {
  const HookCaller caller;
  expect_admitted(admit(" Hook:X ", caller, policy()), "agent:ops:hook:x");
  expect_admitted(admit("hook:x", HookCaller{HookSource::request, "Home"}, policy()),
                  "agent:home:hook:x");
  expect_refused(admit("other:x", caller, policy()), AdmissionCode::prefix_not_allowed,
                 "session_key");
  expect_refused(admit("agent:ops:hook:x", caller, policy()), AdmissionCode::prefix_not_allowed,
                 "session_key");
}

TEST(AdmitHook, ChecksThePrefixAgainWhenTheKeyChangesItsOwner) {
  const HookCaller home{HookSource::request, "home"};
  const HookCaller ops{HookSource::request, "ops"};
  expect_admitted(admit("agent:home:mail:1", home, policy()), "agent:home:mail:1");
  expect_refused(admit("agent:home:mail:1", ops, policy()), AdmissionCode::prefix_not_allowed,
                 "session_key");
  expect_refused(admit("agent:ops:mail:1", home, policy()), AdmissionCode::prefix_not_allowed,
                 "session_key");
}

TEST(AdmitHook, RequestsNameNoSessionsByDefault) {
  AdmissionRules made = rules();
  made.allow_request_session_key = false;
  expect_refused(admit("hook:x", HookCaller{}, policy(made)), AdmissionCode::request_key_disabled,
                 "session_key");
  expect_refused(admit("hook:x", HookCaller{HookSource::mapping_templated, {}}, policy(made)),
                 AdmissionCode::request_key_disabled, "session_key");
  expect_admitted(admit("hook:x", HookCaller{HookSource::mapping_static, {}}, policy(made)),
                  "agent:ops:hook:x");
}

TEST(AdmitHook, StandsInForAKeyThatIsNotGiven) {
  AdmissionRules made = rules();
  expect_admitted(admit("", HookCaller{}, policy(made), "Id-7"), "agent:ops:hook:id-7");
  expect_refused(admit(" ", HookCaller{}, policy(made)), AdmissionCode::missing_key, "session_key");
  made.default_session_key = "Hook:All";
  expect_admitted(admit("", HookCaller{}, policy(made), "7"), "agent:ops:hook:all");
  expect_admitted(admit("", HookCaller{}, policy(made)), "agent:ops:hook:all");
}

TEST(AdmitHook, TemplatesNeedPrefixes) {
  AdmissionRules made = rules();
  made.allowed_session_key_prefixes.clear();
  const HookCaller templated{HookSource::mapping_templated, {}};
  expect_refused(admit("slack:channel:c1", templated, policy(made)),
                 AdmissionCode::prefix_not_allowed, "session_key");
  expect_admitted(admit("", templated, policy(made), "1"), "agent:ops:hook:1");
  expect_admitted(admit("main", HookCaller{HookSource::mapping_static, {}}, policy(made)),
                  "agent:ops:main");
}

TEST(AdmitHook, ReachesNothingThatTheEngineKeeps) {
  AdmissionRules made = rules();
  made.allowed_session_key_prefixes.clear();
  const HookCaller caller{HookSource::mapping_static, {}};
  for (const char* text : {"subagent:x", "cron:daily", "acp:x", "harness:x", "SubAgent:x",
                           "agent:ops:cron:daily", "internal-session-effects:x"}) {
    expect_refused(admit(text, caller, policy(made)), AdmissionCode::reserved_namespace,
                   "session_key");
  }
  expect_refused(admit("dashboard:incognito-1", caller, policy(made)),
                 AdmissionCode::incognito_not_permitted, "session_key");
  expect_refused(admit("cron:daily:run:1", caller, policy(made)), AdmissionCode::finished_run,
                 "session_key");
}

TEST(AdmitHook, TellsIdsApartByCaseWhereTheChannelDoes) {
  AdmissionRules made = rules();
  made.allowed_session_key_prefixes = {"hook:", "matrix:channel:!AbC:"};
  expect_admitted(admit("matrix:channel:!AbC:hs", HookCaller{}, policy(made)),
                  "agent:ops:matrix:channel:!AbC:hs");
  expect_refused(admit("matrix:channel:!abc:hs", HookCaller{}, policy(made)),
                 AdmissionCode::prefix_not_allowed, "session_key");
}

// ---- agents

TEST(AdmitAgentId, IsConfiguredAndNeverRewritten) {
  const auto named = [](const char* id) {
    return admit("hook:x", HookCaller{HookSource::request, id}, policy());
  };
  expect_refused(named("ops team"), AdmissionCode::malformed_agent, "agent");
  expect_refused(named("日本"), AdmissionCode::malformed_agent, "agent");
  expect_refused(named("nobody"), AdmissionCode::unknown_agent, "agent");
  expect_refused(admit("agent:nobody:x", Operator{}, policy()), AdmissionCode::unknown_agent,
                 "session_key");
}

TEST(AdmitAgentId, IsRequiredWhenSeveralCouldBeMeant) {
  AdmissionRules made = rules();
  made.default_agent.reset();
  for (const Principal& each :
       {Principal(HookCaller{}), Principal(GatewayClient{}), Principal(Operator{})}) {
    expect_refused(admit("hook:x", each, policy(made)), AdmissionCode::agent_required,
                   "session_key");
  }
  made.agents = {agent("home")};
  expect_admitted(admit("hook:x", Operator{}, policy(made)), "agent:home:hook:x");
  made.agents.clear();
  expect_admitted(admit("hook:x", Operator{}, policy(made)), "agent:main:hook:x");
  expect_admitted(admit("agent:any:x", Operator{}, policy(made)), "agent:any:x");
}

TEST(AdmitAgentId, MustBeTheOneOfTheKey) {
  GatewayClient client;
  client.agent = "home";
  expect_admitted(admit("x", client, policy()), "agent:home:x");
  expect_admitted(admit("agent:home:x", client, policy()), "agent:home:x");
  expect_refused(admit("agent:ops:x", client, policy()), AdmissionCode::agent_mismatch,
                 "session_key");
  expect_refused(admit("agent:ops:x", Operator{"home"}, policy()), AdmissionCode::agent_mismatch,
                 "session_key");
}

// ---- shapes

TEST(AdmitKey, RefusesWhatNoSessionCanBeCalled) {
  for (const char* text :
       {"agent:ops", "agent:ops:", "agent:ops::x", "AGENT::x", "agent:o p s:x", ":x",
        ":agent:ops:x", "agent:ops: subagent:x", "a\nb", "a\x7f", "a\xc2\x85", "\xff"}) {
    expect_refused(admit(text, Operator{}, policy()), AdmissionCode::malformed_key, "session_key");
  }
  const std::string_view with_nul("hook:a\0b", 8);
  expect_refused(admit(with_nul, HookCaller{}, policy()), AdmissionCode::malformed_key,
                 "session_key");
  for (const char* text : {"global", " Unknown "}) {
    expect_refused(admit(text, Operator{}, policy()), AdmissionCode::shared_key, "session_key");
  }
  expect_refused(admit(" \u3000", GatewayClient{}, policy()), AdmissionCode::missing_key,
                 "session_key");
  EXPECT_EQ(admit(std::string(1 << 20, ':'), Operator{}, policy()).code,
            AdmissionCode::malformed_key);
}

TEST(AdmitKey, KnowsTheSpellingsOfTheMainSession) {
  AdmissionRules made = rules();
  made.main_key = MainKey::parse("work").value_or_throw();
  for (const char* text : {"main", "Work", "agent:ops:main", "agent:ops:work"}) {
    expect_admitted(admit(text, GatewayClient{}, policy(made)), "agent:ops:work");
  }
  expect_admitted(admit("agent:ops:main:thread:1:heartbeat", GatewayClient{}, policy(made)),
                  "agent:ops:work:thread:1:heartbeat");
  GatewayClient client;
  client.sessions = {key("agent:ops:main")};
  expect_refused(admit("agent:ops:main", client, policy(made)), AdmissionCode::session_not_owned,
                 "session_key");
  client.prefixes = {"agent:ops:main:"};
  expect_refused(admit("agent:ops:main:thread:1", client, policy(made)),
                 AdmissionCode::session_not_owned, "session_key");
}

TEST(AdmitKey, OnlyTheOperatorReachesKeysInsideKeys) {
  const char* nested = "agent:ops:agent:home:main";
  expect_admitted(admit(nested, Operator{}, policy()), nested);
  for (const Principal& each :
       {Principal(GatewayClient{}), Principal(AgentCaller{agent("ops"), {agent("home")}})}) {
    expect_refused(admit(nested, each, policy()), AdmissionCode::nested_key, "session_key");
  }
}

TEST(AdmitOperator, ReachesEverySessionOfTheAgents) {
  for (const char* text :
       {"agent:ops:cron:daily:run:1", "agent:home:harness:x", "agent:ops:subagent:x",
        "agent:ops:dashboard:incognito-1", "agent:ops:internal-session-effects:x"}) {
    expect_admitted(admit(text, Operator{}, policy()), text);
  }
}

// ---- gateway clients

TEST(AdmitClient, ReachesItsAgents) {
  GatewayClient client;
  client.agents = {agent("home")};
  expect_admitted(admit("agent:Home:X", client, policy()), "agent:home:x");
  expect_refused(admit("agent:ops:x", client, policy()), AdmissionCode::agent_not_permitted,
                 "session_key");
  expect_refused(admit("x", client, policy()), AdmissionCode::agent_not_permitted, "session_key");
  client.agents = std::vector<AgentId>();
  expect_refused(admit("agent:home:x", client, policy()), AdmissionCode::agent_not_permitted,
                 "session_key");
}

TEST(AdmitClient, ReachesTheSessionsItOwns) {
  GatewayClient client;
  client.sessions = {key("agent:ops:main")};
  client.prefixes = {"Agent:Ops:webchat:Alice", "agent:ops:api:", " "};
  for (const char* text : {"agent:ops:main", "agent:ops:webchat:alice",
                           "agent:ops:webchat:alice:thread:1", "agent:ops:api:x:heartbeat"}) {
    expect_admitted(admit(text, client, policy()), text);
  }
  for (const char* text :
       {"agent:ops:main:heartbeat", "agent:ops:main:thread:1", "agent:ops:webchat:alice2",
        "agent:home:main", "agent:ops:api", "agent:ops:x"}) {
    expect_refused(admit(text, client, policy()), AdmissionCode::session_not_owned, "session_key");
  }
  GatewayClient nothing;
  nothing.sessions = std::vector<SessionKey>();
  expect_refused(admit("main", nothing, policy()), AdmissionCode::session_not_owned, "session_key");
}

TEST(AdmitClient, ReachesNothingThatTheEngineKeeps) {
  GatewayClient client;
  client.admin = true;
  for (const char* text :
       {"subagent:x", "agent:ops:cron:daily", "acp:x", "harness:x", "internal-session-effects:x",
        "agent:ops:subagent:x:thread:1", "agent:ops:subagent:x:heartbeat"}) {
    expect_refused(admit(text, client, policy()), AdmissionCode::reserved_namespace, "session_key");
  }
  expect_refused(admit("cron:daily:run:1:heartbeat", client, policy()), AdmissionCode::finished_run,
                 "session_key");
}

TEST(AdmitClient, GetsAnIncognitoSessionOnlyIfEverythingIsIncognito) {
  const char* text = "agent:ops:dashboard:incognito-1";
  GatewayClient client;
  client.admin = true;
  client.surface = Surface::web;
  client.incognito = true;
  expect_admitted(admit(text, client, policy()), text);
  client.parent = key("agent:ops:dashboard:incognito-0");
  expect_admitted(admit(text, client, policy()), text);

  std::vector<GatewayClient> lacking(4, client);
  lacking[0].admin = false;
  lacking[1].surface = Surface::api;
  lacking[2].incognito = false;
  lacking[3].parent = key("agent:ops:main");
  for (const GatewayClient& each : lacking) {
    expect_refused(admit(text, each, policy()), AdmissionCode::incognito_not_permitted,
                   "session_key");
    expect_refused(admit(std::string(text) + ":thread:1", each, policy()),
                   AdmissionCode::incognito_not_permitted, "session_key");
  }
}

// ---- tools

TEST(AdmitAgent, ReachesItsOwnWork) {
  const AgentCaller caller{agent("ops"), {}};
  expect_admitted(admit("main", caller, policy()), "agent:ops:main");
  for (const char* text : {"agent:ops:subagent:x", "agent:ops:cron:daily", "agent:ops:acp:x",
                           "agent:ops:slack:channel:c1:thread:1"}) {
    expect_admitted(admit(text, caller, policy()), text);
  }
  expect_refused(admit("agent:ops:harness:x", caller, policy()), AdmissionCode::reserved_namespace,
                 "session_key");
  expect_refused(admit("agent:ops:cron:daily:run:1", caller, policy()), AdmissionCode::finished_run,
                 "session_key");
  expect_refused(admit("agent:ops:dashboard:incognito-1", caller, policy()),
                 AdmissionCode::incognito_not_permitted, "session_key");
}

TEST(AdmitAgent, ReachesSessionsOfOtherAgentsIfItMay) {
  const AgentCaller alone{agent("ops"), {}};
  const AgentCaller caller{agent("ops"), {agent("home")}};
  expect_refused(admit("agent:home:main", alone, policy()), AdmissionCode::agent_not_permitted,
                 "session_key");
  expect_admitted(admit("agent:home:main", caller, policy()), "agent:home:main");
  for (const char* text :
       {"agent:home:slack:channel:c1:thread:1", "agent:home:telegram:group:-100:topic:7"}) {
    expect_refused(admit(text, caller, policy()), AdmissionCode::thread_of_other_agent,
                   "session_key");
  }
  expect_refused(admit("agent:home:subagent:x", caller, policy()),
                 AdmissionCode::reserved_namespace, "session_key");
}

// ---- policies

void expect_invalid(const AdmissionRules& made, std::string_view field) {
  const auto refused = AdmissionPolicy::create(made);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_config);
  EXPECT_EQ(refused.error().field, field);
}

TEST(AdmissionPolicy, RefusesPrefixesThatAdmitTooMuch) {
  for (const char* prefix : {"hook", "agent:ops", "subagent:", "agent:ops:Cron:", "\xff:"}) {
    AdmissionRules made = rules();
    made.allowed_session_key_prefixes = {"hook:", prefix};
    expect_invalid(made, "allowed_session_key_prefixes[1]");
  }
}

TEST(AdmissionPolicy, RefusesADefaultKeyThatNoHookCouldHave) {
  for (const char* text : {"other:x", "agent:home:other:x", "hook:a\nb", "agent:nobody:mail:1"}) {
    AdmissionRules made = rules();
    made.default_session_key = text;
    expect_invalid(made, "default_session_key");
  }
  AdmissionRules made = rules();
  made.default_session_key = "agent:home:mail:all";
  EXPECT_TRUE(AdmissionPolicy::create(made));
  made.allowed_session_key_prefixes.clear();
  made.default_session_key = "cron:daily";
  expect_invalid(made, "default_session_key");
}

TEST(AdmissionPolicy, RefusesPrefixesThatShutOutNewKeys) {
  AdmissionRules made = rules();
  made.allowed_session_key_prefixes = {"hook:mail:"};
  expect_invalid(made, "allowed_session_key_prefixes");
  made.default_session_key = "hook:mail:all";
  EXPECT_TRUE(AdmissionPolicy::create(made));
}

TEST(AdmissionPolicy, RefusesTemplatesWithoutPrefixes) {
  AdmissionRules made = rules();
  made.templated_mappings = true;
  EXPECT_TRUE(AdmissionPolicy::create(made));
  made.allowed_session_key_prefixes = {" "};
  expect_invalid(made, "allowed_session_key_prefixes");
}

TEST(AdmissionPolicy, RefusesADefaultAgentThatIsNotConfigured) {
  AdmissionRules made = rules();
  made.default_agent = agent("nobody");
  expect_invalid(made, "default_agent");
}

}  // namespace
}  // namespace vagus
