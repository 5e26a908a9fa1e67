#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "vagus/base/time.hpp"

namespace vagus {

/// When text that is held back may be shown, for things that small numbers name.
///
/// A throttle is short, so there are few times and many things at each: they wait in a list for
/// each time. Setting and clearing look at the end or the neighbours of a list only, however many
/// wait. Things of one time come in the order in which they were set.
class FlushTimes {
 public:
  struct Flush {
    Millis at;
    std::uint32_t thing;
    std::optional<std::uint32_t> next;  ///< who comes behind it at the same time
  };

  /// REQUIRES: the thing does not wait.
  void set(std::uint32_t thing, Millis at);
  /// REQUIRES: the thing waits until `at`.
  void clear(std::uint32_t thing, Millis at);

  /// The earliest; nothing when none waits.
  std::optional<Flush> first() const;

  /// Moves every time by `delta`: the clock stepped.
  void shift(Millis delta);

  std::int64_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Neighbours {
    std::uint32_t before = kNone;
    std::uint32_t behind = kNone;
  };
  struct Ends {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
  };

  std::map<Millis, Ends> lists_;        ///< by time
  std::vector<Neighbours> neighbours_;  ///< by thing
  std::int64_t size_ = 0;
};

}  // namespace vagus
