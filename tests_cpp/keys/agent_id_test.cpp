#include "vagus/keys/agent_id.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

const std::string k64(64, 'a');

TEST(AgentId, AcceptsIdsThatNeedOnlyLowerCase) {
  const std::pair<std::string, std::string> cases[] = {
      {"main", "main"},    {"  Ops ", "ops"}, {"A_b-9", "a_b-9"},         {"_x", "_x"},
      {"x-", "x-"},        {"0", "0"},        {"__proto__", "__proto__"}, {k64, k64},
      {"\u212a8s", "k8s"},
  };
  for (const auto& [text, id] : cases) {
    const auto parsed = AgentId::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->str(), id);
    EXPECT_EQ(AgentId::lenient(text), *parsed);
  }
}

TEST(AgentId, RefusesIdsThatWouldBeRewrittenAndSuggestsTheRewrite) {
  const std::pair<std::string, std::string> cases[] = {
      {"O p s", "'o-p-s'"},
      {"café", "'caf'"},
      {"-x", "'x'"},
      {"a:b", "'a-b'"},
      {k64 + "a", k64},
      {"ops\xff", "'ops'"},
      {std::string("a\0b", 3), "a-b"},
  };
  for (const auto& [text, suggestion] : cases) {
    const auto parsed = AgentId::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_key);
    EXPECT_EQ(parsed.error().field, "agent_id");
    EXPECT_EQ(parsed.error().value, quote_clipped(text));
    EXPECT_NE(parsed.error().message.find("did you mean"), std::string::npos) << text;
    EXPECT_NE(parsed.error().message.find(suggestion), std::string::npos) << text;
  }
}

TEST(AgentId, NeverSilentlyBecomesMain) {
  for (const char* text : {"日本", "", "  ", "---", "::", "\xff"}) {
    const auto parsed = AgentId::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message.find("did you mean"), std::string::npos) << text;
    EXPECT_EQ(AgentId::lenient(text).str(), "main");
  }
}

TEST(AgentId, LenientFollowsTheReference) {
  const std::pair<std::string, std::string> cases[] = {
      {"O p s", "o-p-s"},
      {"café", "caf"},
      {"-a--b-", "a--b"},
      {"a- b", "a--b"},
      {"..x..", "x"},
      {"_/", "_"},
      {"Ops Team!", "ops-team"},
      {k64 + "b", k64},
      {std::string(63, 'a') + "- b", std::string(63, 'a') + "-"},
      {"ΣΑΣ", "main"},
      {" SubAgent-", "subagent-"},
      {"/--", "main"},
  };
  for (const auto& [text, id] : cases) EXPECT_EQ(AgentId::lenient(text).str(), id) << text;
}

TEST(AgentId, DefaultIsAnEmptyPlaceholder) {
  EXPECT_TRUE(AgentId().empty());
  EXPECT_FALSE(AgentId::lenient("").empty());
  EXPECT_LT(*AgentId::parse("a"), *AgentId::parse("b"));
}

TEST(Account, IsSanitisedWithDefaultForWhatCannotBeUsed) {
  const std::pair<std::string, std::string> cases[] = {
      {"Work", "work"},
      {"", "default"},
      {" ", "default"},
      {"*", "default"},
      {"Biz 1", "biz-1"},
      {"__proto__", "default"},
      {"Prototype", "default"},
      {"-constructor-", "default"},
      {"CONSTRUCTOR", "default"},
      {"日本", "default"},
      {"constructors", "constructors"},
  };
  for (const auto& [text, account] : cases) EXPECT_EQ(normalize_account(text), account) << text;
}

TEST(AgentId, WhatIsNotUsableHasNoSanitisedForm) {
  EXPECT_EQ(sanitized_agent_id(" O p s "), "o-p-s");
  EXPECT_EQ(sanitized_agent_id("_x"), "_x");
  EXPECT_EQ(sanitized_agent_id("日本"), std::nullopt);
  EXPECT_EQ(sanitized_agent_id("-"), std::nullopt);
}

TEST(AgentId, AValidIdNeedsNothingButLowerCase) {
  EXPECT_TRUE(is_valid_agent_id(" Ops-1_x "));
  EXPECT_TRUE(is_valid_agent_id(std::string(64, 'a')));
  for (const std::string& id : {std::string(), std::string("_x"), std::string("-x"),
                                std::string("a b"), std::string("café"), std::string(65, 'a')}) {
    EXPECT_FALSE(is_valid_agent_id(id)) << id;
  }
}

TEST(AgentId, AnAccountMayBeLeftOut) {
  EXPECT_EQ(optional_account(" Work "), "work");
  EXPECT_EQ(optional_account("default"), "default");
  EXPECT_EQ(optional_account("*"), std::nullopt);
  EXPECT_EQ(optional_account("-CONSTRUCTOR-"), std::nullopt);
}

}  // namespace
}  // namespace vagus
