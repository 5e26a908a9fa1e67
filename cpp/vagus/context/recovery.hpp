#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "vagus/base/record.hpp"

namespace vagus {

/// What is done to a prompt that does not fit, in this order, until it does.
enum class Rung {
  drop_heartbeats,  ///< heartbeats that found nothing are left out
  drop_images,      ///< images of older answered turns are left out
  shrink_results,   ///< the history's tool results are cut
  summarise,        ///< a summary stands for older turns
  drop_turns,       ///< the oldest turns are left out
  shrink_turn,      ///< the newest turn's own results, then its longest texts, are cut
};
constexpr std::array<std::string_view, 6> enum_names(Rung) {
  return {"drop-heartbeats", "drop-images", "shrink-results",
          "summarise",       "drop-turns",  "shrink-turn"};
}

/// One rung that helped. A rung that would not make the prompt smaller is skipped and not recorded,
/// so that `after < before` always holds.
struct RecoveryStep {
  Rung rung = Rung::shrink_results;
  std::int64_t before = 0;
  std::int64_t after = 0;

  static constexpr std::string_view kName = "RecoveryStep";
  static constexpr auto fields() {
    return field_list(
        required(
            "rung", &RecoveryStep::rung,
            "drop-heartbeats, drop-images, shrink-results, summarise, drop-turns or shrink-turn"),
        required("before", &RecoveryStep::before, "tokens of the prompt, with the margin"),
        required("after", &RecoveryStep::after, "the same afterwards; always less"));
  }
};

}  // namespace vagus
