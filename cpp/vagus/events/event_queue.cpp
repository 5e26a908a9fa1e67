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

MaybeError check_route(const DeliveryRoute& route) {
  if (auto failed = check_label("route.channel", route.channel)) return failed;
  if (auto failed = check_label("route.account", route.account)) return failed;
  if (auto failed = check_label("route.to", route.to)) return failed;
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

bool holds_message(const std::vector<SystemEvent>& events, const SystemEvent& wanted) {
  return std::any_of(events.begin(), events.end(),
                     [&wanted](const SystemEvent& event) { return same_message(event, wanted); });
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
  EventLease& waiting = waiting_[session];
  if (holds_message(waiting.events, event)) return EventReceipt::duplicate;
  event.id = next_id_++;
  waiting.events.push_back(std::move(event));
  trim_to_limit(waiting);
  return EventReceipt::queued;
}

EventLease EventQueue::lease(const SessionKey& session, const std::string& run_id) {
  auto waiting = waiting_.extract(session);
  if (waiting.empty()) return {};
  return leases_.emplace(run_id, Leased{session, std::move(waiting.mapped())})->second.lease;
}

void EventQueue::commit(const std::string& run_id) {
  leases_.erase(run_id);
}

void EventQueue::give_back(const std::string& run_id) {
  for (auto leased = leases_.extract(run_id); !leased.empty(); leased = leases_.extract(run_id)) {
    restore(std::move(leased.mapped()));
  }
}

void EventQueue::restore(Leased leased) {
  EventLease& waiting = waiting_[leased.session];
  std::vector<SystemEvent> all = std::move(leased.lease.events);
  std::move(waiting.events.begin(), waiting.events.end(), std::back_inserter(all));
  std::sort(all.begin(), all.end(),
            [](const SystemEvent& left, const SystemEvent& right) { return left.id < right.id; });
  waiting.events.clear();
  for (SystemEvent& event : all) {
    if (!holds_message(waiting.events, event)) waiting.events.push_back(std::move(event));
  }
  waiting.dropped += leased.lease.dropped;
  trim_to_limit(waiting);
}

void EventQueue::trim_to_limit(EventLease& waiting) const {
  const auto excess = static_cast<std::int64_t>(waiting.events.size()) - limits_.events_per_session;
  if (excess <= 0) return;
  waiting.events.erase(waiting.events.begin(), waiting.events.begin() + excess);
  waiting.dropped += excess;
}

}  // namespace vagus
