#include <algorithm>
#include <iterator>
#include <utility>

#include "vagus/context/context.hpp"
#include "vagus/context/digest.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/prompt_parts.hpp"

/// How a context makes a prompt.
namespace vagus {
namespace {

// How often room is made for what a provider's rules add.
constexpr int kRuleRounds = 8;

// A report is asked for when the history could be within the budget by it, however wrong the
// estimates are.
constexpr std::int64_t kAnchorReach = 4;

std::int64_t count(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

std::vector<Message> system_messages(const std::string& system) {
  if (system.empty()) return {};
  return {text_message(Role::system, system)};
}

std::int64_t charge_of(const Price& price) {
  return price.tokens + price.reserve;
}

void add(Digest& digest, const std::vector<Message>& messages) {
  for (const Message& message : messages) {
    digest.add(static_cast<std::uint64_t>(message.role));
    for (const Part& part : message.parts) {
      digest.add(static_cast<std::uint64_t>(part.kind));
      for (const std::string* text :
           {&part.text, &part.call_id, &part.name, &part.arguments, &part.data}) {
        digest.add(*text);
      }
    }
  }
}

std::uint64_t name_of_turn(const std::vector<Message>& messages) {
  Digest digest;
  add(digest, messages);
  return digest.word();
}

// What making a prompt fit took, step by step, in tokens with the margin.
class Recovery {
 public:
  explicit Recovery(std::int64_t tokens) : tokens_(tokens) {}

  /// The prompt costs `tokens` after a rung; not recorded when that is not less.
  void step(Rung rung, std::int64_t tokens) {
    if (tokens >= tokens_) return;
    steps_.push_back({rung, tokens_, tokens});
    tokens_ = tokens;
  }

  std::vector<RecoveryStep> steps() && { return std::move(steps_); }

 private:
  std::int64_t tokens_;
  std::vector<RecoveryStep> steps_;
};

void move_onto(std::vector<Message>& prompt, std::vector<Message> messages) {
  prompt.insert(prompt.end(), std::make_move_iterator(messages.begin()),
                std::make_move_iterator(messages.end()));
}

}  // namespace

Scale scale_of(const AssemblyRequest& request) {
  if (request.prices == nullptr) return {};
  return {request.prices->ratio(request.model)};
}

/// A prompt in the making.
struct Context::Draft {
  PromptParts parts;
  FitRequest wanted;
  HistoryFit fit;
  std::optional<Price> anchor;  ///< what the provider's last report says of it
  bool sent_as_it_is = false;   ///< by the report it fits, whatever the estimates say
  std::int64_t gained = 0;      ///< weight that summaries took away before

