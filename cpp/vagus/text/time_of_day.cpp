#include "vagus/text/time_of_day.hpp"

namespace vagus {
namespace {

// The number that two digits write, or a number too large for any hour or minute.
std::int64_t two_digits(char tens, char ones) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return digit(tens) && digit(ones) ? (tens - '0') * 10 + (ones - '0') : 100;
}

}  // namespace

std::optional<std::int64_t> parse_time_of_day(std::string_view text, bool is_end) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const std::int64_t hour = two_digits(text[0], text[1]);
  const std::int64_t minute = two_digits(text[3], text[4]);
  const std::int64_t total = hour * 60 + minute;
  if (is_end && hour == 24 && minute == 0) return total;
  if (hour > 23 || minute > 59) return std::nullopt;
  return total;
}

}  // namespace vagus
