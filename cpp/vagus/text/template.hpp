#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vagus/base/result.hpp"

/// Texts with fields in double braces, `{{agent}}`; white space inside the braces does not count.
/// There is no other syntax: two braces always belong to a field.
namespace vagus {

/// The longest template, in bytes.
inline constexpr std::size_t kMaxTemplateBytes = 65'536;

/// What a template may and must hold.
struct TemplateRule {
  std::span<const std::string_view> fields;  ///< the fields that it may have, as often as it likes
  std::string_view needed = {};              ///< the one of them that it must have, exactly once
};

/// The values of a template's fields, by name.
using TemplateValues = std::vector<std::pair<std::string_view, std::string>>;

/// Refuses (`invalid_config`, field `path`) what is too long or not valid UTF-8, braces that do not
/// pair, unknown fields, and a needed field that is missing or there twice; the error tells the
/// fields that are allowed. Linear.
MaybeError check_template(std::string_view path, std::string_view text, const TemplateRule& rule);

/// The template with its fields replaced; values are not looked into, so that a value cannot bring
/// fields of its own. A field without a value becomes nothing. Text that `check_template` refuses
/// for its braces is given back as it is. Linear in the template and what it becomes.
std::string fill_template(std::string_view text, const TemplateValues& values);

}  // namespace vagus
