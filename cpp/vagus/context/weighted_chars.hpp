#pragma once

#include <cstdint>
#include <string_view>

/// Characters by what they cost (spec: context, section 2.2): the limits on tool results count
/// them, so that a limit is worth about as many tokens in every script. A UTF-16 unit is 1; a
/// common ideograph or syllable 4; two-token marks and half-width forms 8; a rare one of the Basic
/// Multilingual Plane 12; one beyond it 16. A byte that is not UTF-8 is 1.
namespace vagus {

/// What `text` counts when a UTF-16 unit counts `unit`, and nothing less.
std::int64_t weighted_chars(std::string_view text, std::int64_t unit = 1);

/// The longest prefix of at most `chars` weighted characters that cuts no code point.
std::string_view weighted_prefix(std::string_view text, std::int64_t chars);

/// The longest such suffix.
std::string_view weighted_suffix(std::string_view text, std::int64_t chars);

}  // namespace vagus
