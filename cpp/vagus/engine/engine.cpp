#include "vagus/engine/engine.hpp"

#include <algorithm>

#include "vagus/events/render.hpp"
#include "vagus/heartbeat/acknowledgement.hpp"
#include "vagus/heartbeat/delivery.hpp"
#include "vagus/heartbeat/session.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kUtc = "UTC";

std::string zone_of(const ActiveHoursConfig& hours, const Config& config) {
  const std::string_view name = trim(hours.timezone);
  return name.empty() || name == "user" ? config.user_timezone : std::string(name);
}

// Where `config` names the zone `name`.
std::string path_of_zone(const std::string& name, const Config& config) {
  constexpr std::string_view kTimezone = "heartbeat.active_hours.timezone";
  if (name == config.user_timezone) return "user_timezone";
  for (std::size_t i = 0; i < config.agents.list.size(); ++i) {
    const auto& own = config.agents.list[i].heartbeat;
    if (!own || !own->active_hours || zone_of(*own->active_hours, config) != name) continue;
    return join_path("agents.list", i) + "." + std::string(kTimezone);
  }
  return "agents.defaults." + std::string(kTimezone);
}

MaybeError check_text(std::string_view field, const std::string& text, const Limits& limits) {
  if (static_cast<std::int64_t>(text.size()) > limits.text_bytes) {
    return make_error(ErrorCode::invalid_input, field, text,
                      "longer than limits.text_bytes (" + std::to_string(limits.text_bytes) + ")");
  }
  if (!is_valid_utf8(text)) {
    return make_error(ErrorCode::invalid_input, field, text, "not valid UTF-8");
  }
  return std::nullopt;
}

MaybeError check_label(std::string_view field, const std::string& text) {
  if (text.size() <= kMaxKeyBytes && is_valid_utf8(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, text,
                    "must be valid UTF-8 of at most " + std::to_string(kMaxKeyBytes) + " bytes");
}

// What a message says about where it came from is kept and handed out again, so it must be sound
// even when it does not decide the session.
MaybeError check_origin(const Inbound& inbound) {
  if (auto failed = check_label("channel", inbound.channel)) return failed;
  if (auto failed = check_label("account", inbound.account.value_or(""))) return failed;
  if (auto failed = check_label("thread", inbound.thread.value_or(""))) return failed;
  return inbound.peer ? check_label("peer.id", inbound.peer->id) : std::nullopt;
}

std::optional<DeliveryRoute> route_of_message(const Inbound& inbound) {
  if (is_blank(inbound.channel) || !inbound.peer || is_blank(inbound.peer->id)) return std::nullopt;
  return DeliveryRoute{token(inbound.channel), inbound.account, std::string(trim(inbound.peer->id)),
                       inbound.thread};
}

}  // namespace

std::set<std::string> zones_needed(const Config& config) {
  std::set<std::string> names = {config.user_timezone};
  for (const AgentConfig& agent : roster_of(config)) {
    const Heartbeat heartbeat = heartbeat_of(config, agent);
    if (heartbeat.active_hours) names.insert(zone_of(*heartbeat.active_hours, config));
  }
  names.erase(std::string(kUtc));
  return names;
}

Engine::Engine(Config config, Router router, const Zones& zones, std::uint64_t id_seed)
    : config_(std::move(config)),
      router_(std::move(router)),
      ids_(id_seed),
      zones_(zones),
      sessions_(config_.profile, config_.limits),
      events_(config_.limits),
      wakes_(config_.limits),
      lanes_(config_.limits),
      runs_(config_.limits) {
  zones_.try_emplace(std::string(kUtc));
}

Result<Engine> Engine::create(Config config, const Zones& zones, std::uint64_t id_seed) {
  Result<Router> router = Router::create(config);
  if (!router) return router.error();
  Engine engine(std::move(config), *std::move(router), zones, id_seed);
  if (auto failed = engine.check_zones()) return *failed;
  if (auto failed = engine.check_heartbeat_sessions()) return *failed;
  engine.set_up_agents();
  return engine;
}

MaybeError Engine::check_zones() const {
  for (const std::string& name : zones_needed(config_)) {
    if (zones_.count(name) > 0) continue;
    return make_error(ErrorCode::invalid_config, path_of_zone(name, config_), name,
                      "unknown time zone");
  }
  return std::nullopt;
}

