#include "vagus/base/run_order.hpp"

#include <algorithm>

namespace vagus {
namespace {

constexpr std::uint32_t kAbsent = KeyedHeap<RunSlot>::kAbsent;

}  // namespace

void RunOrder::resize(std::size_t targets, std::size_t agents) {
  if (target_places_.size() < targets) target_places_.resize(targets, kAbsent);
  if (agents_.size() >= agents) return;
  agents_.resize(agents);
  agent_places_.resize(agents, kAbsent);
}

void RunOrder::put(std::uint32_t target, std::uint32_t agent, const RunSlot& slot) {
  AgentQueue& queue = agents_[agent];
  const bool was_first = !queue.ready.empty() && queue.ready.top() == target;
  queue.ready.put(target_places_, target, slot);
  if (was_first || queue.ready.top() == target) enter(agent);
}

void RunOrder::erase(std::uint32_t target, std::uint32_t agent) {
  if (target_places_[target] == kAbsent) return;
  AgentQueue& queue = agents_[agent];
  const bool was_first = queue.ready.top() == target;
  queue.ready.erase(target_places_, target);
  if (was_first) enter(agent);
}

std::optional<std::uint32_t> RunOrder::take(Millis now) {
  if (out_ >= places_) return std::nullopt;
  wake_agents(now);
  while (!due_.empty()) {
    const std::uint32_t agent = due_.top();
    AgentQueue& queue = agents_[agent];
    if (queue.ready.top_key().due > now) {  // time went back
      enter(agent);
      continue;
    }
    const std::uint32_t target = queue.ready.top();
    queue.ready.erase(target_places_, target);
    queue.turn = ++turns_;
    ++queue.out;
    ++out_;
    enter(agent);
    return target;
  }
  return std::nullopt;
}

void RunOrder::free(std::uint32_t agent, Millis now) {
  AgentQueue& queue = agents_[agent];
  if (out_-- == places_) free_since_ = now;
  if (queue.out-- == places_per_agent_) queue.free_since = now;
  enter(agent);
}

std::optional<Millis> RunOrder::next_due() const {
  if (out_ >= places_) return std::nullopt;
  std::optional<Millis> next;
  if (!later_.empty()) next = later_.top_key().due;
  if (due_.empty()) return next;
  const Millis due = due_.top_key().first.due;
  return next ? std::min(*next, due) : due;
}

bool RunOrder::is_full(std::uint32_t agent) const {
  return out_ >= places_ || agents_[agent].out >= places_per_agent_;
}

Millis RunOrder::free_since(std::uint32_t agent) const {
  return std::max(free_since_, agents_[agent].free_since);
}

void RunOrder::shift(Millis delta) {
  const auto move = [delta](Millis& at) { at = std::clamp<Millis>(at + delta, 0, kMaxMillis); };
  move(now_);
  move(free_since_);
  for (AgentQueue& queue : agents_) move(queue.free_since);
}

void RunOrder::leave(std::uint32_t agent) {
  if (agent_places_[agent] == kAbsent) return;
  agents_[agent].is_due ? due_.erase(agent_places_, agent) : later_.erase(agent_places_, agent);
}

// Puts an agent where it belongs now: among those that are due or later, or nowhere.
void RunOrder::enter(std::uint32_t agent) {
  AgentQueue& queue = agents_[agent];
  if (queue.ready.empty() || queue.out >= places_per_agent_) return leave(agent);
  const RunSlot& first = queue.ready.top_key();
  const bool is_due = first.due <= now_;
  if (is_due != queue.is_due) leave(agent);
  queue.is_due = is_due;
  if (is_due) {
    due_.put(agent_places_, agent, {queue.out, queue.turn, first});
  } else {
    later_.put(agent_places_, agent, first);
  }
}

void RunOrder::wake_agents(Millis now) {
  now_ = now;
  while (!later_.empty() && later_.top_key().due <= now) enter(later_.top());
}

}  // namespace vagus
