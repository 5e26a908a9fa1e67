#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "vagus/base/time.hpp"
#include "vagus/heartbeat/active_hours.hpp"

namespace vagus {

/// Why a heartbeat did not call the model, under the reference's names (spec: heartbeats,
/// section 3.1).
enum class SkipReason { quiet_hours, empty_heartbeat_file, no_pending_event };
constexpr std::array<std::string_view, 3> enum_names(SkipReason) {
  return {"quiet-hours", "empty-heartbeat-file", "no-pending-event"};
}

/// What a heartbeat's prompt is made of.
struct HeartbeatInputs {
  Millis now = 0;
  bool ambient = true;           ///< every merged cause is ambient
  bool tick = true;              ///< some cause asks the agent to look after its duties
  bool event_delivered = false;  ///< the reply will reach the one who caused the event
  std::string instruction;       ///< the configured prompt; empty for the built-in one
  std::string events;            ///< rendered system events; empty for none
  std::optional<std::string>
      checklist;  ///< contents of HEARTBEAT.md; nothing when there is no file
  Zone zone;
};

struct HeartbeatPlan {
  std::string prompt;  ///< the user message of the run
};

/// Decides whether a heartbeat calls the model, and with which words. Pure. Without events, an
/// ambient run with a checklist that asks for nothing is skipped, and so is one that was woken for
/// events only; one with events or another cause never is. Quiet hours are decided earlier, by
/// `Schedule::hours`, before any file is read.
std::variant<HeartbeatPlan, SkipReason> plan_heartbeat(const HeartbeatInputs& inputs);

}  // namespace vagus
