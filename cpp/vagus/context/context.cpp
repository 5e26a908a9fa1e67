#include "vagus/context/context.hpp"

#include <algorithm>
#include <cassert>

#include "vagus/base/json.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/text_price.hpp"
#include "vagus/text/unicode.hpp"

/// What a context remembers. How prompts are made of it: assembly.cpp.
namespace vagus {
namespace {

// The start of the newest turns within both bounds.
std::size_t start_within(const Transcript& transcript, const ReplayConfig& bounds) {
  const std::size_t size = transcript.size();
  const std::size_t messages = std::min(size, static_cast<std::size_t>(bounds.max_messages));
  return std::max(transcript.turn_at_or_after(size - messages),
                  transcript.turn_within(bounds.max_tokens));
}

bool may_be_pinned(const Message& message) {
  return message.role != Role::tool &&
         std::all_of(message.parts.begin(), message.parts.end(), [](const Part& part) {
           return part.kind == PartKind::text || part.kind == PartKind::image;
         });
}

MaybeError check_turn_key(const std::string& key) {
  if (!key.empty() && key.size() <= kMaxKeyBytes && is_valid_utf8(key)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, "key", key,
                    "must be UTF-8 of 1 to " + std::to_string(kMaxKeyBytes) + " bytes");
}

std::int64_t count(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

std::int64_t price_of(const std::vector<Message>& messages) {
  std::int64_t tokens = 0;
  for (const Message& each : messages) tokens += estimate_tokens(each, Profile::vagus);
  return tokens;
}

bool found_nothing(const CommittedTurn& turn) {
  return turn.heartbeat && !turn.messages.empty() &&
         acknowledges(turn.messages.back(), turn.ack_max_chars);
}

}  // namespace

Context::Context(ContextKey key, Profile profile, const Limits& limits)
    : key_(std::move(key)), limits_(limits), transcript_(profile) {
  assert(!key_.empty());
}

MaybeError Context::check_append(const Message& message, bool pinned) const {
  if (message.role == Role::system) {
    return make_error(ErrorCode::invalid_input, "message.role", "system",
                      "must be user, assistant or tool in a history");
  }
  if (auto failed = check_message("message", message, limits_)) return failed;
  if (!pinned) return std::nullopt;
  if (!may_be_pinned(message)) {
    return make_error(ErrorCode::invalid_input, "pinned", "true",
                      "only a user's or assistant's message of text and images can be pinned");
  }
  if (transcript_.pinned().size() < kPinnedMessages) return std::nullopt;
  return make_error(ErrorCode::invalid_input, "pinned", "true",
                    "at most " + std::to_string(kPinnedMessages) + " messages can be pinned");
}

MaybeError Context::append(Message message, const AppendOptions& options) {
  if (auto failed = check_append(message, options.pinned)) return failed;
  try {
    const Cost cost = Pricer(profile(), options.counter).cost(message);
    take_in(std::move(message), cost, options.pinned);
  } catch (const Exception& failed) {
    return failed.error();
  }
  return std::nullopt;
}

Result<TurnStatus> Context::commit_turn(const CommittedTurn& turn, const TextCounter* counter) {
  if (auto failed = check_turn_key(turn.key)) return *failed;
  for (std::size_t i = 0; i < turn.messages.size(); ++i) {
    auto failed = check_append(turn.messages[i], false);
    if (!failed) continue;
    const std::string field = failed->field.substr(std::string_view("message").size());
    return renamed(*failed, join_path("messages", i) + field);
  }
  const bool known = std::find(committed_.begin(), committed_.end(), turn.key) != committed_.end();
  if (known) return TurnStatus::duplicate;
  std::vector<Cost> costs;
  try {
    costs = Pricer(profile(), counter).costs(turn.messages);
  } catch (const Exception& failed) {
    return failed.error();
  }
  committed_.push_back(turn.key);
  if (committed_.size() > kRememberedTurns) committed_.pop_front();
  if (found_nothing(turn)) return TurnStatus::left_out;
  for (std::size_t i = 0; i < turn.messages.size(); ++i) {
    take_in(turn.messages[i], costs[i], false);
  }
  return TurnStatus::committed;
}

void Context::take_in(Message message, const Cost& cost, bool pinned) {
  transcript_.append(std::move(message), cost, pinned);
  if (static_cast<std::int64_t>(transcript_.size()) > limits_.transcript_messages) {
    forget_oldest_turns();
  }
}

// Goes down to 90 % of the limit, so that moving the rest is paid for by many appends. A single
// turn beyond the limit is the one case in which a turn does not go as a whole.
void Context::forget_oldest_turns() {
  const std::size_t size = transcript_.size();
  const auto limit = static_cast<std::size_t>(limits_.transcript_messages);
  const std::size_t low = limit - limit / 10;
  std::size_t count = transcript_.turn_at_or_after(size - low);
  if (count == size) count = transcript_.newest_turn();
  if (count == size || size - count > limit) count = size - low;
  transcript_.forget(count);
  for (auto& [budget, shown] : cuts_) {
    const bool forgets_shown = shown.cut.first_kept < count;
    shown.cut.forget(count);
    shown.shown -= std::min(shown.shown, count);
    if (!forgets_shown) continue;
    shown.cost = transcript_.cost_from(0) + Cost{0, text_tokens(shown.cut.summary)};
    shown.shown = transcript_.size();
  }
}

void Context::remember(std::int64_t budget_tokens, Remembered shown) {
  if (cuts_.size() == kRememberedCuts && !cuts_.count(budget_tokens)) {
    cuts_.erase(std::min_element(
        cuts_.begin(), cuts_.end(),
        [](const auto& left, const auto& right) { return left.second.used < right.second.used; }));
  }
  shown.used = ++uses_;
  cuts_.insert_or_assign(budget_tokens, std::move(shown));
}

SummaryReview Context::summarised(const SummaryTask& task, std::string_view text) {
  const HistoryCut cut = cut_for(task.budget);
  const std::int64_t first = task.first - transcript_.forgotten();
  const std::int64_t end = task.end - transcript_.forgotten();
  // What is summarised must go on where the summary that is shown ends.
  const bool continues = task.context_key == key_.str() && task.previous == cut.summary &&
                         first >= count(cut.summarised) && first < end &&
                         end <= count(transcript_.size());
  if (!continues) return {SummaryVerdict::stale, {}, {}};
  const std::string summary = bounded_summary(text, task);
  if (is_blank(summary)) {
    summary_failed(task);
    return {SummaryVerdict::empty, {}, {}};
  }
  std::vector<SummaryFault> faults = check_summary(summary, task.identifiers, task.latest_ask);
  if (!faults.empty()) {
    if (task.attempt < kSummaryAttempts) {
      return {SummaryVerdict::faulty, faults, asked_again(task, faults)};
    }
    summary_failed(task);
    return {SummaryVerdict::faulty, std::move(faults), {}};
  }
  if (text_tokens(summary) >= text_tokens(task.previous) + price_of(task.messages)) {
    summary_failed(task);
    return {SummaryVerdict::growing, {}, {}};
  }
  adopt(cut, summary, static_cast<std::size_t>(first), static_cast<std::size_t>(end), task.budget);
  return {SummaryVerdict::adopted, {}, {}};
}

// When it comes late, some or all of its messages were left out in the meantime: they no longer
// are.
void Context::adopt(HistoryCut cut, const std::string& summary, std::size_t first, std::size_t end,
                    std::int64_t budget_tokens) {
  const Scale scale;
  const std::size_t shown_from = std::max(cut.first_kept, first);
  // What a limit of turns took from the prompt that the task was for.
  cut.left_out += count(shown_from - cut.first_kept);
  cut.mark(cut.first_kept, shown_from, Fate::dropped, FateReason::history_limit);
  cut.left_out -= std::min(cut.left_out, count(std::min(shown_from, end) - first));
  if (shown_from < end) {
    const Cost before = transcript_.cost_between(shown_from, end) +
                        Cost{0, text_tokens(cut.summary) - text_tokens(summary)};
    cut.gained += std::max<std::int64_t>(0, scale.weight(before));
  }
  cut.summary = summary;
  cut.mark(first, end, Fate::summarised, FateReason::over_budget);
  cut.summarised = end;
  cut.in_summary += count(end - first);
  cut.first_kept = std::max(shown_from, end);
  cut.stuck.reset();
  const Cost cost = transcript_.cost_from(cut.first_kept) + Cost{0, text_tokens(summary)};
  remember(budget_tokens, {std::move(cut), cost, transcript_.size()});
}

void Context::summary_failed(const SummaryTask& task) {
  if (task.context_key != key_.str()) return;
  const std::int64_t first = task.first - transcript_.forgotten();
  if (first < 0 || first > count(transcript_.size())) return;
  const auto known = cuts_.find(task.budget);
  Remembered shown = known == cuts_.end() ? Remembered{} : known->second;
  shown.cut.stuck = static_cast<std::size_t>(first);
  remember(task.budget, std::move(shown));
}

HistoryCut Context::cut_for(std::int64_t budget_tokens) const {
  const auto found = cuts_.find(budget_tokens);
  return found == cuts_.end() ? HistoryCut{} : found->second.cut;
}

std::string Context::summary(std::int64_t budget_tokens) const {
  return cut_for(budget_tokens).summary;
}

std::vector<Message> Context::newest(const ReplayConfig& replay) const {
  if (replay.max_messages <= 0 || replay.max_tokens <= 0) return {};
  const std::size_t start = start_within(transcript_, replay);
  const Transcript repaired(profile(), repair_pairs(transcript_.messages_from(start)));
  return repaired.messages_from(start_within(repaired, replay));
}

}  // namespace vagus
