#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/tool_results.hpp"

/// Old tool results out of a conversation whose cache at the provider is cold anyway (spec:
/// context, section 3.5).
namespace vagus {

/// When old tool results are cut, and how far.
struct PruningSettings {
  Millis ttl_ms = 5 * kMinute;
  std::int64_t keep_last_assistants = 3;
  std::int64_t soft_percent = 30;
  std::int64_t hard_percent = 50;
  std::int64_t min_prunable_chars = 50'000;
  std::int64_t soft_max_chars = 4'000;
  std::int64_t soft_head_chars = 1'500;
  std::int64_t soft_tail_chars = 1'500;
  bool hard_clear = true;
  std::string placeholder = "[An old tool result was removed]";
  std::string omission = "\n...\n";
  std::string note =
      "\n\n[{{count}} characters, of which the first {{head}} and last {{tail}} are shown]";
  std::vector<std::string> allow_tools = {};
  std::vector<std::string> deny_tools = {};

  static constexpr std::string_view kName = "PruningSettings";
  static constexpr auto fields() {
    return field_list(
        field("ttl_ms", &PruningSettings::ttl_ms, "how long the provider's cache lives unused"),
        field("keep_last_assistants", &PruningSettings::keep_last_assistants,
              "results behind the last so many assistant messages, and in front of the user's "
              "first, stay"),
        field("soft_percent", &PruningSettings::soft_percent,
              "share of the window from which on long results keep their ends only"),
        field("hard_percent", &PruningSettings::hard_percent,
              "share from which on results then give way to the placeholder, oldest first"),
        field("min_prunable_chars", &PruningSettings::min_prunable_chars,
              "less than this in all results is left alone by that"),
        field("soft_max_chars", &PruningSettings::soft_max_chars, "what counts as long"),
        field("soft_head_chars", &PruningSettings::soft_head_chars, "kept of the beginning"),
        field("soft_tail_chars", &PruningSettings::soft_tail_chars, "kept of the end"),
        field("hard_clear", &PruningSettings::hard_clear, "false: only ends are cut"),
        field("placeholder", &PruningSettings::placeholder, "stands for a result that is gone"),
        field("omission", &PruningSettings::omission, "stands between the ends"),
        field("note", &PruningSettings::note,
              "follows them; may have {{count}}, {{head}}, {{tail}}"),
        field("allow_tools", &PruningSettings::allow_tools,
              "names of tools whose results may be cut, with *; none means all"),
        field("deny_tools", &PruningSettings::deny_tools, "and of those that may not"));
  }
};

/// `settings` with shares from 0 to 100, counts from 0, texts trimmed and, where they are blank,
/// the default ones.
PruningSettings bounded_settings(PruningSettings settings);

/// True when the conversation was last sent at a known time at least `ttl_ms` ago: before that,
/// pruning would throw away a prefix that the provider has cached.
bool pruning_is_due(const PruningSettings& settings, std::optional<Millis> last_sent, Millis now);

/// Cuts results of tools behind the user's first message and in front of the last
/// `keep_last_assistants` messages of the assistant; with fewer of those, none. Sizes are weighted
/// characters, a window's four a token. A text never becomes longer. Linear. REQUIRES: `settings`
/// are made by `bounded_settings`.
ShrunkResults prune_old_results(std::vector<Message> messages, std::int64_t window,
                                const PruningSettings& settings);

}  // namespace vagus
