#include "vagus/heartbeat/active_hours.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "vagus/heartbeat/time_line.hpp"
#include "vagus/text/time_of_day.hpp"
#include "vagus/text/timestamp.hpp"

namespace vagus {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string_view ordinal_suffix(unsigned day) {
  if (day / 10 == 1) return "th";
  switch (day % 10) {
    case 1:
      return "st";
    case 2:
      return "nd";
    case 3:
      return "rd";
    default:
      return "th";
  }
}

std::string two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

std::string clock(const CivilTime& time) {
  return two_digits(time.hour) + ":" + two_digits(time.minute);
}

// The line, with the local time as `face` has it.
std::string line_with(const std::string& face, Millis at, const Zone& zone) {
  const CivilTime local = civil_time(zone.local(at));
  std::string line = "Current time: ";
  line += kWeekdays[local.weekday];
  line += ", ";
  line += kMonths[local.month - 1];
  line += " " + std::to_string(local.day);
  line += ordinal_suffix(local.day);
  line += ", " + std::to_string(local.year) + " - " + face + " (" + zone.name() + ") / ";
  const CivilTime utc = civil_time(at);
  line += std::to_string(utc.year) + "-" + two_digits(utc.month) + "-" + two_digits(utc.day);
  return line + " " + clock(utc) + " UTC";
}

}  // namespace

ActiveHours::ActiveHours(const ActiveHoursConfig& config, Zone zone)
    : start_minute_(parse_time_of_day(config.start, /*is_end=*/false).value()),
      end_minute_(parse_time_of_day(config.end, /*is_end=*/true).value()),
      zone_(std::move(zone)) {}

bool ActiveHours::contains(Millis at) const {
  const Millis local = zone_.local(at);
  const std::int64_t minute = (local - midnight_before(local)) / kMinute;
  return overnight() ? minute >= start_minute_ || minute < end_minute_
                     : minute >= start_minute_ && minute < end_minute_;
}

std::optional<ActiveHours::Span> ActiveHours::next_span(Millis at) const {
  if (start_minute_ == end_minute_) return std::nullopt;
  const Millis length =
      (end_minute_ - start_minute_ + (overnight() ? kDay / kMinute : 0)) * kMinute;
  for (;;) {
    const auto [ahead, until] = zone_.since(at);
    // What opened yesterday may still be open.
    Millis opens = midnight_before(at + ahead) - kDay + start_minute_ * kMinute - ahead;
    while (opens + length <= at) opens += kDay;
    const Span span{std::max(opens, at), std::min(opens + length, until)};
    if (span.from < span.to) return span;
    at = until;
  }
}

std::string time_line(Millis at, const Zone& zone) {
  return line_with(clock(civil_time(zone.local(at))), at, zone);
}

std::string time_line_of_12_hours(Millis at, const Zone& zone) {
  const CivilTime local = civil_time(zone.local(at));
  const unsigned hour = local.hour % 12 == 0 ? 12 : local.hour % 12;
  const std::string half = local.hour < 12 ? " AM" : " PM";
  return line_with(std::to_string(hour) + ":" + two_digits(local.minute) + half, at, zone);
}

}  // namespace vagus
