#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vagus/base/numbered.hpp"
#include "vagus/base/rare.hpp"
#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/hash_index.hpp"

namespace vagus {

/// What the queue knows of one session: two cache lines, of which a request that joins a wake looks
/// at the first. The numbers of its wakes are those of the queue.
struct alignas(64) Target {
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// What happened to a session that ran or was held.
  struct Past {
    std::vector<Millis> starts;  ///< the newest ones, oldest first; see `GuardRules`
    Millis free_ms = 0;          ///< when its last run or hold ended
    std::int64_t failures = 0;   ///< in a row, while its wake is tried again
  };

  std::uint32_t waiting = kNone;
  std::uint32_t running = kNone;
  SessionKey key;
  std::uint32_t agent = 0;
  std::uint32_t reserved : 1 = 0;
  std::uint32_t holds : 31 = 0;
  Rare<Past> past;

  bool idle() const { return !live() && holds == 0 && reserved == 0; }
  bool live() const { return waiting != kNone || running != kNone; }
  const std::vector<Millis>& starts() const {
    static const std::vector<Millis> kNoStarts;
    return past ? past->starts : kNoStarts;
  }
};
static_assert(sizeof(Target) == 128);

/// Sessions and agents by number. A number stays while its session is not idle; idle sessions are
/// kept for their starts, until there are too many.
class Targets {
 public:
  static constexpr std::uint32_t kNone = Target::kNone;

  std::uint32_t find(const SessionKey& key) const;

  /// The numbers that the keys have if they have one, `kNone` for those that are surely unknown.
  /// Brings the sessions into the cache without waiting for any.
  static constexpr std::size_t kBlock = 32;
  std::array<std::uint32_t, kBlock> prefetch(std::span<const SessionKey* const> keys) const;

  /// The number of `key`, which becomes known. REQUIRES: `find` does not know it yet.
  std::uint32_t add(const SessionKey& key);

  Target& operator[](std::uint32_t number) { return targets_[number]; }
  const Target& operator[](std::uint32_t number) const { return targets_[number]; }

  /// How many sessions are known; every number is below `numbers()`, every agent's below
  /// `agents()`.
  std::size_t size() const { return targets_.size(); }
  std::uint32_t numbers() const { return targets_.end(); }
  std::uint32_t agents() const { return agents_.end(); }

  /// Forgets idle sessions: those for which `over_at(starts)` is past, and of the others those that
  /// started longest ago, until at most `keep` are left. Returns the agents that have no session
  /// any more; their numbers are given out again.
  template <class OverAt>
  std::vector<std::uint32_t> sweep(Millis now, std::size_t keep, const OverAt& over_at) {
    std::vector<std::uint32_t> idle;
    for (std::uint32_t number = 0; number < targets_.end(); ++number) {
      const Target& target = targets_[number];
      if (target.key.empty() || !target.idle()) continue;
      if (over_at(target.starts()) <= now) {
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

  Numbered<Target> targets_;
  Numbered<AgentEntry> agents_;
  HashIndex by_key_;
  HashIndex by_agent_;
};

}  // namespace vagus
