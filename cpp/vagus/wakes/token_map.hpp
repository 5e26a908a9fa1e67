#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vagus {

/// From the tokens of wakes that have not ended to the numbers of their sessions. One array, probed
/// in order; nothing can be read out of it in its own order.
class TokenMap {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// `kNone` for a token that is not in the map.
  std::uint32_t find(std::int64_t token) const {
    return slots_.empty() || token == kFree ? kNone : slots_[place_of(token)].number;
  }

  // REQUIRES: `token` is positive and not in the map
  void add(std::int64_t token, std::uint32_t number) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    slots_[place_of(token)] = {token, number};
    ++size_;
  }

  // REQUIRES: `token` is in the map
  void erase(std::int64_t token) {
    std::size_t hole = place_of(token);
    // What was pushed past the hole moves back, so that looking for it does not end there.
    for (std::size_t at = next(hole); slots_[at].token != kFree; at = next(at)) {
      const std::size_t detour = (at - home_of(slots_[at].token)) & mask();
      if (detour < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
    --size_;
  }

 private:
  static constexpr std::int64_t kFree = 0;
  static constexpr std::size_t kFirstSlots = 16;
  /// Tokens that follow each other share a cache line.
  static constexpr std::uint64_t kNeighbours = 4;

  struct Slot {
    std::int64_t token = kFree;
    std::uint32_t number = kNone;
  };

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

  std::size_t home_of(std::int64_t token) const {
    const auto number = static_cast<std::uint64_t>(token);
    const std::uint64_t spread = (number / kNeighbours) * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>((spread >> 32) * kNeighbours + number % kNeighbours) & mask();
  }

  // Where `token` is, or the free slot where it would be.
  std::size_t place_of(std::int64_t token) const {
    std::size_t at = home_of(token);
    while (slots_[at].token != token && slots_[at].token != kFree) at = next(at);
    return at;
  }

  void grow() {
    const std::size_t size = slots_.empty() ? kFirstSlots : slots_.size() * 2;
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(size));
    for (const Slot& slot : old) {
      if (slot.token != kFree) slots_[place_of(slot.token)] = slot;
    }
  }

  std::vector<Slot> slots_;  ///< a power of two, at least half of them free
  std::size_t size_ = 0;
};

}  // namespace vagus
