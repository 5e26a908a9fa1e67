#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vagus/base/limits.hpp"
#include "vagus/base/time.hpp"
#include "vagus/runs/chat_event.hpp"
#include "vagus/runs/text_hash.hpp"

namespace vagus {

/// What is remembered of runs that have ended, so that their late events do nothing (spec: runs,
/// section 1.8, G4).
///
/// Invariants: (1) an id is remembered until its time has come; (2) of more than
/// `limits.ended_runs` the oldest are forgotten before.
class Tombstones {
 public:
  struct Tombstone {
    ChatState state = ChatState::final;
    bool told = false;  ///< that the run was ended again, in another way
    Millis until = 0;   ///< when it may be forgotten
  };

  explicit Tombstones(const Limits& limits) : limit_(limits.ended_runs) {}

  /// REQUIRES: `id` is not remembered; `until` does not come before that of the one before.
  void add(const std::string& id, ChatState state, Millis until);

  Tombstone* find(std::string_view id);
  const Tombstone* find(std::string_view id) const;

  /// Forgets those whose time has come.
  void expire(Millis now);

  /// Moves every time by `delta`: the clock stepped.
  void shift(Millis delta);

  std::size_t size() const { return order_.size(); }

 private:
  void drop_oldest();

  std::int64_t limit_;
  std::deque<std::string> order_;
  std::unordered_map<std::string, Tombstone, TextHash, std::equal_to<>> stones_;
};

}  // namespace vagus
