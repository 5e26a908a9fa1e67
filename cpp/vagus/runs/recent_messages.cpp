#include "vagus/runs/recent_messages.hpp"

namespace vagus {
namespace {

void append_part(std::string& name, std::string_view part) {
  name += std::to_string(part.size()) + ":" + std::string(part);
}

void append_part(std::string& name, const std::optional<std::string>& part) {
  part ? append_part(name, std::string_view(*part)) : void(name += "-");
}

}  // namespace

std::string RecentMessages::name_of(std::string_view lane, const UserTurn& turn) {
  std::string name;
  append_part(name, lane);
  append_part(name, turn.message_id);
  if (!turn.route) return name;
  append_part(name, std::string_view(turn.route->channel));
  append_part(name, std::string_view(turn.route->to));
  append_part(name, turn.route->account);
  append_part(name, turn.route->thread);
  return name;
}

bool RecentMessages::knows(const std::string& name, Millis now) const {
  const auto found = known_.find(name);
  return found != known_.end() && now - found->second.at < kRecentMillis;
}

void RecentMessages::add(const std::string& name, Millis now) {
  forget(name);
  known_[name] = {now, ++added_};
  order_[added_] = name;
  prune(now);
}

void RecentMessages::forget(const std::string& name) {
  const auto found = known_.find(name);
  if (found == known_.end()) return;
  order_.erase(found->second.order);
  known_.erase(found);
}

void RecentMessages::shift(Millis delta) {
  for (auto& [name, known] : known_) known.at += delta;
}

void RecentMessages::prune(Millis now) {
  while (!order_.empty()) {
    const std::string oldest = order_.begin()->second;
    const bool full = static_cast<std::int64_t>(known_.size()) > limits_.message_ids;
    if (!full && now - known_.at(oldest).at < kRecentMillis) return;
    forget(oldest);
  }
}

}  // namespace vagus
