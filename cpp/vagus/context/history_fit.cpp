#include "vagus/context/history_fit.hpp"

#include <algorithm>

#include "vagus/base/limits.hpp"
#include "vagus/context/compaction.hpp"

namespace vagus {
namespace {

// Images of so many answered turns stay, as long as anything does (spec: context, section 3.4).
constexpr std::size_t kImageTurns = 3;

// A summary of fewer tokens has no room for its headings and what they are for.
constexpr std::int64_t kLeastSummaryTokens = 128;

std::int64_t share_of(std::int64_t weight, std::int64_t percent) {
  return weight / 100 * percent;
}

// The first turn, from `first` on, in front of which nothing can be within the room, however short
// results become, whatever images are taken out and whichever heartbeats without news are left out.
// Looks at no more messages than the room can hold, and at those that weigh nothing here.
std::size_t first_within_reach(const Transcript& transcript, std::size_t first, std::int64_t room,
                               const Showing& showing) {
  std::int64_t least = 0;
  std::int64_t turn = 0;
  std::size_t end = transcript.size();
  for (std::size_t at = end; at > first;) {
    const Message& message = transcript.messages()[--at];
    if (message.role != Role::tool) {
      Cost cost = transcript.cost_of(at);
      cost.guessed -= std::min(cost.guessed, image_tokens(message));
      turn += showing.scale.weight(cost);
    }
    if (message.role != Role::user) continue;
    if (heartbeats_without_news({&message, end - at}, showing.heartbeats).empty()) least += turn;
    if (least > room) return end;
    turn = 0;
    end = at;
  }
  return least + turn > room ? end : first;
}

// Leaves out what is in front of `first`.
void cut_to(HistoryCut& cut, std::size_t first, FateReason reason) {
  if (first <= cut.first_kept) return;
  cut.left_out += static_cast<std::int64_t>(first - cut.first_kept);
  cut.mark(cut.first_kept, first, Fate::dropped, reason);
  cut.first_kept = first;
}

void limit_turns(HistoryCut& cut, const Transcript& transcript, std::int64_t limit) {
  const std::size_t turns =
      transcript.turns_before(transcript.size()) - transcript.turns_before(cut.first_kept);
  if (turns <= static_cast<std::size_t>(std::max<std::int64_t>(limit, 0))) return;
  const std::int64_t low =
      std::max(std::min<std::int64_t>(limit, 1), limit * kLowWaterPercent / 100);
  cut_to(cut, transcript.newest_turns(static_cast<std::size_t>(std::max<std::int64_t>(low, 0))),
         FateReason::history_limit);
}

// Climbs down, rung by rung.
class Descent {
 public:
  Descent(const Transcript& transcript, HistoryCut cut, const FitRequest& request,
          const Showing& showing)
      : transcript_(transcript), request_(request), showing_(showing), first_(cut.first_kept) {
    cut.first_kept = first_within_reach(transcript_, first_, request_.room, showing_);
    out_of_reach_ = showing_.scale.weight(transcript_.cost_between(first_, cut.first_kept));
    fit_.shown = show(std::move(cut));
    fit_.as_it_is = weight();
  }

  HistoryFit fit() && {
    if (fits()) {
      // One portion after another, or the next summary would be due with the next turn.
      const std::int64_t low = share_of(request_.room, kLowWaterPercent);
      if (request_.summarising && weight() > low) fit_.task = summary();
      return std::move(fit_);
    }
    if (transcript_.profile() == Profile::vagus) {
      leave_out_heartbeats();
      if (!fits()) leave_out_images();
      if (!fits()) shrink_results();
      if (!fits()) fit_.task = summary();
    }
    if (!fits() && !fit_.task) drop_turns();
    if (!fits() && !fit_.task) say_nothing_of_the_gap();
    return std::move(fit_);
  }

 private:
  std::int64_t weight() const { return weight_of(fit_.shown) + out_of_reach_; }
  std::int64_t weight_of(const ShownHistory& shown) const {
    return showing_.scale.weight(shown.cost);
  }
  bool fits() const { return weight() <= request_.room; }

  ShownHistory show(HistoryCut cut) const {
    return show_history(transcript_, std::move(cut), std::nullopt, showing_);
  }

  // Keeps the history as `shown` where that is smaller.
  void try_rung(Rung rung, ShownHistory shown) {
    if (weight_of(shown) >= weight_of(fit_.shown)) return;
    fit_.shown = std::move(shown);
    fit_.rungs.emplace_back(rung, weight());
  }

  void leave_out_heartbeats() {
    if (showing_.heartbeats.prompts.empty()) return;
    HistoryCut cut = fit_.shown.cut;
    cut.heartbeats_before = transcript_.size();
    try_rung(Rung::drop_heartbeats, show(std::move(cut)));
  }

  void leave_out_images() {
    HistoryCut cut = fit_.shown.cut;
    cut.images_before = transcript_.newest_turns(kImageTurns);
    if (cut.images_before <= fit_.shown.cut.images_before) return;
    try_rung(Rung::drop_images, show(std::move(cut)));
  }

  void shrink_results() {
    try_rung(Rung::shrink_results, show_history(transcript_, fit_.shown.cut,
                                                result_limits_of(request_.window), showing_));
  }

