#include "vagus/context/context.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <string_view>
#include <utility>

#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/section.hpp"
#include "vagus/context/turn_fit.hpp"

namespace vagus {
namespace {

Section whole_section(Profile profile, std::vector<Message> messages) {
  return section_from(Transcript(profile, repair_pairs(std::move(messages))), 0);
}

Section system_section(Profile profile, const std::string& system) {
  if (system.empty()) return {};
  return whole_section(profile, {text_message(Role::system, system)});
}

// The start of the newest turns within both bounds.
std::size_t start_within(const Transcript& transcript, const ReplayConfig& bounds) {
  const std::size_t size = transcript.size();
  const std::size_t messages = std::min(size, static_cast<std::size_t>(bounds.max_messages));
  return std::max(transcript.turn_at_or_after(size - messages),
                  transcript.turn_within(bounds.max_tokens));
}

// What making a prompt fit took, step by step.
class Recovery {
 public:
  explicit Recovery(std::int64_t tokens) : tokens_(tokens) {}

  /// The prompt costs `tokens`, without margin, after a rung; not recorded when that is not less.
  void step(Rung rung, std::int64_t tokens) {
    if (tokens >= tokens_) return;
    steps_.push_back({rung, with_margin(tokens_), with_margin(tokens)});
    tokens_ = tokens;
  }

  std::vector<RecoveryStep> steps() && { return std::move(steps_); }

 private:
  std::int64_t tokens_;
  std::vector<RecoveryStep> steps_;
};

void move_onto(std::vector<Message>& prompt, Section section) {
  prompt.insert(prompt.end(), std::make_move_iterator(section.messages.begin()),
                std::make_move_iterator(section.messages.end()));
}

}  // namespace

Context::Context(ContextKey key, Profile profile, const Limits& limits)
    : key_(std::move(key)), limits_(limits), transcript_(profile) {
  assert(!key_.empty());
}

MaybeError Context::append(Message message) {
  if (message.role == Role::system) {
    return make_error(ErrorCode::invalid_input, "message.role", "system",
                      "must be user, assistant or tool in a history");
  }
  if (auto failed = check_message("message", message, limits_)) return failed;
  transcript_.append(std::move(message));
  if (static_cast<std::int64_t>(transcript_.size()) > limits_.transcript_messages) {
    forget_oldest_turns();
  }
  return std::nullopt;
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
  for (auto& [budget, cut] : cuts_) cut.first_kept -= std::min(cut.first_kept, count);
}

void Context::remember(std::int64_t budget_tokens, HistoryCut cut) {
  if (cuts_.size() == kRememberedCuts && !cuts_.count(budget_tokens)) cuts_.erase(cuts_.begin());
  cuts_.insert_or_assign(budget_tokens, std::move(cut));
}

std::variant<Assembly, Overflow> Context::assemble(const AssemblyRequest& request) {
  const Profile profile = transcript_.profile();
  const Budget& budget = request.budget;
  Section system = system_section(profile, request.system);
  Section turn = whole_section(profile, request.turn);
  const std::int64_t room = without_margin(budget.tokens) - system.tokens - turn.tokens;

  const Transcript repaired(profile, repair_pairs(request.replay));
  Section replay = section_from(repaired, repaired.turn_within(room));
  const auto known = cuts_.find(budget.tokens);
  HistoryFit history = fit_history(transcript_, known == cuts_.end() ? HistoryCut{} : known->second,
                                   room - replay.tokens, budget.window);

  const std::int64_t others = system.tokens + turn.tokens;
  const std::int64_t replayable = repaired.tokens_from(repaired.turn_at_or_after(0));
  Recovery recovery(others + replayable + history.as_it_is);
  recovery.step(Rung::shrink_results, others + replayable + history.with_cut_results);
  recovery.step(Rung::drop_turns, others + replay.tokens + history.section.tokens);
  if (room >= 0) {
    remember(budget.tokens, std::move(history.cut));
  } else if (profile == Profile::vagus && request.may_cut_turn) {
    turn = whole_section(profile, fit_turn(std::move(turn.messages), room + turn.tokens));
    recovery.step(Rung::shrink_turn, system.tokens + turn.tokens);
  }

  const std::size_t dropped = history.section.dropped + replay.dropped;
  Ledger ledger = make_ledger(budget,
                              {system.ledger_part("system"), history.section.ledger_part("history"),
                               replay.ledger_part("replay"), turn.ledger_part("prompt")},
                              static_cast<std::int64_t>(dropped), std::move(recovery).steps());
  if (ledger.overflow > 0) return Overflow{std::move(ledger)};
  Assembly assembly;
  assembly.ledger = std::move(ledger);
  for (Section* section : {&system, &history.section, &replay, &turn}) {
    move_onto(assembly.messages, std::move(*section));
  }
  return assembly;
}

std::vector<Message> Context::newest(const ReplayConfig& replay) const {
  if (replay.max_messages <= 0 || replay.max_tokens <= 0) return {};
  const std::size_t start = start_within(transcript_, replay);
  const Transcript repaired(transcript_.profile(), repair_pairs(transcript_.messages_from(start)));
  return repaired.messages_from(start_within(repaired, replay));
}

}  // namespace vagus
