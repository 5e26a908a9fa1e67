#include "vagus/routing/session_names.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

Config config(std::vector<std::string_view> agents, std::string_view marked = "") {
  Config made;
  for (const std::string_view id : agents) {
    AgentConfig agent;
    agent.id = AgentId::parse(id).value_or_throw();
    agent.is_default = id == marked;
    made.agents.list.push_back(agent);
  }
  return made;
}

SessionNames names(const Config& made, std::string_view main_key = "main",
                   SessionScope scope = SessionScope::per_sender) {
  Config with = made;
  with.session.main_key = MainKey::parse(main_key).value_or_throw();
  with.session.scope = scope;
  return SessionNames::create(with).value_or_throw();
}

std::string resolved(const SessionNames& from, std::string_view name) {
  return from.resolve(name).value_or_throw();
}

TEST(SessionNames, BareNamesAreTheDefaultAgents) {
  EXPECT_EQ(resolved(names(config({})), " Foo "), "agent:main:foo");
  EXPECT_EQ(resolved(names(config({"ops"})), "Foo"), "agent:ops:foo");
  EXPECT_EQ(resolved(names(config({"a", "b"}, "b")), "Foo"), "agent:b:foo");
  EXPECT_EQ(resolved(names(config({"a"})), ":agent:b:x"), "agent:a::agent:b:x");
  EXPECT_EQ(names(config({"a", "b"})).resolve("foo", "Ops Team").value_or_throw(),
            "agent:ops-team:foo");
  EXPECT_EQ(names(config({"a"})).resolve("foo", " ").value_or_throw(), "agent:a:foo");
}

TEST(SessionNames, AGuessIsAnError) {
  const SessionNames several = names(config({"a", "b"}));
  for (const char* name : {"foo", "main", "agent:main:main"}) {
    const auto refused = several.resolve(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, ErrorCode::ambiguous_agent);
    EXPECT_EQ(refused.error().field, "agents.list");
  }
  EXPECT_FALSE(several.default_agent());
}

TEST(SessionNames, OwnedKeysKeepTheirOwner) {
  const SessionNames from = names(config({"a", "b"}));
  EXPECT_EQ(resolved(from, "Agent:O p s:X"), "agent:o p s:x");
  EXPECT_EQ(from.resolve("agent:a:x", "b").value_or_throw(), "agent:a:x");
  EXPECT_EQ(resolved(from, "agent:a:Matrix:Group:!AbC"), "agent:a:matrix:group:!AbC");
  for (const char* malformed : {"agent:a", "agent::x", "agent:a::x"}) {
    EXPECT_EQ(resolved(from, malformed), malformed);
  }
}

TEST(SessionNames, SomeNamesBelongToNobody) {
  const SessionNames from = names(config({"a", "b"}));
  EXPECT_EQ(resolved(from, " "), "");
  EXPECT_EQ(resolved(from, " GLOBAL"), "global");
  EXPECT_EQ(resolved(from, "Unknown"), "unknown");
  EXPECT_EQ(resolved(from, "agent:a:global"), "agent:a:global");
}

TEST(SessionNames, EverySpellingOfTheMainSessionIsOne) {
  const SessionNames from = names(config({"ops"}), "Work");
  for (const char* name : {"main", "MAIN", "work", "agent:ops:main", "agent:Ops:Work",
                           "agent:main:main", "agent:main:work"}) {
    EXPECT_EQ(resolved(from, name), "agent:ops:work") << name;
  }
  EXPECT_EQ(resolved(from, "agent:main:other"), "agent:main:other");
  EXPECT_EQ(from.main_session(AgentId::lenient("ops")), "agent:ops:work");
  const std::vector<std::string> spellings = {
      "agent:main:main", "agent:main:work", "agent:ops:main", "agent:ops:work", "main", "work"};
  EXPECT_EQ(from.aliases(AgentId::lenient("ops")), spellings);
}

TEST(SessionNames, AnAgentCalledMainKeepsItsMainSession) {
  const SessionNames from = names(config({"main", "ops"}, "ops"));
  EXPECT_EQ(resolved(from, "agent:main:main"), "agent:main:main");
  EXPECT_EQ(resolved(from, "main"), "agent:ops:main");
  EXPECT_EQ(from.aliases(AgentId::lenient("main")), std::vector<std::string>{"agent:main:main"});
  const std::vector<std::string> spellings = {"agent:ops:main", "main"};
  EXPECT_EQ(from.aliases(AgentId::lenient("ops")), spellings);
}

