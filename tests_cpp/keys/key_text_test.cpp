#include "vagus/keys/key_text.hpp"

#include <gtest/gtest.h>

#include <map>

namespace vagus {
namespace {

std::string parts(std::string_view key) {
  const auto split = split_key(key);
  return split ? split->agent + "|" + split->rest : "none";
}

TEST(KeyText, SplitsTheAgentFromTheRest) {
  EXPECT_EQ(parts("agent:main:main"), "main|main");
  EXPECT_EQ(parts(" Agent:Ops:Slack:Channel:C1 "), "ops|slack:channel:c1");
  EXPECT_EQ(parts("agent:O p s:x"), "o p s|x");  // not sanitised
  EXPECT_EQ(parts("agent:a:b::c:"), "a|b::c:");
  EXPECT_EQ(parts("agent:a:agent:b:c"), "a|agent:b:c");  // a wrapped key is opaque
  EXPECT_EQ(parts("agent:a:matrix:channel:!R:S"), "a|matrix:channel:!R:S");
}

TEST(KeyText, RefusesWhatIsNoAgentKey) {
  for (const char* key : {"", " ", "main", "agent", "agent:", "agent:a", "agent:a:", "agent::x",
                          "agent: :x", "agent:a::b", ":agent:a:b", "agentx:a:b"}) {
    EXPECT_EQ(parts(key), "none") << key;
  }
}

TEST(KeyText, NamesTheShapeOfAKey) {
  EXPECT_EQ(key_shape("  "), TextShape::missing);
  EXPECT_EQ(key_shape("AGENT:a:b"), TextShape::agent);
  EXPECT_EQ(key_shape("agent:a"), TextShape::malformed_agent);
  EXPECT_EQ(key_shape("agent"), TextShape::legacy_or_alias);
  EXPECT_EQ(key_shape("global"), TextShape::legacy_or_alias);
}

TEST(KeyText, FindsTheOwner) {
  EXPECT_EQ(*agent_of_key("agent:Ops Team:x"), "ops-team");
  EXPECT_EQ(*agent_of_key("agent:Ops:x", "other"), "ops");
  EXPECT_EQ(*agent_of_key("main", " Ops "), "ops");
}

TEST(KeyText, AKeyWithoutOwnerIsNobodysUnlessToldOtherwise) {
  const auto owner = agent_of_key("main", "  ");
  ASSERT_FALSE(owner);
  EXPECT_EQ(owner.error().code, ErrorCode::ambiguous_agent);
  EXPECT_EQ(owner.error().field, "key");
}

TEST(KeyText, AMalformedKeyHasNoOwnerWhateverTheFallback) {
  const auto owner = agent_of_key("agent:main", "ops");
  ASSERT_FALSE(owner);
  EXPECT_EQ(owner.error().code, ErrorCode::invalid_key);
  EXPECT_EQ(owner.error().field, "key");
}

TEST(KeyText, TurnsStoreKeysIntoRequestKeysAndBack) {
  EXPECT_EQ(request_key("agent:Ops:Slack:Dm:5"), "slack:dm:5");
  EXPECT_EQ(request_key(" Work "), "Work");
  EXPECT_EQ(request_key(" "), std::nullopt);
  EXPECT_EQ(store_key("Ops", "", "Work"), "agent:ops:work");
  EXPECT_EQ(store_key("ops", " MAIN ", "work"), "agent:ops:work");
  EXPECT_EQ(store_key("ops", "Foo", "main"), "agent:ops:foo");
  EXPECT_EQ(store_key("ops", "global", "main"), "agent:ops:global");
  EXPECT_EQ(store_key("ops", "Agent:X Y:Foo", "main"), "agent:x y:foo");
  EXPECT_EQ(store_key("ops", "Agent:X", "main"), "agent:x");
}

TEST(KeyText, ScopesOnlyKeysWithoutOwner) {
  EXPECT_EQ(scope_to_agent(" Foo", "ops", "main"), "agent:ops:foo");
  EXPECT_EQ(scope_to_agent(" Foo", " ", "main"), "Foo");
  EXPECT_EQ(scope_to_agent("agent:A:B ", "ops", "main"), "agent:A:B");
  EXPECT_EQ(scope_to_agent("agent:A", "ops", "main"), "agent:A");
  EXPECT_EQ(scope_to_agent("", "ops", "main"), std::nullopt);
  EXPECT_EQ(canonical_for_agent(" Global", "ops"), "global");
  EXPECT_EQ(canonical_for_agent("Unknown", "ops"), "unknown");
  EXPECT_EQ(canonical_for_agent("Agent:A::B", "ops"), "agent:a::b");
  EXPECT_EQ(canonical_for_agent("Foo", "Ops Team"), "agent:ops-team:foo");
}

TEST(KeyText, KnowsTheNamesOfTheMainSession) {
  const MainNaming work{"Work"};
  for (const char* name : {"main", " work ", "agent:ops:work", "agent:ops:main", "agent:main:work",
                           "agent:main:main"}) {
    EXPECT_EQ(main_alias(name, "Ops", work), "agent:ops:work") << name;
    EXPECT_EQ(main_alias(name, "Ops", {"work", SessionScope::global}), "global") << name;
  }
  for (const char* other : {"", "Main", "agent:other:main", "agent:ops:x", " x "}) {
    EXPECT_EQ(main_alias(other, "ops", work), other);
  }
  EXPECT_EQ(main_session("日本", ""), "agent:main:main");
  EXPECT_EQ(main_session("Ops", " A:B "), "agent:ops:a:b");
}

TEST(KeyText, ComparesRequestsWhoeverOwnsThem) {
  EXPECT_TRUE(same_request("agent:a:main", "agent:b:Main"));
  EXPECT_TRUE(same_request("main", " agent:b:main"));
  EXPECT_TRUE(same_request("Foo", "Foo "));
  EXPECT_FALSE(same_request("Foo", "foo"));
  EXPECT_FALSE(same_request("agent:a:x", "agent:a:y"));
  EXPECT_FALSE(same_request("", " "));
}

TEST(KeyText, KnowsWhatAKeyIsFor) {
  EXPECT_TRUE(is_cron_key("agent:a:cron:job"));
  EXPECT_FALSE(is_cron_key("cron:job"));
  EXPECT_TRUE(is_cron_run_key("agent:a:cron:job:run:1"));
  EXPECT_TRUE(is_cron_run_key("agent:a:cron:job:run:1:heartbeat"));
  EXPECT_FALSE(is_cron_run_key("agent:a:cron:job:run:"));
  EXPECT_FALSE(is_cron_run_key("agent:a:cron:a:b:run:1"));
  EXPECT_FALSE(is_cron_run_key("agent:a:cron::run:1"));
  EXPECT_TRUE(is_subagent_key("SubAgent:1"));
  EXPECT_TRUE(is_subagent_key("agent:a:subagent:1"));
  EXPECT_FALSE(is_subagent_key("agent:a:telegram:subagent:1"));
  EXPECT_TRUE(is_acp_key("acp:1"));
  EXPECT_TRUE(is_acp_key("agent:a:acp:binding:x"));
  EXPECT_FALSE(is_acp_key("agent:a:x:acp:1"));
  EXPECT_TRUE(is_harness_key("agent:a:harness:codex:1"));
  EXPECT_FALSE(is_harness_key("agent:a:harnessed"));
  EXPECT_TRUE(is_internal_effects_key("agent:a:internal-session-effects:1"));
  EXPECT_FALSE(is_internal_effects_key("internal-session-effects:1"));
}

TEST(KeyText, AnIncognitoKeyIsOneExactly) {
  EXPECT_TRUE(is_incognito_key("Agent:a:Dashboard:Incognito-1"));
  EXPECT_TRUE(is_incognito_key("agent:a:subagent:incognito-1"));
  EXPECT_TRUE(is_incognito_key("agent:a:internal-session-effects:incognito-1"));
  for (const char* key : {"agent:a:dashboard:incognito-", "agent:a:dashboard:incognito-1:x",
                          "agent:a:boot:incognito-1", "dashboard:incognito-1",
                          "agent:a:x:dashboard:incognito-1", "agent:a:dashboard:x"}) {
    EXPECT_FALSE(is_incognito_key(key)) << key;
  }
}

TEST(KeyText, OnlyRoomsThatKeepTheirCaseNeedProof) {
  EXPECT_TRUE(needs_case_proof("agent:a:Matrix:Channel:!R"));
  EXPECT_TRUE(needs_case_proof("agent:a::matrix:group:!R"));
  EXPECT_FALSE(needs_case_proof("agent:a:matrix:direct:@u"));
  EXPECT_FALSE(needs_case_proof("agent:a:slack:channel:C1"));
}

TEST(KeyText, CountsSpawnsInTheKey) {
  EXPECT_EQ(subagent_depth("agent:a:main"), 0);
  EXPECT_EQ(subagent_depth("subagent:1"), 1);
  EXPECT_EQ(subagent_depth("agent:a:subagent:1:subagent:2"), 2);
  EXPECT_EQ(subagent_depth("agent:a:subagent:subagent:1"), 1);  // the first child's name
  EXPECT_EQ(subagent_depth("agent:a:subagent"), 0);
  EXPECT_EQ(subagent_depth("agent:a:xsubagent:1"), 0);
}

TEST(KeyText, WhatTheStoreDeclaresWins) {
  std::map<std::string, Spawn> store = {
      {"agent:a:subagent:1", {std::nullopt, "Agent:A:Main"}},
      {"agent:a:subagent:2", {std::nullopt, "agent:a:subagent:1"}},
      {"agent:a:subagent:3", {7, "agent:a:main"}},
      {"agent:a:subagent:4", {std::nullopt, "agent:a:subagent:3"}},
      {"agent:a:subagent:5", {-1, std::nullopt}},
      {"agent:a:x", {std::nullopt, "agent:a:y"}},
      {"agent:a:y", {std::nullopt, "agent:a:x"}},
      {"agent:a:deep", {INT64_MAX, std::nullopt}},
      {"agent:a:deeper", {std::nullopt, "agent:a:deep"}},
  };
  const SpawnLookup look_up = [&store](const std::string& key) {
    const auto found = store.find(key);
    return found == store.end() ? std::optional<Spawn>() : std::optional(found->second);
  };
  EXPECT_EQ(subagent_depth("agent:a:main", look_up), 0);
  EXPECT_EQ(subagent_depth("agent:a:subagent:1", look_up), 1);
  EXPECT_EQ(subagent_depth("Agent:A:Subagent:2", look_up), 2);
  EXPECT_EQ(subagent_depth("agent:a:subagent:3", look_up), 7);
  EXPECT_EQ(subagent_depth("agent:a:subagent:4", look_up), 8);
  EXPECT_EQ(subagent_depth("agent:a:subagent:5", look_up), 1);  // no depth is negative
  EXPECT_EQ(subagent_depth("agent:a:x", look_up), 1);           // a circle ends where it closes
  EXPECT_GT(subagent_depth("agent:a:deeper", look_up), 0);
}

}  // namespace
}  // namespace vagus
