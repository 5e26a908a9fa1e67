#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "vagus/base/result.hpp"

namespace vagus {

/// The name of an agent's main session: what follows `agent:<id>:` in its key (spec: keys, section
/// 1.5). `main`, unless an installation calls it something else.
class MainKey {
 public:
  MainKey() : text_("main") {}

  /// Trimmed and in lower case; blank text gives `main`. Errors, `invalid_key` (field `main_key`):
  /// text that is not UTF-8, longer than 128 bytes, or that a key would read as something else than
  /// a name (`:x`, `cron:daily`, `work:thread:1`, `global`).
  static Result<MainKey> parse(std::string_view text);

  const std::string& str() const { return text_; }

  auto operator<=>(const MainKey&) const = default;

 private:
  explicit MainKey(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace vagus
