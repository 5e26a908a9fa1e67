#include "vagus/wakes/guards.hpp"

#include <algorithm>

namespace vagus {
namespace {

// In the order of `WakeIntent`.
constexpr std::array<Gate, enum_names(WakeIntent{}).size()> kGateOfIntent = {
    Gate::open, Gate::chain, Gate::spacing, Gate::spacing, Gate::chain};

}  // namespace

Gate gate_of(WakeIntent intent) {
  return kGateOfIntent[static_cast<std::size_t>(intent)];
}

// The window includes its first moment, so the flood is over one millisecond after it.
GuardRules::GuardRules(const WakeGuards& guards)
    : spacing_(guards.min_spacing.millis()),
      flood_starts_(static_cast<std::size_t>(guards.flood_starts)),
      flood_span_(add_saturated(guards.flood_window.millis(), 1)),
      chain_free_(guards.chain_free),
      chain_longest_(guards.chain_longest.millis()) {}

GuardDeadline GuardRules::deadline(Gate gate, std::int64_t depth,
                                   const std::vector<Millis>& starts) const {
  GuardDeadline latest;
  if (gate == Gate::open || starts.empty()) return latest;
  const auto consider = [&latest](Millis start, Millis span, DelayCause guard) {
    const Millis at = add_saturated(start, span);
    if (at > latest.at) latest = {at, guard};
  };
  if (flood_starts_ > 0 && starts.size() >= flood_starts_) {
    consider(starts[starts.size() - flood_starts_], flood_span_, DelayCause::flood);
  }
  if (gate == Gate::spacing) consider(starts.back(), spacing_, DelayCause::spacing);
  if (gate >= Gate::chain && depth >= chain_free_) {
    consider(starts.back(), chain_span(depth), DelayCause::chain);
  }
  return latest;
}

void GuardRules::record(std::vector<Millis>& starts, Millis at) const {
  if (starts.size() > std::max<std::size_t>(flood_starts_, 1)) starts.erase(starts.begin());
  starts.push_back(at);
}

Millis GuardRules::over_at(const std::vector<Millis>& starts) const {
  if (starts.empty()) return 0;
  const Millis chain = spacing_ > 0 ? chain_longest_ : 0;
  return add_saturated(starts.back(), std::max({spacing_, flood_span_, chain}));
}

// Each link from the first one that is not free doubles the spacing.
Millis GuardRules::chain_span(std::int64_t depth) const {
  Millis span = spacing_;
  for (std::int64_t link = chain_free_; link <= depth && span > 0 && span < chain_longest_;
       ++link) {
    span = std::min(add_saturated(span, span), chain_longest_);
  }
  return span;
}

}  // namespace vagus
