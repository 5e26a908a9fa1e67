#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// How long a channel that could not take a reply is left alone (spec: heartbeats, section 1.7).
inline constexpr Millis kDeliveryRetryMillis = kMinute;

/// A reply on its way. Its run is over: whatever becomes of it, the model is not asked again.
struct Parcel {
  std::string run_id;  ///< names it: a run has one reply at most
  SessionKey lane;
  SessionKey home;
  DeliveryRoute route;
  std::string text;
  bool heartbeat = false;                    ///< written by a heartbeat, not in answer to a person
  std::int64_t attempts = 1;                 ///< how often it was handed to the host
  bool silent = false;                       ///< nobody is to be alerted
  std::optional<std::string> reply_to = {};  ///< the message that it answers
};

/// Replies that were handed to the host, until it says what became of them.
///
/// Invariants: (1) a reply is handed out again only after a failure was reported, at least
/// `kDeliveryRetryMillis` later, and `limits.delivery_attempts` times at most; (2) the newest
/// `limits.deliveries` replies are kept, so a host that never reports costs a bounded amount.
class Outbox {
 public:
  explicit Outbox(const Limits& limits) : limits_(limits) {}

  /// Keeps a reply that is handed to the host now. REQUIRES: its run has none yet.
  void add(Parcel parcel);

  /// The reply of `run_id` arrived. Without one, nothing changes: a report may come late or twice.
  void arrived(const std::string& run_id) { forget(run_id); }

  /// It did not arrive, and may when tried again: when that is. Nothing when its attempts are used
  /// up, or when no such reply is kept.
  std::optional<Millis> retry(const std::string& run_id, Millis now);

  /// Gives up the reply of `run_id`; nothing when it is not kept.
  std::optional<Parcel> give_up(const std::string& run_id);

  /// The replies to hand out again, oldest retry first; each counts as an attempt.
  std::vector<Parcel> due(Millis now);

  std::optional<Millis> next_due() const;

  /// Moves every retry by `delta`: the clock stepped.
  void shift(Millis delta);

  std::size_t size() const { return parcels_.size(); }

 private:
  struct Kept {
    Parcel parcel;
    std::int64_t order;  ///< of being added
    std::optional<Millis> retry_at;
  };

  void forget(const std::string& run_id);

  Limits limits_;
  std::int64_t added_ = 0;
  std::map<std::string, Kept> parcels_;
  std::map<std::int64_t, std::string> order_;
  std::set<std::pair<Millis, std::int64_t>> retries_;  ///< when, and the place in `order_`
};

}  // namespace vagus
