#include "vagus/text/timestamp.hpp"

#include <chrono>
#include <cstdio>

namespace vagus {
namespace {

// The calendar repeats, weekdays included, every 400 years. Moving a day into one such cycle keeps
// std::chrono inside its range: its years end at 32767, `kMaxMillis` lies in the year 287396.
constexpr std::int64_t kCycleYears = 400;
constexpr std::int64_t kCycleDays = 146'097;

std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

}  // namespace

CivilTime civil_time(Millis since_epoch) {
  const std::int64_t days = floor_divide(since_epoch, kDay);
  const std::int64_t cycle = floor_divide(days, kCycleDays);
  const std::chrono::sys_days day{std::chrono::days{static_cast<int>(days - cycle * kCycleDays)}};
  const std::chrono::year_month_day date{day};
  const auto seconds = static_cast<unsigned>((since_epoch - days * kDay) / kSecond);
  return CivilTime{static_cast<int>(date.year()) + cycle * kCycleYears,
                   static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()),
                   std::chrono::weekday{day}.c_encoding(),
                   seconds / 3600,
                   seconds / 60 % 60,
                   seconds % 60};
}

std::string utc_stamp(Millis at) {
  const CivilTime time = civil_time(at);
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02u-%02u %02u:%02u:%02u UTC",
                static_cast<long long>(time.year), time.month, time.day, time.hour, time.minute,
                time.second);
  return text;
}

std::string iso_stamp(Millis at) {
  const CivilTime time = civil_time(at);
  const Millis fraction = at - floor_divide(at, kSecond) * kSecond;
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02u-%02uT%02u:%02u:%02u.%03uZ",
                static_cast<long long>(time.year), time.month, time.day, time.hour, time.minute,
                time.second, static_cast<unsigned>(fraction));
  return text;
}

}  // namespace vagus
