#pragma once

#include <cstdint>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/hash_index.hpp"

namespace vagus {

/// What the queue knows of one session. The numbers of its wakes are places in the queue's memory.
struct alignas(64) Target {
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t agent = 0;
  std::uint32_t waiting = kNone;
  std::uint32_t running = kNone;
  std::uint32_t holds = 0;
  SessionKey key;
  bool reserved = false;
  std::int64_t failures = 0;   ///< in a row, while its wake is tried again
  Millis free_ms = 0;          ///< when its last run or hold ended
  std::vector<Millis> starts;  ///< the newest ones, oldest first; see `GuardRules`

  bool idle() const { return waiting == kNone && running == kNone && holds == 0 && !reserved; }
  bool live() const { return waiting != kNone || running != kNone; }
};

/// Sessions and agents by number. A number stays while its session is not idle; idle sessions are
/// kept for their starts, until there are too many.
class Targets {
 public:
  static constexpr std::uint32_t kNone = Target::kNone;

  std::uint32_t find(const SessionKey& key) const;

  /// The number that `key` has if it has one, found without looking at the session itself, which is
  /// brought into the cache; `kNone` for a key that is surely unknown.
  std::uint32_t prefetch(const SessionKey& key) const;

  /// The number of `key`, which is added when it is unknown.
  std::uint32_t at(const SessionKey& key);

  Target& operator[](std::uint32_t number) { return targets_[number]; }
  const Target& operator[](std::uint32_t number) const { return targets_[number]; }

  /// How many sessions are known; every number is below `numbers()`, every agent's below
  /// `agents()`.
  std::size_t size() const { return targets_.size() - free_targets_.size(); }
  std::size_t numbers() const { return targets_.size(); }
  std::size_t agents() const { return agents_.size(); }

  /// Forgets idle sessions: those for which `over_at(starts)` is past, and of the others those that
  /// started longest ago, until at most `keep` are left. Returns the agents that have no session
  /// any more; their numbers are given out again.
  template <class OverAt>
  std::vector<std::uint32_t> sweep(Millis now, std::size_t keep, const OverAt& over_at) {
    std::vector<std::uint32_t> idle;
    for (std::uint32_t number = 0; number < targets_.size(); ++number) {
      const Target& target = targets_[number];
      if (target.key.empty() || !target.idle()) continue;
      if (over_at(target.starts) <= now) {
        forget(number);
      } else {
        idle.push_back(number);
      }
    }
    forget_oldest(std::move(idle), keep);
    return rebuild();
  }

 private:
  struct AgentEntry {
    AgentId id;
    std::size_t sessions = 0;
  };

  std::uint32_t agent_of(const SessionKey& key);
  void forget(std::uint32_t number);
  void forget_oldest(std::vector<std::uint32_t> idle, std::size_t keep);
  std::vector<std::uint32_t> rebuild();

  std::vector<Target> targets_;
  std::vector<AgentEntry> agents_;
  std::vector<std::uint32_t> free_targets_;
  std::vector<std::uint32_t> free_agents_;
  HashIndex by_key_;
  HashIndex by_agent_;
};

}  // namespace vagus
