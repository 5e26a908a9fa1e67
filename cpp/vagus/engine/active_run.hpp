#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/events/event_queue.hpp"
#include "vagus/keys/context_key.hpp"
#include "vagus/runs/lanes.hpp"
#include "vagus/runs/run.hpp"
#include "vagus/wakes/wake_queue.hpp"

namespace vagus {

/// What a run in flight waits for.
enum class RunStage { files, model };
constexpr std::array<std::string_view, 2> enum_names(RunStage) {
  return {"files", "model"};
}

/// A run in flight. Its identity (the keys and the kind) never changes.
struct ActiveRun {
  std::string id;
  std::int64_t number = 0;  ///< order of starting
  RunKind kind = RunKind::user;
  AgentId agent;
  SessionKey lane;     ///< the session key that the run occupies
  SessionKey home;     ///< the session it works for: the base session of an isolated heartbeat
  ContextKey context;  ///< its memory
  ContextKey keeps;    ///< the transcript that its words go to; empty when nothing is kept
  bool isolated = false;

  UserTurn turn;             ///< kind user: the message that it answers
  std::optional<Wake> wake;  ///< kind heartbeat: why it runs
  bool tick = false;         ///< kind heartbeat: it looks after the agent's duties
  EventBatch events;
  bool leaves_events = false;  ///< others wait for a run of their own, on another route

  RunStage stage = RunStage::files;
  std::vector<std::string> files;  ///< names that it asked for
  Millis deadline = 0;
  std::optional<Ledger> ledger;
  Message prompt;  ///< the user message that was sent
};

}  // namespace vagus
