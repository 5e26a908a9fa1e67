#include "vagus/engine/engine.hpp"

#include <algorithm>

#include "vagus/heartbeat/session.hpp"
#include "vagus/keys/main_session.hpp"

namespace vagus {
Result<std::vector<Effect>> Engine::apply(const Command& command, Millis now) {
  if (auto failed = check_time("now_ms", now)) return *failed;
  effects_.clear();
  const Millis before = std::exchange(now_, now);
  const bool stepped_back = now < before;
  if (stepped_back) {
    shift(now - before);
    emit(ClockStepped{before, now});
  }
  if (auto failed = std::visit([this](const auto& each) { return handle(each); }, command)) {
    if (stepped_back) shift(before - now);
    now_ = before;
    return *failed;
  }
  advance();
  set_alarm();
  return std::exchange(effects_, {});
}

// A span of time is as long after the step as before it. The cadences take themselves along.
void Engine::shift(Millis delta) {
  wakes_.shift(delta);
  runs_.shift(delta);
  lanes_.shift(delta);
  turns_.shift(delta);
  outbox_.shift(delta);
  calls_.shift(delta);
  summaries_.shift(delta);
  chat_.shift(delta);
  sessions_.shift(delta);
  replays_.shift(delta);
  voices_.shift(delta);
  for (auto& [id, run] : active_) run.deadline += delta;
}

// ---- time

void Engine::advance() {
  end_late_runs();
  end_late_calls();
  end_late_summaries();
  chat_.tick(now_);
  tell_clients();
  deliver_again();
  beat_cadences();
  start_due_runs();
}

void Engine::end_late_runs() {
  while (const std::optional<std::string> run_id = runs_.late(now_)) {
    RunEnded ended;
    ended.outcome = RunOutcome::timed_out;
    ended.error = "no answer before the deadline";
    end(*run_id, std::move(ended));
  }
}

void Engine::deliver_again() {
  for (Parcel& parcel : outbox_.due(now_)) {
    emit(Deliver{std::move(parcel.run_id), std::move(parcel.lane), std::move(parcel.route),
                 std::move(parcel.text), parcel.attempts, parcel.silent,
                 std::move(parcel.reply_to)});
  }
}

void Engine::beat_cadences() {
  cadences_.enable(beats_on_, now_);
  for (const AgentId& id : cadences_.beat(now_)) {
    const SessionKey home = heartbeat_home(id);
    // Never refused: its place is reserved.
    const WakeReceipt receipt =
        wakes_.request(now_, home, {WakeKind::interval, {}, "interval", 0}).value_or_throw();
    emit(WakeQueued{receipt.token, receipt.id, home, WakeKind::interval, "interval", receipt.merged,
                    receipt.due_ms});
  }
}

// People go before heartbeats. A run that ends at once may free the lane of what waited behind it.
void Engine::start_due_runs() {
  for (;;) {
    while (const std::optional<LaneWork> work = lanes_.start(now_)) start_turns(*work);
    std::vector<Wake> due = wakes_.due(now_);
    if (due.empty()) return;
    for (Wake& wake : due) start_heartbeat(std::move(wake));
  }
}

void Engine::set_alarm() {
  std::optional<Millis> next = wakes_.next_due();
  const auto consider = [&next](std::optional<Millis> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  consider(cadences_.next());
  consider(runs_.next_deadline());
  consider(outbox_.next_due());
  consider(calls_.next_deadline());
  consider(summaries_.next_deadline());
  consider(chat_.next_due());
  consider(lanes_.next_due());
  if (alarm_ && *alarm_ == next) return;
  alarm_.emplace(next);
  emit(SetAlarm{next});
}

// ---- lookups

Result<WakeExplanation> Engine::explain_wake(const SessionKey& session) const {
  const Result<SessionKey> known = known_session("session_key", session);
  if (!known) return known.error();
  return wakes_.explain(wake_session(home_of(*known), router_.main_key()), now_);
}

Result<SessionKey> Engine::known_session(std::string_view field, const SessionKey& key) const {
  if (key.empty()) return make_error(ErrorCode::invalid_input, field, "", "is required");
  if (router_.knows(key.agent())) return in_scope(with_main_key(key, router_.main_key()));
  return make_error(ErrorCode::unknown_agent, field, key.str(), "its agent is not configured");
}

// A run that is forgotten still counts as one link.
std::int64_t Engine::depth_after(const std::optional<std::string>& run_id) const {
  if (!run_id) return 0;
  const RunOrigin* origin = runs_.origin_of(*run_id);
  return origin == nullptr ? 1 : origin->depth + 1;
}

MaybeError Engine::check_known_run(const std::string& run_id) const {
  if (runs_.origin_of(run_id) != nullptr) return std::nullopt;
  return make_error(ErrorCode::unknown_run, "run_id", run_id,
                    "no such run was started, or it ended long ago");
}

Result<ActiveRun*> Engine::active(std::string_view run_id, RunStage stage) {
  const auto found = active_.find(std::string(run_id));
  if (found == active_.end()) {
    if (runs_.has_ended(std::string(run_id))) return static_cast<ActiveRun*>(nullptr);
    return make_error(ErrorCode::unknown_run, "run_id", run_id,
                      "no such run was started, or it ended long ago");
  }
  // Nobody ticked at its deadline; what this command brings is too late all the same.
  if (found->second.deadline < now_) return static_cast<ActiveRun*>(nullptr);
  if (found->second.stage == stage) return &found->second;
  // Hosts that carry an effect out twice, after a crash, send the files twice.
  if (stage == RunStage::files) return static_cast<ActiveRun*>(nullptr);
  return make_error(ErrorCode::invalid_input, "run_id", run_id,
                    "the run waits for its " + std::string(name_of(found->second.stage)));
}

Result<SessionKey> Engine::wake_target(const RequestWake& request) const {
  if (request.session_key.has_value() == request.agent.has_value()) {
    return make_error(ErrorCode::invalid_input, "session_key",
                      request.session_key ? request.session_key->str() : "",
                      "give either session_key or agent");
  }
  if (request.session_key) {
    const Result<SessionKey> known = known_session("session_key", *request.session_key);
    if (!known) return known.error();
    return wake_session(home_of(*known), router_.main_key());
  }
  if (request.agent->empty() || !router_.knows(*request.agent)) {
    return make_error(ErrorCode::unknown_agent, "agent", request.agent->str(), "not configured");
  }
  return heartbeat_home(*request.agent);
}

SessionKey Engine::heartbeat_home(const AgentId& id) const {
  const std::string& configured = agent(id).heartbeat.session;
  return home_of(in_scope(heartbeat_session(id, configured, router_.main_key()).value_or_throw()));
}

// Where all of an agent's conversations share one session, whatever is named is that one (spec:
// heartbeats, section 3.2).
SessionKey Engine::in_scope(const SessionKey& key) const {
  if (config_.session.scope == SessionScope::per_sender) return key;
  return SessionKey::parse("agent:" + key.agent().str() + ":global").value_or_throw();
}

// An isolated lane has no queue of its own: what is addressed to it, under whichever spelling,
// belongs to the session it works for. So no two homes share a lane.
SessionKey Engine::home_of(const SessionKey& key) const {
  SessionKey home = key;
  if (!agent(key.agent()).heartbeat.isolated_session) return home;
  while (auto base = home.without_heartbeat()) home = *std::move(base);
  return home;
}

// The lane of a session's conversation and, where its heartbeats are isolated, that of its ticks.
std::vector<SessionKey> Engine::lanes_of(const SessionKey& session) const {
  std::vector<SessionKey> lanes = {session};
  const SessionKey ticks = session.isolated();
  const bool isolated = agent(session.agent()).heartbeat.isolated_session;
  if (isolated && ticks != session) lanes.push_back(ticks);
  return lanes;
}

// Without a roster every id is an agent, and each is like `main`.
const Engine::Agent& Engine::agent(const AgentId& id) const {
  const auto found = agents_.find(id);
  return found == agents_.end() ? agents_.begin()->second : found->second;
}

const Zone& Engine::zone(const std::string& name) const {
  return zones_.at(name);
}

std::string Engine::model_of_run(const ActiveRun& run) const {
  const Agent& runs = agent(run.agent);
  if (run.kind == RunKind::heartbeat && runs.heartbeat.model) return *runs.heartbeat.model;
  if (run.turn.errand && run.turn.errand->model) return *run.turn.errand->model;
  return runs.config.model.value_or(config_.agents.defaults.model.value_or(""));
}

}  // namespace vagus
