#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace vagus {

/// A hash table of numbers, which the caller gives a meaning: it keeps the keys, in an array that
/// the numbers index, and says which of them a number stands for. One array of eight-byte slots,
/// probed in order, so that a lookup among a hundred thousand entries touches little memory.
class HashIndex {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  /// The number that was added under this hash and for which `is_it(number)`; `kNone` without one.
  template <class IsIt>
  std::uint32_t find(std::size_t hash, const IsIt& is_it) const {
    if (slots_.empty()) return kNone;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = tag & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.number == kNone || (slot.tag == tag && is_it(slot.number))) return slot.number;
    }
  }

  /// Brings what `find` looks at first into the cache.
  void prefetch(std::size_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[tag_of(hash) & mask()]);
  }

  /// Adds `number`. REQUIRES: below `kNone`, and `find` does not know its key yet.
  void add(std::size_t hash, std::uint32_t number) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    place({tag_of(hash), number});
    ++size_;
  }

  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = kNone;
  };

  static std::uint32_t tag_of(std::size_t hash) {
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
  }

  std::size_t mask() const { return slots_.size() - 1; }

  void place(Slot added) {
    std::size_t at = added.tag & mask();
    while (slots_[at].number != kNone) at = (at + 1) & mask();
    slots_[at] = added;
  }

  void grow() {
    constexpr std::size_t kFirstSlots = 16;
    const std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(slots_.empty() ? kFirstSlots : slots_.size() * 2));
    for (const Slot& slot : old) {
      if (slot.number != kNone) place(slot);
    }
  }

  std::vector<Slot> slots_;  ///< a power of two, at least half of them free
  std::size_t size_ = 0;
};

}  // namespace vagus
