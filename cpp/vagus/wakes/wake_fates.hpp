#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vagus/base/fate_ring.hpp"
#include "vagus/wakes/wake.hpp"

namespace vagus {

/// How ended requests ended, as far as they are remembered (see `FateRing`).
class WakeFates {
 public:
  explicit WakeFates(std::int64_t size) : ended_(size) {}

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

  FateRing<Ended> ended_;
};

}  // namespace vagus
