#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "vagus/events/system_event.hpp"

namespace vagus {

/// The events that wait in one session, oldest first, each once. Adding one, and taking one out,
/// takes O(log waiting), however many of them are alike.
///
/// Of events that some run has leased meanwhile nothing is known here.
class WaitingEvents {
 public:
  /// Adds an event that has its id and is normalised, unless one with the same text, tag, route and
  /// trust waits: any when it has a tag, else only the newest. An event that `replaces` removes
  /// those of its tag and route that came before it. REQUIRES: an id above those that wait.
  EventReceipt add(SystemEvent event);

  /// True when `add` would find that `event` waits.
  bool is_duplicate(const SystemEvent& event) const;

  /// Drops the oldest beyond `limit`, and counts them.
  void trim_to(std::int64_t limit);

  /// Takes out, in order, the events for which `wanted(event)`, and the count of what was dropped.
  template <class Wanted>
  EventBatch take_if(const Wanted& wanted);

  /// As if `batch` had never been taken: what came meanwhile is added again behind what is older.
  void give_back(EventBatch batch);

  EventBatch all() const;

  /// True without events and count.
  bool empty() const { return events_.empty() && dropped_ == 0; }

  /// By id, which is by age.
  const std::map<std::int64_t, SystemEvent>& events() const { return events_; }

 private:
  void remove_replaced(const SystemEvent& event);
  void index(const SystemEvent& event);
  SystemEvent take(std::map<std::int64_t, SystemEvent>::iterator at);

  std::map<std::int64_t, SystemEvent> events_;
  /// The tagged events' hashes, of the whole message and of tag and route, with their ids.
  std::set<std::pair<std::size_t, std::int64_t>> by_message_;
  std::set<std::pair<std::size_t, std::int64_t>> by_place_;
  std::int64_t dropped_ = 0;
};

template <class Wanted>
EventBatch WaitingEvents::take_if(const Wanted& wanted) {
  EventBatch batch;
  batch.dropped = std::exchange(dropped_, 0);
  for (auto at = events_.begin(); at != events_.end();) {
    const auto each = at++;
    if (wanted(each->second)) batch.events.push_back(take(each));
  }
  return batch;
}

}  // namespace vagus
