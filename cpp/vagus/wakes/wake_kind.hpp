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

}  // namespace vagus
