#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/events/event_queue.hpp"
#include "vagus/runs/lanes.hpp"
#include "vagus/runs/run.hpp"
#include "vagus/wakes/wake_queue.hpp"

namespace vagus {

/// What a run in flight waits for.
enum class RunStage { files, model };
constexpr std::array<std::string_view, 2> enum_names(RunStage) {
  return {"files", "model"};
}

/// A run in flight, and what it carries from one stage to the next.
struct ActiveRun : Run {
  ContextKey keeps;  ///< the transcript that its words go to; empty when nothing is kept
  bool isolated = false;

  UserTurn turn;                       ///< kind user: the message that it answers
  std::optional<Wake> wake;            ///< kind heartbeat: why it runs
  bool tick = false;                   ///< kind heartbeat: it looks after the agent's duties
  std::vector<std::string> due_tasks;  ///< of the checklist; marked when the run ends well
  Millis started = 0;
  EventBatch events;
  bool leaves_events = false;  ///< others wait for a run of their own, on another route

  RunStage stage = RunStage::files;
  std::vector<std::string> files;  ///< names that it asked for
  Millis deadline = 0;
  std::optional<Ledger> ledger;
  Message prompt;  ///< the user message that was sent
};

}  // namespace vagus
