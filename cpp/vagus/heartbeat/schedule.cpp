#include "vagus/heartbeat/schedule.hpp"

#include <optional>
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

Millis Schedule::slot_after(Millis now) const {
  return add_saturated(now, interval_ - positive_remainder(now - phase_, interval_));
}

Millis Schedule::next_after(Millis now) const {
  const Millis first = slot_after(now);
  if (hours_.contains(first)) return first;
  std::optional<Millis> opening;
  // Hours open and close on the minute, so no opening is passed over.
  Millis at = first - first % kMinute;
  for (Millis looked = 0; looked < kSeekHorizon; looked += kMinute) {
    at = add_saturated(at, kMinute);
    if (!hours_.contains(at)) continue;
    if (!opening) opening = at;
    const Millis slot = slot_after(at - 1);
    if (slot < at + kMinute && hours_.contains(slot)) return slot;
  }
  return opening.value_or(first);
}

}  // namespace vagus
