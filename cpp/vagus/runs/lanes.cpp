#include "vagus/runs/lanes.hpp"

#include <cassert>
#include <utility>

namespace vagus {

bool Lanes::take(const SessionKey& session, const std::string& run_id) {
  return running_.try_emplace(session, run_id).second;
}

void Lanes::free(const SessionKey& session, const std::string& run_id) {
  const auto found = running_.find(session);
  assert(found != running_.end() && found->second == run_id);
  if (found != running_.end() && found->second == run_id) running_.erase(found);
}

bool Lanes::enqueue(const SessionKey& session, UserTurn turn) {
  if (waiting(session) >= limits_.queued_turns) return false;
  turns_[session].push_back(std::move(turn));
  return true;
}

std::optional<UserTurn> Lanes::next_turn(const SessionKey& session) {
  const auto found = turns_.find(session);
  if (found == turns_.end() || busy(session)) return std::nullopt;
  UserTurn turn = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) turns_.erase(found);
  return turn;
}

std::deque<UserTurn> Lanes::drop(const SessionKey& session) {
  auto turns = turns_.extract(session);
  return turns.empty() ? std::deque<UserTurn>() : std::move(turns.mapped());
}

std::int64_t Lanes::waiting(const SessionKey& session) const {
  const auto found = turns_.find(session);
  return found == turns_.end() ? 0 : static_cast<std::int64_t>(found->second.size());
}

std::map<SessionKey, std::int64_t> Lanes::waiting() const {
  std::map<SessionKey, std::int64_t> counts;
  for (const auto& [session, turns] : turns_) {
    counts.emplace(session, static_cast<std::int64_t>(turns.size()));
  }
  return counts;
}

}  // namespace vagus
