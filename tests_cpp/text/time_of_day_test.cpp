#include "vagus/text/time_of_day.hpp"

#include <cstdio>
#include <string>

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(TimeOfDay, ReadsEveryMinuteOfTheDay) {
  for (int minute = 0; minute < 24 * 60; ++minute) {
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d", minute / 60, minute % 60);
    EXPECT_EQ(parse_time_of_day(text, /*is_end=*/false), minute) << text;
    EXPECT_EQ(parse_time_of_day(text, /*is_end=*/true), minute) << text;
  }
}

TEST(TimeOfDay, AcceptsMidnightAtTheEndOfTheDayOnlyAsAnEnd) {
  EXPECT_EQ(parse_time_of_day("24:00", /*is_end=*/true), 24 * 60);
  EXPECT_FALSE(parse_time_of_day("24:00", /*is_end=*/false));
}

TEST(TimeOfDay, RefusesEverythingElse) {
  for (const std::string bad : {"",      "9:00",   " 09:00",   "09:00 ", "0900",  "09.00", "09:60",
                                "24:01", "24:30",  "25:00",    "99:99",  "-1:00", "+9:00", "1a:00",
                                "09:0x", "09:000", "09:00:00", "٠٩:٠٠",  "09:/0", "0::00"}) {
    EXPECT_FALSE(parse_time_of_day(bad, /*is_end=*/false)) << bad;
    EXPECT_FALSE(parse_time_of_day(bad, /*is_end=*/true)) << bad;
  }
  EXPECT_FALSE(parse_time_of_day(std::string("09:0\0", 5), true));
}

}  // namespace
}  // namespace vagus
