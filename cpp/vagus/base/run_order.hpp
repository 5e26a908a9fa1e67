#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "vagus/base/keyed_heap.hpp"
#include "vagus/base/time.hpp"

namespace vagus {

/// A wake's place in the order of running: by due time, priority and arrival.
struct RunSlot {
  Millis due;
  int urgency;  ///< negated priority, so that a smaller slot runs first
  std::int64_t token;
  auto operator<=>(const RunSlot&) const = default;
};

/// Which session runs next, of those that wait and are free, within so many places for all and for
/// each agent.
///
/// While there are places for all that is due, everything due goes. When places are scarce the
/// agent with the fewest wakes out goes first, then the one that was given a place longest ago,
/// then the order of slots: whatever one agent has waiting, another one's wake waits for one place
/// at most because of it. Nothing here costs more than O(log n) for each wake.
class RunOrder {
 public:
  RunOrder(std::int64_t running, std::int64_t running_per_agent)
      : places_(running), places_per_agent_(running_per_agent) {}

  /// Makes room for numbers below these.
  void resize(std::size_t targets, std::size_t agents);

  /// Adds `target`, or moves it to another slot.
  void put(std::uint32_t target, std::uint32_t agent, const RunSlot& slot);

  /// Takes `target` out if it is in.
  void erase(std::uint32_t target, std::uint32_t agent);

  /// Takes out the session that runs next, and a place for it; nothing when none is due or no place
  /// is free.
  std::optional<std::uint32_t> take(Millis now);

  /// Gives a place back.
  void free(std::uint32_t agent, Millis now);

  /// When `take` has something to give, if no place is freed; nothing when it never has.
  std::optional<Millis> next_due() const;

  /// Whether no place is free for this agent.
  bool is_full(std::uint32_t agent) const;

  /// Since when a place has been free for this agent, as far as is known.
  Millis free_since(std::uint32_t agent) const;

  /// Forgets an agent that has nothing here and nothing out.
  void forget(std::uint32_t agent) { agents_[agent] = AgentQueue(); }

  /// Moves what it knows of the past; sessions are moved by `put`.
  void shift(Millis delta);

 private:
  struct AgentQueue {
    KeyedHeap<RunSlot> ready;
    std::int64_t out = 0;
    std::int64_t turn = 0;  ///< when it was last given a place, counted in places
    Millis free_since = 0;  ///< when it last stopped using all of its places
    bool is_due = false;    ///< in `due_`, else in `later_`, if in any
  };

  /// An agent's place among those with a wake that is due.
  struct Turn {
    std::int64_t out;
    std::int64_t turn;
    RunSlot first;
    auto operator<=>(const Turn&) const = default;
  };

  void leave(std::uint32_t agent);
  void enter(std::uint32_t agent);
  void wake_agents(Millis now);

  std::int64_t places_;
  std::int64_t places_per_agent_;
  std::int64_t out_ = 0;
  std::int64_t turns_ = 0;
  Millis now_ = 0;  ///< agents whose first wake is due by then are in `due_`
  Millis free_since_ = 0;
  std::vector<AgentQueue> agents_;
  KeyedHeap<RunSlot> later_;
  KeyedHeap<Turn> due_;
  KeyedHeap<RunSlot>::Places target_places_;
  KeyedHeap<RunSlot>::Places agent_places_;
};

}  // namespace vagus
