#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Text primitives that session keys rest on (spec: keys, section 0). All take and give UTF-8.
namespace vagus {

/// One decoded code point and how many bytes it took.
struct CodePoint {
  char32_t value;
  std::size_t length;
};

/// The code point that starts at byte `at`; nothing when the bytes there are not well-formed UTF-8.
std::optional<CodePoint> decode_utf8(std::string_view text, std::size_t at);

void append_utf8(std::string& out, char32_t code_point);

/// Offset of the first byte that is not well-formed UTF-8 (surrogates and overlong forms are not);
/// nothing when all of `text` is.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

bool is_valid_utf8(std::string_view text);

/// Without the ECMAScript white space at both ends: U+0009-000D, U+0020, U+00A0, U+1680,
/// U+2000-200A, U+2028, U+2029, U+202F, U+205F, U+3000, U+FEFF. U+200B and U+0085 stay. A view into
/// `text`.
std::string_view trim(std::string_view text);

/// True when nothing is left after `trim`.
bool is_blank(std::string_view text);

/// Full Unicode lower case, independent of locale: special casings (U+0130 gives i + U+0307), the
/// final-sigma rule, U+212A gives k. REQUIRES: valid UTF-8; bytes that are not are copied
/// unchanged.
std::string lower(std::string_view text);

/// ASCII letters only.
std::string lower_ascii(std::string_view text);

/// `lower(trim(text))`: how names that only have to match are compared.
std::string token(std::string_view text);

/// Length in UTF-16 code units, the unit in which the reference system counts characters.
std::size_t utf16_length(std::string_view text);

/// The longest prefix of at most `max_bytes` bytes that does not cut a code point.
std::string_view prefix_within(std::string_view text, std::size_t max_bytes);

/// The Unicode version of the lower-case table, as `major.minor`.
std::string_view unicode_version();

}  // namespace vagus
