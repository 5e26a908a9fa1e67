#include "vagus/text/unicode.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

struct Pair {
  const char* input;
  const char* expected;
};

TEST(Trim, StripsTheEcmascriptWhiteSpaceAndNothingElse) {
  for (const char* space : {"\t", "\n", "\v", "\f", "\r", " ", "\u00a0", "\u1680", "\u2000",
                            "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"}) {
    const std::string padded = std::string(space) + "a b" + space + space;
    EXPECT_EQ(trim(padded), "a b") << testing::PrintToString(std::string(space));
    EXPECT_TRUE(is_blank(space));
  }
  for (const char* kept : {"\u200b", "\u0085", "\u180e", "\x1f", "\u2001x"}) {
    const std::string padded = std::string("x") + kept;
    EXPECT_EQ(trim(padded), padded);
    EXPECT_FALSE(is_blank(kept));
  }
}

TEST(Trim, LeavesMalformedEndsAlone) {
  EXPECT_EQ(trim(" \xff\xa0 "), "\xff\xa0");
  EXPECT_EQ(trim("\xa0"), "\xa0");
  EXPECT_EQ(trim("\x80\x80\x80\x80\x80"), "\x80\x80\x80\x80\x80");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("   "), "");
}

TEST(Lower, MapsEveryKindOfCasePair) {
  const Pair cases[] = {
      {"ABCxyz019", "abcxyz019"},
      {"ÀÉÖØÞ", "àéöøþ"},
      {"ĀĂŸ", "āăÿ"},
      {"İ", "i\u0307"},
      {"ẞ", "ß"},
      {"\u212a", "k"},
      {"Ǆǅǆ", "ǆǆǆ"},
      {"Ⅷ", "ⅷ"},
      {"𐐀", "𐐨"},
      {"Ꭰ", "ꭰ"},
      {"Ȿ", "ȿ"},
      {"日本 😀", "日本 😀"},
  };
  for (const Pair& pair : cases) EXPECT_EQ(lower(pair.input), pair.expected);
}

TEST(Lower, AppliesTheFinalSigmaRule) {
  const Pair cases[] = {
      {"ΣΑΣ", "σας"},              // first and last
      {"Σ", "σ"},                  // alone: nothing cased in front
      {"ΑΣ:x", "ασ:x"},            // a colon is ignored, a letter follows
      {"ΑΣ:1", "ας:1"},            // a digit ends the word
      {"x:Σ", "x:ς"},              // a colon is ignored in front too
      {"ΑΣ ΑΣ", "ας ας"},          // a space ends it
      {"ΑΣ\u00adΑ", "ασ\u00adα"},  // soft hyphen is ignored
      {"\u02b0Σ", "\u02b0σ"},      // both cased and ignorable counts as ignorable
      {"ΑΣ\u0301", "ας\u0301"},    // combining mark after it
  };
  for (const Pair& pair : cases) EXPECT_EQ(lower(pair.input), pair.expected) << pair.input;
}

TEST(Lower, IsAFixedPointAndCopiesMalformedBytes) {
  for (char32_t c = 0; c <= 0x1FFFF; ++c) {  // no planes above have letters with case
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const std::string once = lower(text);
    ASSERT_EQ(lower(once), once) << "U+" << std::hex << static_cast<std::uint32_t>(c);
  }
  EXPECT_EQ(lower("A\xff\xc3"), "a\xff\xc3");
  EXPECT_EQ(lower("É\xed\xa0\x80Σ"), "é\xed\xa0\x80σ");
}

TEST(Lower, AsciiAndTokenForms) {
  EXPECT_EQ(lower_ascii("AZ[`É"), "az[`É");
  EXPECT_EQ(token(" \u3000Foo É "), "foo é");
  EXPECT_EQ(token(" \n"), "");
  EXPECT_EQ(unicode_version(), "17.0");
}

TEST(Utf8, RoundTripsEveryCodePoint) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const auto decoded = decode_utf8(text, 0);
    ASSERT_TRUE(decoded);
    ASSERT_EQ(decoded->value, c);
    ASSERT_EQ(decoded->length, text.size());
  }
}

TEST(Utf8, RefusesMalformedSequences) {
  for (const char* bad : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf",
                          "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
                          "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(decode_utf8(bad, 0)) << testing::PrintToString(std::string(bad));
    EXPECT_EQ(find_invalid_utf8(std::string("é") + bad), 2U);
    EXPECT_FALSE(is_valid_utf8(bad));
  }
  for (std::size_t length = 0; length <= 20; ++length) {
    EXPECT_EQ(find_invalid_utf8(std::string(length, 'x') + "\xFF plain"), length);
  }
  EXPECT_FALSE(find_invalid_utf8("plain é 日 😀"));
  EXPECT_TRUE(is_valid_utf8(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_valid_utf8(""));
}

TEST(Utf8, CountsUtf16Units) {
  EXPECT_EQ(utf16_length(""), 0U);
  EXPECT_EQ(utf16_length("aé日"), 3U);
  EXPECT_EQ(utf16_length("😀"), 2U);
  EXPECT_EQ(utf16_length("a\xff\xfe"), 3U);
}

TEST(Utf8, PrefixNeverCutsACodePoint) {
  const std::string text = "aé日😀";  // 1 + 2 + 3 + 4 bytes
  const std::size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t max = 0; max < std::size(expected); ++max) {
    EXPECT_EQ(prefix_within(text, max), text.substr(0, expected[max])) << max;
  }
}

}  // namespace
}  // namespace vagus
