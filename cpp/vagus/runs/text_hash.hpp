#pragma once

#include <functional>
#include <string_view>

namespace vagus {

/// Finds a `std::string` by a view, without a copy. Never iterated where order shows.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace vagus
