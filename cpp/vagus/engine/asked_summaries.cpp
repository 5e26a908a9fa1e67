#include "vagus/engine/asked_summaries.hpp"

#include <algorithm>
#include <utility>

namespace vagus {

std::int64_t AskedSummaries::add(AskedSummary asked) {
  asked.id = ++last_id_;
  if (asked_.size() >= kKept) {
    const auto old = std::find_if(asked_.begin(), asked_.end(),
                                  [](const auto& each) { return !each.second.deadline; });
    if (old != asked_.end()) asked_.erase(old);
  }
  asked_.emplace(last_id_, std::move(asked));
  return last_id_;
}

AskedSummary* AskedSummaries::find(std::int64_t id) {
  const auto found = asked_.find(id);
  return found == asked_.end() ? nullptr : &found->second;
}

AskedSummary* AskedSummaries::late(Millis now) {
  AskedSummary* first = nullptr;
  for (auto& [id, asked] : asked_) {
    if (!asked.deadline || *asked.deadline > now) continue;
    if (first == nullptr || *asked.deadline < *first->deadline) first = &asked;
  }
  return first;
}

std::optional<Millis> AskedSummaries::next_deadline() const {
  std::optional<Millis> next;
  for (const auto& [id, asked] : asked_) {
    if (asked.deadline && (!next || *asked.deadline < *next)) next = asked.deadline;
  }
  return next;
}

void AskedSummaries::shift(Millis delta) {
  for (auto& [id, asked] : asked_) {
    if (asked.deadline) *asked.deadline += delta;
  }
}

}  // namespace vagus
