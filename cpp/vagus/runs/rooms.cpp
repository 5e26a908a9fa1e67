#include "vagus/runs/rooms.hpp"

#include <utility>

namespace vagus {

bool Rooms::subscribe(const std::string& subscriber, const SessionKey& session) {
  if (!interests_[subscriber].sessions.insert(session).second) return false;
  rooms_[session].listeners.push_back(subscriber);
  ++subscriptions_;
  return true;
}

bool Rooms::unsubscribe(const std::string& subscriber, const SessionKey& session) {
  const auto found = interests_.find(subscriber);
  if (found == interests_.end() || found->second.sessions.erase(session) == 0) return false;
  forget_if_empty(found);
  drop_listener(subscriber, session);
  return true;
}

void Rooms::join(const std::string& subscriber, std::int64_t order, std::uint32_t run) {
  subscriptions_ += interests_[subscriber].runs.emplace(order, run).second ? 1 : 0;
}

void Rooms::leave(const std::string& subscriber, std::int64_t order) {
  const auto found = interests_.find(subscriber);
  if (found == interests_.end()) return;
  subscriptions_ -= static_cast<std::int64_t>(found->second.runs.erase(order));
  forget_if_empty(found);
}

Rooms::Runs Rooms::disconnect(const std::string& subscriber) {
  const auto found = interests_.find(subscriber);
  if (found == interests_.end()) return {};
  Interests gone = std::move(found->second);
  interests_.erase(found);
  for (const SessionKey& session : gone.sessions) drop_listener(subscriber, session);
  subscriptions_ -= static_cast<std::int64_t>(gone.runs.size());
  return std::move(gone.runs);
}

void Rooms::enter(const SessionKey& session, std::int64_t order, std::uint32_t run) {
  rooms_[session].runs.emplace(order, run);
}

void Rooms::exit(const SessionKey& session, std::int64_t order) {
  const auto found = rooms_.find(session);
  if (found == rooms_.end()) return;
  found->second.runs.erase(order);
  forget_if_empty(found);
}

const std::vector<std::string>& Rooms::listeners(const SessionKey& session) const {
  static const std::vector<std::string> kNobody;
  const auto found = rooms_.find(session);
  return found == rooms_.end() ? kNobody : found->second.listeners;
}

Rooms::Runs Rooms::runs(const SessionKey& session) const {
  const auto found = rooms_.find(session);
  return found == rooms_.end() ? Runs{} : found->second.runs;
}

void Rooms::forget_if_empty(std::map<SessionKey, Room>::iterator room) {
  if (room->second.listeners.empty() && room->second.runs.empty()) rooms_.erase(room);
}

void Rooms::forget_if_empty(std::map<std::string, Interests>::iterator interests) {
  const Interests& left = interests->second;
  if (left.sessions.empty() && left.runs.empty()) interests_.erase(interests);
}

void Rooms::drop_listener(const std::string& subscriber, const SessionKey& session) {
  const auto found = rooms_.find(session);
  std::erase(found->second.listeners, subscriber);
  --subscriptions_;
  forget_if_empty(found);
}

}  // namespace vagus
