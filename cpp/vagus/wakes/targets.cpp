#include "vagus/wakes/targets.hpp"

#include <algorithm>

namespace vagus {
namespace {

constexpr std::size_t kCacheLine = 64;

std::size_t hash_of(const SessionKey& key) {
  return std::hash<SessionKey>{}(key);
}

std::size_t hash_of(const AgentId& id) {
  return std::hash<std::string>{}(id.str());
}

// A number that nothing has, in `things`.
template <class T>
std::uint32_t fresh(std::vector<T>& things, std::vector<std::uint32_t>& free) {
  if (free.empty()) {
    things.emplace_back();
    return static_cast<std::uint32_t>(things.size() - 1);
  }
  const std::uint32_t number = free.back();
  free.pop_back();
  return number;
}

}  // namespace

std::uint32_t Targets::find(const SessionKey& key) const {
  return by_key_.find(hash_of(key),
                      [&](std::uint32_t number) { return targets_[number].key == key; });
}

std::uint32_t Targets::prefetch(const SessionKey& key) const {
  const std::uint32_t likely = by_key_.find(hash_of(key), [](std::uint32_t) { return true; });
  if (likely == kNone) return kNone;
  const char* target = reinterpret_cast<const char*>(&targets_[likely]);
  for (std::size_t at = 0; at < sizeof(Target); at += kCacheLine) __builtin_prefetch(target + at);
  return likely;
}

std::uint32_t Targets::at(const SessionKey& key) {
  const std::uint32_t known = find(key);
  if (known != kNone) return known;
  const std::uint32_t number = fresh(targets_, free_targets_);
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
    number = fresh(agents_, free_agents_);
    agents_[number] = {id, 0};
    by_agent_.add(hash, number);
  }
  ++agents_[number].sessions;
  return number;
}

void Targets::forget(std::uint32_t number) {
  --agents_[targets_[number].agent].sessions;
  targets_[number] = Target();
  free_targets_.push_back(number);
}

void Targets::forget_oldest(std::vector<std::uint32_t> idle, std::size_t keep) {
  if (idle.size() <= keep) return;
  const auto last = idle.end() - static_cast<std::ptrdiff_t>(keep);
  std::nth_element(idle.begin(), last, idle.end(), [this](std::uint32_t left, std::uint32_t right) {
    return std::pair(targets_[left].starts.back(), left) <
           std::pair(targets_[right].starts.back(), right);
  });
  for (auto each = idle.begin(); each != last; ++each) forget(*each);
}

std::vector<std::uint32_t> Targets::rebuild() {
  by_key_ = HashIndex();
  for (std::uint32_t number = 0; number < targets_.size(); ++number) {
    const SessionKey& key = targets_[number].key;
    if (!key.empty()) by_key_.add(hash_of(key), number);
  }
  std::vector<std::uint32_t> gone;
  by_agent_ = HashIndex();
  for (std::uint32_t number = 0; number < agents_.size(); ++number) {
    AgentEntry& agent = agents_[number];
    if (agent.sessions > 0) {
      by_agent_.add(hash_of(agent.id), number);
    } else if (!agent.id.empty()) {
      agent.id = AgentId();
      gone.push_back(number);
      free_agents_.push_back(number);
    }
  }
  return gone;
}

}  // namespace vagus
