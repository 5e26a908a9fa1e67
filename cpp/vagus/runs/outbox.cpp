#include "vagus/runs/outbox.hpp"

#include <cassert>

namespace vagus {

void Outbox::add(Parcel parcel) {
  const std::string run_id = parcel.run_id;
  const bool is_new = parcels_.emplace(run_id, Kept{std::move(parcel), ++added_, {}}).second;
  assert(is_new && "a run has one reply");
  static_cast<void>(is_new);
  order_.emplace(added_, run_id);
  if (static_cast<std::int64_t>(parcels_.size()) <= limits_.deliveries) return;
  const std::string oldest = order_.begin()->second;
  forget(oldest);
}

std::optional<Millis> Outbox::retry(const std::string& run_id, Millis now) {
  const auto found = parcels_.find(run_id);
  if (found == parcels_.end()) return std::nullopt;
  Kept& kept = found->second;
  if (kept.retry_at) return kept.retry_at;  // reported twice
  if (kept.parcel.attempts >= limits_.delivery_attempts) return std::nullopt;
  kept.retry_at = add_saturated(now, kDeliveryRetryMillis);
  retries_.emplace(*kept.retry_at, kept.order);
  return kept.retry_at;
}

std::optional<Parcel> Outbox::give_up(const std::string& run_id) {
  const auto found = parcels_.find(run_id);
  if (found == parcels_.end()) return std::nullopt;
  Parcel parcel = found->second.parcel;
  forget(run_id);
  return parcel;
}

std::vector<Parcel> Outbox::due(Millis now) {
  std::vector<Parcel> again;
  while (!retries_.empty() && retries_.begin()->first <= now) {
    Kept& kept = parcels_.at(order_.at(retries_.extract(retries_.begin()).value().second));
    kept.retry_at.reset();
    ++kept.parcel.attempts;
    again.push_back(kept.parcel);
  }
  return again;
}

std::optional<Millis> Outbox::next_due() const {
  if (retries_.empty()) return std::nullopt;
  return retries_.begin()->first;
}

void Outbox::shift(Millis delta) {
  std::set<std::pair<Millis, std::int64_t>> moved;
  for (const auto& [at, order] : retries_) {
    const Millis then = at + delta;
    parcels_.at(order_.at(order)).retry_at = then;
    moved.emplace(then, order);
  }
  retries_ = std::move(moved);
}

void Outbox::forget(const std::string& run_id) {
  const auto found = parcels_.find(run_id);
  if (found == parcels_.end()) return;
  const Kept& kept = found->second;
  if (kept.retry_at) retries_.erase({*kept.retry_at, kept.order});
  order_.erase(kept.order);
  parcels_.erase(found);
}

}  // namespace vagus