MaybeError Engine::check_heartbeat_sessions() const {
  const std::vector<AgentConfig> roster = roster_of(config_);
  for (std::size_t i = 0; i < roster.size(); ++i) {
    const std::string configured = heartbeat_of(config_, roster[i]).session;
    Result<SessionKey> session = heartbeat_session(roster[i].id, configured);
    if (session) continue;
    const bool own = roster[i].heartbeat && roster[i].heartbeat->session;
    Error failed = session.error();
    failed.field =
        (own ? join_path("agents.list", i) : std::string("agents.defaults")) + ".heartbeat.session";
    return failed;
  }
  return std::nullopt;
}

void Engine::set_up_agents() {
  for (const AgentConfig& entry : roster_of(config_)) {
    Agent added{entry, heartbeat_of(config_, entry), ActiveHours()};
    if (const auto& hours = added.heartbeat.active_hours) {
      added.hours = ActiveHours(*hours, zone(zone_of(*hours, config_)));
    }
    agents_.emplace(entry.id, std::move(added));
  }
  for (const AgentConfig& entry : agents_with_cadence(config_)) {
    const Agent& beating = agent(entry.id);
    const Millis interval = beating.heartbeat.every;
    const SessionKey home = heartbeat_home(entry.id);
    wakes_.reserve(home);
    beats_.emplace(0, cadences_.size());
    cadences_.push_back(
        {entry.id, home,
         Schedule(interval, phase_of(config_.seed, entry.id, interval), beating.hours),
         std::nullopt});
  }
}

Result<std::vector<Effect>> Engine::apply(const Command& command, Millis now) {
  if (auto failed = check_time("now_ms", now)) return *failed;
  if (now < now_) {
    return Error{ErrorCode::invalid_input, "now_ms", std::to_string(now),
                 "the clock stepped back; the last command came at " + std::to_string(now_)};
  }
  effects_.clear();
  const Millis before = std::exchange(now_, now);
  if (auto failed = std::visit([this](const auto& each) { return handle(each); }, command)) {
    now_ = before;
    return *failed;
  }
  advance();
  set_alarm();
  return std::exchange(effects_, {});
}

// ---- commands

// The host's timer may have run early. It has fired all the same, so it is set again.
MaybeError Engine::handle(const Tick&) {
  if (alarm_ && *alarm_) alarm_.reset();
  return std::nullopt;
}

MaybeError Engine::handle(const Inbound& inbound) {
  // As the model will see it, which may be longer than what was written.
  const std::string text = neutralize_system_lines(inbound.text);
  if (auto failed = check_text("text", text, config_.limits)) return failed;
  if (is_blank(inbound.text)) {
    return make_error(ErrorCode::invalid_input, "text", inbound.text, "must not be blank");
  }
  if (auto failed = check_origin(inbound)) return failed;
  Result<SessionKey> session = [&]() -> Result<SessionKey> {
    if (inbound.session_key) return known_session("session_key", *inbound.session_key);
    const Result<Route> route =
        router_.resolve({inbound.channel, inbound.account.value_or(""), inbound.peer});
    if (!route) return route.error();
    return route->session_key.thread(inbound.thread.value_or(""));
  }();
  if (!session) return session.error();
  const SessionKey lane = home_of(*session);
  if (auto failed = sessions_.check_room(lane)) return failed;

  const std::optional<DeliveryRoute> route = route_of_message(inbound);
  const bool busy = lanes_.busy(lane);
  if (!lanes_.enqueue(lane, UserTurn{text, route, now_})) {
    emit(TurnRefused{lane, lanes_.waiting(lane), route});
    return std::nullopt;
  }
  if (route) sessions_.at(lane).last_route = route;
  if (busy) emit(TurnQueued{lane, lanes_.waiting(lane)});
  start_turns(lane);
  return std::nullopt;
}

MaybeError Engine::handle(const RequestWake& request) {
  const Result<SessionKey> target = wake_target(request);
  if (!target) return target.error();
  if (auto failed = sessions_.check_room(*target)) return failed;
  const Result<WakeReceipt> receipt = wakes_.request(now_, *target, request.kind, request.reason,
                                                     request.coalesce_ms.value_or(kCoalesceMillis));
  if (!receipt) return receipt.error();
  sessions_.at(*target);
  const std::string_view label =
      is_blank(request.reason) ? name_of(request.kind) : trim(request.reason);
  emit(WakeQueued{receipt->token, *target, request.kind, std::string(label), receipt->merged,
                  receipt->due_ms});
  return std::nullopt;
}

