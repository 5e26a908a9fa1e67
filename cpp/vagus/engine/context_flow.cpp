#include <iterator>

#include "vagus/context/estimate.hpp"
#include "vagus/context/history_fit.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/engine/engine.hpp"
#include "vagus/text/paragraphs.hpp"

/// A run whose prompt a context engine of the host makes: assemble; where that is beyond the
/// budget, compact and assemble again; where that does not help, the built-in engine's prompt,
/// which has been there from the start.
namespace vagus {
namespace {

std::int64_t price_of_system(const std::string& system, Profile profile) {
  return system.empty() ? 0 : estimate_tokens(text_message(Role::system, system), profile);
}

AssemblyRequest request_for(const OutsideContext& outside, const ContextAssembled& answer) {
  AssemblyRequest request;
  request.system = join_paragraphs(answer.system_prompt_addition, outside.system);
  request.budget = outside.budget;
  request.rules = outside.rules;
  request.model = outside.model;
  request.prices = &outside.prices;
  request.may_cut_turn = false;
  return request;
}

// As the engine made it, or not at all.
std::variant<Assembly, SummaryTask, Overflow> priced(Context memory, const OutsideContext& outside,
                                                     const ContextAssembled& answer) {
  AssemblyRequest request = request_for(outside, answer);
  request.turn = answer.messages;
  return memory.assemble(request);
}

// As the built-in engine would cut it if it were its own history.
std::variant<Assembly, SummaryTask, Overflow> cut(Context memory, const OutsideContext& outside,
                                                  const ContextAssembled& answer) {
  AssemblyRequest request = request_for(outside, answer);
  for (auto at = answer.messages.begin(); at != std::prev(answer.messages.end()); ++at) {
    memory.append(*at);
  }
  request.turn = {answer.messages.back()};
  return memory.assemble(request);
}

ContextCalls::Pending call_of(const ActiveRun& run, ContextRequest request) {
  ContextCalls::Pending pending;
  pending.call.engine = run.outside->config.engine;
  pending.call.method = method_of(request);
  pending.call.context_key = run.context;
  pending.call.is_heartbeat = run.kind == RunKind::heartbeat;
  pending.call.params = std::move(request);
  pending.call.routing = {run.agent, run.lane, run.id};
  pending.timeout = run.outside->config.timeout.millis();
  pending.waits = run.id;
  return pending;
}

}  // namespace

std::optional<OutsideContext> Engine::outside_for(const AgentId& id) const {
  const ContextConfig& config = context_of(config_, agent(id).config);
  if (config.engine.empty() || quarantined_.count(config.engine) > 0) return std::nullopt;
  OutsideContext outside;
  outside.config = config;
  return outside;
}

void Engine::assemble_outside(ActiveRun& run) {
  OutsideContext& outside = *run.outside;
  run.stage = RunStage::context;
  const auto held = quarantined_.find(outside.config.engine);
  if (held != quarantined_.end()) return fall_back(run, held->second);
  outside.room = scale_of(request_for(outside, {})).room(outside.budget.tokens) -
                 price_of_system(outside.system, config_.profile);
  open_context(outside.config, run.context, {run.agent, run.lane, run.id},
               run.kind == RunKind::heartbeat);
  if (run.stage != RunStage::context) return;  // quarantined: the built-in prompt is sent already
  ask_to_assemble(run);
}

void Engine::ask_to_assemble(ActiveRun& run) {
  ContextAssemble request;
  request.messages = shown_to_engine(run);
  request.prompt = text_of(run.prompt);
  request.token_budget = run.outside->room;
  request.model = run.model;
  if (offers_respond_tool(run)) request.tools.emplace_back(kRespondTool);
  call_context(call_of(run, std::move(request)));
}

// An engine that compacts by itself gets all there is; any other what would be sent without it.
std::vector<Message> Engine::shown_to_engine(const ActiveRun& run) {
  const bool whole = run.outside->config.owns_compaction && !run.isolated;
  const Context* memory = whole ? sessions_.current(run.lane, run.context) : nullptr;
  std::vector<Message> shown = memory == nullptr ? run.draft.messages : memory->messages();
  if (memory != nullptr) {
    shown = repair_pairs(std::move(shown));
    shown.push_back(run.prompt);
  } else if (shown.front().role == Role::system) {
    shown.erase(shown.begin());
  }
  return shown;
}

void Engine::ask_to_compact(ActiveRun& run, std::int64_t tokens) {
  if (contexts_.count(run.context) == 0) return fall_back(run, "its memory is over meanwhile");
  ContextCompact request;
  request.token_budget = run.outside->room;
  request.current_tokens = tokens;
  request.target_tokens = run.outside->room * kLowWaterPercent / 100;
  request.force = true;
  request.instructions = run.outside->config.instructions;
  call_context(call_of(run, std::move(request)));
}

MaybeError Engine::handle(const ContextAnswered& answered) {
  const ContextCalls::Pending* found = calls_.in_flight(answered.call_id);
  if (found == nullptr) return check_made(answered.call_id);
  // Nobody ticked at its deadline; the answer is too late all the same.
  if (found->call.deadline_ms < now_) return std::nullopt;
  const ContextCalls::Pending done = calls_.take(answered.call_id);
  if (const auto breach = breach_of(done.call.params, answered.answer, config_.limits)) {
    quarantine(done.call, *breach);
    return std::nullopt;
  }
  late_in_a_row_.erase({done.call.engine, done.call.method});
  if (ActiveRun* run = waiting_for(done)) {
    if (const auto* made = std::get_if<ContextAssembled>(&answered.answer)) {
      take_assembled(*run, done.call, *made);
    } else if (const auto* compacted = std::get_if<ContextCompacted>(&answered.answer)) {
      take_compacted(*run, *compacted);
    }
  }
  make_next_call(done.call.context_key);
  return std::nullopt;
}

MaybeError Engine::check_made(std::int64_t call_id) const {
  if (calls_.was_made(call_id)) return std::nullopt;  // it was answered, late or withdrawn
  return make_error(ErrorCode::invalid_input, "call_id", std::to_string(call_id),
                    "no such call was made");
}

ActiveRun* Engine::waiting_for(const ContextCalls::Pending& pending) {
  if (!pending.waits) return nullptr;
  const auto found = active_.find(*pending.waits);
  const bool waits = found != active_.end() && found->second.stage == RunStage::context;
  return waits ? &found->second : nullptr;
}

void Engine::take_assembled(ActiveRun& run, const ContextCall& call,
                            const ContextAssembled& answer) {
  const OutsideContext& outside = *run.outside;
  const Context fresh(run.context, config_.profile, config_.limits);
  std::variant<Assembly, SummaryTask, Overflow> made = priced(fresh, outside, answer);
  const auto* overflow = std::get_if<Overflow>(&made);
  if (overflow == nullptr) {
    if (outside.compacted) {
      ContextCalls::Pending tidy = call_of(run, ContextMaintain{MaintainReason::compaction});
      tidy.waits.reset();
      call_context(std::move(tidy));
    }
    return send_prompt(run, std::get<Assembly>(std::move(made)), outside.config.engine);
  }
  if (!outside.config.owns_compaction) {
    made = cut(fresh, outside, answer);
    auto* assembly = std::get_if<Assembly>(&made);
    if (assembly == nullptr) return fall_back(run, "what it adds cannot be cut to the budget");
    return send_prompt(run, std::move(*assembly), outside.config.engine);
  }
  if (outside.compacted) {
    return quarantine(call, "beyond the budget after a compaction that said it had succeeded");
  }
  ask_to_compact(run, overflow->ledger.raw - price_of_system(outside.system, config_.profile));
}

// A compaction that removes nothing is a failure, and is not tried again for this run.
void Engine::take_compacted(ActiveRun& run, const ContextCompacted& answer) {
  if (!has_shrunk(answer)) {
    return fall_back(run, answer.reason.empty() ? "its compaction removed nothing"
                                                : "its compaction failed: " + answer.reason);
  }
  run.outside->compacted = true;
  if (contexts_.count(run.context) == 0) return fall_back(run, "its memory is over meanwhile");
  ask_to_assemble(run);
}

void Engine::fall_back(ActiveRun& run, const std::string& reason) {
  calls_.withdraw(run.id);
  emit(ContextFallback{run.id, run.outside->config.engine, run.context, reason});
  send_prompt(run, std::move(run.draft));
}

}  // namespace vagus
