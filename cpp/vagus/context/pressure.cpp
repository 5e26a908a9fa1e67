#include "vagus/context/pressure.hpp"

#include <algorithm>

#include "vagus/base/limits.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kCharsPerToken = 4;
constexpr std::int64_t kSpareTokens = 512;

std::int64_t counted(std::int64_t number) {
  return std::clamp<std::int64_t>(number, 0, kMaxCount);
}

// Characters that must go so that `overflow` tokens are surely gone.
std::int64_t chars_to_free(std::int64_t overflow) {
  const std::int64_t chars = overflow * kCharsPerToken;
  return std::max(chars + kSpareTokens * kCharsPerToken, chars + chars / 2);
}

}  // namespace

Pressure pressure_of(std::int64_t tokens, const Budget& budget, std::int64_t reducible_chars) {
  Pressure pressure;
  pressure.tokens = counted(tokens);
  pressure.budget = budget.tokens;
  pressure.reserve = budget.reserve;
  pressure.overflow = std::max<std::int64_t>(0, pressure.tokens - budget.tokens);
  pressure.reducible_chars = counted(reducible_chars);
  if (pressure.overflow == 0) return pressure;
  if (pressure.reducible_chars == 0) {
    pressure.fit = Fit::compact;
  } else if (pressure.reducible_chars >= chars_to_free(pressure.overflow)) {
    pressure.fit = Fit::shrink_results;
  } else {
    pressure.fit = Fit::compact_then_shrink;
  }
  return pressure;
}

}  // namespace vagus
