#pragma once

#include <functional>
#include <string_view>

namespace vagus {

/// Finds a `std::string` by a view, without a copy. Never iterated where order shows.
struct TextHash {
  using is_transparent = void;
  // Not `noexcept`, so that libstdc++ keeps the hash beside the text and compares it first.
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace vagus
