#include "vagus/context/context.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <string_view>
#include <utility>

#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"

namespace vagus {
namespace {

// A stretch of a prompt and what had to be left out of it.
struct Section {
  std::vector<Message> messages;
  std::int64_t tokens = 0;
  std::size_t dropped = 0;

  LedgerPart ledger_part(std::string_view name) const {
    return {std::string(name), static_cast<std::int64_t>(messages.size()), tokens};
  }
};

Section section_from(const Transcript& transcript, std::size_t start) {
  return {transcript.messages_from(start), transcript.tokens_from(start), start};
}

Section whole_section(Profile profile, std::vector<Message> messages) {
  return section_from(Transcript(profile, repair_pairs(std::move(messages))), 0);
}

Section system_section(Profile profile, const std::string& system) {
  if (system.empty()) return {};
  return whole_section(profile, {text_message(Role::system, system)});
}

// The newest turns that cost at most `room`.
Section newest_section(Profile profile, const std::vector<Message>& messages, std::int64_t room) {
  const Transcript repaired(profile, repair_pairs(messages));
  return section_from(repaired, repaired.turn_within(room));
}

// Where `transcript` starts so that it costs at most `room`: where it started before if that still
// fits, else low enough to fit for many turns to come.
std::size_t cut(const Transcript& transcript, std::size_t first_kept, std::int64_t room) {
  const std::size_t unchanged = transcript.turn_at_or_after(first_kept);
  if (transcript.tokens_from(unchanged) <= room) return unchanged;
  const std::size_t low = transcript.turn_within(room * kLowWaterPercent / 100);
  return low < transcript.size() ? low : transcript.turn_within(room);
}

// The history from `first_kept`, which moves on when `room` is too small for it. Repair may add
// error results, so a repaired history is priced and cut once more; its turns are the same turns,
// and cutting at one of them separates no pair.
Section history_section(const Transcript& transcript, std::size_t& first_kept, std::int64_t room) {
  first_kept = cut(transcript, first_kept, room);
  Section history = section_from(transcript, first_kept);
  if (pairs_intact(history.messages)) return history;
  const Transcript repaired(transcript.profile(), repair_pairs(std::move(history.messages)));
  const std::size_t start = cut(repaired, 0, room);
  first_kept = transcript.turn_after(first_kept, repaired.turns_before(start));
  history = section_from(repaired, start);
  history.dropped = first_kept;
  return history;
}

// The start of the newest turns within both bounds.
std::size_t start_within(const Transcript& transcript, const ReplayConfig& bounds) {
  const std::size_t size = transcript.size();
  const std::size_t messages = std::min(size, static_cast<std::size_t>(bounds.max_messages));
  return std::max(transcript.turn_at_or_after(size - messages),
                  transcript.turn_within(bounds.max_tokens));
}

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
  for (auto& [budget, first] : first_kept_) first -= std::min(first, count);
}

std::size_t& Context::first_kept(std::int64_t budget_tokens) {
  if (first_kept_.size() == kRememberedCuts && !first_kept_.count(budget_tokens)) {
    first_kept_.erase(first_kept_.begin());
  }
  return first_kept_[budget_tokens];
}

std::variant<Assembly, Overflow> Context::assemble(const AssemblyRequest& request) {
  const Profile profile = transcript_.profile();
  const Budget& budget = request.budget;
  Section system = system_section(profile, request.system);
  Section turn = whole_section(profile, request.turn);
  std::int64_t room = without_margin(budget.tokens) - system.tokens - turn.tokens;
  if (room < 0) {
    const std::size_t dropped = transcript_.size() + request.replay.size();
    return Overflow{make_ledger(budget, {system.ledger_part("system"), turn.ledger_part("prompt")},
                                static_cast<std::int64_t>(dropped))};
  }
  Section replay = newest_section(profile, request.replay, room);
  room -= replay.tokens;
  Section history = history_section(transcript_, first_kept(budget.tokens), room);
  Assembly assembly;
  assembly.ledger = make_ledger(budget,
                                {system.ledger_part("system"), history.ledger_part("history"),
                                 replay.ledger_part("replay"), turn.ledger_part("prompt")},
                                static_cast<std::int64_t>(history.dropped + replay.dropped));
  for (Section* section : {&system, &history, &replay, &turn}) {
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
