#include "vagus/events/waiting_events.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace vagus {
namespace {

using Hashes = std::set<std::pair<std::size_t, std::int64_t>>;

bool same_message(const SystemEvent& left, const SystemEvent& right) {
  return left.text == right.text && left.tag == right.tag && left.route == right.route &&
         left.trusted == right.trusted;
}

std::size_t mixed(std::size_t hash, std::string_view text) {
  constexpr std::size_t kOdd = 0x9E3779B97F4A7C15;
  return hash * kOdd + std::hash<std::string_view>{}(text);
}

// Of tag and route: what an event must share with another to be replaced by it.
std::size_t hash_of_place(const SystemEvent& event) {
  std::size_t hash = mixed(0, *event.tag);
  if (!event.route) return hash;
  hash = mixed(mixed(hash, event.route->channel), event.route->to);
  hash = mixed(hash, event.route->account.value_or(""));
  return mixed(hash, event.route->thread.value_or(""));
}

std::size_t hash_of_message(const SystemEvent& event) {
  return mixed(hash_of_place(event), event.text);
}

// Calls `visit(id)` for the events with `hash`, oldest first, until it gives true; whether it did.
template <class Visit>
bool any_with(const Hashes& hashes, std::size_t hash, const Visit& visit) {
  for (auto at = hashes.lower_bound({hash, 0}); at != hashes.end() && at->first == hash; ++at) {
    if (visit(at->second)) return true;
  }
  return false;
}

}  // namespace

EventReceipt WaitingEvents::add(SystemEvent event) {
  if (is_duplicate(event)) return EventReceipt::duplicate;
  if (event.replaces) remove_replaced(event);
  index(event);
  const std::int64_t id = event.id;
  events_.emplace_hint(events_.end(), id, std::move(event));
  return EventReceipt::queued;
}

bool WaitingEvents::is_duplicate(const SystemEvent& event) const {
  if (!event.tag) return !events_.empty() && same_message(events_.rbegin()->second, event);
  return any_with(by_message_, hash_of_message(event),
                  [&](std::int64_t id) { return same_message(events_.at(id), event); });
}

void WaitingEvents::remove_replaced(const SystemEvent& event) {
  std::vector<std::int64_t> replaced;
  any_with(by_place_, hash_of_place(event), [&](std::int64_t id) {
    const SystemEvent& older = events_.at(id);
    if (older.tag == event.tag && older.route == event.route) replaced.push_back(id);
    return false;
  });
  for (const std::int64_t id : replaced) take(events_.find(id));
}

void WaitingEvents::index(const SystemEvent& event) {
  if (!event.tag) return;
  by_message_.emplace(hash_of_message(event), event.id);
  by_place_.emplace(hash_of_place(event), event.id);
}

SystemEvent WaitingEvents::take(std::map<std::int64_t, SystemEvent>::iterator at) {
  SystemEvent event = std::move(at->second);
  events_.erase(at);
  if (event.tag) {
    by_message_.erase({hash_of_message(event), event.id});
    by_place_.erase({hash_of_place(event), event.id});
  }
  return event;
}

void WaitingEvents::trim_to(std::int64_t limit) {
  for (; static_cast<std::int64_t>(events_.size()) > limit; ++dropped_) take(events_.begin());
}

void WaitingEvents::give_back(EventBatch batch) {
  EventBatch newer = take_if([](const SystemEvent&) { return true; });
  std::vector<SystemEvent> both;
  std::merge(std::make_move_iterator(batch.events.begin()),
             std::make_move_iterator(batch.events.end()),
             std::make_move_iterator(newer.events.begin()),
             std::make_move_iterator(newer.events.end()), std::back_inserter(both),
             [](const SystemEvent& left, const SystemEvent& right) { return left.id < right.id; });
  for (SystemEvent& event : both) add(std::move(event));
  dropped_ = batch.dropped + newer.dropped;
}

EventBatch WaitingEvents::all() const {
  EventBatch batch;
  batch.dropped = dropped_;
  for (const auto& [id, event] : events_) batch.events.push_back(event);
  return batch;
}

}  // namespace vagus
