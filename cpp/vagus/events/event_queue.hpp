#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/events/system_event.hpp"
#include "vagus/events/waiting_events.hpp"
#include "vagus/keys/session_key.hpp"

namespace vagus {

/// Longest tag, and longest field of a route, of an event, in bytes.
inline constexpr std::size_t kMaxEventLabelBytes = 1'024;

/// System events, per session: bounded, deduplicated, leased to one run at a time
/// (spec: heartbeats, section 4).
///
/// Invariants: (1) at most `limits.events_per_session` wait in a session, and every event that gave
/// way is counted until a run has shown the count; (2) an event is shown by a run that ends well at
/// most once; (3) a lease given back restores order and count.
class EventQueue {
 public:
  explicit EventQueue(const Limits& limits) : limits_(limits) {}

  /// Errors: `invalid_input` for text that is blank, not UTF-8 or longer than `limits.event_bytes`
  /// once trimmed, for a tag or a route's field that is not UTF-8 or longer than
  /// `kMaxEventLabelBytes`, for a route without channel or recipient, for an event without a tag
  /// that is to replace others, and for a bad time.
  MaybeError check(const SystemEvent& event) const;

  /// Queues an event and gives it its id. Its text is trimmed; its tag is trimmed and lower-cased,
  /// none when blank. An event with the same text, tag, route and trust makes it a duplicate, which
  /// changes nothing: any waiting one when it has a tag, else only the newest one, because `open`,
  /// `closed`, `open` is news three times. One that `replaces` takes the place of all that wait
  /// with its tag and route, for news that only the latest state of matters. Errors: those of
  /// `check`, and no others.
  Result<EventReceipt> post(const SessionKey& session, SystemEvent event);

  /// True when `post` would find a duplicate of `event`.
  bool is_duplicate(const SessionKey& session, SystemEvent event) const;

  /// Hands what waits in `session` to run `run_id`, until it commits or gives back: everything, or
  /// only the events without a route and those whose reply goes to `route`, or only those with one
  /// of `ids`. The count of dropped events goes along. REQUIRES: the run has no lease yet.
  EventBatch lease_all(const SessionKey& session, const std::string& run_id);
  EventBatch lease_for(const SessionKey& session, const std::string& run_id,
                       const std::optional<DeliveryRoute>& route);
  EventBatch lease_some(const SessionKey& session, const std::string& run_id,
                        const std::vector<std::int64_t>& ids);
  bool has_lease(const std::string& run_id) const { return leases_.count(run_id) > 0; }

  /// The route of the oldest waiting event that has one.
  std::optional<DeliveryRoute> first_route(const SessionKey& session) const;

  /// In how many sessions events wait.
  std::size_t sessions() const { return waiting_.size(); }

  /// True when events wait in `session`.
  bool waits(const SessionKey& session) const { return waiting_.count(session) > 0; }

  /// There was no room for the `count` oldest events of a run's lease: they are gone, and counted.
  /// REQUIRES: the lease has as many.
  void drop_oldest(const std::string& run_id, std::int64_t count);

  /// The run showed what it had leased: that is gone. A run without a lease changes nothing.
  void commit(const std::string& run_id);

  /// The run failed: what it had leased waits again, in order of arrival with what came meanwhile.
  /// Of two that are now duplicates the older stays; beyond the limit the oldest give way. A run
  /// without a lease changes nothing.
  void give_back(const std::string& run_id);

  /// Removes what waits in `session`, leases not included.
  void clear(const SessionKey& session) { waiting_.erase(session); }

  /// What waits in `session`, and in every session, leased events not included. No entry is without
  /// events and count.
  EventBatch waiting_in(const SessionKey& session) const;
  std::map<SessionKey, EventBatch> waiting() const;

 private:
  struct Leased {
    SessionKey session;
    EventBatch batch;
  };

  template <class Wanted>
  EventBatch lease_if(const SessionKey& session, const std::string& run_id, const Wanted& wanted);

  Limits limits_;
  std::int64_t next_id_ = 1;
  std::unordered_map<SessionKey, WaitingEvents> waiting_;
  std::map<std::string, Leased> leases_;
};

}  // namespace vagus
