#include "vagus/context/history_fit.hpp"

#include <optional>
#include <utility>

#include "vagus/base/limits.hpp"
#include "vagus/context/pairing.hpp"

namespace vagus {
namespace {

// Limits that shorten nothing but what the memory says.
ResultLimits no_limits() {
  return {kMaxCount, kMaxCount, {}};
}

ResultLimits limits_for(std::int64_t window) {
  const std::int64_t result_chars = tool_result_cap(window, std::nullopt);
  return {result_chars, all_results_cap(window, result_chars), {}};
}

// History as a prompt has it: from a turn on, its results cut, its pairs intact.
struct Shown {
  Transcript transcript;
  HistoryCut cut;

  std::int64_t tokens() const { return transcript.tokens_from(0); }
};

Shown shown(const Transcript& transcript, std::size_t start, const ResultLimits& limits,
            const ResultMemory& memory) {
  ShrunkResults shrunk = shrink_results(transcript.messages_from(start), limits, memory);
  return {Transcript(transcript.profile(), repair_pairs(std::move(shrunk.messages))),
          {start, std::move(shrunk.memory)}};
}

Shown shown(const Transcript& transcript, const HistoryCut& cut) {
  if (!cut.results.chars.empty()) {
    return shown(transcript, cut.first_kept, no_limits(), cut.results);
  }
  std::vector<Message> messages = transcript.messages_from(cut.first_kept);
  return {Transcript(transcript.profile(), repair_pairs(std::move(messages))), cut};
}

// The first turn, from `first` on, in front of which nothing can be within the room, however short
// results become. Looks at no more messages than the room can hold, and at tool messages.
std::size_t first_within_reach(const Transcript& transcript, std::size_t first, std::int64_t room) {
  std::int64_t least = 0;
  std::size_t at = transcript.size();
  while (at > first && least <= room) {
    --at;
    if (transcript.messages()[at].role == Role::tool) continue;
    least += transcript.tokens_from(at) - transcript.tokens_from(at + 1);
  }
  return transcript.turn_at_or_after(least <= room ? at : at + 1);
}

std::size_t low_water(const Transcript& transcript, std::int64_t room) {
  const std::size_t low = transcript.turn_within(room * kLowWaterPercent / 100);
  return low < transcript.size() ? low : transcript.turn_within(room);
}

// Repair may add error results where the turn with the result is gone, so what is left is shown
// and priced again. Each round drops a turn at least, and the first is nearly always the last: it
// leaves a quarter of the room free.
void drop_turns(Shown& history, const Transcript& transcript, std::int64_t room) {
  do {
    const std::size_t low = low_water(history.transcript, room);
    if (low == 0) return;
    const std::size_t turns = history.transcript.turns_before(low);
    history.cut.first_kept = transcript.turn_after(history.cut.first_kept, turns);
    history = shown(transcript, history.cut);
  } while (history.tokens() > room);
}

}  // namespace

HistoryFit fit_history(const Transcript& transcript, const HistoryCut& last, std::int64_t room,
                       std::int64_t window) {
  HistoryFit fit;
  const std::size_t first = transcript.turn_at_or_after(last.first_kept);
  const std::int64_t stored = transcript.tokens_from(first);
  if (last.results.chars.empty() && stored <= room) {
    Section section = section_from(transcript, first);
    if (pairs_intact(section.messages)) return {std::move(section), stored, stored, {first, {}}};
  }
  const std::size_t start = first_within_reach(transcript, first, room);
  Shown history = shown(transcript, {start, last.results});
  const std::int64_t out_of_reach = stored - transcript.tokens_from(start);
  fit.as_it_is = out_of_reach + history.tokens();
  if (fit.as_it_is > room && transcript.profile() == Profile::vagus) {
    Shown shorter = shown(transcript, start, limits_for(window), last.results);
    if (shorter.tokens() < history.tokens()) history = std::move(shorter);
  }
  fit.with_cut_results = out_of_reach + history.tokens();
  if (fit.with_cut_results > room) drop_turns(history, transcript, room);
  fit.section = section_from(history.transcript, 0);
  fit.section.dropped = history.cut.first_kept;
  fit.cut = std::move(history.cut);
  return fit;
}

}  // namespace vagus
