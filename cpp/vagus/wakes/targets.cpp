#include "vagus/wakes/targets.hpp"

#include <algorithm>

namespace vagus {
namespace {

std::size_t hash_of(const SessionKey& key) {
  return std::hash<SessionKey>{}(key);
}

std::size_t hash_of(const AgentId& id) {
  return std::hash<std::string>{}(id.str());
}

}  // namespace

std::uint32_t Targets::find(const SessionKey& key) const {
  return by_key_.find(hash_of(key),
                      [&](std::uint32_t number) { return targets_[number].key == key; });
}

std::array<std::uint32_t, Targets::kBlock> Targets::prefetch(
    std::span<const SessionKey* const> keys) const {
  std::array<std::size_t, kBlock> hashes;
  std::array<std::uint32_t, kBlock> likely;
  for (const SessionKey* key : keys) __builtin_prefetch(key);
  for (std::size_t i = 0; i < keys.size(); ++i) by_key_.prefetch(hashes[i] = hash_of(*keys[i]));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    likely[i] = by_key_.find(hashes[i], [](std::uint32_t) { return true; });
    if (likely[i] != kNone) __builtin_prefetch(&targets_[likely[i]]);
  }
  return likely;
}

std::uint32_t Targets::add(const SessionKey& key) {
  const std::uint32_t number = targets_.add();
  targets_[number].key = key;
  targets_[number].agent = agent_of(key);
  by_key_.add(hash_of(key), number);
  return number;
}

std::uint32_t Targets::agent_of(const SessionKey& key) {
  const AgentId id = key.agent();
  const std::size_t hash = hash_of(id);
  std::uint32_t number =
      by_agent_.find(hash, [&](std::uint32_t agent) { return agents_[agent].id == id; });
  if (number == kNone) {
    number = agents_.add();
    agents_[number] = {id, 0};
    by_agent_.add(hash, number);
  }
  ++agents_[number].sessions;
  return number;
}

void Targets::forget(std::uint32_t number) {
  --agents_[targets_[number].agent].sessions;
  targets_.let_go(number);
}

void Targets::forget_oldest(std::vector<std::uint32_t> idle, std::size_t keep) {
  if (idle.size() <= keep) return;
  const auto last = idle.end() - static_cast<std::ptrdiff_t>(keep);
  std::nth_element(idle.begin(), last, idle.end(), [this](std::uint32_t left, std::uint32_t right) {
    return std::pair(targets_[left].starts().back(), left) <
           std::pair(targets_[right].starts().back(), right);
  });
  for (auto each = idle.begin(); each != last; ++each) forget(*each);
}

std::vector<std::uint32_t> Targets::rebuild() {
  by_key_ = HashIndex();
  for (std::uint32_t number = 0; number < targets_.end(); ++number) {
    const SessionKey& key = targets_[number].key;
    if (!key.empty()) by_key_.add(hash_of(key), number);
  }
  std::vector<std::uint32_t> gone;
  by_agent_ = HashIndex();
  for (std::uint32_t number = 0; number < agents_.end(); ++number) {
    AgentEntry& agent = agents_[number];
    if (agent.sessions > 0) {
      by_agent_.add(hash_of(agent.id), number);
    } else if (!agent.id.empty()) {
      gone.push_back(number);
      agents_.let_go(number);
    }
  }
  return gone;
}

}  // namespace vagus
