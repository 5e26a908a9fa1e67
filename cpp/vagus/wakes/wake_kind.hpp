#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vagus {

/// What asks for a wake. The free-text reason beside it is only a label (spec: heartbeats, section
/// 1.2).
enum class WakeKind : std::uint8_t { retry, interval, wake, cron, task, other, exec, hook, manual };
constexpr std::array<std::string_view, 9> enum_names(WakeKind) {
  return {"retry", "interval", "wake", "cron", "task", "other", "exec", "hook", "manual"};
}

/// How much a wake may be made to wait, the most pressing first: it decides the priority and which
/// guards count (spec: heartbeats, sections 1.3 and 2.4).
enum class WakeIntent : std::uint8_t {
  manual,     ///< somebody sits and waits: no guard counts
  immediate,  ///< something happened that must be seen soon
  task,       ///< a duty with a time of its own
  event,      ///< something happened
  scheduled,  ///< nobody asked: the cadence
};
constexpr std::array<std::string_view, 5> enum_names(WakeIntent) {
  return {"manual", "immediate", "task", "event", "scheduled"};
}

/// The intent of a request that names none.
WakeIntent intent_of(WakeKind kind);

/// 3 for manual and immediate, 0 for a retry, 1 for what the cadence asks for, 2 for the rest; the
/// first that fits (spec: heartbeats, section 1.3, newest version).
int priority_of(WakeKind kind, WakeIntent intent);

/// True for wakes that nobody asked for. Only these respect quiet hours and the empty-checklist
/// gate.
constexpr bool is_ambient(WakeIntent intent) {
  return intent == WakeIntent::scheduled;
}

/// What a wake of some kind has to do with the session's events.
enum class EventNeed {
  none,     ///< nothing: it asks the agent to look after its duties
  reports,  ///< it says that something happened; without an event it asks like the others
  demands,  ///< it only says that something happened; without an event there is nothing to run for
};

EventNeed event_need_of(WakeKind kind);

}  // namespace vagus
