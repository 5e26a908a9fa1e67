#include "vagus/wakes/wake_fates.hpp"

#include <utility>

namespace vagus {

void WakeFates::merged(std::int64_t id, std::int64_t into, Millis at) {
  ended_.put({id, into, at, {}, WakeState::merged});
}

void WakeFates::ended(std::int64_t id, WakeState state, std::string reason, Millis at) {
  ended_.put({id, 0, at, std::move(reason), state});
}

std::optional<WakeFate> WakeFates::find(std::int64_t id) const {
  const Ended* ended = ended_.find(id);
  if (ended == nullptr) return std::nullopt;
  WakeFate fate{id, ended->state, std::nullopt, ended->reason, ended->at_ms};
  if (ended->into != 0) fate.into = ended->into;
  return fate;
}

}  // namespace vagus