  std::optional<SummaryTask> summary() const;
  void drop_turns();
  std::size_t first_kept_within(std::int64_t weight) const;
  void drop_the_summary(HistoryCut cut);
  void say_nothing_of_the_gap();

  const Transcript& transcript_;
  const FitRequest& request_;
  const Showing& showing_;
  std::size_t first_;              ///< where history begins
  std::int64_t out_of_reach_ = 0;  ///< weight from there to what is looked at
  HistoryFit fit_;
};

// What is in front of the newest turns that are kept as they are; of the newest turn itself, when
// that is more than is kept.
std::optional<SummaryTask> Descent::summary() const {
  const HistoryCut& cut = fit_.shown.cut;
  if (!request_.summarise || cut.stuck == first_) return std::nullopt;
  const auto tokens = [&](std::int64_t weight) { return weight / showing_.scale.weight({0, 1}); };
  const std::int64_t most = tokens(share_of(request_.room, kLowWaterPercent - kKeptPercent));
  if (most < kLeastSummaryTokens) return std::nullopt;
  const std::int64_t kept = share_of(request_.room, kKeptPercent);
  std::size_t end = transcript_.turn_within(showing_.scale, kept);
  if (end == transcript_.size()) {
    end = static_cast<std::size_t>(find_cut_point(transcript_, tokens(kept)).first_kept);
  }
  if (end <= first_) return std::nullopt;
  const std::int64_t shown =
      request_.budget * portion_permille(transcript_, request_.window) / 1'000;
  SummaryTask task = summary_task(transcript_, first_, end, cut.summary, shown);
  task.budget = request_.budget;
  task.max_chars = kSummaryChars;
  task.max_tokens = most;
  return task;
}

// The transcript's message from which on the history weighs at most `weight`; it begins a turn. Its
// size when there is none.
std::size_t Descent::first_kept_within(std::int64_t weight) const {
  const ShownHistory& shown = fit_.shown;
  std::size_t found = transcript_.size();
  Cost cost;
  for (std::size_t i = 0; i < shown.ahead; ++i) cost += shown.about[i].cost;
  for (std::size_t i = shown.messages.size(); i > shown.ahead; --i) {
    cost += shown.about[i - 1].cost;
    if (showing_.scale.weight(cost) > weight) break;
    if (shown.messages[i - 1].role == Role::user) found = *shown.about[i - 1].index;
  }
  return found;
}

// Repair may add results where the turn with the result is gone, and the gap may begin to be told,
// so what is left is shown and weighed again. Each round drops a turn at least, and the first is
// nearly always the last: it leaves a quarter of the room free.
void Descent::drop_turns() {
  const std::int64_t before = weight();
  HistoryCut cut = fit_.shown.cut;
  cut.first_kept = first_;
  while (cut.first_kept < transcript_.size() && !fits()) {
    std::size_t next = first_kept_within(share_of(request_.room, kLowWaterPercent));
    if (next == transcript_.size()) next = first_kept_within(request_.room);
    if (next <= cut.first_kept) next = transcript_.size();
    cut_to(cut, next, FateReason::over_budget);
    fit_.shown = show(cut);
    cut.results = fit_.shown.cut.results;
    out_of_reach_ = 0;
  }
  if (!fits() && !cut.summary.empty()) drop_the_summary(std::move(cut));
  if (weight() < before) fit_.rungs.emplace_back(Rung::drop_turns, weight());
}

void Descent::drop_the_summary(HistoryCut cut) {
  cut.left_out += std::exchange(cut.in_summary, 0);
  cut.summarised = 0;
  for (Unshown& each : cut.unshown) {
    if (each.fate == Fate::summarised) each = {each.end, Fate::dropped, FateReason::over_budget};
  }
  cut.summary.clear();
  fit_.shown = show(std::move(cut));
}

// Where there is no room at all, the message that tells of what is missing is missing too.
void Descent::say_nothing_of_the_gap() {
  ShownHistory& shown = fit_.shown;
  if (shown.ahead == 0 || shown.about.front().fate.section != Section::summary) return;
  shown.cost = shown.cost - shown.about.front().cost;
  shown.messages.erase(shown.messages.begin());
  shown.about.erase(shown.about.begin());
  --shown.ahead;
}

}  // namespace

ResultLimits result_limits_of(std::int64_t window) {
  const std::int64_t result_chars = tool_result_cap(window, std::nullopt);
  return {result_chars, all_results_cap(window, result_chars), {}};
}

HistoryCut beginning_of(const Transcript& transcript, HistoryCut last,
                        std::optional<std::int64_t> turns) {
  const bool follows_summary = !last.summary.empty() && last.summarised == last.first_kept;
  if (!follows_summary) {
    const std::size_t start = transcript.turn_at_or_after(last.first_kept);
    last.mark(last.first_kept, start, Fate::dropped, FateReason::over_budget);
    last.first_kept = start;
  }
  if (turns) limit_turns(last, transcript, *turns);
  return last;
}

HistoryFit fit_history(const Transcript& transcript, HistoryCut cut, const FitRequest& request,
                       const Showing& showing) {
  return Descent(transcript, std::move(cut), request, showing).fit();
}

}  // namespace vagus
