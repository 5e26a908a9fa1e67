#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/config/queue_settings.hpp"

namespace vagus {

/// What a message says about the queue of its session with `/queue` (spec: runs, section 2.2).
/// A word stays beside its value; a word without a value is one that could not be read.
struct QueueDirective {
  bool found = false;
  std::string text;
  bool reset = false;
  bool has_options = false;
  std::optional<QueueMode> mode;
  std::optional<std::string> mode_word;
  std::optional<std::int64_t> debounce_ms;
  std::optional<std::string> debounce_word;
  std::optional<std::int64_t> cap;
  std::optional<std::string> cap_word;
  std::optional<DropPolicy> drop;
  std::optional<std::string> drop_word;

  QueueOverrides overrides() const { return {mode, debounce_ms, cap, drop}; }

  static constexpr std::string_view kName = "QueueDirective";
  static constexpr auto fields() {
    return field_list(
        required("found", &QueueDirective::found, "the message holds `/queue`"),
        required("text", &QueueDirective::text, "the message without it, trimmed"),
        field("reset", &QueueDirective::reset, "back to the configured settings"),
        field("has_options", &QueueDirective::has_options, "debounce, cap or drop is named"),
        field("mode", &QueueDirective::mode, "the mode"),
        field("mode_word", &QueueDirective::mode_word, "as it was written"),
        field("debounce_ms", &QueueDirective::debounce_ms, "the debounce; nothing if malformed"),
        field("debounce_word", &QueueDirective::debounce_word, "as it was written"),
        field("cap", &QueueDirective::cap, "the cap; nothing if malformed or below 1"),
        field("cap_word", &QueueDirective::cap_word, "as it was written"),
        field("drop", &QueueDirective::drop, "the drop policy; nothing if unknown"),
        field("drop_word", &QueueDirective::drop_word, "as it was written"));
  }
};

/// Finds the first `/queue` that stands alone, or in front of a colon, and reads the words behind
/// it up to the first that is none of its own. What follows stays in the message.
QueueDirective parse_queue_directive(std::string_view text);

/// Errors, `invalid_input`: an option of the directive that could not be read, named `queue.cap`,
/// `queue.debounce` or `queue.drop`.
MaybeError check_queue_directive(const QueueDirective& directive);

}  // namespace vagus
