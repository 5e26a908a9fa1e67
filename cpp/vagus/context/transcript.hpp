#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/context/cost.hpp"
#include "vagus/context/message.hpp"

namespace vagus {

/// Messages with their prices. A message is priced once, when it is appended; sums and turn starts
/// are kept, so that finding a cut costs O(log n). A turn starts at a user message; messages in
/// front of the first one belong to no turn.
class Transcript {
 public:
  explicit Transcript(Profile profile) : profile_(profile) {}
  /// Priced by estimates.
  Transcript(Profile profile, std::vector<Message> messages);

  void append(Message message, const Cost& cost, bool pinned = false);

  /// Removes the oldest `count` messages. REQUIRES: count <= size().
  void forget(std::size_t count);

  Profile profile() const { return profile_; }
  std::size_t size() const { return messages_.size(); }
  const std::vector<Message>& messages() const { return messages_; }
  /// A copy of the messages from `index` to the end.
  std::vector<Message> messages_from(std::size_t index) const;

  Cost cost_of(std::size_t index) const { return sums_[index + 1] - sums_[index]; }
  Cost cost_between(std::size_t from, std::size_t to) const { return sums_[to] - sums_[from]; }
  Cost cost_from(std::size_t index) const { return sums_.back() - sums_[index]; }
  /// Tokens from `index` to the end, without margin.
  std::int64_t tokens_from(std::size_t index) const { return cost_from(index).tokens(); }

  /// The messages that every prompt has, by index, ascending.
  const std::vector<std::size_t>& pinned() const { return pinned_; }
  /// How many messages `forget` has removed.
  std::int64_t forgotten() const { return forgotten_; }

  /// The first turn start that is not before `index`; `size()` when there is none.
  std::size_t turn_at_or_after(std::size_t index) const;
  /// The turn start that comes `turns` turns after the turn start `index`, or `size()`.
  std::size_t turn_after(std::size_t index, std::size_t turns) const;
  /// The earliest turn start from which to the end at most `tokens` are spent; `size()` when even
  /// the newest turn costs more.
  std::size_t turn_within(std::int64_t tokens) const;
  /// The same for a weight.
  std::size_t turn_within(const Scale& scale, std::int64_t weight) const;
  /// The start of the newest turn; `size()` when there is no turn.
  std::size_t newest_turn() const { return turns_.empty() ? size() : turns_.back(); }
  /// The start of the newest `turns` turns; of the oldest one when there are not as many.
  std::size_t newest_turns(std::size_t turns) const;
  /// How many turns start before `index`.
  std::size_t turns_before(std::size_t index) const;

 private:
  Profile profile_;
  std::vector<Message> messages_;
  std::vector<Cost> sums_ = {Cost{}};  ///< sums_[i]: costs of the first i messages
  std::vector<std::size_t> turns_;     ///< indices of user messages, ascending
  std::vector<std::size_t> pinned_;
  std::int64_t forgotten_ = 0;
};

}  // namespace vagus
