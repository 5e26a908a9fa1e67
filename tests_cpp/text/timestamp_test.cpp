#include "vagus/text/timestamp.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(Timestamp, WritesUtcStamps) {
  const std::pair<Millis, std::string> cases[] = {
      {0, "1970-01-01 00:00:00 UTC"},
      {999, "1970-01-01 00:00:00 UTC"},
      {951'782'399'000, "2000-02-28 23:59:59 UTC"},
      {951'782'400'000, "2000-02-29 00:00:00 UTC"},
      {1'779'056'100'000, "2026-05-17 22:15:00 UTC"},
      {4'107'542'399'000, "2100-02-28 23:59:59 UTC"},
      {4'107'542'400'000, "2100-03-01 00:00:00 UTC"},  // 2100 is no leap year
      {253'402'300'799'999, "9999-12-31 23:59:59 UTC"},
      {253'402'300'800'000, "10000-01-01 00:00:00 UTC"},
      {kMaxMillis, "287396-10-12 08:59:00 UTC"},
  };
  for (const auto& [at, stamp] : cases) EXPECT_EQ(utc_stamp(at), stamp);
}

TEST(Timestamp, KnowsWeekdays) {
  EXPECT_EQ(civil_time(0).weekday, 4u);                  // a Thursday
  EXPECT_EQ(civil_time(1'779'056'100'000).weekday, 0u);  // a Sunday
  EXPECT_EQ(civil_time(kMaxMillis).weekday, 3u);
}

TEST(Timestamp, ReachesBehindTheEpoch) {
  EXPECT_EQ(civil_time(-1), (CivilTime{1969, 12, 31, 3, 23, 59, 59}));
  EXPECT_EQ(civil_time(-kDay), (CivilTime{1969, 12, 31, 3, 0, 0, 0}));
  EXPECT_EQ(civil_time(-kDay - 1), (CivilTime{1969, 12, 30, 2, 23, 59, 59}));
  EXPECT_EQ(civil_time(-146'097 * kDay), (CivilTime{1570, 1, 1, 4, 0, 0, 0}));
}

TEST(IsoStamp, TellsMilliseconds) {
  EXPECT_EQ(iso_stamp(1'779'056'100'250), "2026-05-17T22:15:00.250Z");
  EXPECT_EQ(iso_stamp(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_stamp(-1), "1969-12-31T23:59:59.999Z");
}

// Counting day by day from the epoch, with the leap rule written out.
TEST(TimestampProperty, AgreesWithADayCounter) {
  CivilTime expected;
  for (Millis day = 0; day < 200'000; ++day) {
    ASSERT_EQ(civil_time(day * kDay), expected) << "day " << day;
    const bool leap =
        expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0);
    const unsigned lengths[] = {31, leap ? 29u : 28u, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    expected.weekday = (expected.weekday + 1) % 7;
    if (++expected.day <= lengths[expected.month - 1]) continue;
    expected.day = 1;
    if (++expected.month <= 12) continue;
    expected.month = 1;
    ++expected.year;
  }
}

}  // namespace
}  // namespace vagus
