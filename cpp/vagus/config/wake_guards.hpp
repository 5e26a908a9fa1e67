#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"
#include "vagus/text/duration.hpp"

namespace vagus {

/// The most starts that a flood guard may be told to count.
inline constexpr std::int64_t kMaxFloodStarts = 100;

/// What keeps wakes from storming a model (spec: heartbeats, section 2.4). Guards delay wakes and
/// never discard one; `manual` wakes pass them all. Spacing, flood and chain are counted for each
/// session.
struct WakeGuards {
  Duration min_spacing{30 * kSecond};
  std::int64_t flood_starts = 5;
  Duration flood_window{60 * kSecond};
  std::int64_t running = 256;
  std::int64_t running_per_agent = 64;
  std::int64_t chain_free = 4;
  Duration chain_longest{kHour};

  static constexpr std::string_view kName = "WakeGuards";
  static constexpr auto fields() {
    return field_list(
        field("min_spacing", &WakeGuards::min_spacing,
              "from one start to the next that an event or task asks for; '0m': none"),
        field("flood_starts", &WakeGuards::flood_starts,
              "starts within flood_window after which the next one waits; 0: any number"),
        field("flood_window", &WakeGuards::flood_window, "the time that flood_starts counts in"),
        field("running", &WakeGuards::running, "wakes that run at once"),
        field("running_per_agent", &WakeGuards::running_per_agent,
              "wakes of one agent that run at once"),
        field("chain_free", &WakeGuards::chain_free,
              "wakes that may cause each other before each further one doubles the spacing"),
        field("chain_longest", &WakeGuards::chain_longest, "the longest spacing of such a chain"));
  }
};

/// Errors, `invalid_config` below `path`: counts out of range.
MaybeError check_wake_guards(std::string_view path, const WakeGuards& guards);

}  // namespace vagus
