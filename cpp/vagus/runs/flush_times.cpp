#include "vagus/runs/flush_times.hpp"

namespace vagus {

void FlushTimes::set(std::uint32_t thing, Millis at) {
  if (thing >= neighbours_.size()) neighbours_.resize(thing + std::size_t{1});
  Ends& list = lists_[at];
  neighbours_[thing] = {list.last, kNone};
  (list.last == kNone ? list.first : neighbours_[list.last].behind) = thing;
  list.last = thing;
  ++size_;
}

void FlushTimes::clear(std::uint32_t thing, Millis at) {
  const auto found = lists_.find(at);
  Ends& list = found->second;
  const auto [before, behind] = neighbours_[thing];
  (before == kNone ? list.first : neighbours_[before].behind) = behind;
  (behind == kNone ? list.last : neighbours_[behind].before) = before;
  if (list.first == kNone) lists_.erase(found);
  --size_;
}

std::optional<FlushTimes::Flush> FlushTimes::first() const {
  if (lists_.empty()) return std::nullopt;
  const auto& [at, list] = *lists_.begin();
  const std::uint32_t next = neighbours_[list.first].behind;
  return Flush{at, list.first, next == kNone ? std::nullopt : std::optional(next)};
}

void FlushTimes::shift(Millis delta) {
  std::map<Millis, Ends> moved;
  for (const auto& [at, list] : lists_) moved.emplace_hint(moved.end(), at + delta, list);
  lists_ = std::move(moved);
}

}  // namespace vagus
