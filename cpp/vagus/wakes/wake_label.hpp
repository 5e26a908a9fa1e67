#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"
#include "vagus/wakes/wake_kind.hpp"

namespace vagus {

/// Who asks for a wake, in the reference's words (spec: heartbeats, section 1.1).
enum class WakeSource {
  interval,
  retry,
  manual,
  exec,
  notifications,
  cron,
  hook,
  spawn,
  task,
  blocked_task,
  watchdog,
  restart,
  session_state,
  other,
};
constexpr std::array<std::string_view, 14> enum_names(WakeSource) {
  return {"interval",
          "retry",
          "manual",
          "exec-event",
          "notifications-event",
          "cron",
          "hook",
          "acp-spawn",
          "background-task",
          "background-task-blocked",
          "cli-watchdog",
          "restart-sentinel",
          "session-state",
          "other"};
}

/// What a wake of another system is to vagus. There the label, the source and the intent together
/// decide what a wake means; here the kind does.
struct WakeLabel {
  std::string reason;
  WakeKind kind = WakeKind::other;
  WakeIntent intent = WakeIntent::event;
  std::int64_t priority = 0;
  std::optional<WakeSource> source;
  bool carries_events = false;

  static constexpr std::string_view kName = "WakeLabel";
  static constexpr auto fields() {
    return field_list(
        required("reason", &WakeLabel::reason, "the label, trimmed; 'requested' for a blank one"),
        required("kind", &WakeLabel::kind, "what kind of producer"),
        required("intent", &WakeLabel::intent, "how much it may wait"),
        required("priority", &WakeLabel::priority, "from 0, a retry, to 3"),
        field("source", &WakeLabel::source, "who asks, as given or as the label tells it"),
        field("carries_events", &WakeLabel::carries_events,
              "it has brought something to show, commands and cron jobs aside"));
  }
};

/// Reads a label (spec: heartbeats, sections 1.2 and 1.3, newest version). A `source` that is given
/// beats what the label says, and an `intent` what the kind says. Total over any text.
WakeLabel read_wake_label(std::string_view reason, std::optional<WakeSource> source = std::nullopt,
                          std::optional<WakeIntent> intent = std::nullopt);

}  // namespace vagus
