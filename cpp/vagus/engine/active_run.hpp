#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/context/context.hpp"
#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/engine/command.hpp"
#include "vagus/events/event_queue.hpp"
#include "vagus/runs/chat_run.hpp"
#include "vagus/runs/run.hpp"
#include "vagus/runs/user_turn.hpp"
#include "vagus/wakes/wake_queue.hpp"

namespace vagus {

/// What a run in flight waits for.
enum class RunStage { files, context, summary, model };
constexpr std::array<std::string_view, 4> enum_names(RunStage) {
  return {"files", "context", "summary", "model"};
}

/// What a context engine of the host does for one run, whatever the configuration becomes
/// meanwhile.
struct OutsideContext {
  ContextConfig config;
  std::string system;              ///< system message, without what the engine adds to it
  Budget budget;                   ///< of the whole prompt, with margin
  std::optional<TurnRules> rules;  ///< of the model's provider
  std::string model;               ///< as `prices` know it
  PriceBook prices;        ///< as they are when the prompt is begun, so that room stays room
  std::int64_t room = 0;   ///< the same for all but the system message, without margin
  bool compacted = false;  ///< it has made itself smaller for this run
};

/// A run in flight, and what it carries from one stage to the next.
struct ActiveRun : Run {
  ContextKey keeps;  ///< the transcript that its words go to; empty when nothing is kept
  bool isolated = false;

  UserTurn turn;                       ///< kind user: the messages that it answers, as shown
  std::vector<ChatClient> clients;     ///< who follows the answer as it is written
  std::vector<std::int64_t> offered;   ///< messages that it may be told while it runs
  std::vector<std::string> steered;    ///< those that it was told
  std::set<SessionKey> asked;          ///< lanes that it sent messages to, and waits for
  std::set<std::string> askers;        ///< runs that wait for its answer
  std::optional<Wake> wake;            ///< kind heartbeat: why it runs
  bool tick = false;                   ///< kind heartbeat: it looks after the agent's duties
  std::vector<std::string> due_tasks;  ///< of the checklist; marked when the run ends well
  Millis started = 0;
  EventBatch events;
  bool leaves_events = false;  ///< others wait for a run of their own, on another route
  bool gives_way = false;      ///< a newer message takes its place; nobody stopped it for good

  RunStage stage = RunStage::files;
  std::vector<std::string> files;  ///< names that it asked for
  Millis deadline = 0;
  std::optional<Ledger> ledger;
  std::string model;                      ///< its configured name
  FilesRead read;                         ///< what it asked for
  std::int64_t summaries = 0;             ///< how many it has asked for
  std::int64_t messages = 0;              ///< of the prompt that was sent
  std::int64_t refusals = 0;              ///< how often its provider found it too long
  SentPrompt sent;                        ///< names the prompt to its provider's report
  Assembly draft;                         ///< the built-in engine's prompt, until one is sent
  std::optional<OutsideContext> outside;  ///< unset: the built-in engine serves the run
  Message prompt;                         ///< the user message that was sent
};

/// The name by which prices know the run's model, which may be the host's default.
inline std::string priced_model(const ActiveRun& run) {
  return run.model.empty() ? "default" : run.model;
}

}  // namespace vagus
