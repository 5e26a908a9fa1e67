#pragma once

#include <array>
#include <string_view>

namespace vagus {

/// Why a lane is woken. The kind decides priority and whether the wake is ambient; the free-text
/// reason beside it is only a label (spec: heartbeats, section 1.3).
enum class WakeKind { retry, interval, wake, cron, task, other, exec, hook, manual };
constexpr std::array<std::string_view, 9> enum_names(WakeKind) {
  return {"retry", "interval", "wake", "cron", "task", "other", "exec", "hook", "manual"};
}

/// 3 for what somebody waits for (manual, exec, hook), 2 for other events, 1 for the interval, 0
/// for a retry.
int priority_of(WakeKind kind);

/// True for wakes that nobody asked for: the interval and its retries. Only these respect quiet
/// hours and the empty-checklist gate.
bool is_ambient(WakeKind kind);

/// What a wake of some kind has to do with the session's events.
enum class EventNeed {
  none,     ///< nothing: it asks the agent to look after its duties
  reports,  ///< it says that something happened; without an event it asks like the others
  demands,  ///< it only says that something happened; without an event there is nothing to run for
};

EventNeed event_need_of(WakeKind kind);

}  // namespace vagus
