#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/config/prompt_templates.hpp"
#include "vagus/heartbeat/active_hours.hpp"

namespace vagus {

/// Why a heartbeat did not call the model, under the reference's names and in its order (spec:
/// heartbeats, section 3.1).
enum class SkipReason {
  disabled,              ///< heartbeats are switched off
  quiet_hours,           ///< outside the active hours
  empty_heartbeat_file,  ///< the checklist asks for nothing
  no_pending_event,      ///< the events that it was to report are gone
  no_tasks_due,          ///< no task of the checklist is due
  alerts_disabled,       ///< nobody would see anything of it
};
constexpr std::array<std::string_view, 6> enum_names(SkipReason) {
  return {"disabled",         "quiet-hours",  "empty-heartbeat-file",
          "no-pending-event", "no-tasks-due", "alerts-disabled"};
}

/// HEARTBEAT.md, as the host found it.
struct Checklist {
  enum class State { missing, unreadable, present };
  State state = State::missing;
  std::string text;  ///< present: its contents; unreadable: why
};

/// How many of the events that a run shows are of which class.
struct EventCounts {
  std::int64_t exec = 0;   ///< finished commands
  std::int64_t cron = 0;   ///< what cron jobs say
  std::int64_t other = 0;  ///< the rest
  /// Some finished command left output, or went well: there is more to tell than how it ended.
  bool exec_has_result = true;
};

/// What decides whether a heartbeat calls the model, and with which words.
struct HeartbeatInputs {
  Millis now = 0;
  bool ambient = true;      ///< every merged cause is ambient
  bool tick = true;         ///< some cause asks the agent to look after its duties
  bool delivered = false;   ///< what the agent says will reach somebody
  bool all_hidden = false;  ///< nobody would see anything of the run (see `Visibility`)
  std::string events;       ///< rendered system events; empty for none
  EventCounts counts;       ///< of those events
  Checklist checklist;
  std::map<std::string, Millis> task_runs =
      {};                        ///< when each of `HeartbeatPlan::due_tasks` last started
  std::int64_t max_tasks = 200;  ///< `Limits::checklist_tasks`
  Zone zone;
  std::string instruction;  ///< the configured prompt, a template; empty for the built-in one
  PromptTemplates prompts;
  bool respond_tool = false;  ///< the agent answers with the tool `heartbeat_respond`
  std::string agent;
  std::string session;
};

struct HeartbeatPlan {
  std::string prompt;                    ///< the user message of the run
  std::vector<std::string> due_tasks{};  ///< to be marked as run at `now` when the run ends well
  std::int64_t ignored_tasks = 0;        ///< tasks left out of the checklist
};

/// Decides whether a heartbeat calls the model, and with which words (spec: heartbeats, sections
/// 3.3 and 3.4). Pure. An ambient run without events is skipped when the checklist asks for nothing
/// and when it has tasks of which none is due; a run that was woken for events only, when they are
/// gone; any run, when nobody would see anything of it. A checklist that cannot be read does not
/// skip anything: the model is told.
///
/// The prompt: events and what to do about them (that of finished commands before that of cron jobs
/// before that of others); if the run is a tick, the tasks that are due or else the instruction;
/// the rest of the checklist; the time. `disabled` and `quiet_hours` are decided earlier, before
/// any file is read.
std::variant<HeartbeatPlan, SkipReason> plan_heartbeat(const HeartbeatInputs& inputs);

/// `text` without white space at its end, and the time line below it; blank text stays blank, and
/// text that tells the time itself gets no second line.
std::string with_time_line(std::string_view text, Millis at, const Zone& zone);

}  // namespace vagus
