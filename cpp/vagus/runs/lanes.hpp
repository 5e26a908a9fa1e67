#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "vagus/base/limits.hpp"
#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"
#include "vagus/runs/errand.hpp"

namespace vagus {

/// A person's message, or a producer's, waiting for its lane.
struct UserTurn {
  std::string text;
  std::optional<DeliveryRoute> route;
  Millis at = 0;
  std::optional<Errand> errand = {};  ///< asked for by a producer, not by a person
};

/// One run per session key, and the user turns that wait for it, first come first served.
class Lanes {
 public:
  explicit Lanes(const Limits& limits) : limits_(limits) {}

  bool busy(const SessionKey& session) const { return running_.count(session) > 0; }

  /// Takes the lane for `run_id`. False, and no change, when it is taken.
  bool take(const SessionKey& session, const std::string& run_id);

  /// Frees the lane that `run_id` holds. REQUIRES: it holds it.
  void free(const SessionKey& session, const std::string& run_id);

  /// Appends a turn; false, and no change, when `limits.queued_turns` already wait.
  bool enqueue(const SessionKey& session, UserTurn turn);

  /// The next turn of a lane that is free; nothing when it is busy or nobody waits.
  std::optional<UserTurn> next_turn(const SessionKey& session);

  /// Takes out every turn that waits for a lane.
  std::deque<UserTurn> drop(const SessionKey& session);

  std::int64_t waiting(const SessionKey& session) const;

  /// How many turns wait, by session; sessions without any are left out.
  std::map<SessionKey, std::int64_t> waiting() const;

 private:
  Limits limits_;
  std::map<SessionKey, std::string> running_;
  std::map<SessionKey, std::deque<UserTurn>> turns_;
};

}  // namespace vagus
