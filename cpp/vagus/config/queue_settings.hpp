#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"

/// What becomes of a message whose session is busy (spec: runs, section 2.2).
namespace vagus {

enum class QueueMode {
  steer,      ///< told to the run in flight; waits for a turn of its own when that cannot be
  followup,   ///< a turn of its own, in order
  collect,    ///< one turn together with its neighbours of the same route
  interrupt,  ///< ends the run in flight and takes its place
};
constexpr std::array<std::string_view, 4> enum_names(QueueMode) {
  return {"steer", "followup", "collect", "interrupt"};
}

/// What gives way when one more message waits than may.
enum class DropPolicy {
  oldest,     ///< the message that waits longest; its sender is told
  newest,     ///< the one that came; it is refused
  summarize,  ///< the message that waits longest, which leaves a line in a summary
};
constexpr std::array<std::string_view, 3> enum_names(DropPolicy) {
  return {"old", "new", "summarize"};
}

/// The usual spelling of a word for a mode, in any case: `steer` for `queued`, `collect` for
/// `coalesce`. Beside the names of modes there is `steer-backlog`, which others have used.
std::optional<std::string_view> queue_word_of(std::string_view word);

/// The mode that a word means. `steer-backlog` would answer one message twice and is `followup`.
std::optional<QueueMode> queue_mode_of(std::string_view word);
std::optional<DropPolicy> drop_policy_of(std::string_view word);

/// The settings in force for one message.
struct QueueSettings {
  QueueMode mode = QueueMode::collect;
  std::int64_t debounce_ms = 500;
  std::int64_t cap = 20;
  DropPolicy drop = DropPolicy::summarize;

  static constexpr std::string_view kName = "QueueSettings";
  static constexpr auto fields() {
    return field_list(
        field("mode", &QueueSettings::mode, "steer, followup, collect or interrupt"),
        field("debounce_ms", &QueueSettings::debounce_ms,
              "how long nothing must have come before a turn that waits starts"),
        field("cap", &QueueSettings::cap, "messages that wait; the run in flight does not count"),
        field("drop", &QueueSettings::drop, "what gives way beyond cap: old, new or summarize"));
  }
};

/// Some of the settings: of a session, or of one message.
struct QueueOverrides {
  std::optional<QueueMode> mode;
  std::optional<std::int64_t> debounce_ms;
  std::optional<std::int64_t> cap;
  std::optional<DropPolicy> drop;

  static constexpr std::string_view kName = "QueueOverrides";
  static constexpr auto fields() {
    return field_list(field("mode", &QueueOverrides::mode, "as in QueueSettings"),
                      field("debounce_ms", &QueueOverrides::debounce_ms, "as in QueueSettings"),
                      field("cap", &QueueOverrides::cap, "as in QueueSettings"),
                      field("drop", &QueueOverrides::drop, "as in QueueSettings"));
  }
};

struct QueueConfig {
  std::optional<QueueMode> mode;
  std::map<std::string, QueueMode> by_channel;
  std::optional<std::int64_t> debounce_ms;
  std::map<std::string, std::int64_t> debounce_ms_by_channel;
  std::optional<std::int64_t> cap;
  std::optional<DropPolicy> drop;

  static constexpr std::string_view kName = "QueueConfig";
  static constexpr auto fields() {
    return field_list(
        field("mode", &QueueConfig::mode, "what becomes of a message whose session is busy"),
        field("by_channel", &QueueConfig::by_channel, "the same for one channel, by its name"),
        field("debounce_ms", &QueueConfig::debounce_ms,
              "how long nothing must have come before a turn that waits starts"),
        field("debounce_ms_by_channel", &QueueConfig::debounce_ms_by_channel,
              "the same for one channel, by its name"),
        field("cap", &QueueConfig::cap, "messages that wait for one session"),
        field("drop", &QueueConfig::drop, "what gives way beyond cap: old, new or summarize"));
  }
};

/// Messages of people, and the turns that answer them.
struct MessagesConfig {
  QueueConfig queue;
  std::int64_t running = 256;
  std::int64_t running_per_agent = 64;

  static constexpr std::string_view kName = "MessagesConfig";
  static constexpr auto fields() {
    return field_list(field("queue", &MessagesConfig::queue, "messages whose session is busy"),
                      field("running", &MessagesConfig::running, "people's turns that run at once"),
                      field("running_per_agent", &MessagesConfig::running_per_agent,
                            "people's turns of one agent that run at once"));
  }
};

/// The settings of a message from `channel`. Each comes from the first that has it: the message,
/// its session, the channel, the configuration, the default. `cap` is `most` at most.
QueueSettings queue_settings(const QueueConfig& config, std::string_view channel,
                             const QueueOverrides& session, const QueueOverrides& message,
                             std::int64_t most);

/// Errors, `invalid_input` with the field's name: a negative debounce or one beyond `kMaxMillis`; a
/// cap below 1.
MaybeError check_queue_settings(const QueueSettings& settings);

/// Errors, `invalid_config` below `path`: the same, blank channel names, two spellings of one.
MaybeError check_messages(std::string_view path, const MessagesConfig& messages);

}  // namespace vagus
