#include "vagus/engine/asked_summaries.hpp"

#include <utility>

namespace vagus {

std::int64_t AskedSummaries::add(AskedSummary asked) {
  asked.id = ++last_id_;
  if (asked_.size() == kKept) asked_.erase(asked_.begin());
  asked_.emplace(last_id_, std::move(asked));
  return last_id_;
}

AskedSummary* AskedSummaries::find(std::int64_t id) {
  const auto found = asked_.find(id);
  return found == asked_.end() ? nullptr : &found->second;
}

AskedSummary* AskedSummaries::awaited_by(const std::string& run_id) {
  for (auto& [id, asked] : asked_) {
    if (asked.deadline && asked.run_id == run_id) return &asked;
  }
  return nullptr;
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
