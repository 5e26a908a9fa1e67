#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vagus/wakes/wake.hpp"

namespace vagus {

/// How ended requests ended. Ids are given out one by one, so the newest `size` of them have places
/// of their own: a fate is remembered until a request ends whose id is the same modulo `size`.
/// Memory is taken as it is needed.
class WakeFates {
 public:
  explicit WakeFates(std::int64_t size) : size_(static_cast<std::uint64_t>(size)) {}

  void merged(std::int64_t id, std::int64_t into, Millis at);
  void ended(std::int64_t id, WakeState state, std::string reason, Millis at);

  /// Nothing for an id that has not ended, or that is forgotten.
  std::optional<WakeFate> find(std::int64_t id) const;

 private:
  /// One cache line.
  struct alignas(64) Ended {
    std::int64_t id = 0;
    std::int64_t into = 0;  ///< 0 for a wake that was not merged
    Millis at_ms = 0;
    std::string reason;
    WakeState state = WakeState::waiting;
  };

  Ended& place_of(std::int64_t id);

  std::uint64_t size_;
  std::vector<std::vector<Ended>> pages_;
};

}  // namespace vagus
