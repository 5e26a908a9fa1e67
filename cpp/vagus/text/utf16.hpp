#pragma once

#include <cstddef>
#include <string_view>

namespace vagus {

/// The longest prefix of at most `units` UTF-16 code units that cuts no code point. Bytes that are
/// not UTF-8 are a unit each.
std::string_view utf16_prefix(std::string_view text, std::size_t units);

/// The longest such suffix.
std::string_view utf16_suffix(std::string_view text, std::size_t units);

}  // namespace vagus
