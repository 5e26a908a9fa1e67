#include "vagus/base/json_codec.hpp"
#include "vagus/engine/engine.hpp"
#include "vagus/heartbeat/session.hpp"
#include "vagus/text/unicode.hpp"

/// From a configuration to the engine's agents.
namespace vagus {
namespace {

constexpr std::string_view kUtc = "UTC";

// The run table ends a run that takes too long, so the stream need not.
StreamProfile stream_profile(const Config& config) {
  StreamProfile profile =
      config.profile == Profile::reference ? StreamProfile::april() : StreamProfile{};
  profile.run_ms = 0;
  return profile;
}

constexpr std::string_view kFixed = "is fixed when an engine is made; make a new one";
constexpr std::string_view kAgentGone = "its agent is no longer configured";

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

Engine::Engine(const Engine& other) = default;
Engine::Engine(Engine&& other) noexcept = default;
Engine& Engine::operator=(const Engine& other) = default;
Engine& Engine::operator=(Engine&& other) noexcept = default;
Engine::~Engine() = default;

Engine::Engine(Config config, Router router, const Zones& zones, std::uint64_t id_seed)
    : config_(std::move(config)),
      router_(std::move(router)),
      ids_(id_seed),
      zones_(zones),
      sessions_(config_.profile, config_.limits),
      events_(config_.limits),
      wakes_(config_.limits, config_.wakes, id_seed),
      lanes_(config_.messages.running, config_.messages.running_per_agent, config_.limits.sessions),
      turns_(config_.limits),
      runs_(config_.limits),
      chat_(stream_profile(config_), config_.limits),
      outbox_(config_.limits),
      admission_(AdmissionPolicy::create(admission_rules_of(config_)).value_or_throw()) {
  zones_.try_emplace(std::string(kUtc));
}

Result<Engine> Engine::create(Config config, const Zones& zones, std::uint64_t id_seed) {
  Result<Router> router = Router::create(config);
  if (!router) return router.error();
  Engine engine(std::move(config), *std::move(router), zones, id_seed);
  if (auto failed = engine.check_zones()) return *failed;
  engine.agents_ = agents_of(engine.config_, engine.zones_);
  for (const auto& [name, channel] : engine.config_.channels) {
    if (name != kChannelDefaults) engine.histories_[token(name)] = channel.history;
  }
  if (auto failed = engine.check_heartbeat_sessions()) return *failed;
  engine.set_cadences();
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
    Result<SessionKey> session = heartbeat_session(roster[i].id, configured, router_.main_key());
    if (session) continue;
    const bool own = roster[i].heartbeat && roster[i].heartbeat->session;
    Error failed = session.error();
    failed.field =
        (own ? join_path("agents.list", i) : std::string("agents.defaults")) + ".heartbeat.session";
    return failed;
  }
  return std::nullopt;
}

std::map<AgentId, Engine::Agent> Engine::agents_of(const Config& config, const Zones& zones) {
  std::map<AgentId, Agent> agents;
  for (const AgentConfig& entry : roster_of(config)) {
    Agent added{entry, heartbeat_of(config, entry), ActiveHours()};
    if (const auto& hours = added.heartbeat.active_hours) {
      added.hours = ActiveHours(*hours, zones.at(zone_of(*hours, config)));
    }
    agents.emplace(entry.id, std::move(added));
  }
  return agents;
}

// Every cadence as the configuration has it now: one that is the same keeps its next slot.
void Engine::set_cadences() {
  std::set<AgentId> beating;
  for (const AgentConfig& entry : agents_with_cadence(config_)) {
    const Agent& owner = agent(entry.id);
    const Millis interval = owner.heartbeat.every;
    wakes_.reserve(heartbeat_home(entry.id));
    cadences_.set(entry.id,
                  Schedule(interval, phase_of(config_.seed, entry.id, interval), owner.hours),
                  now_);
    beating.insert(entry.id);
  }
  std::vector<AgentId> gone;
  for (const auto& cadence : cadences_.all()) {
    if (beating.count(cadence.agent) == 0) gone.push_back(cadence.agent);
  }
  for (const AgentId& id : gone) cadences_.remove(id);
}

MaybeError Engine::handle(const Reconfigure& change) {
  if (auto failed = check_fixed(change.config)) return failed;
  Result<Zones> zones = zones_from(change.zones);
  if (!zones) return zones.error();
  Result<Engine> changed = create(change.config, *zones, ids_.seed());
  if (!changed) return changed.error();
  config_ = std::move(changed->config_);
  router_ = std::move(changed->router_);
  zones_ = std::move(changed->zones_);
  agents_ = std::move(changed->agents_);
  histories_ = std::move(changed->histories_);
  forgive_context_engines();
  learned_budgets_.clear();
  admission_ = std::move(changed->admission_);
  set_cadences();
  retire_unknown_agents();
  return std::nullopt;
}

// The queues and tables took these when they were made.
MaybeError Engine::check_fixed(const Config& config) const {
  if (config.profile != config_.profile) {
    return make_error(ErrorCode::invalid_config, "profile", name_of(config.profile), kFixed);
  }
  if (!(config.limits == config_.limits)) {
    return Error{ErrorCode::invalid_config, "limits", dump_json(to_json(config.limits)),
                 std::string(kFixed)};
  }
  if (!(config.wakes == config_.wakes)) {
    return Error{ErrorCode::invalid_config, "wakes", dump_json(to_json(config.wakes)),
                 std::string(kFixed)};
  }
  if (config.messages.running != config_.messages.running) {
    return make_error(ErrorCode::invalid_config, "messages.running",
                      std::to_string(config.messages.running), kFixed);
  }
  if (config.messages.running_per_agent == config_.messages.running_per_agent) return std::nullopt;
  return make_error(ErrorCode::invalid_config, "messages.running_per_agent",
                    std::to_string(config.messages.running_per_agent), kFixed);
}

// Whatever an agent that is gone had waiting ends here, and says so.
void Engine::retire_unknown_agents() {
  std::vector<SessionKey> deserted;
  for (const auto& [lane, next] : next_runs_) {
    if (!router_.knows(lane.agent())) deserted.push_back(lane);
  }
  for (const SessionKey& lane : deserted) cancel_turns(lane, std::string(kAgentGone));
  std::vector<std::string> orphans;
  for (const auto& [id, run] : active_) {
    if (!router_.knows(run.agent)) orphans.push_back(id);
  }
  for (const std::string& id : orphans) {
    RunEnded ended;
    ended.outcome = RunOutcome::failed;
    ended.error = std::string(kAgentGone);
    end(id, std::move(ended));
  }
  for (const Wake& wake : wakes_.waiting()) {
    if (router_.knows(wake.session_key.agent())) continue;
    wakes_.drop(wake.session_key, std::string(kAgentGone), now_).value_or_throw();
    emit(WakeDropped{wake.token, wake.session_key, std::string(kAgentGone)});
  }
}

}  // namespace vagus
