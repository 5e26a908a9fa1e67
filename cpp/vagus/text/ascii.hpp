#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

/// Classes of ASCII characters, from one table: most ids, names and keys hold nothing else, and
/// finding that out is cheaper than treating them as Unicode.
namespace vagus {

enum class AsciiClass : std::uint8_t {
  visible_lower = 1,  ///< U+0021 to U+007E without A to Z: what `trim` and `lower` leave alone
  id_letter = 2,      ///< a-z, 0-9
  id = 4,             ///< a-z, 0-9, '_', '-'
  plain = 8,          ///< `visible_lower` without ':' and '%', which mean something in keys
};

constexpr std::array<std::uint8_t, 256> make_ascii_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&classes](int c, AsciiClass each) {
    classes[static_cast<std::size_t>(c)] |= static_cast<std::uint8_t>(each);
  };
  for (int c = '!'; c <= '~'; ++c) {
    if (c >= 'A' && c <= 'Z') continue;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    add(c, AsciiClass::visible_lower);
    if (letter) add(c, AsciiClass::id_letter);
    if (letter || c == '_' || c == '-') add(c, AsciiClass::id);
    if (c != ':' && c != '%') add(c, AsciiClass::plain);
  }
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> kAsciiClasses = make_ascii_classes();

constexpr bool is_ascii_class(char c, AsciiClass wanted) {
  return (kAsciiClasses[static_cast<std::uint8_t>(c)] & static_cast<std::uint8_t>(wanted)) != 0;
}

/// True when every character of `text` is of the class; so for empty text.
constexpr bool all_of_class(std::string_view text, AsciiClass wanted) {
  return std::all_of(text.begin(), text.end(),
                     [wanted](char c) { return is_ascii_class(c, wanted); });
}

}  // namespace vagus
