#include "vagus/context/reference_settings.hpp"

#include <algorithm>

namespace vagus {
namespace {

constexpr std::int64_t kTooSmallWindow = 16'000;
constexpr std::int64_t kSmallWindow = 32'000;
constexpr std::int64_t kReserveFloor = 20'000;
constexpr std::int64_t kPromptTokens = 8'000;
constexpr Millis kCompactionMillis = 900 * kSecond;
constexpr Millis kLongestCompaction = 2'147'000 * kSecond;
constexpr std::int64_t kBaseAttempts = 24;
constexpr std::int64_t kAttemptsForProfile = 8;
constexpr std::int64_t kFewestAttempts = 32;
constexpr std::int64_t kMostAttempts = 160;

// A floor that leaves a small window room for a prompt.
std::int64_t floor_within(std::int64_t floor, std::optional<std::int64_t> window) {
  if (!window || *window <= 0) return floor;
  const std::int64_t prompt = std::min(kPromptTokens, std::max<std::int64_t>(1, *window / 2));
  return std::min(floor, std::max<std::int64_t>(0, *window - prompt));
}

std::int64_t positive_or(std::optional<std::int64_t> wish, std::int64_t otherwise) {
  return wish && *wish > 0 ? *wish : otherwise;
}

}  // namespace

ContextWindow context_window(std::optional<std::int64_t> model, std::optional<std::int64_t> setting,
                             std::int64_t fallback) {
  ContextWindow window;
  const bool known = model && *model > 0;
  window.tokens = known ? *model : std::max<std::int64_t>(0, fallback);
  window.source = known ? WindowSource::model : WindowSource::fallback;
  if (setting && *setting > 0 && *setting < window.tokens) {
    window.tokens = *setting;
    window.source = WindowSource::setting;
  }
  window.is_small = window.tokens > 0 && window.tokens < kSmallWindow;
  window.is_too_small = window.tokens > 0 && window.tokens < kTooSmallWindow;
  return window;
}

CompactionSettings compaction_settings(const CompactionWishes& wishes,
                                       const CompactionSettings& defaults,
                                       std::optional<std::int64_t> window) {
  const bool has_floor = wishes.reserve_floor && *wishes.reserve_floor >= 0;
  const std::int64_t floor = has_floor ? *wishes.reserve_floor : kReserveFloor;
  CompactionSettings settings;
  settings.reserve_tokens = std::max(positive_or(wishes.reserve_tokens, defaults.reserve_tokens),
                                     floor_within(floor, window));
  settings.keep_recent_tokens = positive_or(wishes.keep_recent_tokens, defaults.keep_recent_tokens);
  return settings;
}

Millis compaction_deadline(std::optional<std::int64_t> seconds) {
  if (!seconds || *seconds < 1) return kCompactionMillis;
  return std::min(*seconds, kLongestCompaction / kSecond) * kSecond;
}

std::int64_t run_attempts(std::int64_t profiles) {
  const std::int64_t counted = std::clamp<std::int64_t>(profiles, 1, kMostAttempts);
  return std::clamp(kBaseAttempts + kAttemptsForProfile * counted, kFewestAttempts, kMostAttempts);
}

SessionUpkeep session_upkeep(std::int64_t tokens, std::int64_t compactions,
                             std::optional<std::int64_t> flushed_at, std::int64_t window,
                             std::int64_t reserve_floor, std::int64_t margin) {
  const std::int64_t threshold = window - reserve_floor - margin;
  SessionUpkeep due;
  due.compact = tokens > 0 && threshold > 0 && tokens >= threshold;
  due.flush_memory = due.compact && flushed_at != compactions;
  return due;
}

}  // namespace vagus