MaybeError Engine::handle(const PostEvent& post) {
  const Result<SessionKey> known = known_session("session_key", post.session_key);
  if (!known) return known.error();
  const SessionKey home = home_of(*known);
  const SessionKey session = post.wake ? wake_session(home) : event_session(home);
  if (auto failed = sessions_.check_room(session)) return failed;
  const SystemEvent event{0, post.text, post.tag, post.route, post.trusted, now_};
  if (auto failed = events_.check(event)) return failed;
  if (post.wake) {
    // The wake first: when it is refused nothing has changed, and posting a checked event cannot
    // fail.
    if (auto failed =
            handle(RequestWake{session, std::nullopt, *post.wake, post.reason, post.coalesce_ms})) {
      return failed;
    }
  }
  sessions_.at(session);
  emit(EventPosted{session, events_.post(session, event).value_or_throw()});
  return std::nullopt;
}

MaybeError Engine::handle(const FilesRead& read) {
  const Result<ActiveRun*> run = active(read.run_id, RunStage::files);
  if (!run) return run.error();
  if (*run == nullptr) return std::nullopt;
  for (const auto& [name, text] : read.files) {
    const auto& asked = (*run)->files;
    if (std::find(asked.begin(), asked.end(), name) == asked.end()) {
      return make_error(ErrorCode::invalid_input, "files", name, "not a file that was asked for");
    }
    if (!text) continue;
    if (auto failed = check_text("files." + name, *text, config_.limits)) return failed;
  }
  call_model(**run, read);
  return std::nullopt;
}

MaybeError Engine::handle(const ModelReplied& reply) {
  const Result<ActiveRun*> found = active(reply.run_id, RunStage::model);
  if (!found) return found.error();
  if (*found == nullptr) return std::nullopt;
  if (auto failed = check_text("text", reply.text, config_.limits)) return failed;
  for (std::size_t i = 0; i < reply.messages.size(); ++i) {
    const std::string field = join_path("messages", i);
    if (auto failed = check_message(field, reply.messages[i], config_.limits)) return failed;
    const Role role = reply.messages[i].role;
    if (role == Role::assistant || role == Role::tool) continue;
    return make_error(ErrorCode::invalid_input, field + ".role", name_of(role),
                      "must be assistant or tool in a model's answer");
  }
  const ActiveRun& run = **found;
  const Reply said =
      run.kind == RunKind::user
          ? read_user_reply(reply.text)
          : read_heartbeat_reply(reply.text, agent(run.agent).heartbeat.ack_max_chars);
  remember(run, reply, said.acknowledged);
  const std::optional<DeliveryRoute> route = said.acknowledged ? std::nullopt : route_of(run);
  if (route) emit(Deliver{run.id, run.lane, *route, said.text});
  RunEnded ended;
  ended.outcome = said.acknowledged ? RunOutcome::acknowledged : RunOutcome::replied;
  ended.text = said.text;
  ended.delivered = route.has_value();
  end(run.id, std::move(ended));
  return std::nullopt;
}

MaybeError Engine::handle(const ModelFailed& failure) {
  const auto found = active_.find(failure.run_id);
  const RunStage stage = found == active_.end() ? RunStage::model : found->second.stage;
  const Result<ActiveRun*> run = active(failure.run_id, stage);
  if (!run) return run.error();
  if (*run == nullptr) return std::nullopt;
  if (auto failed = check_text("error", failure.error, config_.limits)) return failed;
  RunEnded ended;
  ended.outcome = RunOutcome::failed;
  ended.error = failure.error;
  end(failure.run_id, std::move(ended));
  return std::nullopt;
}

MaybeError Engine::handle(const ResetSession& reset) {
  const Result<SessionKey> session = known_session("session_key", reset.session_key);
  if (!session) return session.error();
  if (auto failed = sessions_.check_room(*session)) return failed;
  for (const SessionKey& lane : lanes_of(*session)) {
    const Session* kept = sessions_.find(lane);
    const bool has_ticks = kept != nullptr && kept->transcript.has_value();
    if (lane != *session && !has_ticks) continue;
    emit(SessionReset{lane, sessions_.restart(lane, ids_).key()});
  }
  return std::nullopt;
}

