#include "vagus/runs/run_table.hpp"

#include <cassert>
#include <utility>

namespace vagus {

void RunTable::start(const std::string& run_id, Millis deadline, RunOrigin origin) {
  Entry entry(deadline, ++started_, run_id);
  const bool is_new =
      running_.emplace(run_id, Running{entry, std::move(origin)}).second && !has_ended(run_id);
  assert(is_new && "a run id was used twice");
  static_cast<void>(is_new);
  deadlines_.insert(std::move(entry));
}

void RunTable::end(const std::string& run_id) {
  const auto found = running_.find(run_id);
  assert(found != running_.end() && "a run ended twice");
  deadlines_.erase(found->second.entry);
  ended_.emplace(run_id, std::move(found->second.origin));
  running_.erase(found);
  ended_order_.push_back(run_id);
  if (static_cast<std::int64_t>(ended_order_.size()) <= limits_.ended_runs) return;
  ended_.erase(ended_order_.front());
  ended_order_.pop_front();
}

const RunOrigin* RunTable::origin_of(const std::string& run_id) const {
  const auto running = running_.find(run_id);
  if (running != running_.end()) return &running->second.origin;
  const auto ended = ended_.find(run_id);
  return ended == ended_.end() ? nullptr : &ended->second;
}

std::optional<std::string> RunTable::late(Millis now) const {
  const std::optional<Millis> first = next_deadline();
  if (!first || *first > now) return std::nullopt;
  return std::get<std::string>(*deadlines_.begin());
}

std::optional<Millis> RunTable::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return std::get<0>(*deadlines_.begin());
}

void RunTable::shift(Millis delta) {
  deadlines_.clear();
  for (auto& [id, running] : running_) {
    std::get<0>(running.entry) += delta;
    deadlines_.insert(running.entry);
  }
}

}  // namespace vagus
