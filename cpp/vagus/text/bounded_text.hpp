#pragma once

#include <string_view>

#include "vagus/base/limits.hpp"

namespace vagus {

/// Refuses (`invalid_input`) a text of more than `limits.text_bytes`, or one that is not UTF-8.
MaybeError check_text(std::string_view field, std::string_view text, const Limits& limits);

/// Refuses (`invalid_input`) a name or an id of more than `kMaxKeyBytes`, or one that is not UTF-8.
MaybeError check_label(std::string_view field, std::string_view text);

}  // namespace vagus
