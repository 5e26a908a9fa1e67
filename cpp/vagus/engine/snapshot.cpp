#include "vagus/base/json_codec.hpp"
#include "vagus/engine/engine.hpp"

namespace vagus {
namespace {

Json session_json(const SessionKey& key, const Session& session) {
  Json json = {{"session_key", key.str()}};
  if (session.transcript) {
    json["context_key"] = session.transcript->key().str();
    json["messages"] = session.transcript->messages().size();
    json["tokens"] = session.transcript->tokens();
  }
  if (session.last_route) json["last_route"] = to_json(*session.last_route);
  if (session.last_active) json["last_active_ms"] = *session.last_active;
  if (!(session.queue == QueueOverrides{})) json["queue"] = to_json(session.queue);
  if (!session.heartbeats.task_runs.empty()) json["task_runs"] = session.heartbeats.task_runs;
  return json;
}

Json run_json(const ActiveRun& run) {
  return {{"run_id", run.id},
          {"kind", to_json(run.kind)},
          {"session_key", run.lane.str()},
          {"context_key", run.context.str()},
          {"waits_for", to_json(run.stage)},
          {"deadline_ms", run.deadline}};
}

template <class T>
std::map<std::string, T> by_text(const std::map<SessionKey, T>& values) {
  std::map<std::string, T> texts;
  for (const auto& [key, value] : values) texts.emplace(key.str(), value);
  return texts;
}

}  // namespace

Json Engine::snapshot() const {
  Json sessions = Json::array();
  for (const auto& [key, session] : sessions_.all()) sessions.push_back(session_json(key, session));
  Json runs = Json::array();
  for (const auto& [id, run] : active_) runs.push_back(run_json(run));
  Json cadences = Json::array();
  for (const Cadences::Cadence& cadence : cadences_.all()) {
    cadences.push_back({{"agent", cadence.agent.str()},
                        {"session_key", heartbeat_home(cadence.agent).str()},
                        {"every_ms", cadence.schedule.interval()},
                        {"phase_ms", cadence.schedule.phase()},
                        {"next_ms", to_json(cadence.next)}});
  }
  return {{"now_ms", now_},
          {"ids", ids_.count()},
          {"sessions", sessions},
          {"runs", runs},
          {"heartbeats_on", beats_on_},
          {"cadences", cadences},
          {"deliveries", outbox_.size()},
          {"wakes", to_json(wakes_.waiting())},
          {"events", to_json(by_text(events_.waiting()))},
          {"turns", to_json(turns_.waiting())},
          {"contexts", contexts_.size()},
          {"context_calls", calls_.size()},
          {"quarantined", to_json(quarantined_)},
          {"provider_budgets", learned_budgets_.known()},
          {"chat", to_json(chat_.stats())},
          {"alarm_ms", to_json(alarm_.value_or(std::nullopt))}};
}

}  // namespace vagus
