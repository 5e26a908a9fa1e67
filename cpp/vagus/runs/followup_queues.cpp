#include "vagus/runs/followup_queues.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vagus {

MaybeError FollowupQueues::check(const std::string& lane, const UserTurn& turn) const {
  const auto refused = [](std::string_view field, std::string_view value, const std::string& why) {
    return make_error(ErrorCode::invalid_input, field, value, why);
  };
  if (std::ssize(turn.text) > limits_.text_bytes) {
    return refused("text", turn.text,
                   "longer than limits.text_bytes (" + std::to_string(limits_.text_bytes) + ")");
  }
  const std::string names = "must be at most " + std::to_string(kMaxKeyBytes) + " bytes";
  if (lane.size() > kMaxKeyBytes) return refused("lane", lane, names);
  const std::string& id = turn.message_id ? *turn.message_id : lane;
  if (id.size() > kMaxKeyBytes) return refused("message_id", id, names);
  return check_room(lane);
}

MaybeError FollowupQueues::check_room(const std::string& lane) const {
  if (find(lane) != nullptr || std::ssize(queues_) < limits_.sessions) return std::nullopt;
  return make_error(
      ErrorCode::invalid_input, "lane", lane,
      "one lane more than limits.sessions (" + std::to_string(limits_.sessions) + ")");
}

Result<TurnReceipt> FollowupQueues::push(const std::string& lane, UserTurn turn,
                                         QueueSettings settings, Millis now, bool at_once) {
  if (auto failed = check_queue_settings(settings)) return *failed;
  if (auto failed = check(lane, turn)) return *failed;
  const std::string name = turn.message_id ? RecentMessages::name_of(lane, turn) : "";
  const FollowupQueue* known = find(lane);
  const bool repeated =
      turn.message_id && (recent_.knows(name, now) || (known != nullptr && known->holds(turn)));
  if (repeated) return TurnReceipt{TurnVerdict::duplicate, 0, {}};

  settings.cap = std::min(settings.cap, limits_.queued_turns);
  turn.at = now;
  turn.message = accepted_ + 1;
  FollowupQueue& queue = queues_.try_emplace(lane, limits_.text_bytes).first->second;
  FollowupQueue::Pushed pushed = queue.push(std::move(turn), settings, now, at_once);
  if (!pushed.queued) return TurnReceipt{TurnVerdict::full, 0, {}};
  ++accepted_;
  open_.emplace(accepted_, Open{lane, name});
  if (!name.empty()) recent_.add(name, now);
  note(pushed.dropped, now);
  return TurnReceipt{TurnVerdict::queued, accepted_, std::move(pushed.dropped)};
}

std::optional<TurnBatch> FollowupQueues::take(const std::string& lane, Millis now) {
  const auto found = queues_.find(lane);
  return found == queues_.end() ? std::nullopt : found->second.take(now);
}

std::vector<TurnEnd> FollowupQueues::commit(const std::string& lane, const std::string& run_id,
                                            Millis now) {
  const auto found = queues_.find(lane);
  if (found == queues_.end() || !found->second.is_out()) return {};
  std::vector<TurnEnd> ends = found->second.commit(run_id);
  note(ends, now);
  release(lane);
  return ends;
}

void FollowupQueues::give_back(const std::string& lane, Millis now) {
  const auto found = queues_.find(lane);
  if (found != queues_.end() && found->second.is_out()) found->second.give_back(now);
}

std::optional<UserTurn> FollowupQueues::merge(std::int64_t message, const std::string& run_id,
                                              Millis now) {
  const auto open = open_.find(message);
  if (open == open_.end()) return std::nullopt;
  const std::string lane = open->second.lane;
  std::optional<UserTurn> turn = queues_.at(lane).remove(message);
  if (!turn) return std::nullopt;
  note({TurnEnd{message, turn->message_id, TurnState::merged, run_id, "", turn->route}}, now);
  release(lane);
  return turn;
}

std::vector<TurnEnd> FollowupQueues::clear(const std::string& lane, const std::string& reason,
                                           Millis now) {
  const auto found = queues_.find(lane);
  if (found == queues_.end()) return {};
  std::vector<TurnEnd> ends = found->second.clear(reason);
  note(ends, now);
  release(lane);
  return ends;
}

Result<TurnFate> FollowupQueues::fate(std::int64_t message) const {
  if (open_.count(message) > 0) {
    return TurnFate{message, TurnState::waiting, std::nullopt, std::nullopt, std::nullopt};
  }
  const Ended* ended = ended_.find(message);
  if (ended == nullptr) {
    return Error{ErrorCode::invalid_input, "message", std::to_string(message),
                 "no such message was accepted, or it ended long ago"};
  }
  TurnFate fate{message, ended->state, std::nullopt, std::nullopt, ended->at};
  if (!ended->run_id.empty()) fate.run_id = ended->run_id;
  if (!ended->reason.empty()) fate.reason = ended->reason;
  return fate;
}

const FollowupQueue* FollowupQueues::find(const std::string& lane) const {
  const auto found = queues_.find(lane);
  return found == queues_.end() ? nullptr : &found->second;
}

std::int64_t FollowupQueues::depth(const std::string& lane) const {
  const FollowupQueue* queue = find(lane);
  return queue == nullptr ? 0 : queue->depth();
}

std::optional<Millis> FollowupQueues::due(const std::string& lane) const {
  const FollowupQueue* queue = find(lane);
  return queue == nullptr ? std::nullopt : queue->due();
}

std::map<std::string, std::int64_t> FollowupQueues::waiting() const {
  std::map<std::string, std::int64_t> counts;
  for (const auto& [lane, queue] : queues_) {
    if (queue.depth() > 0) counts.emplace(lane, queue.depth());
  }
  return counts;
}

void FollowupQueues::shift(Millis delta) {
  recent_.shift(delta);
  for (auto& [lane, queue] : queues_) queue.shift(delta);
}

// What a sender was told is lost may be sent again.
void FollowupQueues::note(const std::vector<TurnEnd>& ends, Millis now) {
  for (const TurnEnd& end : ends) {
    const auto open = open_.find(end.message);
    const bool lost = end.state == TurnState::refused || end.state == TurnState::cancelled;
    if (lost && !open->second.name.empty()) recent_.forget(open->second.name);
    open_.erase(open);
    ended_.put({end.message, now, end.state, end.run_id.value_or(""), end.reason});
  }
}

void FollowupQueues::release(const std::string& lane) {
  const auto found = queues_.find(lane);
  if (found != queues_.end() && found->second.empty()) queues_.erase(found);
}

}  // namespace vagus
