#include "vagus/heartbeat/active_hours.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "vagus/text/time_of_day.hpp"
#include "vagus/text/timestamp.hpp"

namespace vagus {
namespace {

/// No zone was ever further from UTC; a larger number is a mistake of units.
constexpr std::int64_t kMaxOffsetSeconds = 26 * 3600;

constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

Error wrong_offset(std::size_t index, std::string_view member, std::int64_t value,
                   std::string_view message) {
  const std::string field = "offsets[" + std::to_string(index) + "]." + std::string(member);
  return Error{ErrorCode::invalid_input, field, std::to_string(value), std::string(message)};
}

std::int64_t minute_of_day(Millis local) {
  const Millis since_midnight = (local % kDay + kDay) % kDay;
  return since_midnight / kMinute;
}

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

}  // namespace

Result<Zone> Zone::create(std::string name, std::vector<ZoneOffset> offsets) {
  if (offsets.empty()) {
    return Error{ErrorCode::invalid_input, "offsets", "[]", "must start with an offset at 0"};
  }
  if (offsets.front().at != 0) return wrong_offset(0, "at", offsets.front().at, "must be 0");
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const ZoneOffset& each = offsets[i];
    if (i > 0 && each.at <= offsets[i - 1].at) {
      return wrong_offset(i, "at", each.at, "must be later than the offset before it");
    }
    if (each.offset_s < -kMaxOffsetSeconds || each.offset_s > kMaxOffsetSeconds) {
      return wrong_offset(i, "offset_s", each.offset_s, "must be within 26 hours of UTC");
    }
  }
  Zone zone;
  zone.name_ = std::move(name);
  zone.offsets_ = std::move(offsets);
  return zone;
}

Millis Zone::local(Millis at) const {
  if (offsets_.empty()) return at;
  const auto later = std::upper_bound(
      offsets_.begin(), offsets_.end(), at,
      [](Millis instant, const ZoneOffset& offset) { return instant < offset.at; });
  const auto current = later == offsets_.begin() ? later : std::prev(later);
  return at + current->offset_s * kSecond;
}

ActiveHours::ActiveHours(const ActiveHoursConfig& config, Zone zone)
    : start_minute_(parse_time_of_day(config.start, /*is_end=*/false).value()),
      end_minute_(parse_time_of_day(config.end, /*is_end=*/true).value()),
      zone_(std::move(zone)) {}

bool ActiveHours::contains(Millis at) const {
  const std::int64_t minute = minute_of_day(zone_.local(at));
  const bool overnight = end_minute_ < start_minute_;
  return overnight ? minute >= start_minute_ || minute < end_minute_
                   : minute >= start_minute_ && minute < end_minute_;
}

std::string time_line(Millis at, const Zone& zone) {
  const CivilTime local = civil_time(zone.local(at));
  std::string line = "Current time: ";
  line += kWeekdays[local.weekday];
  line += ", ";
  line += kMonths[local.month - 1];
  line += " " + std::to_string(local.day);
  line += ordinal_suffix(local.day);
  line += ", " + std::to_string(local.year) + " - " + clock(local) + " (" + zone.name() + ") / ";
  const CivilTime utc = civil_time(at);
  line += std::to_string(utc.year) + "-" + two_digits(utc.month) + "-" + two_digits(utc.day);
  return line + " " + clock(utc) + " UTC";
}

}  // namespace vagus
