#include "vagus/engine/context_calls.hpp"

#include <algorithm>
#include <cassert>

namespace vagus {

std::int64_t ContextCalls::add(Pending pending, Millis now) {
  const std::int64_t id = ++last_id_;
  pending.call.call_id = id;
  queues_[pending.call.context_key].push_back(id);
  Pending& added = calls_.emplace(id, std::move(pending)).first->second;
  if (added.waits) set_deadline(added, add_saturated(now, added.timeout));
  return id;
}

std::optional<ContextCall> ContextCalls::issue(const ContextKey& key, Millis now) {
  const auto queue = queues_.find(key);
  if (queue == queues_.end()) return std::nullopt;
  Pending& first = calls_.at(queue->second.front());
  if (first.in_flight) return std::nullopt;
  first.in_flight = true;
  if (!first.waits) set_deadline(first, add_saturated(now, first.timeout));
  return first.call;
}

void ContextCalls::set_deadline(Pending& pending, Millis deadline) {
  pending.call.deadline_ms = deadline;
  deadlines_.emplace(deadline, pending.call.call_id);
}

const ContextCalls::Pending* ContextCalls::in_flight(std::int64_t id) const {
  const auto found = calls_.find(id);
  return found != calls_.end() && found->second.in_flight ? &found->second : nullptr;
}

bool ContextCalls::was_made(std::int64_t id) const {
  if (id < 1 || id > last_id_) return false;
  const auto found = calls_.find(id);
  return found == calls_.end() || found->second.in_flight;
}

ContextCalls::Pending ContextCalls::take(std::int64_t id) {
  const auto found = calls_.find(id);
  assert(found != calls_.end());
  Pending taken = std::move(found->second);
  calls_.erase(found);
  deadlines_.erase({taken.call.deadline_ms, id});
  const auto queue = queues_.find(taken.call.context_key);
  std::erase(queue->second, id);
  if (queue->second.empty()) queues_.erase(queue);
  return taken;
}

template <class Match>
void ContextCalls::remove_if(const Match& match) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, pending] : calls_) {
    if (match(pending)) ids.push_back(id);
  }
  for (const std::int64_t id : ids) take(id);
}

void ContextCalls::withdraw(const std::string& run_id) {
  remove_if([&](const Pending& each) { return !each.in_flight && each.waits == run_id; });
}

void ContextCalls::withdraw(const ContextKey& key, ContextMethod method) {
  remove_if([&](const Pending& each) {
    return !each.in_flight && each.call.context_key == key && each.call.method == method;
  });
}

std::vector<ContextKey> ContextCalls::drop(const std::string& engine) {
  std::set<ContextKey> keys;
  remove_if([&](const Pending& each) {
    if (each.call.engine != engine) return false;
    keys.insert(each.call.context_key);
    return true;
  });
  return {keys.begin(), keys.end()};
}

std::optional<std::int64_t> ContextCalls::late(Millis now) const {
  if (deadlines_.empty() || deadlines_.begin()->first > now) return std::nullopt;
  return deadlines_.begin()->second;
}

std::optional<Millis> ContextCalls::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

std::int64_t ContextCalls::waiting(const ContextKey& key) const {
  const auto queue = queues_.find(key);
  return queue == queues_.end() ? 0 : static_cast<std::int64_t>(queue->second.size());
}

void ContextCalls::shift(Millis delta) {
  deadlines_.clear();
  for (auto& [id, pending] : calls_) {
    const bool counts = pending.in_flight || pending.waits;
    if (counts) set_deadline(pending, pending.call.deadline_ms + delta);
  }
}

}  // namespace vagus
