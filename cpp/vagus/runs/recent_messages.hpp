#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "vagus/base/limits.hpp"
#include "vagus/base/time.hpp"
#include "vagus/runs/user_turn.hpp"

namespace vagus {

/// How long a message that was accepted is known again (spec: runs, section 2.3).
inline constexpr Millis kRecentMillis = 5 * kMinute;

/// Accepted messages by lane, route and the channel's own id, so that one that is handed over twice
/// is taken once. At most `limits.message_ids` are known, for `kRecentMillis` at least, unless
/// newer ones push them out.
class RecentMessages {
 public:
  explicit RecentMessages(const Limits& limits) : limits_(limits) {}

  /// The name of a message: equal only for equal parts, whatever characters they hold.
  static std::string name_of(std::string_view lane, const UserTurn& turn);

  bool knows(const std::string& name, Millis now) const;
  void add(const std::string& name, Millis now);
  void forget(const std::string& name);

  /// Moves what it knows of the past: the clock stepped.
  void shift(Millis delta);

  std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    Millis at;
    std::int64_t order;
  };

  void prune(Millis now);

  Limits limits_;
  std::int64_t added_ = 0;
  std::map<std::string, Known> known_;
  std::map<std::int64_t, std::string> order_;
};

}  // namespace vagus
