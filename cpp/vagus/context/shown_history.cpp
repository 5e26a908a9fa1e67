#include "vagus/context/shown_history.hpp"

#include <algorithm>
#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "vagus/context/pairing.hpp"

namespace vagus {
namespace {

/// How many stretches of a history that are not shown are told apart.
constexpr std::size_t kMaxStretches = 64;

// Saying that something is missing may cost this part of a budget.
constexpr std::int64_t kGapShare = 50;

constexpr std::string_view kSummaryHead = "What happened earlier in this conversation, in short:";

std::string left_out_line(std::int64_t count) {
  return "(" + std::to_string(count) +
         (count == 1 ? " earlier message is" : " earlier messages are") + " not shown here.)";
}

Shown as_it_is(const Transcript& transcript, std::size_t index) {
  Shown shown{transcript.cost_of(index), {}, index};
  shown.fate.first = transcript.forgotten() + static_cast<std::int64_t>(index);
  shown.fate.before = shown.cost.tokens();
  return shown;
}

MessageFate gone(MessageFate fate, FateReason reason) {
  fate.fate = Fate::dropped;
  fate.reason = reason;
  fate.after = 0;
  return fate;
}

void shorten(Shown& shown, FateReason reason) {
  if (shown.fate.fate == Fate::shortened) return;
  shown.fate.fate = Fate::shortened;
  shown.fate.reason = reason;
}

// How many of the messages come before the transcript's message `index`.
std::size_t count_before(const ShownHistory& history, std::size_t index) {
  const auto end = std::partition_point(history.about.begin(), history.about.end(),
                                        [index](const Shown& each) { return *each.index < index; });
  return static_cast<std::size_t>(end - history.about.begin());
}

void leave_out_heartbeats(ShownHistory& history, const HeartbeatTurns& turns) {
  const std::size_t end = count_before(history, history.cut.heartbeats_before);
  if (end == 0 || turns.prompts.empty()) return;
  const std::vector<MessageRange> ranges =
      heartbeats_without_news({history.messages.data(), end}, turns);
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    const auto first = static_cast<std::ptrdiff_t>(range->first);
    const auto last = static_cast<std::ptrdiff_t>(range->end);
    for (std::size_t i = range->first; i < range->end; ++i) {
      history.gone.push_back(gone(history.about[i].fate, FateReason::nothing_new));
    }
    history.messages.erase(history.messages.begin() + first, history.messages.begin() + last);
    history.about.erase(history.about.begin() + first, history.about.begin() + last);
  }
}

void leave_out_images(ShownHistory& history) {
  const std::size_t end = count_before(history, history.cut.images_before);
  for (std::size_t i = 0; i < end; ++i) {
    if (remove_images(history.messages[i]) > 0) shorten(history.about[i], FateReason::old_image);
  }
}

void shrink(ShownHistory& history, const Transcript& transcript, const ResultLimits& limits) {
  ShrunkResults shrunk = shrink_results(std::move(history.messages), limits, history.cut.results);
  history.messages = std::move(shrunk.messages);
  history.cut.results = std::move(shrunk.memory);
  if (shrunk.texts == 0) return;
  for (std::size_t i = 0; i < history.messages.size(); ++i) {
    if (history.messages[i].role != Role::tool) continue;
    const Message& original = transcript.messages()[*history.about[i].index];
    if (history.messages[i] != original) shorten(history.about[i], FateReason::result_limit);
  }
}

// Which message of a history a message of its paired form was. Others than results keep their
// order, and a result is found by its call's id.
class Origins {
 public:
  explicit Origins(const std::vector<Message>& messages) : messages_(messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].role != Role::tool) {
        others_.push_back(i);
        continue;
      }
      for (const Part& part : messages[i].parts) {
        if (part.kind == PartKind::tool_result) results_[part.call_id].push_back({i, &part});
      }
    }
  }

  std::optional<std::size_t> of(const Message& message) {
    if (message.role != Role::tool) {
      const std::size_t found = others_.front();
      others_.pop_front();
      return found;
    }
    std::deque<Result>& candidates = results_[message.parts.front().call_id];
    const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Result& each) {
      return *each.part == message.parts.front();
    });
    if (found == candidates.end()) return std::nullopt;
    const std::size_t at = found->message;
    candidates.erase(found);
    return at;
  }

 private:
  struct Result {
    std::size_t message;
    const Part* part;
  };

  const std::vector<Message>& messages_;
  std::deque<std::size_t> others_;
  std::unordered_map<std::string, std::deque<Result>> results_;
};

Shown missing_result() {
  Shown added;
  added.fate.fate = Fate::added;
  added.fate.reason = FateReason::missing_result;
  return added;
}

void pair(ShownHistory& history) {
  if (pairs_intact(history.messages)) return;
  Origins origins(history.messages);
  std::vector<bool> used(history.messages.size());
  std::vector<Message> paired = repair_pairs(history.messages);
  std::vector<Shown> about;
  for (const Message& message : paired) {
    const std::optional<std::size_t> origin = origins.of(message);
    about.push_back(origin ? history.about[*origin] : missing_result());
    if (!origin) continue;
    // A message of several results becomes several; the first stands for what it cost.
    if (used[*origin]) about.back().fate.before = 0;
    if (message != history.messages[*origin]) shorten(about.back(), FateReason::unpaired);
    used[*origin] = true;
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) history.gone.push_back(gone(history.about[i].fate, FateReason::unpaired));
  }
  history.messages = std::move(paired);
  history.about = std::move(about);
}

