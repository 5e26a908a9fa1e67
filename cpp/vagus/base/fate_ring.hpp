#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vagus {

/// How things ended, by ids that are given out one by one from 1: the newest `size` of them have
/// places of their own, so an entry is remembered until one is put whose id is the same modulo
/// `size`. Memory is taken as it is needed. An `Entry` has an `id`, 0 for none.
template <class Entry>
class FateRing {
 public:
  explicit FateRing(std::int64_t size) : size_(static_cast<std::uint64_t>(size)) {}

  void put(Entry entry) {
    const std::size_t place = place_of(entry.id);
    const std::size_t page = place / kPage;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (pages_[page].empty()) pages_[page].resize(kPage);
    pages_[page][place % kPage] = std::move(entry);
  }

  /// Nothing for an id that was not put, or that is forgotten.
  const Entry* find(std::int64_t id) const {
    const std::size_t place = place_of(id);
    const std::size_t page = place / kPage;
    if (id <= 0 || page >= pages_.size() || pages_[page].empty()) return nullptr;
    const Entry& entry = pages_[page][place % kPage];
    return entry.id == id ? &entry : nullptr;
  }

 private:
  static constexpr std::size_t kPage = 256;

  std::size_t place_of(std::int64_t id) const {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id) % size_);
  }

  std::uint64_t size_;
  std::vector<std::vector<Entry>> pages_;
};

}  // namespace vagus
