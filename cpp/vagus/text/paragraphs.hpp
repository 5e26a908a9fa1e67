#pragma once

#include <string>

namespace vagus {

/// Both texts with a blank line between them; one of them where the other is empty.
inline std::string join_paragraphs(const std::string& first, const std::string& second) {
  if (first.empty()) return second;
  return second.empty() ? first : first + "\n\n" + second;
}

}  // namespace vagus
