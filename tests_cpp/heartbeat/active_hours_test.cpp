#include "vagus/heartbeat/active_hours.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "vagus/heartbeat/time_line.hpp"

namespace vagus {
namespace {

constexpr Millis kMidnight = 1'749'945'600'000;  // 2025-06-15T00:00Z, a Sunday

Zone zone_of(const std::string& name, std::vector<ZoneOffset> offsets) {
  return Zone::create(name, std::move(offsets)).value_or_throw();
}

/// Around the changes of 2025: 2025-03-09T07:00Z to summer time, 2025-11-02T06:00Z back.
Zone new_york() {
  return zone_of("America/New_York",
                 {{0, -18'000}, {1'741'503'600'000, -14'400}, {1'762'063'200'000, -18'000}});
}

ActiveHours window(std::string start, std::string end, Zone zone = Zone()) {
  return ActiveHours({std::move(start), std::move(end), ""}, std::move(zone));
}

TEST(Zone, DefaultIsUtc) {
  EXPECT_EQ(Zone().name(), "UTC");
  EXPECT_EQ(Zone().local(kMidnight), kMidnight);
}

TEST(Zone, OffsetsHoldFromTheirInstantOn) {
  const Zone zone = zone_of("Test/Zone", {{0, 3600}, {1000, -7200}, {2000, 0}});
  EXPECT_EQ(zone.name(), "Test/Zone");
  EXPECT_EQ(zone.local(-5), 3'599'995);  // before the first: the first
  EXPECT_EQ(zone.local(0), 3'600'000);
  EXPECT_EQ(zone.local(999), 3'600'999);
  EXPECT_EQ(zone.local(1000), -7'199'000);
  EXPECT_EQ(zone.local(1999), -7'198'001);
  EXPECT_EQ(zone.local(2000), 2000);
  EXPECT_EQ(zone.local(kMaxMillis), kMaxMillis);
}

TEST(Zone, RefusesOffsetsThatMakeNoSense) {
  struct Case {
    std::vector<ZoneOffset> offsets;
    std::string_view field;
    std::string_view value;
  };
  const std::vector<Case> cases = {
      {{}, "offsets", "[]"},
      {{{5, 0}}, "offsets[0].at", "5"},
      {{{-1, 0}}, "offsets[0].at", "-1"},
      {{{0, 0}, {9, 0}, {8, 0}}, "offsets[2].at", "8"},
      {{{0, 0}, {9, 0}, {9, 60}}, "offsets[2].at", "9"},
      {{{0, 93'601}}, "offsets[0].offset_s", "93601"},
      {{{0, 0}, {9, -93'601}}, "offsets[1].offset_s", "-93601"},
      {{{0, 0}, {9, INT64_MIN}}, "offsets[1].offset_s", "-9223372036854775808"},
  };
  for (const Case& each : cases) {
    const auto zone = Zone::create("Test/Zone", each.offsets);
    ASSERT_FALSE(zone.ok()) << each.field;
    EXPECT_EQ(zone.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(zone.error().field, each.field);
    EXPECT_EQ(zone.error().value, each.value);
    EXPECT_NE(zone.error().message, "");
  }
  EXPECT_TRUE(Zone::create("Test/Zone", {{0, 93'600}, {1, -93'600}}).ok());
}

TEST(ActiveHours, StartIsInsideAndEndIsOutside) {
  const ActiveHours hours = window("09:00", "17:00");
  EXPECT_FALSE(hours.contains(kMidnight + 9 * kHour - 1));
  EXPECT_TRUE(hours.contains(kMidnight + 9 * kHour));
  EXPECT_TRUE(hours.contains(kMidnight + 17 * kHour - 1));
  EXPECT_FALSE(hours.contains(kMidnight + 17 * kHour));
}

TEST(ActiveHours, EndBeforeStartIsOvernight) {
  const ActiveHours hours = window("22:00", "06:00");
  EXPECT_TRUE(hours.contains(kMidnight + 23 * kHour));
  EXPECT_TRUE(hours.contains(kMidnight));
  EXPECT_TRUE(hours.contains(kMidnight + 6 * kHour - 1));
  EXPECT_FALSE(hours.contains(kMidnight + 6 * kHour));
  EXPECT_FALSE(hours.contains(kMidnight + 22 * kHour - 1));
}

TEST(ActiveHours, WholeDayEmptyDayAndLastMinute) {
  for (Millis at = kMidnight; at < kMidnight + kDay; at += 17 * kMinute) {
    EXPECT_TRUE(ActiveHours().contains(at));
    EXPECT_TRUE(window("00:00", "24:00").contains(at));
    EXPECT_FALSE(window("00:00", "00:00").contains(at));
    EXPECT_FALSE(window("05:07", "05:07").contains(at));
  }
  EXPECT_TRUE(window("23:59", "24:00").contains(kMidnight + kDay - 1));
  EXPECT_FALSE(window("23:59", "24:00").contains(kMidnight + kDay));
}

TEST(ActiveHours, AreWallClockTimesOfTheZone) {
  const ActiveHours hours = window("09:00", "17:00", zone_of("Asia/Tokyo", {{0, 32'400}}));
  EXPECT_TRUE(hours.contains(kMidnight));                // 09:00 in Tokyo
  EXPECT_FALSE(hours.contains(kMidnight + 12 * kHour));  // 21:00
  // The day before 1970 on the local clock.
  const ActiveHours evening = window("19:00", "20:00", zone_of("Test/West", {{0, -18'000}}));
  EXPECT_TRUE(evening.contains(0));
  EXPECT_FALSE(evening.contains(kHour));
}

TEST(ActiveHours, WindowInTheSpringGapNeverComesThatDay) {
  const ActiveHours hours = window("02:00", "03:00", new_york());
  const Millis change = 1'741'503'600'000;
  int minutes = 0;
  for (Millis at = change - 6 * kHour; at < change + 12 * kHour; at += kMinute) {
    minutes += hours.contains(at) ? 1 : 0;
  }
  EXPECT_EQ(minutes, 0);
  EXPECT_TRUE(hours.contains(change + kDay - kHour));  // 02:00 the day after
}

TEST(ActiveHours, WindowInTheAutumnOverlapComesTwice) {
  const ActiveHours hours = window("01:30", "01:45", new_york());
  const Millis change = 1'762'063'200'000;
  int minutes = 0;
  for (Millis at = change - 3 * kHour; at < change + 3 * kHour; at += kMinute) {
    minutes += hours.contains(at) ? 1 : 0;
  }
  EXPECT_EQ(minutes, 30);
}

TEST(Zone, TellsUntilWhenAnOffsetHolds) {
  const Zone zone = zone_of("Test/Zone", {{0, 3600}, {1000, -7200}});
  EXPECT_EQ(zone.since(-5).ahead, kHour);
  EXPECT_EQ(zone.since(999).until, 1000);
  EXPECT_EQ(zone.since(1000).ahead, -2 * kHour);
  EXPECT_GT(zone.since(1000).until, kMaxMillis);
  EXPECT_EQ(Zone().since(5).ahead, 0);
  EXPECT_GT(Zone().since(5).until, kMaxMillis);
}

TEST(Zone, IsEqualByNameAndOffsets) {
  const Zone zone = zone_of("Test/Zone", {{0, 3600}, {1000, 0}});
  EXPECT_EQ(zone, zone_of("Test/Zone", {{0, 3600}, {1000, 0}}));
  EXPECT_NE(zone, zone_of("Test/Other", {{0, 3600}, {1000, 0}}));
  EXPECT_NE(zone, zone_of("Test/Zone", {{0, 3600}}));
  EXPECT_NE(zone, Zone());
  EXPECT_NE(Zone(), zone);
  EXPECT_EQ(Zone(), Zone());
}

TEST(ActiveHours, HoursThatAreEmptyNeverOpen) {
  EXPECT_FALSE(window("05:07", "05:07").next_span(kMidnight).has_value());
}

// Spans, laid end to end, cover exactly what is inside, whatever the zone does.
TEST(ActiveHours, SpansAreWhatIsInside) {
  std::uint64_t state = 17;
  const auto roll = [&](std::uint64_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<Millis>((state >> 20) % bound);
  };
  const auto clock = [&] {
    const auto two = [](Millis n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return two(roll(24)) + ":" + two(roll(60));
  };
  for (int round = 0; round < 60; ++round) {
    std::vector<ZoneOffset> offsets = {{0, (roll(53) - 26) * 1800}};
    for (Millis at = kMidnight; at < kMidnight + 5 * kDay;) {
      at += kMinute * (1 + roll(3'000));
      offsets.push_back({at, (roll(53) - 26) * 1800});
    }
    const ActiveHours hours = window(clock(), clock(), zone_of("Test/Zone", offsets));
    auto span = hours.next_span(kMidnight);
    for (Millis at = kMidnight; at < kMidnight + 5 * kDay; at += kMinute) {
      while (span && span->to <= at) span = hours.next_span(span->to);
      ASSERT_EQ(hours.contains(at), span && span->from <= at) << at;
    }
  }
}

TEST(TimeLine, HasAClockOfTwelveHoursToo) {
  EXPECT_EQ(time_line_of_12_hours(0, Zone()),
            "Current time: Thursday, January 1st, 1970 - 12:00 AM (UTC) / 1970-01-01 00:00 UTC");
  EXPECT_EQ(time_line_of_12_hours(12 * kHour + 5 * kMinute, Zone()),
            "Current time: Thursday, January 1st, 1970 - 12:05 PM (UTC) / 1970-01-01 12:05 UTC");
  EXPECT_EQ(time_line_of_12_hours(0, zone_of("Asia/Tokyo", {{0, 32'400}})),
            "Current time: Thursday, January 1st, 1970 - 9:00 AM (Asia/Tokyo) / 1970-01-01 00:00 "
            "UTC");
  EXPECT_EQ(time_line_of_12_hours(23 * kHour, Zone()).find("11:00 PM"), 44u);
}

TEST(TimeLine, TellsLocalTimeAndUtc) {
  EXPECT_EQ(time_line(1'750'000'000'000, Zone()),
            "Current time: Sunday, June 15th, 2025 - 15:06 (UTC) / 2025-06-15 15:06 UTC");
  EXPECT_EQ(
      time_line(1'735'743'600'000, zone_of("Asia/Tokyo", {{0, 32'400}})),
      "Current time: Thursday, January 2nd, 2025 - 00:00 (Asia/Tokyo) / 2025-01-01 15:00 UTC");
  EXPECT_EQ(time_line(0, zone_of("Test/West", {{0, -60}})),
            "Current time: Wednesday, December 31st, 1969 - 23:59 (Test/West) / "
            "1970-01-01 00:00 UTC");
}

TEST(TimeLine, DaysHaveTheirOrdinals) {
  const std::vector<std::string_view> suffixes = {"st", "nd", "rd", "th", "th", "th", "th", "th",
                                                  "th", "th", "th", "th", "th", "th", "th", "th",
                                                  "th", "th", "th", "th", "st", "nd", "rd", "th",
                                                  "th", "th", "th", "th", "th", "th", "st"};
  for (std::size_t day = 1; day <= suffixes.size(); ++day) {
    const std::string date =
        ", January " + std::to_string(day) + std::string(suffixes[day - 1]) + ", 1970";
    const std::string line = time_line(static_cast<Millis>(day - 1) * kDay, Zone());
    EXPECT_NE(line.find(date), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace vagus
