#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/heartbeat/schedule.hpp"
#include "vagus/keys/agent_id.hpp"

namespace vagus {

/// The agents that beat, and when each is next to do so (spec: heartbeats, section 2.2).
///
/// Level-triggered: slots follow from schedules and the time, so there is no chain that a missed
/// alarm, a failed run or a change of configuration could break. An agent costs nothing between
/// its beats, and every call but those that touch all agents takes O(log agents).
///
/// Invariants: (1) while on, every agent has one slot, except at the end of time; while off, none
/// has; (2) two beats of one agent lie an interval of its own apart by a clock that nobody sets,
/// unless its schedule changed, its hours opened or it was late.
class Cadences {
 public:
  /// The cadence of one agent. `next` is unset while all are off and at the end of time.
  struct Cadence {
    AgentId agent;
    Schedule schedule;
    std::optional<Millis> next;
  };

  /// Gives `agent` a schedule at `now`, or another one: its next slot stays where the schedule is
  /// the same and the slot is still ahead.
  void set(const AgentId& agent, Schedule schedule, Millis now);

  /// `agent` beats no more. Without a cadence nothing changes.
  void remove(const AgentId& agent);

  /// Switches all beats on, each agent's next slot being the first after `now`, or off, whatever
  /// was due being gone. They are off at first. To what is already so, nothing changes.
  void enable(bool on, Millis now);
  bool enabled() const { return enabled_; }

  /// The agents whose slot has come, by slot and then by when they came; each once, however many
  /// slots went by. A clock that was set back takes the slots along, so that nobody beats twice in
  /// one interval.
  std::vector<AgentId> beat(Millis now);

  /// When the next agent is to beat: the next alarm. Nothing while off, and without agents.
  std::optional<Millis> next() const;

  /// All cadences, in the order in which their agents came, except that the latest takes the place
  /// of one that is removed.
  const std::vector<Cadence>& all() const { return cadences_; }

 private:
  void move(std::size_t place, std::optional<Millis> slot);
  void set_back(Millis span);

  bool enabled_ = false;
  Millis now_ = 0;  ///< of the latest beat
  std::vector<Cadence> cadences_;
  std::map<AgentId, std::size_t> places_;
  std::set<std::pair<Millis, std::size_t>> slots_;  ///< of those that have one
};

}  // namespace vagus
