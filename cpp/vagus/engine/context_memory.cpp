#include <algorithm>
#include <utility>

#include "vagus/context/pairing.hpp"
#include "vagus/engine/engine.hpp"
#include "vagus/text/unicode.hpp"

/// What context engines of the host are told besides: that a context key begins, of its finished
/// turns, that it is over; and what becomes of engines that do not keep to the contract.
namespace vagus {
namespace {

// A method that is late once may be well the next time; one that is late so often is not.
constexpr std::int64_t kLateCallsInARow = 3;

ContextRequest report_of(TurnReport how, const std::string& run_id, std::vector<Message> turn) {
  switch (how) {
    case TurnReport::commit:
      return ContextCommitTurn{run_id, std::move(turn)};
    case TurnReport::after_turn:
      return ContextAfterTurn{std::move(turn)};
    default:
      return ContextIngest{std::move(turn)};
  }
}

ContextCalls::Pending call_to(const ContextConfig& config, const ContextKey& key,
                              ContextRouting routing, bool is_heartbeat, ContextRequest request) {
  ContextCalls::Pending pending;
  pending.call.engine = config.engine;
  pending.call.method = method_of(request);
  pending.call.context_key = key;
  pending.call.is_heartbeat = is_heartbeat;
  pending.call.params = std::move(request);
  pending.call.routing = std::move(routing);
  pending.timeout = config.timeout.millis();
  return pending;
}

}  // namespace

// ---- the life of a context key

void Engine::open_context(const ContextConfig& config, const ContextKey& key,
                          ContextRouting routing, bool is_heartbeat) {
  const auto served = contexts_.find(key);
  if (served != contexts_.end() && served->second == config.engine) return;
  // A run that began under an older configuration has had its own engine begin this key.
  if (served != contexts_.end()) {
    dispose_context(key, routing.session_key, DisposeReason::engine_changed);
  }
  contexts_.insert_or_assign(key, config.engine);
  ContextBootstrap bootstrap;
  const SessionKey lane = routing.session_key;
  if (const Context* memory = sessions_.current(lane, key)) {
    bootstrap.messages = repair_pairs(memory->messages());
  }
  const bool taken_over = !bootstrap.messages.empty();
  call_context(call_to(config, key, routing, is_heartbeat, std::move(bootstrap)));
  if (!taken_over) return;
  call_context(call_to(config, key, std::move(routing), is_heartbeat,
                       ContextMaintain{MaintainReason::bootstrap}));
}

// A turn is told under the context key that it was made for, if that is still in use.
void Engine::tell_turn(const ActiveRun& run, std::vector<Message> turn) {
  if (!run.outside) return;
  const ContextConfig& config = run.outside->config;
  const auto served = contexts_.find(run.context);
  if (served == contexts_.end() || served->second != config.engine) return;
  const bool heartbeat = run.kind == RunKind::heartbeat;
  const ContextRouting routing{run.agent, run.lane, run.id};
  call_context(call_to(config, run.context, routing, heartbeat,
                       report_of(config.turn, run.id, repair_pairs(std::move(turn)))));
  call_context(
      call_to(config, run.context, routing, heartbeat, ContextMaintain{MaintainReason::turn}));
}

void Engine::close_outside(const ActiveRun& run) {
  if (!run.outside) return;
  calls_.withdraw(run.id);
  if (!run.context.is_heartbeat_run()) return;
  dispose_context(run.context, run.lane, DisposeReason::tick_ended);
}

void Engine::dispose_transcript(const SessionKey& lane, DisposeReason reason) {
  const Session* session = sessions_.find(lane);
  if (session == nullptr || !session->transcript) return;
  dispose_context(session->transcript->key(), lane, reason);
}

void Engine::dispose_context(const ContextKey& key, const SessionKey& lane, DisposeReason reason) {
  const auto served = contexts_.find(key);
  if (served == contexts_.end()) return;
  ContextConfig config = context_of(config_, agent(lane.agent()).config);
  config.engine = served->second;
  contexts_.erase(served);
  ContextRouting routing{lane.agent(), lane, std::nullopt};
  if (key.is_heartbeat_run()) routing.run_id = key.id();
  call_context(
      call_to(config, key, std::move(routing), key.is_heartbeat_run(), ContextDispose{reason}));
}

// ---- subagents

MaybeError Engine::handle(const PrepareSubagent& prepare) {
  const Result<SessionKey> parent = known_session("parent_session_key", prepare.parent_session_key);
  if (!parent) return parent.error();
  const Result<SessionKey> child = known_session("child_session_key", prepare.child_session_key);
  if (!child) return child.error();
  if (prepare.ttl_ms && *prepare.ttl_ms <= 0) {
    return make_error(ErrorCode::invalid_input, "ttl_ms", std::to_string(*prepare.ttl_ms),
                      "must be above zero");
  }
  const std::optional<OutsideContext> outside = outside_for(parent->agent());
  if (!outside) return std::nullopt;
  const SessionKey lane = home_of(*parent);
  const SessionKey own = home_of(*child);
  if (auto failed = sessions_.check_room(lane)) return failed;
  if (auto failed = sessions_.check_room(own)) return failed;
  sessions_.at(lane);
  if (auto failed = sessions_.check_room(own)) return failed;
  const ContextKey key = sessions_.transcript(lane, ids_).key();
  const ContextRouting routing{lane.agent(), lane, std::nullopt};
  open_context(outside->config, key, routing, false);
  ContextPrepareSubagent request{sessions_.transcript(own, ids_).key(), prepare.ttl_ms};
  call_context(call_to(outside->config, key, routing, false, std::move(request)));
  return std::nullopt;
}

MaybeError Engine::handle(const SubagentEnded& ended) {
  const Result<SessionKey> child = known_session("child_session_key", ended.child_session_key);
  if (!child) return child.error();
  const SessionKey lane = home_of(*child);
  const std::optional<OutsideContext> outside = outside_for(lane.agent());
  const Session* session = sessions_.find(lane);
  if (!outside || session == nullptr || !session->transcript) return std::nullopt;
  call_context(call_to(outside->config, session->transcript->key(),
                       {lane.agent(), lane, std::nullopt}, false,
                       ContextSubagentEnded{ended.reason}));
  return std::nullopt;
}

// ---- calls

void Engine::call_context(ContextCalls::Pending pending) {
  if (quarantined_.count(pending.call.engine) > 0) return;
  const ContextKey key = pending.call.context_key;
  if (calls_.waiting(key) >= config_.limits.context_calls) {
    return quarantine(pending.call, "more calls wait than limits.context_calls (" +
                                        std::to_string(config_.limits.context_calls) + ")");
  }
  calls_.add(std::move(pending), now_);
  make_next_call(key);
}

void Engine::make_next_call(const ContextKey& key) {
  if (auto call = calls_.issue(key, now_)) emit(*std::move(call));
}

void Engine::end_late_calls() {
  while (const auto id = calls_.late(now_)) {
    const ContextCalls::Pending late = calls_.take(*id);
    const ContextKey& key = late.call.context_key;
    if (late.in_flight &&
        ++late_in_a_row_[{late.call.engine, late.call.method}] >= kLateCallsInARow) {
      quarantine(late.call, "no answer before the deadline, " + std::to_string(kLateCallsInARow) +
                                " times in a row");
      continue;
    }
    // What comes after a turn that may not have arrived would be told out of order.
    calls_.withdraw(key, ContextMethod::maintain);
    if (late.call.method == ContextMethod::bootstrap) contexts_.erase(key);
    for (auto& [run_id, run] : active_) {
      const bool waits = run.stage == RunStage::context && run.context == key;
      const bool for_this = late.waits == run_id || late.call.method == ContextMethod::bootstrap;
      if (waits && for_this) fall_back(run, "no answer before the deadline");
    }
    make_next_call(key);
  }
}

MaybeError Engine::handle(const ContextFailed& failure) {
  if (static_cast<std::int64_t>(failure.error.size()) > config_.limits.text_bytes ||
      !is_valid_utf8(failure.error)) {
    return make_error(ErrorCode::invalid_input, "error", failure.error,
                      "must be valid UTF-8 of at most limits.text_bytes");
  }
  const ContextCalls::Pending* found = calls_.in_flight(failure.call_id);
  if (found == nullptr) return check_made(failure.call_id);
  if (found->call.deadline_ms < now_) return std::nullopt;
  const ContextCalls::Pending failed = calls_.take(failure.call_id);
  quarantine(failed.call, failure.error);
  return std::nullopt;
}

// ---- quarantine

// The first failure is told. What the engine knows is not trusted any more: when it comes back, it
// begins with a bootstrap.
void Engine::quarantine(const ContextCall& call, const std::string& reason) {
  const std::string engine = call.engine;
  if (!quarantined_.emplace(engine, reason).second) return;
  emit(ContextEngineQuarantined{engine, call.method, call.context_key, reason});
  std::erase_if(late_in_a_row_, [&](const auto& each) { return each.first.first == engine; });
  std::erase_if(contexts_, [&](const auto& each) { return each.second == engine; });
  for (const ContextKey& key : calls_.drop(engine)) make_next_call(key);
  for (auto& [run_id, run] : active_) {
    const bool waits = run.stage == RunStage::context && run.outside->config.engine == engine;
    if (waits) fall_back(run, reason);
  }
}

MaybeError Engine::handle(const RegisterContextEngine& registered) {
  const auto named = [&](const AgentConfig& each) {
    return context_of(config_, each).engine == registered.engine;
  };
  const std::vector<AgentConfig> roster = roster_of(config_);
  const bool known = !registered.engine.empty() && std::any_of(roster.begin(), roster.end(), named);
  if (!known) {
    return make_error(ErrorCode::invalid_input, "engine", registered.engine,
                      "no agent's context names it");
  }
  quarantined_.erase(registered.engine);
  return std::nullopt;
}

// A new configuration is a new chance; and what an engine kept for an agent that has another one
// now is over.
void Engine::forgive_context_engines() {
  quarantined_.clear();
  late_in_a_row_.clear();
  const std::map<ContextKey, std::string> served = contexts_;
  for (const auto& [key, engine] : served) {
    const SessionKey& session = key.session();
    const bool stays = router_.knows(session.agent()) &&
                       context_of(config_, agent(session.agent()).config).engine == engine;
    if (stays) continue;
    dispose_context(key, key.is_heartbeat_run() ? session.isolated() : session,
                    DisposeReason::engine_changed);
  }
}

}  // namespace vagus
