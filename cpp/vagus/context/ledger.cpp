#include "vagus/context/ledger.hpp"

#include <algorithm>
#include <utility>

#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kReferencePromptTokens = 8'000;

std::int64_t largest_reserve(std::int64_t window, Profile profile) {
  if (profile == Profile::vagus) return window / 4;
  const std::int64_t half = std::max<std::int64_t>(1, window / 2);
  return window - std::min(kReferencePromptTokens, half);
}

}  // namespace

Budget Budget::of(const ModelConfig& model, Profile profile) {
  const std::int64_t window = std::max<std::int64_t>(1, model.window);
  const std::int64_t asked = std::max<std::int64_t>(0, model.reserve);
  const std::int64_t reserve = std::min(asked, largest_reserve(window, profile));
  return {window, reserve, window - reserve};
}

Ledger make_ledger(const Budget& budget, std::vector<LedgerPart> parts, std::int64_t dropped) {
  Ledger ledger;
  ledger.window = budget.window;
  ledger.reserve = budget.reserve;
  ledger.budget = budget.tokens;
  ledger.dropped = dropped;
  for (LedgerPart& part : parts) {
    if (part.messages == 0) continue;
    ledger.raw += part.tokens;
    ledger.parts.push_back(std::move(part));
  }
  ledger.estimated = with_margin(ledger.raw);
  ledger.overflow = std::max<std::int64_t>(0, ledger.estimated - ledger.budget);
  return ledger;
}

}  // namespace vagus
