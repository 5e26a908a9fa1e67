#include "vagus/context/estimate.hpp"

#include <gtest/gtest.h>

#include "build.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::int64_t price(const Message& message) {
  return estimate_tokens(message, Profile::vagus);
}
std::int64_t reference(const Message& message) {
  return estimate_tokens(message, Profile::reference);
}

// Tokens of `text` alone: a message costs four more.
std::int64_t text_price(const std::string& text) {
  return price(user(text)) - 4;
}

TEST(Estimate, WeighsTextByScript) {
  const struct {
    std::string unit;
    std::int64_t quarters;
  } cases[] = {
      {"a", 1},           {"\n", 1},          {"\x7F", 1},        {"é", 2},
      {"я", 2},           {"ש", 2},           {"ไ", 2},           {"‑", 2},
      {"\u00B7", 4},      {"漢", 4},          {"テ", 4},          {"한", 4},
      {"、", 4},          {"\u319F", 4},      {"ｆ", 4},          {"\u9FA5", 4},
      {"\uFF60", 4},      {"\uFF61", 8},      {"ﾃ", 8},           {"\uFE30", 8},
      {"\u1100", 12},     {"\u31A0", 12},     {"\u4DFF", 12},     {"\u9FA6", 12},
      {"\uA000", 12},     {"\uF900", 12},     {"\U0001D360", 12}, {"\U00020000", 16},
      {"\U00017000", 16}, {"\U0001F200", 16}, {"\uA4CF", 12},     {"\uA4D0", 2},
      {"\uA97F", 12},     {"\uA980", 2},      {"\uFFEF", 8},      {"\uFFFD", 2},
      {"😀", 8},           {"\U00010000", 8},  {"\U0001D372", 8},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(text_price(repeated(each.unit, 4)), each.quarters) << each.unit;
  }
}

TEST(Estimate, RoundsUpOncePerText) {
  EXPECT_EQ(text_price(""), 0);
  EXPECT_EQ(text_price("a"), 1);
  EXPECT_EQ(text_price("abcd"), 1);
  EXPECT_EQ(text_price("abcde"), 2);
  EXPECT_EQ(price(Message{Role::user, {text_part("a"), text_part("b")}}), 4 + 1 + 1);
}

// Words of eight ASCII bytes are counted at once; text around them must not be.
TEST(Estimate, CountsTheSameAtEveryAlignment) {
  for (std::size_t before = 0; before < 10; ++before) {
    for (std::size_t after = 0; after < 10; ++after) {
      const std::string text = std::string(before, 'a') + "漢" + std::string(after, 'b');
      const auto quarters = static_cast<std::int64_t>(before + 4 + after);
      EXPECT_EQ(text_price(text), (quarters + 3) / 4) << text;
    }
  }
}

TEST(Estimate, CountsBytesThatAreNotText) {
  EXPECT_EQ(text_price("\xFF\xFE"), 2);
  EXPECT_EQ(text_price("\xE6\xBC"), 2);
}

TEST(Estimate, CountsEveryKindOfPart) {
  Part thinking = text_part("12345678");
  thinking.kind = PartKind::thinking;
  Part opaque;
  opaque.kind = PartKind::opaque;
  opaque.data = "1234567";
  EXPECT_EQ(price(Message{Role::assistant, {thinking}}), 4 + 2);
  EXPECT_EQ(price(Message{Role::user, {opaque}}), 4 + 3);
  EXPECT_EQ(price(Message{Role::user, {image_part()}}), 4 + 2'000);
  EXPECT_EQ(price(Message{Role::assistant, {call_part("1", "exec", R"({"cmd":"ls"})")}}),
            4 + 8 + 1 + 1 + 3);
  EXPECT_EQ(price(Message{Role::tool, {result_part("1", "0123456789")}}), 4 + 4 + 1 + 1 + 3);
}

// The reference lets a system prompt of 55,152 characters go for nothing.
TEST(Estimate, CountsTheSystemPrompt) {
  const Message system = text_message(Role::system, std::string(55'152, 's'));
  EXPECT_EQ(price(system), 4 + 13'788);
  EXPECT_EQ(reference(system), 0);
}

TEST(Estimate, ReferenceCountsUtf16PerMessage) {
  EXPECT_EQ(reference(user("")), 0);
  EXPECT_EQ(reference(user("abcd")), 1);
  EXPECT_EQ(reference(user(std::string(4'000, 'x'))), 1'000);
  EXPECT_EQ(reference(user("漢字漢字")), 1);
  EXPECT_EQ(reference(user("日本語テスト")), 2);
  EXPECT_EQ(reference(user("𠀀𠀁")), 1);
  EXPECT_EQ(reference(user("naïve café")), 3);
  EXPECT_EQ(reference(Message{Role::user, {text_part("hello"), text_part("world!")}}), 3);
  EXPECT_EQ(reference(Message{Role::user, {text_part("hi"), image_part()}}), 1);
  EXPECT_EQ(reference(Message{Role::tool, {result_part("c", ""), image_part()}}), 1'200);
  EXPECT_EQ(reference(Message{Role::assistant, {call_part("c", "exec", R"({"cmd":"ls -la"})")}}),
            5);
}

TEST(Estimate, ReferenceCountsThinkingButNotOpaqueData) {
  Part thinking = text_part(std::string(40, 't'));
  thinking.kind = PartKind::thinking;
  Part opaque;
  opaque.kind = PartKind::opaque;
  opaque.data = std::string(400, 'o');
  EXPECT_EQ(reference(Message{Role::assistant, {thinking, text_part("ok"), opaque}}), 11);
}

TEST(Estimate, MarginIsOneFifthRoundedUp) {
  EXPECT_EQ(with_margin(0), 0);
  EXPECT_EQ(with_margin(1), 2);
  EXPECT_EQ(with_margin(5), 6);
  EXPECT_EQ(with_margin(93'012), 111'615);
  EXPECT_EQ(with_margin(103'624), 124'349);
}

TEST(Estimate, WithoutMarginIsTheMostThatFits) {
  for (std::int64_t budget = 0; budget < 2'000; ++budget) {
    const std::int64_t most = without_margin(budget);
    EXPECT_LE(with_margin(most), budget);
    EXPECT_GT(with_margin(most + 1), budget);
  }
}

}  // namespace
}  // namespace vagus
