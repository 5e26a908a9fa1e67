#include "vagus/text/duration.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

Millis parsed(std::string_view text) {
  const auto duration = Duration::parse(text);
  return duration ? duration->millis() : -1;
}

TEST(Duration, ReadsEveryUnit) {
  const std::pair<const char*, Millis> cases[] = {
      {"0", 0},
      {"5", 300'000},
      {"1.5", 90'000},
      {" 30M\n", 1'800'000},
      {"250ms", 250},
      {"1s", 1'000},
      {"2H", 7'200'000},
      {"1d", 86'400'000},
      {"1.5h", 5'400'000},
      {"5.885h", 21'186'000},
      {"0m0d", 0},
      {"1m1m", 120'000},
      {"1h30m15s", 5'415'000},
      {"2m500ms", 120'500},
      {"54.660s0h92.61h", 333'450'660},
      {"30m1h", 5'400'000},
      {"007m", 420'000},
  };
  for (const auto& [text, millis] : cases) EXPECT_EQ(parsed(text), millis) << text;
}

TEST(Duration, RefusesEverythingElseByName) {
  for (const char* text :
       {"",   "  ", "-5m", "+5m",    "1e2m", ".5s", "5.s",    "5.",  "1h 30m", "1h30",    "30min",
        "1w", "m",  "ms",  "1.2.3s", "1,5h", "٣m",  "5m\xff", "1hh", "0x10s",  "1s\u200b"}) {
    const auto duration = Duration::parse(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_EQ(duration.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(duration.error().field, "duration");
    EXPECT_NE(duration.error().message.find("1h30m"), std::string::npos);
    EXPECT_EQ(duration.error().value, quote_clipped(text));
  }
}

TEST(Duration, RoundsHalfUpOnceAndExactly) {
  const std::pair<const char*, Millis> cases[] = {
      {"87.906ms", 88},
      {"0.4ms", 0},
      {"0.5ms", 1},
      {"0.4999999999999999999999ms", 0},
      {"1.0005s", 1'001},   // binary fractions would give 1000
      {"0.25ms0.25ms", 1},  // the sum is rounded, not its parts
      {"0.016666666666666666666666666m", 1'000},
      {"0.000000000000000000000000000000000000000000000000000000000001d", 0},
  };
  for (const auto& [text, millis] : cases) EXPECT_EQ(parsed(text), millis) << text;
}

TEST(Duration, StopsAtTheLargestSafeInteger) {
  EXPECT_EQ(parsed("9007199254740991ms"), kMaxMillis);
  EXPECT_EQ(parsed("9007199254740991.4ms"), kMaxMillis);
  for (const char* text :
       {"9007199254740992ms", "9007199254740991.5ms", "999999999d", "9007199254740991ms1ms",
        "9007199254740991", "99999999999999999999999999999999999999999999999999999999999999d"}) {
    const auto duration = Duration::parse(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_NE(duration.error().message.find("9007199254740991"), std::string::npos);
  }
}

TEST(Duration, BoundsItsInput) {
  EXPECT_EQ(parsed(std::string(63, '0') + "m"), 0);
  EXPECT_FALSE(Duration::parse(std::string(64, '0') + "m"));
  EXPECT_FALSE(Duration::parse(std::string(10'000'000, '1')));
}

TEST(Duration, WritesWholeUnitsFromDaysDown) {
  const std::pair<Millis, const char*> cases[] = {
      {0, "0m"},
      {250, "250ms"},
      {1'500, "1s500ms"},
      {60'000, "1m"},
      {5'400'000, "1h30m"},
      {86'400'000, "1d"},
      {129'600'001, "1d12h1ms"},
  };
  for (const auto& [millis, text] : cases) EXPECT_EQ(Duration(millis).str(), text);
}

TEST(Duration, ReadsBackWhatItWrites) {
  std::uint64_t state = 7;
  for (int i = 0; i < 5'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const Duration duration(static_cast<Millis>(state >> (11 + i % 53)));
    const auto again = Duration::parse(duration.str());
    ASSERT_TRUE(again) << duration.str();
    ASSERT_EQ(*again, duration);
  }
  EXPECT_EQ(*Duration::parse(Duration(kMaxMillis).str()), Duration(kMaxMillis));
}

TEST(Duration, ABareNumberCountsWhatItIsToldTo) {
  EXPECT_EQ(Duration::parse("5", 1).value_or_throw().millis(), 5);
  EXPECT_EQ(Duration::parse("1.5", kHour).value_or_throw().millis(), 90 * kMinute);
  EXPECT_EQ(Duration::parse("5s", kHour).value_or_throw().millis(), 5 * kSecond);
  EXPECT_FALSE(Duration::parse("1h5", 1).ok()) << "only a single number is bare";
  EXPECT_EQ(Duration::unit_millis("d"), kDay);
  EXPECT_EQ(Duration::unit_millis("ms"), 1);
  EXPECT_EQ(Duration::unit_millis("w"), std::nullopt);
  EXPECT_EQ(Duration::unit_millis(""), std::nullopt);
}

}  // namespace
}  // namespace vagus
