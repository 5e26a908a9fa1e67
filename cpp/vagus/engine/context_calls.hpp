#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vagus/engine/effect.hpp"

namespace vagus {

/// The calls of context engines that are not answered yet. Those of one context key are made one
/// at a time, in the order in which they were added, so that no engine sees a prompt asked for
/// before the turn in front of it was told.
///
/// Invariants: (1) of each context key the oldest call alone is in flight; (2) a call leaves once:
/// answered, late or withdrawn; (3) an id is given once and never again.
class ContextCalls {
 public:
  struct Pending {
    ContextCall call;
    Millis timeout = 0;
    std::optional<std::string> waits = {};  ///< the run that waits for it
    bool in_flight = false;
  };

  /// Adds a call behind those of its key, and gives it its id. A call that a run waits for is late
  /// `timeout` from now, any other `timeout` from when it is made.
  std::int64_t add(Pending pending, Millis now);

  /// The call of `key` that is to be made now, if there is one; it is in flight from then on.
  std::optional<ContextCall> issue(const ContextKey& key, Millis now);

  /// The call in flight with this id; nothing for any other.
  const Pending* in_flight(std::int64_t id) const;

  /// True for an id that was given to a call and is not that of one that waits to be made.
  bool was_made(std::int64_t id) const;

  /// Removes a call. REQUIRES: it is here.
  Pending take(std::int64_t id);

  /// Removes the calls that `run_id` waits for and that were not made yet.
  void withdraw(const std::string& run_id);

  /// Removes the calls of `key` to `method` that were not made yet.
  void withdraw(const ContextKey& key, ContextMethod method);

  /// Removes all calls of `engine`; the context keys that they were of.
  std::vector<ContextKey> drop(const std::string& engine);

  /// The call that has been late for longest by `now`.
  std::optional<std::int64_t> late(Millis now) const;
  std::optional<Millis> next_deadline() const;

  /// Calls of `key` that are not answered.
  std::int64_t waiting(const ContextKey& key) const;
  std::size_t size() const { return calls_.size(); }

  /// Moves every deadline by `delta`: the clock stepped.
  void shift(Millis delta);

 private:
  void set_deadline(Pending& pending, Millis deadline);
  template <class Match>
  void remove_if(const Match& match);

  std::int64_t last_id_ = 0;
  std::map<std::int64_t, Pending> calls_;
  std::map<ContextKey, std::deque<std::int64_t>> queues_;
  std::set<std::pair<Millis, std::int64_t>> deadlines_;
};

}  // namespace vagus
