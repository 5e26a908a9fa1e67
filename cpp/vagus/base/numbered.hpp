#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vagus {

/// Things by number. They stay where they are as others come and go, and the number of one that was
/// let go is given out again.
template <class T>
class Numbered {
 public:
  /// The number of a fresh thing.
  std::uint32_t add() {
    if (!free_.empty()) {
      const std::uint32_t number = free_.back();
      free_.pop_back();
      return number;
    }
    if (end_ == pages_.size() * kPage) pages_.emplace_back(kPage);
    return end_++;
  }

  // REQUIRES: `number` was given out, and not let go since
  void let_go(std::uint32_t number) {
    (*this)[number] = T();
    free_.push_back(number);
  }

  T& operator[](std::uint32_t number) { return pages_[number / kPage][number % kPage]; }
  const T& operator[](std::uint32_t number) const { return pages_[number / kPage][number % kPage]; }

  /// How many there are; all their numbers are below `end()`. Those that were let go are `T()`.
  std::size_t size() const { return end_ - free_.size(); }
  std::uint32_t end() const { return end_; }

 private:
  static constexpr std::size_t kPage = 64;

  std::vector<std::vector<T>> pages_;
  std::vector<std::uint32_t> free_;
  std::uint32_t end_ = 0;
};

}  // namespace vagus
