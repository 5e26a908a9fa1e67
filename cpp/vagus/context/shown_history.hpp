#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vagus/context/history.hpp"
#include "vagus/context/plan.hpp"
#include "vagus/context/pricer.hpp"
#include "vagus/context/tool_results.hpp"
#include "vagus/context/transcript.hpp"

namespace vagus {

/// What became of some messages in front of a history.
struct Unshown {
  std::size_t end = 0;  ///< where they end; they begin where those before them end
  Fate fate = Fate::dropped;
  FateReason reason = FateReason::over_budget;
};

/// What was taken from a history for one budget: it stays away in every later prompt of that
/// budget, so that a prompt begins with the same bytes as the one before.
struct HistoryCut {
  std::size_t first_kept = 0;         ///< where the history starts
  std::size_t summarised = 0;         ///< where what the summary is about ends
  std::int64_t in_summary = 0;        ///< messages that it is about: some may have been left out
  std::string summary;                ///< empty: none
  std::int64_t left_out = 0;          ///< messages neither shown nor summarised, as prompts say
  std::size_t heartbeats_before = 0;  ///< of the messages before, heartbeats without news are gone
  std::size_t images_before = 0;      ///< of the messages before, images are gone
  ResultMemory results;               ///< how short tool results are shown
  std::vector<Unshown> unshown;       ///< all in front of `first_kept`, oldest first
  std::optional<std::size_t> stuck;   ///< no summary could be had of what begins at this message
  std::int64_t gained = 0;            ///< weight that summaries took away since the last prompt

  /// Says what became of the messages from `first` to `end`, which begin within or right behind
  /// those that are not shown. Of a history that was cut very often, the oldest two stretches are
  /// told as one.
  void mark(std::size_t first, std::size_t end, Fate fate, FateReason reason);

  /// How many in front of `first_kept` are in no summary.
  std::int64_t dropped() const;

  /// The oldest `count` messages of the transcript are no more.
  void forget(std::size_t count);
};

/// How a history is shown, whatever is cut from it.
struct Showing {
  const Pricer& pricer;
  Scale scale;
  std::int64_t budget_weight = 0;    ///< of the whole prompt
  const HeartbeatTurns& heartbeats;  ///< how heartbeats without news are known
};

/// What is known of one message of a history as it is shown.
struct Shown {
  Cost cost;
  MessageFate fate;
  std::optional<std::size_t> index;  ///< in the transcript; none for what nobody wrote
};

/// A history under a cut: a message that tells of what is not shown, the pinned messages from in
/// front of the cut, and what follows it, with pairs intact.
struct ShownHistory {
  HistoryCut cut;
  std::vector<Message> messages;
  std::vector<Shown> about;  ///< of each message
  std::size_t ahead = 0;     ///< how many messages stand in front of what follows the cut
  std::int64_t dropped = 0;  ///< of those in front of the cut, neither summarised nor pinned
  Plan gone;                 ///< of what follows the cut, the messages that are not shown
  Cost cost;                 ///< of all messages
};

/// Shows `transcript` under `cut`, with its results within `limits` where there are any. Costs time
/// by what is behind the cut.
ShownHistory show_history(const Transcript& transcript, HistoryCut cut,
                          const std::optional<ResultLimits>& limits, const Showing& showing);

/// The message that stands for what is not shown: the summary, and how many messages are in
/// neither. Nothing when nothing is missing, or when saying so would take more than a fiftieth of
/// the budget and there is no summary.
std::optional<Message> message_for_the_gap(const HistoryCut& cut, const Transcript& transcript,
                                           const Showing& showing);

/// How many messages in front of the cut are pinned, and in no summary: they are shown.
std::int64_t pinned_in_front(const HistoryCut& cut, const Transcript& transcript);

}  // namespace vagus
