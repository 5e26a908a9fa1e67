#include "vagus/heartbeat/result.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "vagus/base/json.hpp"

namespace vagus {
namespace {

std::optional<HeartbeatResult> read(std::vector<std::string> calls) {
  return read_heartbeat_result(calls);
}

TEST(HeartbeatResult, ReadsEveryFieldTrimmed) {
  const auto result = read({R"({"outcome": "blocked", "notify": true, "summary": " s ",
      "notification_text": " n ", "reason": " r ", "priority": "high", "next_check": " 1h "})"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, HeartbeatOutcome::blocked);
  EXPECT_TRUE(result->notify);
  EXPECT_EQ(result->summary, "s");
  EXPECT_EQ(result->notification_text, "n");
  EXPECT_EQ(result->reason, "r");
  EXPECT_EQ(result->priority, HeartbeatPriority::high);
  EXPECT_EQ(result->next_check, "1h");
}

TEST(HeartbeatResult, NamesMayBeInCamelCase) {
  const auto result = read({R"({"outcome": "done", "notify": true, "summary": "s",
      "notificationText": "n", "nextCheck": "1h", "unheard": 1})"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->notification_text, "n");
  EXPECT_EQ(result->next_check, "1h");
}

TEST(HeartbeatResult, ACallWithoutWhatItNeedsDoesNotCount) {
  for (const char* call :
       {"", "{}", "[]", "null", "not JSON", R"({"outcome": "done", "notify": true})",
        R"({"outcome": "done", "notify": "true", "summary": "s"})",
        R"({"outcome": "done", "notify": true, "summary": " "})",
        R"({"outcome": "done", "notify": true, "summary": 5})",
        R"({"outcome": "Done", "notify": true, "summary": "s"})",
        R"({"notify": true, "summary": "s"})", R"({"outcome": 1, "notify": true, "summary": "s"})",
        R"({"outcome": "done", "summary": "s"})",
        R"({"outcome": "done", "notify": true, "summary": "s", "summary": "t"})"}) {
    EXPECT_FALSE(read({call})) << call;
  }
}

TEST(HeartbeatResult, OptionalFieldsThatMakeNoSenseAreLeftOut) {
  const auto result = read({R"({"outcome": "done", "notify": false, "summary": "s",
      "notification_text": " ", "reason": 5, "priority": "urgent", "next_check": null})"});
  ASSERT_TRUE(result);
  HeartbeatResult plain;
  plain.outcome = HeartbeatOutcome::done;
  plain.summary = "s";
  EXPECT_EQ(*result, plain);
}

TEST(HeartbeatResult, TheLastValidCallCounts) {
  const std::string first = R"({"outcome": "done", "notify": true, "summary": "first"})";
  const std::string second = R"({"outcome": "done", "notify": true, "summary": "second"})";
  EXPECT_EQ(read({first, second})->summary, "second");
  EXPECT_EQ(read({first, second, "{}"})->summary, "second");
  EXPECT_FALSE(read({}));
}

TEST(HeartbeatResult, LongTextsAreCutBetweenCharacters) {
  const auto call = [](const std::string& text) {
    return R"({"outcome": "done", "notify": true, "summary": ")" + text + R"(", "reason": ")" +
           text + R"(", "next_check": ")" + text + R"(", "notification_text": ")" + text + R"("})";
  };
  std::string text;
  for (std::size_t i = 0; i < kMaxSummaryChars + 1; ++i) text += "\u00e9";
  const auto result = read({call(text)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->summary, text.substr(0, 2 * kMaxSummaryChars));
  EXPECT_EQ(result->reason, text.substr(0, 2 * kMaxReasonChars));
  EXPECT_EQ(result->next_check, text.substr(0, 2 * kMaxNextCheckChars));
  EXPECT_EQ(result->notification_text, text);
}

TEST(RespondTool, IsJsonThatNamesEveryFieldAndValue) {
  const auto tool = parse_json(respond_tool_json(), ErrorCode::invalid_input);
  ASSERT_TRUE(tool);
  EXPECT_EQ((*tool)["name"], kRespondTool);
  const Json& properties = (*tool)["parameters"]["properties"];
  std::size_t fields = 0;
  for_each_field<HeartbeatResult>([&](const auto& each) {
    ++fields;
    EXPECT_TRUE(properties.contains(std::string(each.name))) << each.name;
  });
  EXPECT_EQ(properties.size(), fields);
  for (const std::string_view name : enum_names(HeartbeatOutcome{})) {
    EXPECT_NE(respond_tool_json().find(name), std::string_view::npos) << name;
  }
  EXPECT_EQ(properties["priority"]["enum"].size(), enum_names(HeartbeatPriority{}).size());
  EXPECT_EQ(properties["summary"]["maxLength"], kMaxSummaryChars);
  EXPECT_EQ(properties["reason"]["maxLength"], kMaxReasonChars);
  EXPECT_EQ(properties["next_check"]["maxLength"], kMaxNextCheckChars);
}

}  // namespace
}  // namespace vagus
