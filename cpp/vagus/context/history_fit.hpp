#pragma once

#include <cstddef>
#include <cstdint>

#include "vagus/context/section.hpp"
#include "vagus/context/tool_results.hpp"
#include "vagus/context/transcript.hpp"

namespace vagus {

/// When history has to be cut, it is cut to this share of the room it has, so that the next cut is
/// many turns away and the prompt's prefix stays the same for the provider's cache until then.
inline constexpr std::int64_t kLowWaterPercent = 75;

/// What was taken from a history for one budget: it stays away in every later prompt of that
/// budget, so that a prompt begins with the same bytes as the one before.
struct HistoryCut {
  std::size_t first_kept = 0;  ///< where the history starts
  ResultMemory results;        ///< how short its tool results are shown
};

/// A history within its room, and what it cost on the way there, in tokens without margin.
struct HistoryFit {
  Section section;
  std::int64_t as_it_is = 0;  ///< with nothing taken away but what was before
  std::int64_t with_cut_results = 0;
  HistoryCut cut;  ///< to give the next time
};

/// The history that costs at most `room`: as it was shown last, else with its tool results within
/// the limits for `window`, else without its oldest turns too, down to the low-water mark. Pairs
/// are intact. Negative `room` is room for nothing. A history that fits and has never been
/// shortened is copied once and not hashed; another costs time by what the room can hold.
HistoryFit fit_history(const Transcript& transcript, const HistoryCut& last, std::int64_t room,
                       std::int64_t window);

}  // namespace vagus
