#include "vagus/text/utf16.hpp"

#include <gtest/gtest.h>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

TEST(Utf16, EndsCutNoCodePoint) {
  EXPECT_EQ(utf16_prefix("aé🦊b", 2), "aé");
  EXPECT_EQ(utf16_prefix("aé🦊b", 3), "aé");
  EXPECT_EQ(utf16_prefix("aé🦊b", 4), "aé🦊");
  EXPECT_EQ(utf16_suffix("aé🦊b", 2), "b");
  EXPECT_EQ(utf16_suffix("aé🦊b", 3), "🦊b");
  EXPECT_EQ(utf16_prefix("ab", 9), "ab");
  EXPECT_EQ(utf16_suffix("ab", 0), "");
}

TEST(Utf16, BadBytesAreUnits) {
  EXPECT_EQ(utf16_prefix("\xff\x80z", 2), "\xff\x80");
  EXPECT_EQ(utf16_suffix("a\x80\x80\x80\x80", 4), "\x80\x80\x80\x80");
}

TEST(Utf16, EndsAreTheWholeText) {
  const std::string_view text = "日本語 🦊 é plain \U0001F600";
  const std::size_t units = utf16_length(text);
  for (std::size_t i = 0; i <= units; ++i) {
    EXPECT_LE(utf16_length(utf16_prefix(text, i)), i);
    EXPECT_LE(utf16_length(utf16_suffix(text, i)), i);
    EXPECT_GE(utf16_length(utf16_prefix(text, i)) + 1, i);
  }
}

}  // namespace
}  // namespace vagus
