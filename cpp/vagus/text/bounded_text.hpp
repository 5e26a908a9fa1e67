#pragma once

#include <string_view>

#include "vagus/base/limits.hpp"

namespace vagus {

/// Refuses (`invalid_input`) a text of more than `limits.text_bytes`, or one that is not UTF-8.
MaybeError check_text(std::string_view field, std::string_view text, const Limits& limits);

}  // namespace vagus