// What was changed, or was never in the transcript, has no price yet.
void price_what_is_new(ShownHistory& history, const Pricer& pricer) {
  std::vector<std::size_t> which;
  std::vector<Message> messages;
  for (std::size_t i = 0; i < history.messages.size(); ++i) {
    if (history.about[i].fate.fate == Fate::kept) continue;
    which.push_back(i);
    messages.push_back(history.messages[i]);
  }
  if (which.empty()) return;
  const std::vector<Cost> costs = pricer.costs(messages);
  for (std::size_t i = 0; i < which.size(); ++i) history.about[which[i]].cost = costs[i];
}

void put_ahead(ShownHistory& history, const Transcript& transcript, const Showing& showing) {
  std::vector<Message> messages;
  std::vector<Shown> about;
  if (auto gap = message_for_the_gap(history.cut, transcript, showing)) {
    Shown shown;
    shown.cost = showing.pricer.cost(*gap);
    shown.fate.section = Section::summary;
    shown.fate.fate = Fate::added;
    shown.fate.reason = FateReason::marks_the_gap;
    messages.push_back(*std::move(gap));
    about.push_back(shown);
  }
  for (const std::size_t index : transcript.pinned()) {
    if (index >= history.cut.first_kept) break;
    messages.push_back(transcript.messages()[index]);
    about.push_back(as_it_is(transcript, index));
    about.back().fate.section = Section::pinned;
    about.back().fate.reason = FateReason::pinned;
  }
  history.ahead = messages.size();
  if (messages.empty()) return;
  history.messages.insert(history.messages.begin(), std::make_move_iterator(messages.begin()),
                          std::make_move_iterator(messages.end()));
  history.about.insert(history.about.begin(), about.begin(), about.end());
}

// Limits that shorten nothing but what the memory says.
ResultLimits no_limits() {
  return {kMaxCount, kMaxCount, {}};
}

}  // namespace

void HistoryCut::mark(std::size_t first, std::size_t end, Fate fate, FateReason reason) {
  if (first >= end) return;
  std::vector<Unshown> marked;
  const auto add = [&marked](const Unshown& next) {
    if (next.end <= (marked.empty() ? 0 : marked.back().end)) return;
    const bool extends =
        !marked.empty() && marked.back().fate == next.fate && marked.back().reason == next.reason;
    if (extends) {
      marked.back().end = next.end;
    } else {
      marked.push_back(next);
    }
  };
  for (const Unshown& each : unshown) add({std::min(each.end, first), each.fate, each.reason});
  add({end, fate, reason});
  for (const Unshown& each : unshown) add(each);
  if (marked.size() > kMaxStretches) marked.erase(marked.begin());
  unshown = std::move(marked);
}

std::int64_t HistoryCut::dropped() const {
  std::size_t number = first_kept;
  std::size_t first = 0;
  for (const Unshown& each : unshown) {
    if (each.fate == Fate::summarised) number -= each.end - first;
    first = each.end;
  }
  return static_cast<std::int64_t>(number);
}

void HistoryCut::forget(std::size_t count) {
  for (std::size_t* index : {&first_kept, &summarised, &heartbeats_before, &images_before}) {
    *index -= std::min(*index, count);
  }
  for (Unshown& each : unshown) each.end -= std::min(each.end, count);
  std::erase_if(unshown, [](const Unshown& each) { return each.end == 0; });
  if (stuck && *stuck < count) stuck.reset();
  if (stuck) *stuck -= count;
}

std::int64_t pinned_in_front(const HistoryCut& cut, const Transcript& transcript) {
  std::int64_t number = 0;
  for (const std::size_t index : transcript.pinned()) {
    if (index >= cut.first_kept) break;
    const auto stretch = std::find_if(cut.unshown.begin(), cut.unshown.end(),
                                      [index](const Unshown& each) { return index < each.end; });
    number += stretch == cut.unshown.end() || stretch->fate != Fate::summarised ? 1 : 0;
  }
  return number;
}

std::optional<Message> message_for_the_gap(const HistoryCut& cut, const Transcript& transcript,
                                           const Showing& showing) {
  std::string text;
  if (!cut.summary.empty()) text = std::string(kSummaryHead) + "\n\n" + cut.summary;
  const std::int64_t missing = cut.left_out - pinned_in_front(cut, transcript);
  if (missing > 0) text += (text.empty() ? "" : "\n\n") + left_out_line(missing);
  if (text.empty()) return std::nullopt;
  Message message = text_message(Role::user, std::move(text));
  if (!cut.summary.empty()) return message;
  const std::int64_t weight = showing.scale.weight(showing.pricer.cost(message));
  if (weight > showing.budget_weight / kGapShare) return std::nullopt;
  return message;
}

ShownHistory show_history(const Transcript& transcript, HistoryCut cut,
                          const std::optional<ResultLimits>& limits, const Showing& showing) {
  ShownHistory history;
  history.cut = std::move(cut);
  history.messages = transcript.messages_from(history.cut.first_kept);
  history.about.reserve(history.messages.size());
  for (std::size_t i = history.cut.first_kept; i < transcript.size(); ++i) {
    history.about.push_back(as_it_is(transcript, i));
  }
  history.dropped = history.cut.dropped() - pinned_in_front(history.cut, transcript);
  leave_out_heartbeats(history, showing.heartbeats);
  leave_out_images(history);
  if (limits || !history.cut.results.chars.empty()) {
    shrink(history, transcript, limits.value_or(no_limits()));
  }
  pair(history);
  price_what_is_new(history, showing.pricer);
  put_ahead(history, transcript, showing);
  for (Shown& each : history.about) {
    each.fate.after = each.cost.tokens();
    history.cost += each.cost;
  }
  return history;
}

}  // namespace vagus
