#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// A line of text that the next run of its session must show to the model.
struct SystemEvent {
  std::int64_t id = 0;  ///< unique within one `EventQueue`, in order of arrival
  std::string text;
  std::optional<std::string> tag;  ///< producer's context, such as `exec:9f2c`; lower case
  std::optional<DeliveryRoute> route;
  bool trusted = false;
  Millis at = 0;

  static constexpr std::string_view kName = "SystemEvent";
  static constexpr auto fields() {
    return std::tuple(required("id", &SystemEvent::id, "order of arrival"),
                      required("text", &SystemEvent::text, "what happened"),
                      field("tag", &SystemEvent::tag, "the producer's own name for the cause"),
                      field("route", &SystemEvent::route, "where a reply to this event goes"),
                      field("trusted", &SystemEvent::trusted, "written by the host itself"),
                      required("at", &SystemEvent::at, "when, ms since the epoch"));
  }
};

/// What became of a posted event.
enum class EventReceipt { queued, duplicate };
constexpr std::array<std::string_view, 2> enum_names(EventReceipt) {
  return {"queued", "duplicate"};
}

/// What waits in a session, and what one run is handed to show. `dropped` counts the events that
/// there was no room for since the last run.
struct EventBatch {
  std::vector<SystemEvent> events;  ///< oldest first
  std::int64_t dropped = 0;

  static constexpr std::string_view kName = "EventBatch";
  static constexpr auto fields() {
    return std::tuple(
        required("events", &EventBatch::events, "oldest first"),
        field("dropped", &EventBatch::dropped, "older events that there was no room for"));
  }
};

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
  /// `kMaxEventLabelBytes`, for a route without channel or recipient, and for a bad time.
  MaybeError check(const SystemEvent& event) const;

  /// Queues an event and gives it its id. Its text is trimmed; its tag is trimmed and lower-cased,
  /// none when blank. An event with the same text, tag, route and trust makes it a duplicate, which
  /// changes nothing: any waiting one when it has a tag, else only the newest one, because `open`,
  /// `closed`, `open` is news three times. Errors: those of `check`, and no others.
  Result<EventReceipt> post(const SessionKey& session, SystemEvent event);

  /// Hands what waits in `session` to run `run_id`, until it commits or gives back: everything, or
  /// only the events without a route and those whose reply goes to `route`. The count of dropped
  /// events goes along. REQUIRES: the run has no lease yet.
  EventBatch lease_all(const SessionKey& session, const std::string& run_id);
  EventBatch lease_for(const SessionKey& session, const std::string& run_id,
                       const std::optional<DeliveryRoute>& route);

  /// The route of the oldest waiting event that has one.
  std::optional<DeliveryRoute> first_route(const SessionKey& session) const;

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

  /// What waits, by session, leased events not included. No entry is without events and count.
  const std::map<SessionKey, EventBatch>& waiting() const { return waiting_; }

 private:
  struct Leased {
    SessionKey session;
    EventBatch batch;
  };

  template <class Wanted>
  EventBatch lease_if(const SessionKey& session, const std::string& run_id, const Wanted& wanted);
  void restore(Leased leased);
  void trim_to_limit(EventBatch& waiting) const;

  Limits limits_;
  std::int64_t next_id_ = 1;
  std::map<SessionKey, EventBatch> waiting_;
  std::map<std::string, Leased> leases_;
};

/// Drops the older half of `batch`, rounded up, and counts it; returns how many.
std::int64_t drop_older_half(EventBatch& batch);

}  // namespace vagus
