#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vagus {

/// `text` trimmed, every run of ECMAScript white space in it one space.
std::string one_line(std::string_view text);

/// `text` cut to `units` UTF-16 code units, the last of them `…` where something is missing; no
/// code point is cut. REQUIRES: at least one unit.
std::string cut_line(std::string_view text, std::size_t units);

}  // namespace vagus
