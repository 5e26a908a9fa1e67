#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"

/// What the reference system makes of its settings (spec: context, sections 2.4, 4.1, 4.4 and 4.5),
/// for hosts that take a configuration over from it. vagus itself has one budget and one ladder.
namespace vagus {

/// Where the size of a context window comes from.
enum class WindowSource { model, setting, fallback };
constexpr std::array<std::string_view, 3> enum_names(WindowSource) {
  return {"model", "setting", "fallback"};
}

struct ContextWindow {
  std::int64_t tokens = 0;
  WindowSource source = WindowSource::fallback;
  bool is_small = false;
  bool is_too_small = false;

  static constexpr std::string_view kName = "ContextWindow";
  static constexpr auto fields() {
    return field_list(
        required("tokens", &ContextWindow::tokens, "how much a prompt and its answer may take"),
        required("source", &ContextWindow::source, "who says so"),
        required("is_small", &ContextWindow::is_small, "below 32,000: agents forget quickly"),
        required("is_too_small", &ContextWindow::is_too_small, "below 16,000: no agent starts"));
  }
};

/// The model's window, which a setting can make smaller and never larger; `fallback` where the
/// model is unknown. A window of 0 is unknown, and neither small nor too small. Negative sizes
/// count as 0.
ContextWindow context_window(std::optional<std::int64_t> model, std::optional<std::int64_t> setting,
                             std::int64_t fallback = 200'000);

/// How much compaction keeps free and keeps whole.
struct CompactionSettings {
  std::int64_t reserve_tokens = 16'384;
  std::int64_t keep_recent_tokens = 20'000;

  static constexpr std::string_view kName = "CompactionSettings";
  static constexpr auto fields() {
    return field_list(
        field("reserve_tokens", &CompactionSettings::reserve_tokens, "kept free for the answer"),
        field("keep_recent_tokens", &CompactionSettings::keep_recent_tokens,
              "worth of the newest messages, which are not summarised"));
  }
};

/// What an owner wrote; nothing where nothing was.
struct CompactionWishes {
  std::optional<std::int64_t> reserve_tokens = {};
  std::optional<std::int64_t> keep_recent_tokens = {};
  std::optional<std::int64_t> reserve_floor = {};

  static constexpr std::string_view kName = "CompactionWishes";
  static constexpr auto fields() {
    return field_list(
        field("reserve_tokens", &CompactionWishes::reserve_tokens, "kept free for the answer"),
        field("keep_recent_tokens", &CompactionWishes::keep_recent_tokens,
              "worth of the newest messages; must be positive"),
        field("reserve_floor", &CompactionWishes::reserve_floor,
              "least reserve, 20,000 unless said otherwise; negative ones are ignored"));
  }
};

/// `defaults` with what was wished for. The reserve is at least the floor, which, for a known
/// window, leaves room for a prompt of 8,000 tokens or half of the window; wishes that make no
/// sense are ignored.
CompactionSettings compaction_settings(const CompactionWishes& wishes,
                                       const CompactionSettings& defaults = {},
                                       std::optional<std::int64_t> window = std::nullopt);

/// How long a compaction may take: 900 s unless said otherwise, 2,147,000 s at most. A number of
/// seconds below one is ignored.
Millis compaction_deadline(std::optional<std::int64_t> seconds);

/// How often a run may call its model: 24 times and eight for each profile that it can fall back
/// on, from 32 to 160.
std::int64_t run_attempts(std::int64_t profiles);

/// What a session is due for, by the tokens of its last prompt.
struct SessionUpkeep {
  bool flush_memory = false;
  bool compact = false;

  static constexpr std::string_view kName = "SessionUpkeep";
  static constexpr auto fields() {
    return field_list(
        required("flush_memory", &SessionUpkeep::flush_memory,
                 "a silent turn that writes down what must be kept, once for each compaction"),
        required("compact", &SessionUpkeep::compact, "a compaction before the next prompt"));
  }
};

/// Both are due from `window - reserve_floor - margin` tokens on; a window that leaves nothing of
/// that makes neither due. `flushed_at` is the number of compactions at the last flush.
SessionUpkeep session_upkeep(std::int64_t tokens, std::int64_t compactions,
                             std::optional<std::int64_t> flushed_at, std::int64_t window,
                             std::int64_t reserve_floor = 20'000, std::int64_t margin = 4'000);

}  // namespace vagus
