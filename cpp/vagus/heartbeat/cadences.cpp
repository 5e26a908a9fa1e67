#include "vagus/heartbeat/cadences.hpp"

#include <utility>

namespace vagus {
namespace {

// At the end of time there is no slot to come.
std::optional<Millis> ahead(Millis slot, Millis now) {
  return slot > now ? std::optional(slot) : std::nullopt;
}

}  // namespace

void Cadences::set(const AgentId& agent, Schedule schedule, Millis now) {
  const auto [found, added] = places_.try_emplace(agent, cadences_.size());
  const std::size_t place = found->second;
  if (added) cadences_.push_back({agent, schedule, std::nullopt});
  Cadence& cadence = cadences_[place];
  if (enabled_) {
    const Millis slot =
        schedule.next_in_place_of(cadence.schedule, cadence.next.value_or(now), now);
    move(place, ahead(slot, now));
  }
  cadence.schedule = std::move(schedule);
}

void Cadences::remove(const AgentId& agent) {
  const auto found = places_.find(agent);
  if (found == places_.end()) return;
  const std::size_t place = found->second;
  const std::size_t last = cadences_.size() - 1;
  const std::optional<Millis> slot_of_last = cadences_[last].next;
  move(place, std::nullopt);
  move(last, std::nullopt);
  if (place != last) {
    cadences_[place] = std::move(cadences_[last]);
    places_.at(cadences_[place].agent) = place;
    move(place, slot_of_last);
  }
  cadences_.pop_back();
  places_.erase(found);
}

void Cadences::enable(bool on, Millis now) {
  if (on == enabled_) return;
  enabled_ = on;
  now_ = now;
  for (std::size_t place = 0; place < cadences_.size(); ++place) {
    move(place, on ? ahead(cadences_[place].schedule.next_after(now), now) : std::nullopt);
  }
}

std::vector<AgentId> Cadences::beat(Millis now) {
  if (now < now_) set_back(now_ - now);
  now_ = now;
  std::vector<AgentId> due;
  while (!slots_.empty() && slots_.begin()->first <= now) {
    const std::size_t place = slots_.begin()->second;
    due.push_back(cadences_[place].agent);
    move(place, ahead(cadences_[place].schedule.next_after(now), now));
  }
  return due;
}

// A slot as far ahead as before, or the first of the grid after that.
void Cadences::set_back(Millis span) {
  for (std::size_t place = 0; place < cadences_.size(); ++place) {
    const auto& [agent, schedule, next] = cadences_[place];
    if (next) move(place, schedule.next_after(*next - span - 1));
  }
}

std::optional<Millis> Cadences::next() const {
  return slots_.empty() ? std::nullopt : std::optional(slots_.begin()->first);
}

void Cadences::move(std::size_t place, std::optional<Millis> slot) {
  std::optional<Millis>& next = cadences_[place].next;
  if (next == slot) return;
  if (next && slot) {
    auto moved = slots_.extract({*next, place});
    moved.value().first = *slot;
    slots_.insert(std::move(moved));
  } else if (next) {
    slots_.erase({*next, place});
  } else {
    slots_.emplace(*slot, place);
  }
  next = slot;
}

}  // namespace vagus
