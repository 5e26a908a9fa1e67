#include "vagus/context/transcript.hpp"

#include <algorithm>
#include <utility>

#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

using Offset = std::vector<Message>::difference_type;

}  // namespace

Transcript::Transcript(Profile profile, std::vector<Message> messages) : profile_(profile) {
  for (Message& message : messages) append(std::move(message));
}

void Transcript::append(Message message) {
  const std::int64_t tokens = estimate_tokens(message, profile_);
  if (message.role == Role::user) turns_.push_back(messages_.size());
  messages_.push_back(std::move(message));
  sums_.push_back(sums_.back() + tokens);
}

void Transcript::forget(std::size_t count) {
  const auto offset = static_cast<Offset>(count);
  const std::int64_t tokens = sums_[count];
  const auto turns = static_cast<Offset>(turns_before(count));
  messages_.erase(messages_.begin(), messages_.begin() + offset);
  sums_.erase(sums_.begin(), sums_.begin() + offset);
  turns_.erase(turns_.begin(), turns_.begin() + turns);
  for (std::int64_t& sum : sums_) sum -= tokens;
  for (std::size_t& turn : turns_) turn -= count;
}

std::vector<Message> Transcript::messages_from(std::size_t index) const {
  return {messages_.begin() + static_cast<Offset>(index), messages_.end()};
}

std::size_t Transcript::turns_before(std::size_t index) const {
  const auto found = std::lower_bound(turns_.begin(), turns_.end(), index);
  return static_cast<std::size_t>(found - turns_.begin());
}

std::size_t Transcript::turn_at_or_after(std::size_t index) const {
  return turn_after(index, 0);
}

std::size_t Transcript::turn_after(std::size_t index, std::size_t turns) const {
  const std::size_t wanted = turns_before(index) + turns;
  return wanted < turns_.size() ? turns_[wanted] : size();
}

std::size_t Transcript::turn_within(std::int64_t tokens) const {
  const std::int64_t before = sums_.back() - tokens;
  const auto first = std::lower_bound(sums_.begin(), sums_.end(), before);
  if (first == sums_.end()) return size();
  return turn_at_or_after(static_cast<std::size_t>(first - sums_.begin()));
}

}  // namespace vagus