MaybeError Engine::handle(const ForgetSession& forget) {
  const Result<SessionKey> known = known_session("session_key", forget.session_key);
  if (!known) return known.error();
  const SessionKey home = home_of(*known);
  const std::vector<SessionKey> lanes = lanes_of(home);
  const bool runs = std::any_of(lanes.begin(), lanes.end(),
                                [this](const SessionKey& lane) { return lanes_.busy(lane); });
  if (runs || wakes_.pending(home) != nullptr) {
    return make_error(
        ErrorCode::invalid_input, "session_key", forget.session_key.str(),
        "has a run in flight or a wake that waits; only an idle session is forgotten");
  }
  events_.clear(home);
  for (const SessionKey& lane : lanes) sessions_.forget(lane);
  return std::nullopt;
}

MaybeError Engine::handle(const ImportTranscript& import) {
  const Result<SessionKey> session = known_session("session_key", import.session_key);
  if (!session) return session.error();
  if (auto failed = sessions_.check_room(*session)) return failed;
  for (std::size_t i = 0; i < import.messages.size(); ++i) {
    const std::string field = join_path("messages", i);
    if (auto failed = check_message(field, import.messages[i], config_.limits)) return failed;
    if (import.messages[i].role == Role::system) {
      return make_error(ErrorCode::invalid_input, field + ".role", "system",
                        "a transcript holds no system messages");
    }
  }
  Context& transcript = sessions_.transcript(*session, ids_);
  for (const Message& message : import.messages) transcript.append(message);
  return std::nullopt;
}

// ---- time

void Engine::advance() {
  end_late_runs();
  beat_cadences();
  run_due_wakes();
}

void Engine::end_late_runs() {
  while (const std::optional<std::string> run_id = runs_.late(now_)) {
    RunEnded ended;
    ended.outcome = RunOutcome::timed_out;
    ended.error = "no answer before the deadline";
    end(*run_id, std::move(ended));
  }
}

// Level-triggered: a late call, however late, gives one wake and the next slot from now.
void Engine::beat_cadences() {
  while (!beats_.empty() && beats_.begin()->first <= now_) {
    const std::size_t place = beats_.extract(beats_.begin()).value().second;
    Cadence& cadence = cadences_[place];
    if (cadence.next) {
      // Never refused: its place is reserved.
      const WakeReceipt receipt =
          wakes_.request(now_, cadence.session, WakeKind::interval, "interval", 0).value_or_throw();
      emit(WakeQueued{receipt.token, cadence.session, WakeKind::interval, "interval",
                      receipt.merged, receipt.due_ms});
      cadence.next.reset();
    }
    // At the end of time there is no slot to come.
    const Millis slot = cadence.schedule.next_after(now_);
    if (slot <= now_) continue;
    cadence.next = slot;
    beats_.emplace(slot, place);
  }
}

void Engine::run_due_wakes() {
  // A run that ends at once may free the lane of a wake that waited behind it.
  for (std::vector<Wake> due = wakes_.due(now_); !due.empty(); due = wakes_.due(now_)) {
    for (Wake& wake : due) start_heartbeat(std::move(wake));
  }
}

void Engine::set_alarm() {
  std::optional<Millis> next = wakes_.next_due();
  const auto consider = [&next](std::optional<Millis> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (!beats_.empty()) consider(beats_.begin()->first);
  consider(runs_.next_deadline());
  if (alarm_ && *alarm_ == next) return;
  alarm_.emplace(next);
  emit(SetAlarm{next});
}

// ---- lookups

Result<SessionKey> Engine::known_session(std::string_view field, const SessionKey& key) const {
  if (key.empty()) return make_error(ErrorCode::invalid_input, field, "", "is required");
  if (router_.knows(key.agent())) return key;
  return make_error(ErrorCode::unknown_agent, field, key.str(), "its agent is not configured");
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
    return wake_session(home_of(*known));
  }
  if (request.agent->empty() || !router_.knows(*request.agent)) {
    return make_error(ErrorCode::unknown_agent, "agent", request.agent->str(), "not configured");
  }
  return heartbeat_home(*request.agent);
}

SessionKey Engine::heartbeat_home(const AgentId& id) const {
  return home_of(heartbeat_session(id, agent(id).heartbeat.session).value_or_throw());
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
  return runs.config.model.value_or(config_.agents.defaults.model.value_or(""));
}

std::optional<DeliveryRoute> Engine::route_of(const ActiveRun& run) const {
  if (run.kind == RunKind::user) return run.turn.route;
  std::optional<DeliveryRoute> event_route;
  for (const SystemEvent& event : run.events.events) {
    if (event.route) event_route = event.route;
  }
  const Session* home = sessions_.find(run.home);
  return heartbeat_route(agent(run.agent).heartbeat, event_route,
                         home == nullptr ? std::nullopt : home->last_route);
}

}  // namespace vagus
