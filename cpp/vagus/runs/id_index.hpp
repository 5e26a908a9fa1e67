#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace vagus {

/// Finds the place of a thing by one of its ids, which the thing itself keeps.
///
/// A flat table with linear probing: an event of one of a hundred thousand runs costs one look
/// here, where a table of nodes costs one for each node of a chain. Never iterated.
class IdIndex {
 public:
  /// The place of which `has_id(place)` is true; asked for very few that are not it.
  template <class HasId>
  std::optional<std::uint32_t> find(std::string_view id, const HasId& has_id) const {
    if (size_ == 0) return std::nullopt;
    const std::uint32_t hash = hash_of(id);
    for (std::size_t at = hash & mask(); slots_[at].place != kFree; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.hash == hash && has_id(slot.place)) return slot.place;
    }
    return std::nullopt;
  }

  /// Asks memory for what `find` will look at, without waiting for it. Returns what `likely` wants.
  std::uint32_t prefetch(std::string_view id) const {
    const std::uint32_t hash = hash_of(id);
    if (size_ > 0) __builtin_prefetch(&slots_[hash & mask()]);
    return hash;
  }

  /// The place that `find` will most likely give.
  std::optional<std::uint32_t> likely(std::uint32_t hash) const {
    if (size_ == 0) return std::nullopt;
    const Slot& slot = slots_[hash & mask()];
    return slot.hash == hash && slot.place != kFree ? std::optional(slot.place) : std::nullopt;
  }

  /// REQUIRES: the id is not there.
  void add(std::string_view id, std::uint32_t place) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    put({hash_of(id), place});
    ++size_;
  }

  /// REQUIRES: the id is there.
  void remove(std::string_view id, std::uint32_t place) {
    const std::uint32_t hash = hash_of(id);
    std::size_t at = hash & mask();
    while (slots_[at].hash != hash || slots_[at].place != place) at = (at + 1) & mask();
    if (--size_ == 0) {
      slots_ = {};
    } else {
      close_gap(at);
    }
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  static constexpr std::size_t kSmallest = 16;
  /// Eight bytes, so that the table of a hundred thousand runs stays near the processor.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = kFree;
  };

  static std::uint32_t hash_of(std::string_view id) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(id));
  }
  std::size_t mask() const { return slots_.size() - 1; }

  void put(const Slot& slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].place != kFree) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  void grow() {
    const std::size_t size = slots_.empty() ? kSmallest : 2 * slots_.size();
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(size));
    for (const Slot& slot : before) {
      if (slot.place != kFree) put(slot);
    }
  }

  // What was put behind the gap because its own place was taken moves up.
  void close_gap(std::size_t gap) {
    slots_[gap].place = kFree;
    for (std::size_t at = (gap + 1) & mask(); slots_[at].place != kFree; at = (at + 1) & mask()) {
      const std::size_t wanted = slots_[at].hash & mask();
      if (((at - wanted) & mask()) < ((at - gap) & mask())) continue;
      slots_[gap] = std::exchange(slots_[at], Slot{});
      gap = at;
    }
  }

  std::size_t size_ = 0;
  std::vector<Slot> slots_;  ///< none, or a power of two, at most half of them taken
};

}  // namespace vagus
