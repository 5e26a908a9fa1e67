#pragma once

#include <string_view>

#include "vagus/base/time.hpp"
#include "vagus/heartbeat/active_hours.hpp"
#include "vagus/keys/agent_id.hpp"

namespace vagus {

/// How far `Schedule` looks for a slot inside the active hours.
inline constexpr Millis kSeekHorizon = 7 * kDay;

/// Where in the interval an agent beats: the first four bytes, big-endian, of
/// SHA-256("seed:agent"), modulo the interval (spec: heartbeats, section 2.2). Stable across
/// restarts; spreads agents. REQUIRES: interval > 0.
Millis phase_of(std::string_view seed, const AgentId& agent, Millis interval);

/// An agent's cadence: instants t with t = phase modulo interval, inside its active hours. Where no
/// such instant falls inside, such as a daily one at night, the agent beats when the hours open:
/// the reference keeps the slot and skips it for ever.
/// Level-triggered: every answer is computed from `now`, so no missed alarm can break a chain.
class Schedule {
 public:
  /// REQUIRES: interval > 0. Any phase is taken modulo the interval.
  Schedule(Millis interval, Millis phase, ActiveHours hours);

  /// The first slot after `now` that lies inside the active hours. When there is none within
  /// `kSeekHorizon`, the next time that the hours open; when they never do, the first slot of all.
  /// Saturated at `kMaxMillis`.
  Millis next_after(Millis now) const;

  /// The next slot of this schedule in the place of `before`, whose next one was `slot`: that one
  /// when nothing changed and it is still ahead, else the first after `now` (spec: heartbeats,
  /// section 2.2).
  Millis next_in_place_of(const Schedule& before, Millis slot, Millis now) const;

  Millis interval() const { return interval_; }
  Millis phase() const { return phase_; }
  const ActiveHours& hours() const { return hours_; }

  bool operator==(const Schedule&) const = default;

 private:
  Millis slot_after(Millis now) const;

  Millis interval_;
  Millis phase_;
  ActiveHours hours_;
};

}  // namespace vagus
