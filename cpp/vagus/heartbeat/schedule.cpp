#include "vagus/heartbeat/schedule.hpp"

#include <string>
#include <utility>

#include "vagus/text/sha256.hpp"

namespace vagus {
namespace {

/// The remainder in [0, modulus), also for a negative value.
Millis positive_remainder(Millis value, Millis modulus) {
  const Millis remainder = value % modulus;
  return remainder < 0 ? remainder + modulus : remainder;
}

}  // namespace

Millis phase_of(std::string_view seed, const AgentId& agent, Millis interval) {
  const auto digest = sha256(std::string(seed) + ":" + agent.str());
  Millis number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number * 256 + digest[i];
  return number % interval;
}

Schedule::Schedule(Millis interval, Millis phase, ActiveHours hours)
    : interval_(interval), phase_(positive_remainder(phase, interval)), hours_(std::move(hours)) {}

Millis Schedule::next_after(Millis now) const {
  const Millis since_slot = positive_remainder(now - phase_, interval_);
  const Millis first = add_saturated(now, interval_ - since_slot);
  const Millis horizon = add_saturated(first, kSeekHorizon);
  Millis slot = first;
  for (int step = 0; step < kSeekSteps && slot <= horizon; ++step) {
    if (hours_.contains(slot)) return slot;
    slot = add_saturated(slot, interval_);
  }
  return first;
}

}  // namespace vagus
