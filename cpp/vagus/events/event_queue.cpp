#include "vagus/events/event_queue.hpp"

#include <set>
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
  if (event.replaces && is_blank(event.tag.value_or(""))) {
    return make_error(ErrorCode::invalid_input, "replaces", "true",
                      "needs a tag, which says what the event takes the place of");
  }
  return check_time("at", event.at);
}

Result<EventReceipt> EventQueue::post(const SessionKey& session, SystemEvent event) {
  if (auto failed = check(event)) return *failed;
  normalize(event);
  WaitingEvents& waiting = waiting_[session];
  event.id = next_id_;
  const EventReceipt receipt = waiting.add(std::move(event));
  if (receipt == EventReceipt::queued) ++next_id_;
  waiting.trim_to(limits_.events_per_session);
  return receipt;
}

bool EventQueue::is_duplicate(const SessionKey& session, SystemEvent event) const {
  const auto waiting = waiting_.find(session);
  if (waiting == waiting_.end()) return false;
  normalize(event);
  return waiting->second.is_duplicate(event);
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

EventBatch EventQueue::lease_some(const SessionKey& session, const std::string& run_id,
                                  const std::vector<std::int64_t>& ids) {
  const std::set<std::int64_t> wanted(ids.begin(), ids.end());
  return lease_if(session, run_id,
                  [&wanted](const SystemEvent& event) { return wanted.count(event.id) > 0; });
}

template <class Wanted>
EventBatch EventQueue::lease_if(const SessionKey& session, const std::string& run_id,
                                const Wanted& wanted) {
  const auto waiting = waiting_.find(session);
  if (waiting == waiting_.end()) return {};
  EventBatch batch = waiting->second.take_if(wanted);
  if (waiting->second.events().empty()) waiting_.erase(waiting);
  leases_.emplace(run_id, Leased{session, batch});
  return batch;
}

std::optional<DeliveryRoute> EventQueue::first_route(const SessionKey& session) const {
  const auto waiting = waiting_.find(session);
  if (waiting == waiting_.end()) return std::nullopt;
  for (const auto& [id, event] : waiting->second.events()) {
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
  if (leased.empty()) return;
  const auto waiting = waiting_.try_emplace(leased.mapped().session).first;
  waiting->second.give_back(std::move(leased.mapped().batch));
  waiting->second.trim_to(limits_.events_per_session);
  if (waiting->second.empty()) waiting_.erase(waiting);
}

EventBatch EventQueue::waiting_in(const SessionKey& session) const {
  const auto waiting = waiting_.find(session);
  return waiting == waiting_.end() ? EventBatch{} : waiting->second.all();
}

std::map<SessionKey, EventBatch> EventQueue::waiting() const {
  std::map<SessionKey, EventBatch> batches;
  for (const auto& [session, waiting] : waiting_) batches.emplace(session, waiting.all());
  return batches;
}

std::int64_t drop_older_half(EventBatch& batch) {
  const auto count = static_cast<std::int64_t>((batch.events.size() + 1) / 2);
  drop_front(batch, count);
  return count;
}

}  // namespace vagus
