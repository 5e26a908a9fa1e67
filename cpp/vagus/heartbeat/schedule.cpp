#include "vagus/heartbeat/schedule.hpp"

#include <algorithm>
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
  const Millis horizon = first + kSeekHorizon;
  auto open = hours_.next_span(first);
  const Millis opening = open && open->from < horizon ? open->from : first;
  for (; open && open->from < horizon; open = hours_.next_span(open->to)) {
    const Millis slot = slot_after(open->from - 1);
    if (slot < open->to) return slot;
  }
  return std::min(opening, kMaxMillis);
}

Millis Schedule::next_in_place_of(const Schedule& before, Millis slot, Millis now) const {
  return *this == before && slot > now ? slot : next_after(now);
}

}  // namespace vagus
