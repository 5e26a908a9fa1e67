#include "vagus/text/bounded_text.hpp"

#include <string>

#include "vagus/text/unicode.hpp"

namespace vagus {

MaybeError check_text(std::string_view field, std::string_view text, const Limits& limits) {
  if (static_cast<std::int64_t>(text.size()) > limits.text_bytes) {
    return make_error(ErrorCode::invalid_input, field, text,
                      "longer than limits.text_bytes (" + std::to_string(limits.text_bytes) + ")");
  }
  if (is_valid_utf8(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, text, "not valid UTF-8");
}

MaybeError check_label(std::string_view field, std::string_view text) {
  if (text.size() <= kMaxKeyBytes && is_valid_utf8(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, text,
                    "must be valid UTF-8 of at most " + std::to_string(kMaxKeyBytes) + " bytes");
}

}  // namespace vagus
