#include "vagus/context/dialect.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "build.hpp"
#include "vagus/context/tools.hpp"

namespace vagus {
namespace {

using testing_messages::Dice;

constexpr Dialect kDialects[] = {Dialect::openai_chat, Dialect::openai_responses,
                                 Dialect::anthropic, Dialect::openclaw};

// Words that mean something in some dialect, so that random values get far.
constexpr std::string_view kKeys[] = {
    "role",      "content",    "type",         "text",         "tool_calls", "id",
    "function",  "name",       "arguments",    "call_id",      "output",     "input",
    "image_url", "url",        "tool_call_id", "tool_use_id",  "source",     "summary",
    "command",   "toolCallId", "toolName",     "message",      "is_error",   "data",
    "mimeType",  "thinking",   "parameters",   "input_schema", "odd"};
constexpr std::string_view kWords[] = {"user",
                                       "assistant",
                                       "tool",
                                       "system",
                                       "toolResult",
                                       "bashExecution",
                                       "text",
                                       "function",
                                       "tool_use",
                                       "toolCall",
                                       "function_call",
                                       "tool_result",
                                       "reasoning",
                                       "summary_text",
                                       "image",
                                       "image_url",
                                       "input_text",
                                       "output_text",
                                       "message",
                                       "function_call_output",
                                       "",
                                       "a|b",
                                       "data:image/png;base64,AA",
                                       "thinking"};

template <std::size_t N>
std::string one_of(Dice& dice, const std::string_view (&words)[N]) {
  return std::string(words[dice.roll(static_cast<std::int64_t>(N))]);
}

Json random_json(Dice& dice, int depth) {
  switch (dice.roll(depth == 0 ? 5 : 9)) {
    case 0:
      return nullptr;
    case 1:
      return dice.roll(2) == 0;
    case 2:
      return dice.roll(1'000);
    case 3:
    case 4:
      return one_of(dice, kWords);
    case 5:
    case 6: {
      Json list = Json::array();
      for (auto n = dice.roll(3); n > 0; --n) list.push_back(random_json(dice, depth - 1));
      return list;
    }
    default: {
      Json object = {{"type", one_of(dice, kWords)}};
      for (auto n = dice.roll(6); n > 0; --n) {
        object[one_of(dice, kKeys)] = random_json(dice, depth - 1);
      }
      return object;
    }
  }
}

// Something that is a message now and then.
Json random_message(Dice& dice) {
  Json content = dice.roll(3) == 0 ? Json("hi") : Json::array();
  for (auto n = content.is_array() ? dice.roll(3) : 0; n > 0; --n) {
    content.push_back({{"type", one_of(dice, kWords)}, {"text", "x"}});
    if (dice.roll(2) == 0) content.back()[one_of(dice, kKeys)] = random_json(dice, 2);
  }
  Json message = {{"role", kWords[dice.roll(6)]}, {"content", std::move(content)}};
  for (auto n = dice.roll(4); n > 0; --n) message[one_of(dice, kKeys)] = random_json(dice, 3);
  return message;
}

// nlohmann's objects in insertion order are equal only in the same order.
nlohmann::json unordered(const Json& value) {
  return nlohmann::json::parse(value.dump());
}

TEST(Dialect, WhateverCanBeReadIsWrittenAgain) {
  Dice dice(11);
  int readable = 0;
  for (int round = 0; round < 12'000; ++round) {
    const Dialect dialect = kDialects[round % 4];
    Json list = Json::array();
    for (auto n = 1 + dice.roll(2); n > 0; --n) {
      list.push_back(dice.roll(4) == 0 ? random_json(dice, 4) : random_message(dice));
    }
    const auto read = read_messages(dialect, list);
    if (!read) {
      ASSERT_FALSE(read.error().field.empty()) << list;
      continue;
    }
    ++readable;
    const auto written = write_messages(dialect, *read);
    ASSERT_TRUE(written) << list << " " << written.error().what();
    ASSERT_EQ(unordered(*written), unordered(list)) << name_of(dialect);
    for (const Dialect other : kDialects) {
      const auto converted = write_messages(other, *read);
      if (!converted) continue;
      const auto again = read_messages(other, *converted);
      ASSERT_TRUE(again) << *converted << " " << again.error().what();
    }
  }
  EXPECT_GT(readable, 1'000);
}

TEST(Dialect, ToolsAreReadAndWrittenAgain) {
  Dice dice(12);
  int readable = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Dialect dialect = kDialects[round % 4];
    Json list = Json::array({random_json(dice, 3)});
    if (list[0].is_object() && dice.roll(2) == 0) list[0]["name"] = "f";
    if (list[0].is_object() && dice.roll(2) == 0) list[0]["type"] = "function";
    const auto read = read_tools(dialect, list);
    if (!read) continue;
    ++readable;
    const auto written = write_tools(dialect, *read);
    ASSERT_TRUE(written) << list;
    ASSERT_EQ(unordered(*written), unordered(list)) << name_of(dialect);
  }
  EXPECT_GT(readable, 1'000);
}

TEST(Dialect, NestingIsBounded) {
  for (const Dialect dialect : kDialects) {
    Json value = 1;
    for (std::int64_t i = 0; i < kMaxMessageDepth - 2; ++i) value = Json::array({value});
    Json message = {{"role", "user"}, {"content", "x"}, {"odd", value}};
    const auto read = read_messages(dialect, Json::array({message}));
    ASSERT_TRUE(read);
    EXPECT_TRUE(write_messages(dialect, *read));
    message["odd"] = Json::array({value});
    EXPECT_FALSE(read_messages(dialect, Json::array({message})));
  }
}

TEST(Dialect, AMessageOfAHostIsWrittenInEveryDialect) {
  Part thinking;
  thinking.kind = PartKind::thinking;
  thinking.text = "hm";
  Message answer = testing_messages::calls({"1"});
  answer.parts.insert(answer.parts.begin(), thinking);
  const std::vector<Message> talk = {testing_messages::user("Hi."), answer,
                                     testing_messages::result("1"), testing_messages::says("")};
  const std::size_t expected[] = {3, 3, 3, 3};
  for (const Dialect dialect : kDialects) {
    const auto written = write_messages(dialect, talk);
    ASSERT_TRUE(written) << name_of(dialect);
    EXPECT_EQ(written->size(), expected[static_cast<std::size_t>(dialect)]) << *written;
  }
}

TEST(Tools, CostTheirTextsAndALittleMore) {
  const ToolSchema none{"", "", ""};
  const ToolSchema exec{"exec", "Runs a command.", R"({"type":"object"})"};
  EXPECT_EQ(estimate_tool(none), 12);
  EXPECT_GT(estimate_tool(exec), 12 + 6);
  Message seen = testing_messages::user("Look.");
  seen.parts.push_back(testing_messages::image_part());
  const PromptPrice price = price_prompt({"Obey.", {exec, exec}, {seen}});
  EXPECT_EQ(price.tools, 2 * estimate_tool(exec));
  EXPECT_EQ(price.images, 2'000);
  EXPECT_EQ(price.total, price.system + price.tools + price.messages + price.images);
  EXPECT_EQ(price_prompt({}), PromptPrice{});
}

}  // namespace
}  // namespace vagus
