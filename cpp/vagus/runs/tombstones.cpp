#include "vagus/runs/tombstones.hpp"

#include <cassert>

namespace vagus {

void Tombstones::add(const std::string& id, ChatState state, Millis until) {
  const bool is_new = stones_.emplace(id, Tombstone{state, false, until}).second;
  assert(is_new && "an id ended twice");
  static_cast<void>(is_new);
  order_.push_back(id);
  if (static_cast<std::int64_t>(order_.size()) > limit_) drop_oldest();
}

Tombstones::Tombstone* Tombstones::find(std::string_view id) {
  const auto found = stones_.find(id);
  return found == stones_.end() ? nullptr : &found->second;
}

const Tombstones::Tombstone* Tombstones::find(std::string_view id) const {
  const auto found = stones_.find(id);
  return found == stones_.end() ? nullptr : &found->second;
}

void Tombstones::expire(Millis now) {
  while (!order_.empty() && find(order_.front())->until <= now) drop_oldest();
}

void Tombstones::shift(Millis delta) {
  for (auto& [id, stone] : stones_) stone.until += delta;
}

void Tombstones::drop_oldest() {
  stones_.erase(order_.front());
  order_.pop_front();
  if (order_.empty()) stones_ = {};
}

}  // namespace vagus
