#pragma once

#include <array>
#include <string>
#include <string_view>

#include "vagus/keys/context_key.hpp"
#include "vagus/keys/session_key.hpp"

namespace vagus {

/// What a run does: it answers a person, it is a heartbeat, or it does what a producer (a webhook,
/// a cron job, a node) asked for.
enum class RunKind { user, heartbeat, errand };
constexpr std::array<std::string_view, 3> enum_names(RunKind) {
  return {"user", "heartbeat", "errand"};
}

/// How a run ended. Every run ends exactly once.
enum class RunOutcome {
  replied,       ///< the model had something to say
  acknowledged,  ///< the model had nothing to say, on purpose
  skipped,       ///< the model was not called; the skip reason says why
  failed,        ///< the model or the host failed; its events went back
  timed_out,     ///< no answer before the deadline; its events went back
  refused,       ///< the prompt cannot fit the budget; the ledger says why
  restarted,     ///< reference profile: overflow, and the session was restarted
  aborted,       ///< someone stopped it; its events went back, what it had said is kept
};
constexpr std::array<std::string_view, 8> enum_names(RunOutcome) {
  return {"replied",   "acknowledged", "skipped",   "failed",
          "timed_out", "refused",      "restarted", "aborted"};
}

/// The identity of a run, made when it is registered. It never changes.
struct Run {
  std::string id;
  RunKind kind = RunKind::user;
  AgentId agent;
  SessionKey lane;     ///< the session key that the run occupies
  SessionKey home;     ///< the session it works for: the base session of an isolated heartbeat
  ContextKey context;  ///< its memory
};

}  // namespace vagus
