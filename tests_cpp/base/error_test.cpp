#include "vagus/base/error.hpp"

#include <gtest/gtest.h>

#include "vagus/base/result.hpp"
#include "vagus/base/time.hpp"

namespace vagus {
namespace {

TEST(Error, SaysFieldMessageAndValueOnOneLine) {
  EXPECT_EQ(make_error(ErrorCode::invalid_input, "text", "a\nb", "must not be blank").what(),
            "text: must not be blank, got \"a\\x0ab\"");
}

TEST(Error, LeavesOutWhatItDoesNotKnow) {
  EXPECT_EQ((Error{ErrorCode::unknown_run, "", "", "no such run"}.what()), "no such run");
  EXPECT_EQ((Error{ErrorCode::unknown_run, "run_id", "", "no such run"}.what()),
            "run_id: no such run");
}

TEST(Error, RenamedChangesOnlyTheField) {
  const Error error = make_error(ErrorCode::invalid_key, "text", "x", "bad");
  const Error other = renamed(error, "session_key");
  EXPECT_EQ(other.field, "session_key");
  EXPECT_EQ(other.code, error.code);
  EXPECT_EQ(other.value, error.value);
  EXPECT_EQ(other.message, error.message);
}

TEST(Error, ExceptionCarriesTheErrorWhole) {
  try {
    throw Exception(make_error(ErrorCode::unknown_agent, "agent", "ops", "is not configured"));
  } catch (const std::runtime_error& caught) {
    EXPECT_STREQ(caught.what(), "agent: is not configured, got \"ops\"");
    EXPECT_EQ(dynamic_cast<const Exception&>(caught).error().code, ErrorCode::unknown_agent);
  }
}

struct QuoteCase {
  std::string value;
  std::string quoted;
};

class QuoteClipped : public ::testing::TestWithParam<QuoteCase> {};

TEST_P(QuoteClipped, IsPrintableAndUnambiguous) {
  EXPECT_EQ(quote_clipped(GetParam().value), GetParam().quoted);
}

INSTANTIATE_TEST_SUITE_P(
    Values, QuoteClipped,
    ::testing::Values(QuoteCase{"", "\"\""}, QuoteCase{"plain", "\"plain\""},
                      QuoteCase{"say \"hi\" \\ bye", "\"say \\\"hi\\\" \\\\ bye\""},
                      QuoteCase{"caf\xc3\xa9 日本 😀", "\"café 日本 😀\""},
                      QuoteCase{std::string("\0\x1b[0m\x7f", 6), "\"\\x00\\x1b[0m\\x7f\""},
                      QuoteCase{"\xc2\x9b"
                                "2J",
                                "\"\\xc2\\x9b2J\""},                              // C1 control
                      QuoteCase{"\xff\xfe", "\"\\xff\\xfe\""},                    // never UTF-8
                      QuoteCase{"\xc0\xaf", "\"\\xc0\\xaf\""},                    // overlong
                      QuoteCase{"\xed\xa0\x80", "\"\\xed\\xa0\\x80\""},           // surrogate
                      QuoteCase{"\xf4\x90\x80\x80", "\"\\xf4\\x90\\x80\\x80\""},  // beyond U+10FFFF
                      QuoteCase{"a\xe2\x82", "\"a\\xe2\\x82\""}));                // cut short

TEST(QuoteClipped, CutsLongTextBetweenCharactersAndSaysHowLongItWas) {
  EXPECT_EQ(quote_clipped(std::string(60, 'x')), "\"" + std::string(60, 'x') + "\"");
  EXPECT_EQ(quote_clipped(std::string(61, 'x')), "\"" + std::string(60, 'x') + "…\" (61 bytes)");
  const std::string wide = std::string(59, 'x') + "日本";
  EXPECT_EQ(quote_clipped(wide), "\"" + std::string(59, 'x') + "日…\" (65 bytes)");
  EXPECT_LT(quote_clipped(std::string(10'000'000, '\xff')).size(), 300u);
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> value = 7;
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value, 7);
  const Result<int> refused = make_error(ErrorCode::invalid_input, "n", "x", "not a number");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "n");
}

TEST(Result, ValueOrThrowMovesTheValueOutOrThrowsTheError) {
  EXPECT_EQ(Result<std::string>(std::string("kept")).value_or_throw(), "kept");
  EXPECT_THROW(Result<int>(make_error(ErrorCode::invalid_input, "n", "x", "no")).value_or_throw(),
               Exception);
}

TEST(Time, AcceptsWhatEveryLanguageCanWrite) {
  EXPECT_FALSE(check_time("now_ms", 0));
  EXPECT_FALSE(check_time("now_ms", kMaxMillis));
  for (const Millis bad : {Millis{-1}, kMaxMillis + 1, Millis{INT64_MIN}, Millis{INT64_MAX}}) {
    const MaybeError failed = check_time("now_ms", bad);
    ASSERT_TRUE(failed) << bad;
    EXPECT_EQ(failed->code, ErrorCode::invalid_input);
    EXPECT_EQ(failed->field, "now_ms");
    EXPECT_EQ(failed->value, std::to_string(bad));
  }
}

TEST(Time, AddsUpToTheLastValidTime) {
  EXPECT_EQ(add_saturated(5, 7), 12);
  EXPECT_EQ(add_saturated(kMaxMillis - 1, 1), kMaxMillis);
  EXPECT_EQ(add_saturated(kMaxMillis, 1), kMaxMillis);
  EXPECT_EQ(add_saturated(kMaxMillis, kMaxMillis), kMaxMillis);
}

}  // namespace
}  // namespace vagus
