#include "vagus/events/event_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

MaybeError check_text(std::string_view field, std::string_view text, std::int64_t max_bytes) {
  if (!is_valid_utf8(text)) {
    return make_error(ErrorCode::invalid_input, field, text, "not valid UTF-8");
  }
  if (static_cast<std::int64_t>(trim(text).size()) <= max_bytes) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, text,
                    "longer than " + std::to_string(max_bytes) + " bytes");
}

MaybeError check_label(std::string_view field, const std::optional<std::string>& label) {
  return label ? check_text(field, *label, kMaxEventLabelBytes) : std::nullopt;
}

MaybeError check_given(std::string_view field, const std::string& label) {
  if (auto failed = check_label(field, label)) return failed;
  if (!is_blank(label)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, label, "must not be blank");
}

MaybeError check_route(const DeliveryRoute& route) {
  if (auto failed = check_given("route.channel", route.channel)) return failed;
  if (auto failed = check_label("route.account", route.account)) return failed;
  if (auto failed = check_given("route.to", route.to)) return failed;
  return check_label("route.thread", route.thread);
}

void normalize(SystemEvent& event) {
  event.text = std::string(trim(event.text));
  if (event.tag) event.tag = token(*event.tag);
  if (event.tag && event.tag->empty()) event.tag.reset();
}

bool same_message(const SystemEvent& left, const SystemEvent& right) {
  return left.text == right.text && left.tag == right.tag && left.route == right.route &&
         left.trusted == right.trusted;
}

bool is_duplicate(const std::vector<SystemEvent>& events, const SystemEvent& event) {
  const auto same = [&event](const SystemEvent& other) { return same_message(other, event); };
  if (event.tag) return std::any_of(events.begin(), events.end(), same);
  return !events.empty() && same(events.back());
}

void drop_front(EventBatch& batch, std::int64_t count) {
  batch.events.erase(batch.events.begin(), batch.events.begin() + count);
  batch.dropped += count;
}

}  // namespace

MaybeError EventQueue::check(const SystemEvent& event) const {
  if (auto failed = check_text("text", event.text, limits_.event_bytes)) return failed;
  if (is_blank(event.text)) {
    return make_error(ErrorCode::invalid_input, "text", event.text, "must not be blank");
  }
  if (auto failed = check_label("tag", event.tag)) return failed;
  if (event.route) {
    if (auto failed = check_route(*event.route)) return failed;
  }
  return check_time("at", event.at);
}

Result<EventReceipt> EventQueue::post(const SessionKey& session, SystemEvent event) {
  if (auto failed = check(event)) return *failed;
  normalize(event);
  EventBatch& waiting = waiting_[session];
  if (is_duplicate(waiting.events, event)) return EventReceipt::duplicate;
  event.id = next_id_++;
  waiting.events.push_back(std::move(event));
  trim_to_limit(waiting);
  return EventReceipt::queued;
}

EventBatch EventQueue::lease_all(const SessionKey& session, const std::string& run_id) {
  return lease_if(session, run_id, [](const SystemEvent&) { return true; });
}

EventBatch EventQueue::lease_for(const SessionKey& session, const std::string& run_id,
                                 const std::optional<DeliveryRoute>& route) {
  return lease_if(session, run_id, [&route](const SystemEvent& event) {
    return !event.route || (route && same_place(*event.route, *route));
  });
}

template <class Wanted>
EventBatch EventQueue::lease_if(const SessionKey& session, const std::string& run_id,
                                const Wanted& wanted) {
  const auto waiting = waiting_.find(session);
  if (waiting == waiting_.end()) return {};
  std::vector<SystemEvent>& events = waiting->second.events;
  const auto others = std::stable_partition(events.begin(), events.end(), wanted);
  EventBatch batch;
  batch.dropped = std::exchange(waiting->second.dropped, 0);
  batch.events.assign(std::make_move_iterator(events.begin()), std::make_move_iterator(others));
  events.erase(events.begin(), others);
  if (events.empty()) waiting_.erase(waiting);
  leases_.emplace(run_id, Leased{session, batch});
  return batch;
}

std::optional<DeliveryRoute> EventQueue::first_route(const SessionKey& session) const {
  const auto waiting = waiting_.find(session);
  if (waiting == waiting_.end()) return std::nullopt;
  for (const SystemEvent& event : waiting->second.events) {
    if (event.route) return event.route;
  }
  return std::nullopt;
}

void EventQueue::drop_oldest(const std::string& run_id, std::int64_t count) {
  drop_front(leases_.at(run_id).batch, count);
}

void EventQueue::commit(const std::string& run_id) {
  leases_.erase(run_id);
}

void EventQueue::give_back(const std::string& run_id) {
  auto leased = leases_.extract(run_id);
  if (!leased.empty()) restore(std::move(leased.mapped()));
}

void EventQueue::restore(Leased leased) {
  EventBatch& waiting = waiting_[leased.session];
  std::vector<SystemEvent> all = std::move(leased.batch.events);
  std::move(waiting.events.begin(), waiting.events.end(), std::back_inserter(all));
  std::sort(all.begin(), all.end(),
            [](const SystemEvent& left, const SystemEvent& right) { return left.id < right.id; });
  waiting.events.clear();
  for (SystemEvent& event : all) {
    if (!is_duplicate(waiting.events, event)) waiting.events.push_back(std::move(event));
  }
  waiting.dropped += leased.batch.dropped;
  trim_to_limit(waiting);
}

void EventQueue::trim_to_limit(EventBatch& waiting) const {
  const auto excess = static_cast<std::int64_t>(waiting.events.size()) - limits_.events_per_session;
  if (excess > 0) drop_front(waiting, excess);
}

std::int64_t drop_older_half(EventBatch& batch) {
  const auto count = static_cast<std::int64_t>((batch.events.size() + 1) / 2);
  drop_front(batch, count);
  return count;
}

}  // namespace vagus
