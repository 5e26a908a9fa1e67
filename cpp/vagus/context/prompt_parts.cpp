#include "vagus/context/prompt_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "vagus/context/estimate.hpp"
#include "vagus/context/turn_fit.hpp"

namespace vagus {
namespace {

// How often a turn is cut anew because its cut form weighs more than was reckoned.
constexpr int kTurnRounds = 8;

std::int64_t count(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

bool is_user(const Message& message) {
  return message.role == Role::user;
}

// The part of `tokens` that `room` is of `weight`.
std::int64_t share(std::int64_t tokens, std::int64_t room, std::int64_t weight) {
  if (room <= 0 || weight <= 0) return 0;
  return static_cast<std::int64_t>(static_cast<__int128>(tokens) * room / weight);
}

// The parts of a ledger, by section.
class Parts {
 public:
  explicit Parts(Profile profile) : profile_(profile) {
    for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i].name = enum_names(Section{})[i];
  }

  void add(Section section, std::int64_t messages, const Cost& cost) {
    at(section).messages += messages;
    at(section).tokens += cost.tokens();
  }

  void add(Section section, const Message& message, const Cost& cost) {
    add(section, 1, cost);
    if (profile_ == Profile::vagus) at(section).images += image_tokens(message);
  }

  void add(Section section, const Stretch& stretch) {
    for (std::size_t i = 0; i < stretch.messages.size(); ++i) {
      add(section, stretch.messages[i], stretch.costs[i]);
    }
  }

  std::vector<LedgerPart> all() const { return {parts_.begin(), parts_.end()}; }

 private:
  LedgerPart& at(Section section) { return parts_[static_cast<std::size_t>(section)]; }

  Profile profile_;
  std::array<LedgerPart, enum_names(Section{}).size()> parts_;
};

// Lines of a plan; those about nothing are left out.
class PlanLines {
 public:
  void add(Section section, std::int64_t first, std::int64_t number, Fate fate, FateReason reason,
           const Cost& before, const Cost& after) {
    if (number > 0) {
      plan_.push_back({section, first, number, fate, reason, before.tokens(), after.tokens()});
    }
  }

  void add_sent(Section section, std::int64_t number, const Cost& cost) {
    add(section, 0, number, Fate::kept, FateReason::always_sent, cost, cost);
  }

  void add(const Plan& lines) { plan_.insert(plan_.end(), lines.begin(), lines.end()); }
  void add(const MessageFate& line) { plan_.push_back(line); }

  Plan done() && { return std::move(plan_); }

