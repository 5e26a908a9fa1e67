#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vagus/config/wake_guards.hpp"
#include "vagus/wakes/wake.hpp"

namespace vagus {

/// Which guards count for a request; each gate has those of the ones before it.
enum class Gate {
  open,     ///< none
  flood,    ///< the flood guard: a wake that is tried again, whose back-off is its spacing
  chain,    ///< and the spacing of long chains
  spacing,  ///< and the minimum spacing
};
inline constexpr std::size_t kGates = 4;

/// The gate of a first try (spec: heartbeats, section 2.4).
Gate gate_of(WakeIntent intent);

/// When a guard lets a wake through; 0 when none counts.
struct GuardDeadline {
  Millis at = 0;
  DelayCause guard = DelayCause::spacing;
};

/// The guards of one session, as functions of its starts. A deadline never depends on when it is
/// asked for: of two requests the later one runs no earlier, and later by no more than it came
/// later. (The newest reference lets an event that comes later run ten minutes later.)
class GuardRules {
 public:
  explicit GuardRules(const WakeGuards& guards);

  /// `starts` are the session's newest ones, oldest first.
  GuardDeadline deadline(Gate gate, std::int64_t depth, const std::vector<Millis>& starts) const;

  /// Adds a start and drops those that no guard looks at. One more than the guards look at is kept,
  /// so that a start can be taken back.
  void record(std::vector<Millis>& starts, Millis at) const;

  /// From then on the starts delay nothing; 0 without starts.
  Millis over_at(const std::vector<Millis>& starts) const;

 private:
  Millis chain_span(std::int64_t depth) const;

  Millis spacing_;
  std::size_t flood_starts_;
  Millis flood_span_;
  std::int64_t chain_free_;
  Millis chain_longest_;
};

}  // namespace vagus