  bool crowded() const {
    return !sent_as_it_is && parts.scale.weight(fit.shown.cost) > wanted.room;
  }
};

const Context::Priced& Context::priced(const AssemblyRequest& request) const {
  const bool counted = request.counter != nullptr;
  if (priced_.counted == counted && priced_.system == request.system &&
      priced_.tools == request.tools) {
    return priced_;
  }
  const Pricer pricer(profile(), request.counter);
  const Cost system = sum_of(pricer.costs(system_messages(request.system)));
  priced_ = {request.system, request.tools, counted, system, pricer.cost(request.tools)};
  return priced_;
}

PromptParts Context::parts_of(const AssemblyRequest& request) const {
  const Pricer pricer(profile(), request.counter);
  const Priced& known = priced(request);
  PromptParts parts{pricer, scale_of(request), known.system_cost, known.tools_cost, {}, {}, {}, {}};
  parts.asked_replay = Stretch(repair_pairs(request.replay), pricer).turns();
  parts.asked_turn = parts.turn = Stretch(repair_pairs(request.turn), pricer);
  return parts;
}

// ---- what the provider reported

// Names all that a prompt has in front of the messages that are new since the one before.
std::int64_t Context::revision_of(const AssemblyRequest& request, const HistoryCut& cut) const {
  Digest digest;
  digest.add(request.model);
  digest.add(request.system);
  for (const ToolSchema& tool : request.tools) {
    for (const std::string* text : {&tool.name, &tool.description, &tool.parameters}) {
      digest.add(*text);
    }
  }
  add(digest, request.replay);
  digest.add(cut.summary);
  for (const std::size_t index : {cut.first_kept, cut.heartbeats_before, cut.images_before}) {
    digest.add(static_cast<std::uint64_t>(transcript_.forgotten() + count(index)));
  }
  digest.add(static_cast<std::uint64_t>(cut.left_out));
  for (const auto& [name, chars] : cut.results.chars) {
    digest.add(name);
    digest.add(static_cast<std::uint64_t>(chars));
  }
  return static_cast<std::int64_t>(digest.word() % static_cast<std::uint64_t>(kMaxCount));
}

// The prompt was sent, and its newest turn was remembered as it was shown.
bool Context::continues(const SentPrompt& sent) const {
  const std::int64_t first = sent.end - transcript_.forgotten();
  if (first < 0 || first + sent.turn_messages > count(transcript_.size())) return false;
  const auto begin = transcript_.messages().begin() + first;
  return name_of_turn({begin, begin + sent.turn_messages}) == sent.turn;
}

// The price by the provider's last report, when the prompt begins with the one that it is about.
std::optional<Price> Context::anchored(const AssemblyRequest& request, const PromptParts& parts,
                                       const HistoryCut& cut, const Cost& history) const {
  if (request.prices == nullptr || !anchor_) return std::nullopt;
  const std::int64_t revision = revision_of(request, cut);
  if (anchor_->revision != revision || !continues(*anchor_)) return std::nullopt;
  const Cost cost = parts.cost() + parts.asked_replay.cost + history;
  const Result<Price> price = request.prices->price(request.model, revision, cost.tokens());
  if (!price || price->source != PriceSource::anchored) return std::nullopt;
  return *price;
}

// Estimates are not off by more than this, so a longer history is beyond the budget in any case.
bool Context::may_be_anchored(const AssemblyRequest& request, const HistoryCut& cut) const {
  if (request.prices == nullptr || !anchor_) return false;
  return transcript_.tokens_from(cut.first_kept) <= kAnchorReach * request.budget.tokens;
}

// ---- making

std::variant<Assembly, SummaryTask, Overflow> Context::assemble(const AssemblyRequest& request) {
  std::int64_t less = 0;
  for (int round = 0;; ++round) {
    Draft draft = drafted(request, less);
    if (draft.fit.task) {
      draft.fit.task->context_key = key_.str();
      return *std::move(draft.fit.task);
    }
    const bool crowded = draft.crowded();
    Assembly assembly = assembled(request, draft, less);
    std::int64_t excess = std::max<std::int64_t>(0, assembly.ledger.overflow);
    if (excess == 0 && request.rules) {
      const std::int64_t unused = request.budget.tokens - assembly.ledger.estimated;
      excess = obey(assembly, request);
      if (excess > 0 && round < kRuleRounds) {
        less = std::max(less, unused * kTokenWeight) + excess * kTokenWeight;
        continue;
      }
    }
    if (excess > 0) return Overflow{std::move(assembly.ledger)};
    if (!crowded) {
      ShownHistory& shown = draft.fit.shown;
      remember(request.budget.tokens, {std::move(shown.cut), shown.cost, transcript_.size()});
    }
    return assembly;
  }
}

// The history as it is shown, or the summary to ask for, where the whole prompt may weigh `less`
// than its budget.
Context::Draft Context::drafted(const AssemblyRequest& request, std::int64_t less) const {
  Draft draft{parts_of(request), {}, {}, {}, false, 0};
  PromptParts& parts = draft.parts;
  const std::int64_t budget = request.budget.tokens * kTokenWeight;
  const Showing showing{parts.pricer, parts.scale, budget, request.heartbeats};
  const std::int64_t room = budget - less - parts.scale.weight(parts.cost());
  Cost pinned;
  for (const std::size_t index : transcript_.pinned()) pinned += transcript_.cost_of(index);
  parts.replay = parts.asked_replay.newest_within(parts.scale, room - parts.scale.weight(pinned));
  draft.wanted = {room - parts.scale.weight(parts.replay.cost), request.budget.window,
                  request.budget.tokens, request.summarise, false};

  HistoryCut cut = beginning_of(transcript_, cut_for(request.budget.tokens), request.history_turns);
  draft.gained = std::exchange(cut.gained, 0);
  draft.wanted.summarising = draft.gained > 0;
  if (may_be_anchored(request, cut)) {
    ShownHistory as_it_is = show_history(transcript_, cut, std::nullopt, showing);
    draft.anchor = anchored(request, parts, as_it_is.cut, as_it_is.cost);
    const std::int64_t excess =
        draft.anchor ? charge_of(*draft.anchor) * kTokenWeight - (budget - less) : 0;
    if (draft.anchor && excess <= 0) {
      draft.sent_as_it_is = true;
      draft.fit.shown = std::move(as_it_is);
      parts.replay = parts.asked_replay;
      return draft;
    }
    // What the provider's count is too much must go, whatever the estimates say.
    if (draft.anchor) {
      const std::int64_t weight = parts.scale.weight(as_it_is.cost);
      draft.wanted.room = std::min(draft.wanted.room, weight - excess);
    }
  }
  draft.fit = fit_history(transcript_, std::move(cut), draft.wanted, showing);
  return draft;
}

Assembly Context::assembled(const AssemblyRequest& request, Draft& draft, std::int64_t less) const {
  PromptParts& parts = draft.parts;
  const ShownHistory& history = draft.fit.shown;
  std::vector<RecoveryStep> steps = recovered(request, draft, less);
  Assembly assembly;
  const std::optional<Price> anchor = draft.sent_as_it_is ? draft.anchor : std::nullopt;
  assembly.ledger = ledger_of(request, parts, history, anchor);
  assembly.ledger.steps = std::move(steps);
  assembly.plan = plan_of(request, parts, history, transcript_);
  assembly.sent = {revision_of(request, history.cut), assembly.ledger.raw,
                   transcript_.forgotten() + count(transcript_.size()),
                   name_of_turn(parts.turn.messages), count(parts.turn.messages.size())};
  assembly.turn = parts.turn.messages;
  assembly.messages = system_messages(request.system);
  move_onto(assembly.messages, std::move(draft.fit.shown.messages));
  move_onto(assembly.messages, std::move(parts.replay.messages));
  move_onto(assembly.messages, std::move(parts.turn.messages));
  return assembly;
}

// What was done, rung by rung; the last one, the newest turn, is done here.
std::vector<RecoveryStep> Context::recovered(const AssemblyRequest& request, Draft& draft,
                                             std::int64_t less) const {
  PromptParts& parts = draft.parts;
  const Scale& scale = parts.scale;
  const std::int64_t fixed = scale.weight(parts.cost());
  const std::int64_t asked = fixed + scale.weight(parts.asked_replay.cost);
  const Cost history = draft.fit.shown.cost;
  const std::int64_t start =
      draft.anchor ? charge_of(*draft.anchor) : Scale::tokens_of(asked + draft.fit.as_it_is);
  Recovery recovery(start + Scale::tokens_of(draft.gained));
  recovery.step(Rung::summarise, start);
  if (draft.sent_as_it_is) return std::move(recovery).steps();
  for (const auto& [rung, after] : draft.fit.rungs) {
    if (rung != Rung::drop_turns) recovery.step(rung, Scale::tokens_of(asked + after));
  }
  const std::int64_t rest = scale.weight(parts.replay.cost) + scale.weight(history);
  recovery.step(Rung::drop_turns, Scale::tokens_of(fixed + rest));
  if (draft.crowded() && profile() == Profile::vagus && request.may_cut_turn) {
    const std::int64_t others = scale.weight(parts.system + parts.tools) + rest;
    const std::int64_t room = request.budget.tokens * kTokenWeight - less - others;
    parts.turn = parts.asked_turn.fitted(room, scale, parts.pricer);
    recovery.step(Rung::shrink_turn, Scale::tokens_of(others + scale.weight(parts.turn.cost)));
  }
  return std::move(recovery).steps();
}

// Puts the messages as the provider's rules want them; gives the tokens by which they are then
// beyond the budget, or 0.
std::int64_t Context::obey(Assembly& assembly, const AssemblyRequest& request) const {
  std::vector<Message> repaired = repair_turns(assembly.messages, *request.rules);
  if (repaired == assembly.messages) return 0;
  const Pricer pricer(profile(), request.counter);
  const Cost before = sum_of(pricer.costs(assembly.messages));
  const Cost after = sum_of(pricer.costs(repaired));
  assembly.messages = std::move(repaired);
  const Scale scale = scale_of(request);
  const std::int64_t added = scale.charge(after) - scale.charge(before);
  // Fewer messages cost a little less; the ledger may say more than there is.
  if (added <= 0) return 0;
  Ledger& ledger = assembly.ledger;
  ledger.parts.push_back({"rules", 0, after.tokens() - before.tokens(), 0});
  ledger.raw += ledger.parts.back().tokens;
  ledger.estimated += added;
  ledger.overflow = std::max<std::int64_t>(0, ledger.estimated - ledger.budget);
  return ledger.overflow;
}

// What a prompt shows under a cut that none was made with yet.
Cost Context::cost_under(const HistoryCut& cut, const AssemblyRequest& request,
                         const PromptParts& parts) const {
  const Showing showing{parts.pricer, parts.scale, request.budget.tokens * kTokenWeight,
                        request.heartbeats};
  Cost cost = transcript_.cost_from(cut.first_kept);
  for (const std::size_t index : transcript_.pinned()) {
    if (index < cut.first_kept) cost += transcript_.cost_of(index);
  }
  if (const auto gap = message_for_the_gap(cut, transcript_, showing)) {
    cost += parts.pricer.cost(*gap);
  }
  return cost;
}

Pressure Context::admit(const AssemblyRequest& request) const {
  const PromptParts parts = parts_of(request);
  const auto known = cuts_.find(request.budget.tokens);
  const HistoryCut cut =
      beginning_of(transcript_, cut_for(request.budget.tokens), request.history_turns);
  // What came since the last prompt is shown as it is.
  const Cost history = known != cuts_.end() && known->second.cut.first_kept == cut.first_kept
                           ? known->second.cost + transcript_.cost_from(known->second.shown)
                           : cost_under(cut, request, parts);
  const std::optional<Price> anchor = anchored(request, parts, cut, history);
  const Cost cost = parts.cost() + parts.asked_replay.cost + history;
  const std::int64_t charge = anchor ? charge_of(*anchor) : parts.scale.charge(cost);
  std::int64_t reducible = 0;
  if (charge > request.budget.tokens) {
    const std::size_t near =
        transcript_.turn_within(parts.scale, kAnchorReach * request.budget.tokens * kTokenWeight);
    const ResultPotential potential =
        result_potential(transcript_.messages_from(std::max(near, cut.first_kept)),
                         result_limits_of(request.budget.window));
    reducible = potential.oversized_reducible + potential.all_reducible;
  }
  return pressure_of(charge, request.budget, reducible);
}

}  // namespace vagus
