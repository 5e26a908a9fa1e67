#pragma once

#include <string>
#include <string_view>

#include "vagus/text/unicode.hpp"

/// What lies between the colons of a key.
namespace vagus {

/// The text behind the first `count` segments and their colons; empty when there are fewer.
inline std::string_view after_segments(std::string_view text, std::size_t count) {
  for (; count > 0; --count) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return "";
    text.remove_prefix(colon + 1);
  }
  return text;
}

/// The `index`-th segment; empty when there are fewer.
inline std::string_view segment(std::string_view text, std::size_t index) {
  const std::string_view rest = after_segments(text, index);
  return rest.substr(0, rest.find(':'));
}

/// Where the last `lower_marker` starts in `text`, whatever its ASCII case; npos when it has none.
/// Searched in the text itself: a lower-cased copy may have other offsets.
inline std::size_t find_last_marker(std::string_view text, std::string_view lower_marker) {
  return lower_ascii(text).rfind(lower_marker);
}

}  // namespace vagus
