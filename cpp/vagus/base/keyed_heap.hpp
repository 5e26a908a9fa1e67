#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace vagus {

/// Numbers in the order of their keys; any of them can be moved or taken out in O(log n). Where
/// each number is in the heap is kept outside, so that many heaps can share one array of places: a
/// number is in one of them at most.
template <class Key>
class KeyedHeap {
 public:
  using Places = std::vector<std::uint32_t>;
  static constexpr std::uint32_t kAbsent = std::numeric_limits<std::uint32_t>::max();

  bool empty() const { return items_.empty(); }

  // REQUIRES: not empty
  std::uint32_t top() const { return items_.front().number; }
  const Key& top_key() const { return items_.front().key; }

  /// Adds `number`, or moves it to its new key.
  void put(Places& places, std::uint32_t number, const Key& key) {
    if (places[number] == kAbsent) {
      places[number] = static_cast<std::uint32_t>(items_.size());
      items_.push_back({key, number});
    }
    settle(places, places[number], {key, number});
  }

  // REQUIRES: `number` is in this heap
  void erase(Places& places, std::uint32_t number) {
    const std::uint32_t hole = std::exchange(places[number], kAbsent);
    const Item last = items_.back();
    items_.pop_back();
    if (last.number != number) settle(places, hole, last);
  }

 private:
  /// Half as many levels as with two, and the children of one are neighbours in memory.
  static constexpr std::size_t kChildren = 4;

  struct Item {
    Key key;
    std::uint32_t number;
  };

  // Puts `item` where it belongs, starting from `hole`.
  void settle(Places& places, std::size_t hole, Item item) {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kChildren;
      if (!(item.key < items_[parent].key)) break;
      place(places, hole, items_[parent]);
      hole = parent;
    }
    for (std::size_t first = kChildren * hole + 1; first < items_.size();
         first = kChildren * hole + 1) {
      const std::size_t child = first_of(first, std::min(first + kChildren, items_.size()));
      if (!(items_[child].key < item.key)) break;
      place(places, hole, items_[child]);
      hole = child;
    }
    place(places, hole, item);
  }

  // Which of `items_[first]` to before `items_[last]` comes first.
  std::size_t first_of(std::size_t first, std::size_t last) const {
    std::size_t best = first;
    for (std::size_t at = first + 1; at < last; ++at) {
      if (items_[at].key < items_[best].key) best = at;
    }
    return best;
  }

  void place(Places& places, std::size_t at, const Item& item) {
    items_[at] = item;
    places[item.number] = static_cast<std::uint32_t>(at);
  }

  std::vector<Item> items_;
};

}  // namespace vagus