TEST(SessionNames, TheGlobalScopeHasOneMainSession) {
  const SessionNames from = names(config({"a", "b"}), "main", SessionScope::global);
  EXPECT_EQ(resolved(from, "Main"), "global");
  EXPECT_EQ(resolved(from, "agent:a:main"), "global");
  EXPECT_EQ(resolved(from, "agent:a:x"), "agent:a:x");
  EXPECT_FALSE(from.resolve("agent:main:main"));
  const std::vector<std::string> spellings = {"agent:a:main", "global", "main"};
  EXPECT_EQ(from.aliases(AgentId::lenient("a")), spellings);
}

TEST(SessionNames, MainAliasComparesWithCase) {
  const SessionNames from = names(config({}), "Work");
  for (const char* key : {" main ", "work", "agent:ops-team:main", "agent:ops-team:work",
                          "agent:main:main", "agent:main:work"}) {
    EXPECT_EQ(from.main_alias(key, "Ops Team"), "agent:ops-team:work") << key;
  }
  for (const char* key : {"Main", "x:main", "agent:other:main", "Agent:Main:main", ""}) {
    EXPECT_EQ(from.main_alias(key, "Ops Team"), key);
  }
  EXPECT_EQ(names(config({}), "main", SessionScope::global).main_alias("main", "a"), "global");
}

TEST(SessionNames, FindTheAgentOfARequest) {
  const SessionNames from = names(config({"main", "ops"}));
  EXPECT_EQ(from.agent_for("agent:main:x").value_or_throw().str(), "main");
  EXPECT_EQ(from.agent_for("agent:O p s:x").value_or_throw().str(), "o-p-s");
  EXPECT_EQ(from.agent_for("agent:ops:x", " OPS ").value_or_throw().str(), "ops");
  EXPECT_EQ(from.agent_for("x", "ops").value_or_throw().str(), "ops");
  EXPECT_EQ(names(config({})).agent_for("x").value_or_throw().str(), "main");
}

TEST(SessionNames, RefuseARequestThatContradictsItself) {
  const SessionNames from = names(config({"main", "ops"}));
  const auto expect = [&](std::string_view key, std::optional<std::string> agent, ErrorCode code,
                          std::string_view field) {
    const auto refused = from.agent_for(key, agent);
    ASSERT_FALSE(refused) << key;
    EXPECT_EQ(refused.error().code, code) << key;
    EXPECT_EQ(refused.error().field, field) << key;
  };
  expect("agent:main:x", "ops", ErrorCode::invalid_input, "agent");
  expect("agent:main", "main", ErrorCode::invalid_key, "session_key");
  expect("\xff", "main", ErrorCode::invalid_key, "session_key");
  expect("x", "nope", ErrorCode::unknown_agent, "agent");
  expect("x", "日", ErrorCode::unknown_agent, "agent");
  expect("x", std::nullopt, ErrorCode::ambiguous_agent, "agents.list");
  expect("agent:日本:x", std::nullopt, ErrorCode::invalid_key, "session_key");
  expect("agent:日本:x", "main", ErrorCode::invalid_input, "agent");
  EXPECT_EQ(from.resolve("\xff").error().code, ErrorCode::invalid_key);
}

TEST(SessionNames, NeverTakeAnUnusableAgentForMain) {
  const SessionNames from = names(config({"main", "ops"}));
  const auto foreign = from.resolve("x", "日本");
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::invalid_key);
  EXPECT_EQ(foreign.error().field, "agent");
  const auto named = from.resolve("agent:日本:main");
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code, ErrorCode::invalid_key);
  EXPECT_EQ(named.error().field, "session_key");
  EXPECT_EQ(from.resolve("agent:日本:x").value_or_throw(), "agent:日本:x");
}

TEST(SessionNames, ComeFromAConfigurationThatLoads) {
  EXPECT_EQ(SessionNames::create(config({"a", "a"})).error().code, ErrorCode::invalid_config);
}

}  // namespace
}  // namespace vagus
