#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "vagus/context/recovery.hpp"
#include "vagus/context/shown_history.hpp"
#include "vagus/context/summary_task.hpp"

namespace vagus {

/// When history has to be cut, it is cut to this share of the room it has, so that the next cut is
/// many turns away and the prompt's prefix stays the same for the provider's cache until then.
inline constexpr std::int64_t kLowWaterPercent = 75;

/// When older turns are summarised, this share of the room is kept as it is; a summary may have
/// what is missing to the low-water mark.
inline constexpr std::int64_t kKeptPercent = 50;

/// A history, and the room it has.
struct FitRequest {
  std::int64_t room = 0;    ///< weight that it may have
  std::int64_t window = 0;  ///< of the model, tokens
  std::int64_t budget = 0;  ///< of the whole prompt, tokens
  bool summarise = false;   ///< the caller can have summaries made
  bool summarising =
      false;  ///< this prompt has had a summary made: more, down to the low-water mark
};

/// A history within its room, and what it weighed on the way there.
struct HistoryFit {
  ShownHistory shown;
  std::int64_t as_it_is = 0;  ///< weight with nothing taken away but what was before
  std::vector<std::pair<Rung, std::int64_t>> rungs;  ///< weights after what was done, in order
  /// The next thing to do is to have this summarised; nothing behind it was tried.
  std::optional<SummaryTask> task;
};

/// The limits of tool results in a window of so many tokens.
ResultLimits result_limits_of(std::int64_t window);

/// Where a history that was shown under `last` begins now: at a turn, or right behind a summary,
/// and with at most `turns` of the newest turns. A limit of turns is kept with room to spare, or
/// every turn would move the prompt's beginning.
HistoryCut beginning_of(const Transcript& transcript, HistoryCut last,
                        std::optional<std::int64_t> turns);

/// The history that weighs at most `room`: as it is under `cut` (see `beginning_of`), else with one
/// thing after another taken away (`Rung`), as far as needed: heartbeats without news, old images,
/// long tool results, turns that a summary replaces, the oldest turns down to the low-water mark,
/// and the summary. Where there is no room even for the pinned messages, they are what is left. A
/// rung that makes nothing smaller leaves the history as it was. `Profile::reference` only leaves
/// out turns.
///
/// A history that fits and has never been shortened is copied once; another costs time by what the
/// room can hold. Throws what the pricer throws.
HistoryFit fit_history(const Transcript& transcript, HistoryCut cut, const FitRequest& request,
                       const Showing& showing);

}  // namespace vagus
