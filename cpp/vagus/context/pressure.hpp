#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/context/ledger.hpp"

namespace vagus {

/// What a prompt needs before it can be sent (spec: context, section 2.4).
enum class Fit {
  fits,
  shrink_results,       ///< shorter tool results are enough
  compact,              ///< older turns must give way
  compact_then_shrink,  ///< both
};
constexpr std::array<std::string_view, 4> enum_names(Fit) {
  return {"fits", "shrink-results", "compact", "compact-then-shrink"};
}

/// A prompt of so many tokens beside its budget: the one number that decides, for whoever sends the
/// prompt and for whoever makes it smaller.
struct Pressure {
  Fit fit = Fit::fits;
  std::int64_t tokens = 0;
  std::int64_t budget = 0;
  std::int64_t reserve = 0;
  std::int64_t overflow = 0;
  std::int64_t reducible_chars = 0;

  static constexpr std::string_view kName = "Pressure";
  static constexpr auto fields() {
    return field_list(
        required("fit", &Pressure::fit, "what the prompt needs before it can be sent"),
        required("tokens", &Pressure::tokens, "what it costs, margin included"),
        required("budget", &Pressure::budget, "what it may cost"),
        required("reserve", &Pressure::reserve, "tokens kept free for the answer"),
        required("overflow", &Pressure::overflow, "tokens beyond the budget, or 0"),
        required("reducible_chars", &Pressure::reducible_chars,
                 "characters by which its tool results can shrink"));
  }
};

/// Whether a prompt of `tokens` fits, and what to do when it does not: shrinking its tool results
/// is enough when that frees four characters for each token too many, with half as much again, or
/// 512 tokens, to spare. `tokens == budget` fits. Total over all numbers; negative ones count as 0.
Pressure pressure_of(std::int64_t tokens, const Budget& budget, std::int64_t reducible_chars);

}  // namespace vagus
