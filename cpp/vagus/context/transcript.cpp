#include "vagus/context/transcript.hpp"

#include <algorithm>
#include <utility>

#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

using Offset = std::vector<Message>::difference_type;

std::size_t count_before(const std::vector<std::size_t>& ascending, std::size_t index) {
  const auto found = std::lower_bound(ascending.begin(), ascending.end(), index);
  return static_cast<std::size_t>(found - ascending.begin());
}

// Takes out the indices below `count` and counts the others from there.
void forget_indices(std::vector<std::size_t>& ascending, std::size_t count) {
  const auto gone = static_cast<Offset>(count_before(ascending, count));
  ascending.erase(ascending.begin(), ascending.begin() + gone);
  for (std::size_t& index : ascending) index -= count;
}

}  // namespace

Transcript::Transcript(Profile profile, std::vector<Message> messages) : profile_(profile) {
  for (Message& message : messages) {
    const Cost cost{0, estimate_tokens(message, profile_)};
    append(std::move(message), cost);
  }
}

void Transcript::append(Message message, const Cost& cost, bool pinned) {
  if (message.role == Role::user) turns_.push_back(messages_.size());
  if (pinned) pinned_.push_back(messages_.size());
  messages_.push_back(std::move(message));
  sums_.push_back(sums_.back() + cost);
}

void Transcript::forget(std::size_t count) {
  const auto offset = static_cast<Offset>(count);
  const Cost cost = sums_[count];
  messages_.erase(messages_.begin(), messages_.begin() + offset);
  sums_.erase(sums_.begin(), sums_.begin() + offset);
  for (Cost& sum : sums_) sum = sum - cost;
  forget_indices(turns_, count);
  forget_indices(pinned_, count);
  forgotten_ += static_cast<std::int64_t>(count);
}

std::vector<Message> Transcript::messages_from(std::size_t index) const {
  return {messages_.begin() + static_cast<Offset>(index), messages_.end()};
}

std::size_t Transcript::turns_before(std::size_t index) const {
  return count_before(turns_, index);
}

std::size_t Transcript::turn_at_or_after(std::size_t index) const {
  return turn_after(index, 0);
}

std::size_t Transcript::turn_after(std::size_t index, std::size_t turns) const {
  const std::size_t wanted = turns_before(index) + turns;
  return wanted < turns_.size() ? turns_[wanted] : size();
}

std::size_t Transcript::newest_turns(std::size_t turns) const {
  if (turns == 0 || turns_.empty()) return size();
  return turns_[turns_.size() - std::min(turns, turns_.size())];
}

std::size_t Transcript::turn_within(std::int64_t tokens) const {
  const auto found = std::partition_point(
      turns_.begin(), turns_.end(), [&](std::size_t turn) { return tokens_from(turn) > tokens; });
  return found == turns_.end() ? size() : *found;
}

std::size_t Transcript::turn_within(const Scale& scale, std::int64_t weight) const {
  const auto found = std::partition_point(turns_.begin(), turns_.end(), [&](std::size_t turn) {
    return scale.weight(cost_from(turn)) > weight;
  });
  return found == turns_.end() ? size() : *found;
}

}  // namespace vagus
