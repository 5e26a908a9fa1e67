#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "vagus/base/time.hpp"

namespace vagus {

/// The next alarm of each of many things, which small numbers name.
///
/// A binary heap that knows where each thing is: setting and clearing cost O(log n), and nothing
/// is kept of a thing without an alarm but a place in a table of the largest number.
class Alarms {
 public:
  /// `order` tells which of two that are due at the same time comes first.
  void set(std::uint32_t thing, Millis at, std::int64_t order);
  void clear(std::uint32_t thing);

  struct Alarm {
    Millis at;
    std::int64_t order;
    std::uint32_t thing;
  };
  /// The earliest; nothing when there is none.
  const Alarm* first() const { return heap_.empty() ? nullptr : &heap_.front(); }

  /// Moves every alarm by `delta`: the clock stepped.
  void shift(Millis delta);

  std::size_t size() const { return heap_.size(); }

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  static bool before(const Alarm& left, const Alarm& right) {
    return left.at != right.at ? left.at < right.at : left.order < right.order;
  }
  void put(std::size_t at, const Alarm& alarm);
  void rise(std::size_t at, const Alarm& alarm);
  void sink(std::size_t at, const Alarm& alarm);

  std::vector<Alarm> heap_;
  std::vector<std::uint32_t> place_;  ///< in the heap, by thing
};

}  // namespace vagus
