#include "vagus/engine/sessions.hpp"

#include "vagus/runs/user_turn.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vagus {

void HeartbeatMemory::note(std::string report, DeliveryRoute to, Millis at) {
  text = std::move(report);
  route = std::move(to);
  sent = at;
}

void HeartbeatMemory::mark(const std::vector<std::string>& names, Millis at, std::int64_t most) {
  for (const std::string& name : names) task_runs[name] = at;
  const auto earlier = [](const auto& left, const auto& right) {
    return left.second < right.second;
  };
  while (std::ssize(task_runs) > most) {
    task_runs.erase(std::min_element(task_runs.begin(), task_runs.end(), earlier));
  }
}

void Session::heard_from(const std::optional<DeliveryRoute>& route, const std::optional<Peer>& peer,
                         Millis at) {
  last_active = at;
  if (!route || !peer) return;
  if (last_route && route->channel == kOwnChannel && last_route->channel != kOwnChannel) return;
  last_route = route;
  last_kind = peer->kind;
}

MaybeError Sessions::check_room(const SessionKey& key) const {
  if (sessions_.count(key) > 0 || static_cast<std::int64_t>(sessions_.size()) < limits_.sessions) {
    return std::nullopt;
  }
  return make_error(
      ErrorCode::invalid_input, "session_key", key.str(),
      "one session more than limits.sessions (" + std::to_string(limits_.sessions) + ")");
}

const Session* Sessions::find(const SessionKey& key) const {
  const auto found = sessions_.find(key);
  return found == sessions_.end() ? nullptr : &found->second;
}

Context& Sessions::transcript(const SessionKey& key, IdSource& ids) {
  Session& session = sessions_[key];
  if (!session.transcript) session.transcript.emplace(next_epoch(key, ids), profile_, limits_);
  return *session.transcript;
}

Context& Sessions::restart(const SessionKey& key, IdSource& ids) {
  Session& session = sessions_[key];
  if (profile_ == Profile::vagus) session.transcript.reset();
  return transcript(key, ids);
}

Context* Sessions::current(const SessionKey& key, const ContextKey& context) {
  const auto found = sessions_.find(key);
  if (found == sessions_.end() || !found->second.transcript) return nullptr;
  Context& transcript = *found->second.transcript;
  return transcript.key() == context ? &transcript : nullptr;
}

void Sessions::shift(Millis delta) {
  for (auto& [key, session] : sessions_) {
    if (session.last_active) *session.last_active += delta;
    session.heartbeats.sent += delta;
    for (auto& [task, started] : session.heartbeats.task_runs) started += delta;
  }
}

ContextKey Sessions::next_epoch(const SessionKey& key, IdSource& ids) const {
  if (profile_ == Profile::reference) return ContextKey::reference_routing_key(key);
  return ContextKey::for_epoch(key, ids.next()).value_or_throw();
}

}  // namespace vagus
