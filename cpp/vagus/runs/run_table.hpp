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
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// Why a run ran: what it starts is told to those who asked for it.
struct RunOrigin {
  std::int64_t depth = 0;              ///< how many wakes that caused each other led to it
  SessionKey home = {};                ///< the session that it worked for
  std::optional<DeliveryRoute> route;  ///< where a person or producer asked from
};

/// Which runs are in flight, until when, and which have ended.
///
/// Invariants: (1) a run ends exactly once; (2) runs that are late together are late in the order
/// in which they started; (3) the last `limits.ended_runs` that ended are remembered, so that a
/// late answer is told from a wrong one.
class RunTable {
 public:
  explicit RunTable(const Limits& limits) : limits_(limits) {}

  /// REQUIRES: no run had this id before.
  void start(const std::string& run_id, Millis deadline, RunOrigin origin = {});

  /// REQUIRES: the run is in flight.
  void end(const std::string& run_id);

  bool has_ended(const std::string& run_id) const { return ended_.count(run_id) > 0; }

  /// Why a run in flight or remembered ran; nothing for any other.
  const RunOrigin* origin_of(const std::string& run_id) const;

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
    RunOrigin origin;
  };

  Limits limits_;
  std::int64_t started_ = 0;
  std::map<std::string, Running> running_;
  std::set<Entry> deadlines_;
  std::deque<std::string> ended_order_;
  std::unordered_map<std::string, RunOrigin> ended_;
};

}  // namespace vagus
