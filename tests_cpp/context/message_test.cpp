#include "vagus/context/message.hpp"

#include <gtest/gtest.h>

#include "build.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

Part part_of(PartKind kind) {
  Part part;
  part.kind = kind;
  if (kind == PartKind::tool_call || kind == PartKind::tool_result) part.call_id = "1";
  return part;
}

TEST(Message, TextOfJoinsTextAndResultsOnly) {
  Part thinking = part_of(PartKind::thinking);
  thinking.text = "hidden";
  const Message message{Role::assistant,
                        {text_part("one"), thinking, call_part("1"), text_part("two")}};
  EXPECT_EQ(text_of(message), "one\ntwo");
  EXPECT_EQ(text_of(result("1", "output")), "output");
  EXPECT_EQ(text_of(Message{Role::user, {text_part(""), text_part("")}}), "\n");
  EXPECT_EQ(text_of(Message{Role::user, {image_part()}}), "");
}

TEST(Message, EveryRoleTakesItsOwnKindsOfParts) {
  // text, image, tool_call, tool_result, thinking, opaque
  const bool expected[4][6] = {{true, false, false, false, false, true},
                               {true, true, false, false, false, true},
                               {true, true, true, false, true, true},
                               {false, true, false, true, false, true}};
  for (std::size_t role = 0; role < 4; ++role) {
    for (std::size_t kind = 0; kind < 6; ++kind) {
      Message message{static_cast<Role>(role), {part_of(static_cast<PartKind>(kind))}};
      if (message.role == Role::tool) message.parts.insert(message.parts.begin(), result_part("1"));
      EXPECT_EQ(!check_message("message", message, Limits{}), expected[role][kind])
          << name_of(message.role) << " " << name_of(static_cast<PartKind>(kind));
    }
  }
}

struct Refused {
  std::string name;
  Message message;
  std::string field;
};

class MessageRefused : public testing::TestWithParam<Refused> {};

TEST_P(MessageRefused, NamesThePartAndField) {
  Limits limits;
  limits.text_bytes = 20;
  const MaybeError error = check_message("message", GetParam().message, limits);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::invalid_input);
  EXPECT_EQ(error->field, GetParam().field);
}

Message with_bad(std::string Part::*member) {
  Part part = call_part("1");
  part.*member = "\xC3(";
  return Message{Role::assistant, {text_part("ok"), part}};
}

Message with_unused(std::string Part::*member) {
  Part part = text_part("ok");
  part.*member = "x";
  return Message{Role::user, {part}};
}

Message call_with(std::string Part::*member, std::string value) {
  Part part = call_part("1");
  part.*member = std::move(value);
  return Message{Role::assistant, {part}};
}

INSTANTIATE_TEST_SUITE_P(
    Message, MessageRefused,
    testing::Values(
        Refused{"NoParts", Message{Role::user, {}}, "message.parts"},
        Refused{"CallByUser", Message{Role::user, {call_part("1")}}, "message.parts[0].kind"},
        Refused{"CallWithoutId", Message{Role::assistant, {text_part("a"), call_part("")}},
                "message.parts[1].call_id"},
        Refused{"ResultWithoutId", Message{Role::tool, {result_part("")}},
                "message.parts[0].call_id"},
        Refused{"ToolWithoutResult", Message{Role::tool, {image_part()}}, "message.parts[0].kind"},
        Refused{"BadText", user("\xC3("), "message.parts[0].text"},
        Refused{"BadCallId", with_bad(&Part::call_id), "message.parts[1].call_id"},
        Refused{"BadName", with_bad(&Part::name), "message.parts[1].name"},
        Refused{"BadArguments", with_bad(&Part::arguments), "message.parts[1].arguments"},
        Refused{"UnusedData", with_unused(&Part::data), "message.parts[0].data"},
        Refused{"UnusedCallId", with_unused(&Part::call_id), "message.parts[0].call_id"},
        Refused{"UnusedName", with_unused(&Part::name), "message.parts[0].name"},
        Refused{"UnusedArguments", with_unused(&Part::arguments), "message.parts[0].arguments"},
        Refused{"TextOfACall", call_with(&Part::text, "x"), "message.parts[0].text"},
        Refused{"LongText", user(std::string(21, 'a')), "message.parts[0].text"},
        Refused{"LongTogether",
                Message{Role::user, {text_part(std::string(15, 'a')), text_part("bbbbbb")}},
                "message.parts[1].text"}),
    [](const auto& given) { return given.param.name; });

TEST(Message, LabelsOfToolsAreBounded) {
  const std::string longest(kMaxToolLabelBytes, 'x');
  for (const auto member : {&Part::call_id, &Part::name}) {
    EXPECT_FALSE(check_message("m", call_with(member, longest), Limits{}));
    EXPECT_TRUE(check_message("m", call_with(member, longest + "x"), Limits{}));
  }
}

TEST(Message, TheLimitItselfIsAllowed) {
  Limits limits;
  limits.text_bytes = 20;
  EXPECT_FALSE(check_message("m", user(std::string(20, 'a')), limits));
}

TEST(Message, ExtraIsABoundedJsonObject) {
  Limits limits;
  limits.text_bytes = 20;
  const auto field_of = [&](std::optional<std::string> of_part, std::optional<std::string> of_all) {
    Message message = user("12345678");
    message.parts[0].extra = std::move(of_part);
    message.extra = std::move(of_all);
    const MaybeError failed = check_message("message", message, limits);
    return failed ? failed->field : "";
  };
  EXPECT_EQ(field_of("{}", R"({"a":[1]})"), "");
  EXPECT_EQ(field_of(R"({"a":1234567})", std::nullopt), "message.parts[0].extra");
  EXPECT_EQ(field_of("{}", R"({"a":[1,2]})"), "message.extra");
  for (const std::string bad : {"", "[]", "1", "{", "{\"a\":1,\"a\":2}", "{\"\xFF\":1}"}) {
    EXPECT_EQ(field_of(bad, std::nullopt), "message.parts[0].extra") << bad;
    EXPECT_EQ(field_of(std::nullopt, bad), "message.extra") << bad;
  }
}

}  // namespace
}  // namespace vagus
