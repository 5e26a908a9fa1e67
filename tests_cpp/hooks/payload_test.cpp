#include "vagus/hooks/payload.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace vagus {
namespace {

const std::vector<std::string> kChannels = {"slack", "Telegram"};

std::string field_of_refusal(std::string_view body) {
  const auto read = read_agent_hook(body, kChannels);
  return read ? "accepted" : read.error().field;
}

TEST(WakeHook, NeedsAText) {
  EXPECT_EQ(read_wake_hook(R"({"text": " hi "})").value_or_throw().text, "hi");
  for (const char* body : {R"({})", R"({"text": ""})", R"({"text": " \n"})", R"({"text": 5})"}) {
    const auto read = read_wake_hook(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().field, "text");
    EXPECT_EQ(read.error().code, ErrorCode::invalid_input);
  }
}

TEST(WakeHook, WaitsOnlyWhenItSaysSo) {
  EXPECT_EQ(read_wake_hook(R"({"text": "a"})").value_or_throw().mode, HookMode::now);
  EXPECT_EQ(read_wake_hook(R"({"text": "a", "mode": "later"})").value_or_throw().mode,
            HookMode::now);
  EXPECT_EQ(read_wake_hook(R"({"text": "a", "mode": "next-heartbeat"})").value_or_throw().mode,
            HookMode::next_heartbeat);
}

TEST(WakeHook, NamesItsSessionOnlyWhenItWakes) {
  const auto hook = read_wake_hook(R"({"text": "a", "agentId": " ops ", "sessionKey": " hook:x "})")
                        .value_or_throw();
  EXPECT_EQ(hook.agent_id, "ops");
  EXPECT_EQ(hook.session_key, "hook:x");
  EXPECT_EQ(hook.key_source, HookSource::request);
  const auto read =
      read_wake_hook(R"({"text": "a", "sessionKey": "hook:x", "mode": "next-heartbeat"})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().field, "sessionKey");
}

TEST(AgentHook, FillsInWhatIsNotSaid) {
  AgentHook expected;
  expected.message = "m";
  expected.name = "Hook";
  expected.deliver = true;
  expected.channel = "last";
  EXPECT_EQ(read_agent_hook(R"({"message": " m "})", {}).value_or_throw(), expected);
}

TEST(AgentHook, ReadsEveryField) {
  AgentHook expected;
  expected.message = "m";
  expected.name = "N";
  expected.agent_id = "A";
  expected.idempotency_key = "i";
  expected.wake_mode = HookMode::next_heartbeat;
  expected.session_key = "k";
  expected.deliver = false;
  expected.channel = "Telegram";
  expected.to = "1";
  expected.model = "x/y";
  expected.thinking = "low";
  expected.timeout_seconds = 12;
  const auto read = read_agent_hook(R"({"message": "m", "name": " N ", "agentId": " A ",
      "idempotencyKey": " i ", "wakeMode": "next-heartbeat", "sessionKey": " k ",
      "deliver": false, "channel": " telegram", "to": " 1 ", "model": " x/y ", "thinking": "low",
      "timeoutSeconds": 12.9})",
                                    kChannels);
  EXPECT_EQ(read.ok() ? *read : AgentHook{}, expected);
}

TEST(AgentHook, RefusesWhatItCannotGuess) {
  EXPECT_EQ(field_of_refusal(R"({"message": " "})"), "message");
  EXPECT_EQ(field_of_refusal(R"({"message": "m", "channel": 7})"), "channel");
  EXPECT_EQ(field_of_refusal(R"({"message": "m", "channel": "irc"})"), "channel");
  EXPECT_EQ(field_of_refusal(R"({"message": "m", "model": ""})"), "model");
  EXPECT_EQ(field_of_refusal(R"({"message": "m", "model": null})"), "model");
}

TEST(AgentHook, TakesOnlyTimeoutsOfASecondOrMore) {
  for (const char* value : {"-1", "0", "0.5", "\"5\"", "null", "1e300"}) {
    const std::string body = std::string(R"({"message": "m", "timeoutSeconds": )") + value + "}";
    EXPECT_EQ(read_agent_hook(body, {}).value_or_throw().timeout_seconds, std::nullopt) << value;
  }
  EXPECT_EQ(read_agent_hook(R"({"message": "m", "timeoutSeconds": 1})", {})
                .value_or_throw()
                .timeout_seconds,
            1);
}

TEST(AgentHook, IsDeliveredUnlessDeliverIsExactlyFalse) {
  for (const char* value : {"\"no\"", "0", "null", "true"}) {
    const std::string body = std::string(R"({"message": "m", "deliver": )") + value + "}";
    EXPECT_EQ(read_agent_hook(body, {}).value_or_throw().deliver, true) << value;
  }
}

TEST(HookBody, IsABoundedJsonObject) {
  const std::string nested = std::string(100, '[') + std::string(100, ']');
  const std::string long_text = R"({"a": ")" + std::string(kMaxHookBytes, 'x') + "\"}";
  for (const std::string& body :
       {std::string(), std::string("no"), std::string("[1]"), nested, long_text,
        std::string("\xFF"), std::string(R"({"a":1,"a":2})")}) {
    const auto parsed = parse_hook_body(body);
    ASSERT_FALSE(parsed) << body.substr(0, 20);
    EXPECT_EQ(parsed.error().field, "body");
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_input);
    EXPECT_LT(parsed.error().value.size(), 200U);
  }
  const std::string largest = R"({"a": ")" + std::string(kMaxHookBytes - 9, 'x') + "\"}";
  EXPECT_EQ(largest.size(), kMaxHookBytes);
  EXPECT_TRUE(parse_hook_body(largest));
}

std::optional<std::string> key_of(std::map<std::string, std::string> headers,
                                  std::string_view body) {
  return idempotency_key(headers, body, {"idempotency-key", "x-key"}).value_or_throw();
}

TEST(IdempotencyKey, IsTheFirstThatIsSaid) {
  const std::string_view body = R"({"idempotencyKey": " p "})";
  EXPECT_EQ(key_of({}, body), "p");
  EXPECT_EQ(key_of({{"X-Key", "x"}}, body), "x");
  EXPECT_EQ(key_of({{"X-Key", "x"}, {"Idempotency-Key", " i "}}, body), "i");
  EXPECT_EQ(key_of({{"other", "x"}}, "{}"), std::nullopt);
}

TEST(IdempotencyKey, PassesOverWhatIsBlankOrTooLong) {
  const std::string longest(kMaxIdempotencyKey, 'k');
  EXPECT_EQ(key_of({{"idempotency-key", longest}}, "{}"), longest);
  EXPECT_EQ(key_of({{"idempotency-key", longest + "k"}, {"x-key", "x"}}, "{}"), "x");
  EXPECT_EQ(key_of({{"idempotency-key", " "}}, R"({"idempotencyKey": 5})"), std::nullopt);
  EXPECT_FALSE(idempotency_key({}, "no", {}));
}

}  // namespace
}  // namespace vagus
