#include "vagus/context/text_price.hpp"

#include <gtest/gtest.h>

#include <string>

#include "build.hpp"

namespace vagus {
namespace {

using testing_messages::Dice;

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(TextPrice, NothingCostsNothing) {
  EXPECT_EQ(text_tokens(""), 0);
}

TEST(TextPrice, RoundsUp) {
  EXPECT_EQ(text_tokens("a"), 1);
  EXPECT_EQ(text_tokens("ab"), 1);
  EXPECT_EQ(text_tokens("a b"), 2);
}

// One word is one token, however it is written; the parts of a name are words.
TEST(TextPrice, CountsWords) {
  EXPECT_EQ(text_tokens(repeated(" word", 100)), 104);
  EXPECT_EQ(text_tokens(repeated(" Word", 100)), 104);
  EXPECT_GT(text_tokens(repeated("wordWord", 50)), text_tokens(repeated("wordword", 50)));
  EXPECT_GT(text_tokens(repeated(" snake_case", 50)), text_tokens(repeated(" snakecase", 50)));
}

TEST(TextPrice, CountsDigitsInThrees) {
  EXPECT_EQ(text_tokens(std::string(301, '7')), 92);
}

TEST(TextPrice, CountsIndentationOnce) {
  EXPECT_LE(text_tokens(std::string(80, ' ')), 2);
  EXPECT_LE(text_tokens(std::string(80, '\n')), 5);
}

// What a hundred of each cost, one behind the other; Latin letters are a long word.
TEST(TextPrice, KnowsScripts) {
  const struct {
    std::string unit;
    std::int64_t tokens;
  } cases[] = {
      {"я", 11},       {"ї", 61},           {"λ", 24},           {"ש", 24},       {"é", 68},
      {"ł", 93},       {"ế", 68},           {"ह", 25},           {"ไ", 47},       {"漢", 74},
      {"ひ", 61},      {"テ", 64},          {"한", 88},          {"、", 36},      {"！", 36},
      {"Ａ", 280},     {"ﾃ", 280},          {"\u1100", 280},     {"\u31A0", 280}, {"\uA000", 280},
      {"\uF900", 280}, {"—", 76},           {"\u4DFF", 280},     {"\u4E00", 74},  {"\u9FFF", 74},
      {"\uA4D0", 76},  {"\U00020000", 350}, {"\U00017000", 350}, {"😀", 185},      {"🇯", 200},
      {"\u200D", 61},  {"\U0001F3FB", 61},  {"\U0001F200", 350}, {"\x80", 100},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(text_tokens(repeated(each.unit, 100)), each.tokens) << each.unit;
  }
}

TEST(TextPrice, CountsBytesThatAreNotText) {
  EXPECT_EQ(text_tokens("\xFF\xFE"), 2);
  EXPECT_EQ(text_tokens("\xE6\xBC"), 2);
  EXPECT_EQ(text_tokens(repeated("\xED\xA0\x80", 10)), 30);
}

// Text without words, such as an encoding, has no pieces that a vocabulary knows.
TEST(TextPrice, CountsLongWordsByTheLetter) {
  EXPECT_GE(text_tokens(std::string(4'000, 'x')), 1'000);
  EXPECT_GE(text_tokens(repeated("q8ZkWx2R", 500)), 2'000);
}

TEST(TextPrice, GrowsWithTheText) {
  const std::string_view units[] = {"a", "Z", "0",  " ",  "\n", "{",  "é", "ł",    "я",
                                    "ї", "λ", "漢", "ひ", "한", "。", "😀", "\x80", "—"};
  Dice dice(7);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    std::int64_t before = 0;
    for (int i = 0; i < 60; ++i) {
      text += units[dice.roll(static_cast<std::int64_t>(std::size(units)))];
      const std::int64_t now = text_tokens(text);
      ASSERT_GE(now, before) << text;
      ASSERT_LE(now, static_cast<std::int64_t>(4 * text.size())) << text;
      before = now;
    }
  }
}

// What is cut in two costs no less than in one piece, up to the rounding and the border.
TEST(TextPrice, PartsCostWhatTheWholeCosts) {
  const std::string text = repeated("Ein Satz, 漢字 и ещё 42 слова. ", 20);
  const std::int64_t whole = text_tokens(text);
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    const std::int64_t parts = text_tokens(std::string_view(text).substr(0, cut)) +
                               text_tokens(std::string_view(text).substr(cut));
    EXPECT_LE(whole, parts + 3) << cut;
    EXPECT_LE(parts, whole + 5) << cut;
  }
}

}  // namespace
}  // namespace vagus
