#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "vagus/base/limits.hpp"
#include "vagus/base/time.hpp"

namespace vagus {

/// Which runs are in flight, until when, and which have ended.
///
/// Invariants: (1) a run ends exactly once; (2) runs that are late together are late in the order
/// in which they started; (3) the last `limits.ended_runs` that ended are remembered, so that a
/// late answer is told from a wrong one.
class RunTable {
 public:
  explicit RunTable(const Limits& limits) : limits_(limits) {}

  /// `depth`: how many wakes that caused each other led to this run. REQUIRES: no run had this id
  /// before.
  void start(const std::string& run_id, Millis deadline, std::int64_t depth = 0);

  /// REQUIRES: the run is in flight.
  void end(const std::string& run_id);

  bool has_ended(const std::string& run_id) const { return ended_.count(run_id) > 0; }

  /// The depth of a run in flight or remembered; nothing for any other.
  std::optional<std::int64_t> depth_of(const std::string& run_id) const;

  /// The run whose deadline came first, if it has come by `now`.
  std::optional<std::string> late(Millis now) const;

  std::optional<Millis> next_deadline() const;

  /// Moves every deadline by `delta`: the clock stepped.
  void shift(Millis delta);

 private:
  /// Deadline, order of starting, id.
  using Entry = std::tuple<Millis, std::int64_t, std::string>;

  struct Running {
    Entry entry;
    std::int64_t depth;
  };

  Limits limits_;
  std::int64_t started_ = 0;
  std::map<std::string, Running> running_;
  std::set<Entry> deadlines_;
  std::deque<std::string> ended_order_;
  std::unordered_map<std::string, std::int64_t> ended_;  ///< with their depths
};

}  // namespace vagus
