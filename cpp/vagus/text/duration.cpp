#include "vagus/text/duration.hpp"

#include <array>
#include <optional>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kMaxDurationBytes = 64;

struct Unit {
  std::string_view name;
  Millis millis;
};

// Largest first, which is the order of writing.
constexpr Unit kUnits[] = {{"d", kDay}, {"h", kHour}, {"m", kMinute}, {"s", kSecond}, {"ms", 1}};

// A sum of decimal numbers kept digit by digit, so that `1.005s` is exactly 1005 ms and rounding
// happens once.
struct ExactMillis {
  Millis whole = 0;
  std::array<int, kMaxDurationBytes> decimals{};

  // False when the sum passes `kMaxMillis`.
  bool add(Millis number, std::string_view fraction, Millis unit) {
    if (number > kMaxMillis / unit) return false;
    Millis carry = 0;
    for (std::size_t i = decimals.size(); i-- > 0;) {
      if (i < fraction.size()) carry += (fraction[i] - '0') * unit;
      carry += decimals[i];
      decimals[i] = static_cast<int>(carry % 10);
      carry /= 10;
    }
    whole += number * unit + carry;
    return whole <= kMaxMillis;
  }

  Millis rounded() const { return whole + (decimals[0] >= 5 ? 1 : 0); }
};

std::string_view take_while(std::string_view& text, bool (*accept)(char)) {
  std::size_t count = 0;
  while (count < text.size() && accept(text[count])) ++count;
  const std::string_view taken = text.substr(0, count);
  text.remove_prefix(count);
  return taken;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// Saturates just above `kMaxMillis`, which no caller accepts.
Millis to_number(std::string_view digits) {
  Millis number = 0;
  for (const char digit : digits) {
    number = number * 10 + (digit - '0');
    if (number > kMaxMillis) return kMaxMillis + 1;
  }
  return number;
}

Error malformed(std::string_view text) {
  return make_error(ErrorCode::invalid_input, "duration", text,
                    "must be numbers with units d, h, m, s or ms and no spaces, such as 5m, 1h30m "
                    "or 1.5h; only a single number may go without a unit");
}

Error too_long(std::string_view text) {
  return make_error(ErrorCode::invalid_input, "duration", text,
                    "must not be longer than 9007199254740991 milliseconds");
}

}  // namespace

std::optional<Millis> Duration::unit_millis(std::string_view unit) {
  for (const Unit& each : kUnits) {
    if (each.name == unit) return each.millis;
  }
  return std::nullopt;
}

Result<Duration> Duration::parse(std::string_view text, Millis bare_unit) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty() || trimmed.size() > kMaxDurationBytes) return malformed(text);
  const std::string spelling = lower_ascii(trimmed);
  ExactMillis total;
  for (std::string_view left = spelling; !left.empty();) {
    const bool first = left.size() == spelling.size();
    const std::string_view number = take_while(left, is_digit);
    std::string_view fraction;
    if (!left.empty() && left.front() == '.') {
      left.remove_prefix(1);
      fraction = take_while(left, is_digit);
      if (fraction.empty()) return malformed(text);
    }
    if (number.empty()) return malformed(text);
    const bool bare = first && left.empty();
    const auto unit = bare ? bare_unit : unit_millis(take_while(left, is_letter));
    if (!unit) return malformed(text);
    if (!total.add(to_number(number), fraction, *unit)) return too_long(text);
  }
  if (total.rounded() > kMaxMillis) return too_long(text);
  return Duration(total.rounded());
}

std::string Duration::str() const {
  if (millis_ == 0) return "0m";
  std::string out;
  Millis left = millis_;
  for (const Unit& unit : kUnits) {
    if (left < unit.millis) continue;
    out += std::to_string(left / unit.millis) + std::string(unit.name);
    left %= unit.millis;
  }
  return out;
}

}  // namespace vagus
