#include "vagus/config/queue_settings.hpp"

#include <algorithm>
#include <set>

#include "vagus/base/json.hpp"
#include "vagus/base/limits.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

struct Word {
  std::string_view spelling;
  std::string_view usual;
};

constexpr std::string_view kBacklog = "steer-backlog";

constexpr Word kModeWords[] = {
    {"steer", "steer"},          {"steering", "steer"},       {"queue", "steer"},
    {"queued", "steer"},         {"followup", "followup"},    {"followups", "followup"},
    {"follow-ups", "followup"},  {"steer+backlog", kBacklog}, {"steer-backlog", kBacklog},
    {"steer_backlog", kBacklog}, {"collect", "collect"},      {"coalesce", "collect"},
    {"interrupt", "interrupt"},  {"interrupts", "interrupt"}, {"abort", "interrupt"},
};

constexpr Word kDropWords[] = {
    {"old", "old"},    {"oldest", "old"},          {"new", "new"},
    {"newest", "new"}, {"summarize", "summarize"}, {"summary", "summarize"},
};

template <std::size_t N>
std::optional<std::string_view> usual_of(const Word (&words)[N], std::string_view text) {
  const std::string wanted = token(text);
  for (const Word& each : words) {
    if (each.spelling == wanted) return each.usual;
  }
  return std::nullopt;
}

// `check_messages` lets no two names be alike.
template <class T>
std::optional<T> of_channel(const std::map<std::string, T>& values, std::string_view channel) {
  const std::string wanted = token(channel);
  if (wanted.empty()) return std::nullopt;
  for (const auto& [name, value] : values) {
    if (token(name) == wanted) return value;
  }
  return std::nullopt;
}

template <class T>
void overrule(T& value, const std::optional<T>& other) {
  if (other) value = *other;
}

MaybeError check_debounce(std::string_view field, std::int64_t value, ErrorCode code) {
  if (value >= 0 && value <= kMaxMillis) return std::nullopt;
  return Error{code, std::string(field), std::to_string(value),
               "must be from 0 to " + std::to_string(kMaxMillis) + " milliseconds"};
}

template <class T>
MaybeError check_channel_names(const std::string& path, const std::map<std::string, T>& values) {
  std::set<std::string> seen;
  for (const auto& [name, value] : values) {
    const bool blank = is_blank(name);
    if (!blank && seen.insert(token(name)).second) continue;
    return make_error(ErrorCode::invalid_config, join_path(path, name), name,
                      blank ? "must have a name" : "is another spelling of a channel named before");
  }
  return std::nullopt;
}

MaybeError check_queue(const std::string& path, const QueueConfig& queue) {
  if (auto failed = check_channel_names(join_path(path, "by_channel"), queue.by_channel)) {
    return failed;
  }
  const std::string spans = join_path(path, "debounce_ms_by_channel");
  if (auto failed = check_channel_names(spans, queue.debounce_ms_by_channel)) return failed;
  for (const auto& [name, span] : queue.debounce_ms_by_channel) {
    const std::string at = join_path(spans, name);
    if (auto failed = check_debounce(at, span, ErrorCode::invalid_config)) return failed;
  }
  if (auto failed = check_debounce(join_path(path, "debounce_ms"), queue.debounce_ms.value_or(0),
                                   ErrorCode::invalid_config)) {
    return failed;
  }
  return check_count(join_path(path, "cap"), queue.cap.value_or(1), 1);
}

}  // namespace

std::optional<std::string_view> queue_word_of(std::string_view word) {
  return usual_of(kModeWords, word);
}

std::optional<QueueMode> queue_mode_of(std::string_view word) {
  const auto usual = queue_word_of(word);
  if (!usual) return std::nullopt;
  return *usual == kBacklog ? QueueMode::followup : enum_from_name<QueueMode>(*usual);
}

std::optional<DropPolicy> drop_policy_of(std::string_view word) {
  const auto usual = usual_of(kDropWords, word);
  return usual ? enum_from_name<DropPolicy>(*usual) : std::nullopt;
}

QueueSettings queue_settings(const QueueConfig& config, std::string_view channel,
                             const QueueOverrides& session, const QueueOverrides& message,
                             std::int64_t most) {
  QueueSettings settings;
  overrule(settings.mode, config.mode);
  overrule(settings.mode, of_channel(config.by_channel, channel));
  overrule(settings.debounce_ms, config.debounce_ms);
  overrule(settings.debounce_ms, of_channel(config.debounce_ms_by_channel, channel));
  overrule(settings.cap, config.cap);
  overrule(settings.drop, config.drop);
  for (const QueueOverrides* more : {&session, &message}) {
    overrule(settings.mode, more->mode);
    overrule(settings.debounce_ms, more->debounce_ms);
    overrule(settings.cap, more->cap);
    overrule(settings.drop, more->drop);
  }
  settings.cap = std::min(settings.cap, most);
  return settings;
}

MaybeError check_queue_settings(const QueueSettings& settings) {
  if (auto failed = check_debounce("debounce_ms", settings.debounce_ms, ErrorCode::invalid_input)) {
    return failed;
  }
  if (settings.cap >= 1) return std::nullopt;
  return Error{ErrorCode::invalid_input, "cap", std::to_string(settings.cap), "must be at least 1"};
}

MaybeError check_messages(std::string_view path, const MessagesConfig& messages) {
  if (auto failed = check_queue(join_path(path, "queue"), messages.queue)) return failed;
  if (auto failed = check_count(join_path(path, "running"), messages.running, 1)) return failed;
  return check_count(join_path(path, "running_per_agent"), messages.running_per_agent, 1);
}

}  // namespace vagus