 private:
  Plan plan_;
};

// What is in front of the cut, but for the messages that are pinned.
void add_unshown(PlanLines& lines, const ShownHistory& history, const Transcript& transcript) {
  const auto range = [&](std::size_t first, std::size_t end, Fate fate, FateReason reason) {
    const auto line = [&](std::size_t from, std::size_t to) {
      if (from >= to) return;
      lines.add(Section::history, transcript.forgotten() + count(from), count(to - from), fate,
                reason, transcript.cost_between(from, to), {});
    };
    for (const std::size_t pin : transcript.pinned()) {
      if (pin < first || pin >= end) continue;
      line(first, pin);
      first = pin + 1;
    }
    line(first, end);
  };
  lines.add(Section::history, 0, transcript.forgotten(), Fate::dropped, FateReason::forgotten, {},
            {});
  std::size_t first = 0;
  for (const Unshown& each : history.cut.unshown) {
    range(first, each.end, each.fate, each.reason);
    first = each.end;
  }
  // Of a prompt that could not be made, what was not even looked at.
  range(first, history.cut.first_kept, Fate::dropped, FateReason::over_budget);
}

void add_replay(PlanLines& lines, const PromptParts& parts) {
  const std::size_t dropped = parts.asked_replay.messages.size() - parts.replay.messages.size();
  lines.add(Section::replay, 0, count(dropped), Fate::dropped, FateReason::over_budget,
            parts.asked_replay.cost - parts.replay.cost, {});
  for (std::size_t i = 0; i < parts.replay.costs.size(); ++i) {
    lines.add(Section::replay, count(dropped + i), 1, Fate::kept, FateReason::within_budget,
              parts.replay.costs[i], parts.replay.costs[i]);
  }
}

void add_turn(PlanLines& lines, const PromptParts& parts) {
  for (std::size_t i = 0; i < parts.turn.messages.size(); ++i) {
    const bool cut = parts.turn.messages[i] != parts.asked_turn.messages[i];
    lines.add(Section::prompt, count(i), 1, cut ? Fate::shortened : Fate::kept,
              cut ? FateReason::turn_too_long : FateReason::always_sent, parts.asked_turn.costs[i],
              parts.turn.costs[i]);
  }
}

}  // namespace

Stretch::Stretch(std::vector<Message> all, const Pricer& pricer)
    : messages(std::move(all)), costs(pricer.costs(messages)), cost(sum_of(costs)) {}

Stretch Stretch::from(std::size_t first) const {
  Stretch rest;
  rest.messages.assign(messages.begin() + static_cast<std::ptrdiff_t>(first), messages.end());
  rest.costs.assign(costs.begin() + static_cast<std::ptrdiff_t>(first), costs.end());
  rest.cost = sum_of(rest.costs);
  return rest;
}

Stretch Stretch::turns() const {
  const auto first = std::find_if(messages.begin(), messages.end(), is_user);
  return from(static_cast<std::size_t>(first - messages.begin()));
}

Stretch Stretch::newest_within(const Scale& scale, std::int64_t room) const {
  std::size_t first = messages.size();
  Cost newest;
  for (std::size_t i = messages.size(); i > 0; --i) {
    newest += costs[i - 1];
    if (scale.weight(newest) > room) break;
    if (is_user(messages[i - 1])) first = i - 1;
  }
  return from(first);
}

Stretch Stretch::fitted(std::int64_t room, const Scale& scale, const Pricer& pricer) const {
  std::int64_t tokens = 0;
  for (const Message& message : messages) tokens += estimate_tokens(message, Profile::vagus);
  std::int64_t wanted = share(tokens, room, scale.weight(cost));
  for (int round = 0; round < kTurnRounds && wanted > 0; ++round) {
    Stretch cut(fit_turn(messages, wanted), pricer);
    const std::int64_t weight = scale.weight(cut.cost);
    if (weight <= room) return cut;
    wanted = std::min(share(wanted, room, weight), wanted - 1);
  }
  return Stretch(fit_turn(messages, 0), pricer);
}

Ledger ledger_of(const AssemblyRequest& request, const PromptParts& parts,
                 const ShownHistory& history, const std::optional<Price>& anchor) {
  Parts by_section(parts.pricer.profile());
  by_section.add(Section::system, request.system.empty() ? 0 : 1, parts.system);
  by_section.add(Section::tools, count(request.tools.size()), parts.tools);
  for (std::size_t i = 0; i < history.messages.size(); ++i) {
    by_section.add(history.about[i].fate.section, history.messages[i], history.about[i].cost);
  }
  by_section.add(Section::replay, parts.replay);
  by_section.add(Section::prompt, parts.turn);
  const Cost cost = parts.cost() + parts.replay.cost + history.cost;
  const std::size_t replay_dropped =
      parts.asked_replay.messages.size() - parts.replay.messages.size();
  Ledger ledger =
      make_ledger(request.budget, by_section.all(), history.dropped + count(replay_dropped));
  const bool exact = request.counter != nullptr && cost.guessed == 0;
  ledger.source = exact ? PriceSource::exact : PriceSource::estimated;
  ledger.estimated = parts.scale.charge(cost);
  if (anchor) {
    ledger.source = PriceSource::anchored;
    ledger.estimated = anchor->tokens + anchor->reserve;
  }
  ledger.overflow = std::max<std::int64_t>(0, ledger.estimated - ledger.budget);
  return ledger;
}

Plan plan_of(const AssemblyRequest& request, const PromptParts& parts, const ShownHistory& history,
             const Transcript& transcript) {
  PlanLines lines;
  lines.add_sent(Section::system, request.system.empty() ? 0 : 1, parts.system);
  lines.add_sent(Section::tools, count(request.tools.size()), parts.tools);
  add_unshown(lines, history, transcript);
  Plan gone = history.gone;
  std::sort(gone.begin(), gone.end(), [](const MessageFate& left, const MessageFate& right) {
    return left.first < right.first;
  });
  lines.add(gone);
  for (const Shown& each : history.about) lines.add(each.fate);
  add_replay(lines, parts);
  add_turn(lines, parts);
  return std::move(lines).done();
}

}  // namespace vagus
