#include "vagus/hooks/mapping.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace vagus {
namespace {

HookRequest request(std::string path, std::string_view payload = R"({"source": "gh", "n": 4})") {
  HookRequest made;
  made.path = std::move(path);
  made.body = payload;
  return made;
}

HookMappings mappings(std::string_view text) {
  return HookMappings::read(text).value_or_throw();
}

/// The message of the agent hook that comes of it; empty when nothing matches.
std::string message(std::string_view list, const HookRequest& asked) {
  const auto found = mappings(list).match(asked).value_or_throw();
  return found ? std::get<AgentHook>(*found).message : "";
}

TEST(HookMappings, TheFirstMatchWins) {
  const char* list = R"([{"match": {"path": "/a/"}, "message_template": "one"},
                         {"match": {"source": "gh"}, "message_template": "two"},
                         {"message_template": "three"}])";
  EXPECT_EQ(message(list, request("a")), "one");
  EXPECT_EQ(message(list, request("/a")), "one");
  EXPECT_EQ(message(list, request("b")), "two");
  EXPECT_EQ(message(list, request("b", R"({"source": "gl"})")), "three");
  EXPECT_EQ(message(list, request("A", R"({"source": 5})")), "three");
}

TEST(HookMappings, NothingMatchesNothing) {
  EXPECT_EQ(mappings("[]").match(request("a")).value_or_throw(), std::nullopt);
  const char* list = R"([{"match": {"path": "a", "source": "gl"}, "message_template": "m"}])";
  EXPECT_EQ(mappings(list).match(request("a")).value_or_throw(), std::nullopt);
}

TEST(HookMappings, BlankConditionsAreNone) {
  EXPECT_EQ(message(R"([{"match": {"path": " / ", "source": " "}, "message_template": "m"}])",
                    request("any", "{}")),
            "m");
}

TEST(HookMappings, AWakeHasATextAndATarget) {
  const char* list = R"([{"action": "wake", "wake_mode": "next-heartbeat", "agent_id": " ops ",
      "text_template": "n={{n}}", "session_key": "hook:{{n}}"}])";
  WakeHook expected;
  expected.text = "n=4";
  expected.mode = HookMode::next_heartbeat;
  expected.agent_id = "ops";
  expected.session_key = "hook:4";
  expected.key_source = HookSource::mapping_templated;
  EXPECT_EQ(mappings(list).match(request("a")).value_or_throw(), Hook(expected));
}

TEST(HookMappings, AnAgentHookSaysWhatItsMappingSays) {
  const char* list = R"([{"message_template": "m", "name": "N {{n}}", "agent_id": " A ",
      "session_key": "hook:x", "to": "{{missing}}", "model": "m{{n}}", "thinking": "{{source}}",
      "deliver": false, "channel": "telegram", "timeout_seconds": 9}])";
  AgentHook expected;
  expected.message = "m";
  expected.name = "N 4";
  expected.agent_id = "A";
  expected.session_key = "hook:x";
  expected.key_source = HookSource::mapping_static;
  expected.deliver = false;
  expected.channel = "telegram";
  expected.model = "m4";
  expected.thinking = "gh";
  expected.timeout_seconds = 9;
  EXPECT_EQ(mappings(list).match(request("a")).value_or_throw(), Hook(expected));
}

TEST(HookMappings, RefuseToSayNothing) {
  const auto field = [](std::string_view list) {
    const auto matched = mappings(list).match(request("a"));
    return matched ? "accepted" : matched.error().field;
  };
  EXPECT_EQ(field(R"([{"message_template": " {{missing}} "}])"), "message");
  EXPECT_EQ(field(R"([{"action": "wake", "text_template": "{{missing}}"}])"), "text");
  EXPECT_EQ(field(R"([{"action": "wake", "message_template": "m"}])"), "text");
  EXPECT_EQ(field(R"([{}])"), "message");
}

TEST(HookMappings, RefuseABodyThatIsNoObject) {
  const auto matched = mappings("[]").match(request("a", "[1]"));
  ASSERT_FALSE(matched);
  EXPECT_EQ(matched.error().field, "body");
}

TEST(HookMappings, KnowWhetherRequestsMakeKeys) {
  EXPECT_FALSE(
      mappings(R"([{"session_key": "hook:x"}, {"name": "{{n}}"}])").templated_session_keys());
  EXPECT_TRUE(mappings(R"([{}, {"session_key": "hook:{{n}}"}])").templated_session_keys());
  EXPECT_EQ(mappings("[{}, {}]").size(), 2U);
}

TEST(HookMappings, RefuseWhatCannotBeMeant) {
  const auto field = [](const std::string& list) {
    const auto read = HookMappings::read(list);
    return read ? "accepted" : read.error().field;
  };
  EXPECT_EQ(field("no"), "$");
  EXPECT_EQ(field("{}"), "$");
  EXPECT_EQ(field(R"([{"messageTemplate": "m"}])"), "[0].messageTemplate");
  EXPECT_EQ(field(R"([{}, {"action": "sing"}])"), "[1].action");
  EXPECT_EQ(field(R"([{"match": {"path": 5}}])"), "[0].match.path");
  EXPECT_EQ(field(R"([{"timeout_seconds": 0}])"), "[0].timeout_seconds");
  EXPECT_EQ(field(R"([{"to": ")" + std::string(kMaxHookTemplateBytes + 1, 'x') + "\"}]"), "[0].to");
  std::string many = "[{}";
  for (std::size_t i = 0; i < kMaxHookMappings; ++i) many += ",{}";
  EXPECT_EQ(field(many + "]"), "$");
}

}  // namespace
}  // namespace vagus
