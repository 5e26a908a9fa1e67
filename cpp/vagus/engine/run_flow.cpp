#include <algorithm>
#include <cassert>

#include "vagus/context/history_limit.hpp"
#include "vagus/context/reference_profile.hpp"
#include "vagus/context/workspace.hpp"
#include "vagus/engine/engine.hpp"
#include "vagus/events/classify.hpp"
#include "vagus/events/render.hpp"
#include "vagus/heartbeat/checklist.hpp"
#include "vagus/heartbeat/prompts.hpp"
#include "vagus/text/paragraphs.hpp"
#include "vagus/text/unicode.hpp"

/// The life of a run: start, files, prompt, model, end.
namespace vagus {
namespace {

// The reason of a wake for events that the run before it left, because their reply goes elsewhere.
constexpr const char* kOtherRoute = "other-route";

/// How often a run is asked again because its provider found the prompt too long.
constexpr std::int64_t kOverflowRetries = 3;

// Whether a run is to look after the agent's duties. A wake that only reports an event must not
// drag the checklist into that event's conversation.
bool is_tick(const Wake& wake, bool has_events) {
  return std::any_of(wake.causes.begin(), wake.causes.end(), [&](const WakeCause& cause) {
    const EventNeed need = event_need_of(cause.kind);
    return need == EventNeed::none || (need == EventNeed::reports && !has_events);
  });
}

// A file that cannot be read says so where its text would stand.
std::map<std::string, std::optional<std::string>> shown_files(const FilesRead& read) {
  auto files = read.files;
  for (const auto& [name, why] : read.unreadable) files[name] = "(could not be read: " + why + ")";
  return files;
}

Checklist checklist_of(const FilesRead& read) {
  const std::string name(kChecklistFile);
  const auto unreadable = read.unreadable.find(name);
  if (unreadable != read.unreadable.end()) {
    return {Checklist::State::unreadable, unreadable->second};
  }
  const auto found = read.files.find(name);
  if (found == read.files.end() || !found->second) return {};
  return {Checklist::State::present, shown_file(name, *found->second)};
}

std::int64_t& count_of(EventCounts& counts, EventClass about) {
  if (about == EventClass::exec) return counts.exec;
  return about == EventClass::cron ? counts.cron : counts.other;
}

EventCounts counts_of(const EventBatch& batch) {
  EventCounts counts;
  counts.exec_has_result = false;
  for (const SystemEvent& event : batch.events) {
    const EventClass about = class_of(event);
    ++count_of(counts, about);
    const bool tells = about == EventClass::exec && is_relayable_exec_completion(event.text);
    counts.exec_has_result = counts.exec_has_result || tells;
  }
  return counts;
}

// The model was asked, or would have been, and nobody will hear its answer.
bool is_unanswered(RunOutcome outcome) {
  return outcome == RunOutcome::failed || outcome == RunOutcome::timed_out ||
         outcome == RunOutcome::aborted;
}

}  // namespace

void Engine::start_heartbeat(Wake wake) {
  ActiveRun run;
  run.id = ids_.next();
  run.kind = RunKind::heartbeat;
  run.agent = wake.session_key.agent();
  run.home = wake.session_key;
  const Agent& owner = agent(run.agent);
  run.isolated = owner.heartbeat.isolated_session;
  run.lane = run.isolated ? run.home.isolated() : run.home;
  const bool own_memory = run.isolated && config_.profile == Profile::vagus;
  run.context = own_memory ? ContextKey::for_run(run.lane, run.id).value_or_throw()
                           : sessions_.transcript(run.lane, ids_).key();
  const bool keeps_ticks = owner.heartbeat.replay.max_messages > 0;
  if (!own_memory || keeps_ticks) run.keeps = sessions_.transcript(run.lane, ids_).key();
  if (!owner.heartbeat.light_context) {
    run.files.assign(kWorkspaceFiles.begin(), kWorkspaceFiles.end());
  }
  run.wake = std::move(wake);

  const std::optional<SkipReason> skip = early_skip(*run.wake, owner);
  LaneWork work;
  work.id = run.id;
  work.lane = run.lane.str();
  lanes_.occupy(work);  // its place is one of `wakes.running`
  ActiveRun& started = begin(std::move(run), owner.heartbeat.timeout);
  if (skip) {
    RunEnded ended;
    ended.outcome = RunOutcome::skipped;
    ended.skip = skip;
    end(started.id, std::move(ended));
    return;
  }
  if (started.tick) started.files.emplace_back(kChecklistFile);
  ask_for_files(started);
}

// What is decided before any file is read. Only ambient work waits for better times.
std::optional<SkipReason> Engine::early_skip(const Wake& wake, const Agent& owner) const {
  if (!is_ambient(wake.intent)) return std::nullopt;
  if (!beats_on_) return SkipReason::disabled;
  if (!owner.hours.contains(now_)) return SkipReason::quiet_hours;
  return std::nullopt;
}

ActiveRun& Engine::begin(ActiveRun run, Millis timeout) {
  wakes_.hold(run.home, now_);
  lease_events(run);
  run.outside = outside_for(run.agent);
  run.deadline = add_saturated(now_, timeout);
  run.started = now_;
  const std::int64_t depth = run.wake ? run.wake->depth : 0;
  runs_.start(run.id, run.deadline, {depth, run.home, run.turn.route});
  RunStarted started;
  started.run_id = run.id;
  started.kind = run.kind;
  started.agent_id = run.agent;
  started.session_key = run.lane;
  started.context_key = run.context;
  started.home_key = run.home;
  started.reason = run.turn.errand ? run.turn.errand->reason : "message";
  if (run.wake) {
    run.tick = is_tick(*run.wake, !run.events.events.empty());
    started.wake = run.wake->token;
    started.reason = run.wake->reason;
    started.causes = run.wake->causes;
    started.requests = run.wake->requests;
    started.requested_ms = run.wake->requested_ms;
    started.delays = run.wake->delays;
    started.depth = depth;
  }
  emit(std::move(started));
  open_chat(run);
  const std::string id = run.id;
  return active_.emplace(id, std::move(run)).first->second;
}

// A reply goes to one place, so a run shows the events of one route: a heartbeat those of the
// oldest, a person's turn its own. Others wait for the run that was asked for on their behalf, if
// one was.
void Engine::lease_events(ActiveRun& run) {
  if (run.kind == RunKind::heartbeat) {
    run.events = events_.lease_for(run.home, run.id, events_.first_route(run.home));
  } else if (wakes_.pending(run.home).has_value()) {
    run.events = events_.lease_for(run.home, run.id, run.turn.route);
  } else {
    run.events = events_.lease_all(run.home, run.id);
  }
  run.leaves_events = events_.waits(run.home);
}

void Engine::ask_for_files(ActiveRun& run) {
  if (run.files.empty()) {
    call_model(run);
  } else {
    emit(ReadFiles{run.id, run.agent, run.files});
  }
}

// Events must not keep a session from running: where they do not fit, the older half gives way, and
// is counted, until the rest does. If not even the prompt without them fits, they are not to blame:
// they wait for the next run, and the prompt's own text is cut.
void Engine::call_model(ActiveRun& run) {
  Drafted drafted = draft(run, false);
  std::int64_t dropped = 0;
  while (drafted.refused() && !run.events.events.empty()) {
    dropped += drop_older_half(run.events);
    drafted = draft(run, false);
  }
  if (drafted.refused()) {
    run.events = {};
    events_.give_back(run.id);
    dropped = 0;
    Drafted cut = draft(run, true);
    // A heartbeat that only had events has no reason to run without them: it stays refused.
    if (!cut.ended || cut.refused()) drafted = std::move(cut);
  }
  if (drafted.ended) return end(run.id, *std::move(drafted.ended));
  if (dropped > 0) events_.drop_oldest(run.id, dropped);
  if (drafted.task) return ask_for_summary(run, *std::move(drafted.task));
  run.outside ? assemble_outside(run) : send_prompt(run, std::move(run.draft));
}

// As it is configured, or what its provider turned out to take.
Budget Engine::budget_of(const ActiveRun& run) const {
  const Budget configured = Budget::of(model_of(config_, run.model), config_.profile);
  return learned_budgets_.within(priced_model(run), configured);
}

// The provider refused the prompt although it was within the budget. Every later prompt of the
// model gets less, beginning with this one: a run that only failed would fail for ever. Each
// attempt is smaller than the one before, and there are few.
bool Engine::ask_with_less(ActiveRun& run, const std::string& error) {
  if (config_.profile == Profile::reference || run.stage != RunStage::model || !run.ledger) {
    return false;
  }
  const ProviderError read = classify_provider_error(error);
  if (read.kind != ProviderErrorKind::overflow || read.in_compaction) return false;
  emit(OverflowDetected{run.id, run.lane, ++run.refusals, run.messages, *run.ledger});
  const Budget configured = Budget::of(model_of(config_, run.model), config_.profile);
  const bool shrinks = learned_budgets_.refused(priced_model(run), *run.ledger, read, configured);
  if (!shrinks || run.refusals > kOverflowRetries) return false;
  begin_again(run);
  if (run.outside) run.outside->compacted = false;
  call_model(run);
  return true;
}

// What the prompt is made of, but for the history.
AssemblyRequest Engine::request_of(const ActiveRun& run, bool may_cut_turn) const {
  const ModelConfig model = model_of(config_, run.model);
  AssemblyRequest request;
  request.system = join_paragraphs(agent(run.agent).config.system_prompt,
                                   render_workspace(shown_files(run.read)));
  request.turn = {run.prompt};
  request.budget = budget_of(run);
  request.rules = model.rules;
  request.may_cut_turn = may_cut_turn;
  if (config_.profile == Profile::reference) return request;
  request.model = priced_model(run);
  if (const Session* home = sessions_.find(run.home)) request.prices = &home->prices;
  request.history_turns = history_limit(run.lane.str(), histories_);
  request.heartbeats.prompts = openings_of(agent(run.agent).heartbeat);
  request.summarise = may_summarise(run);
  return request;
}

Engine::Drafted Engine::draft(ActiveRun& run, bool may_cut_turn) {
  Drafted drafted;
  RunEnded ended;
  if (const auto skip = write_prompt(run)) {
    ended.outcome = RunOutcome::skipped;
    ended.skip = skip;
    drafted.ended = std::move(ended);
    return drafted;
  }
  if (const auto failed = check_message("prompt", run.prompt, config_.limits)) {
    ended.outcome = RunOutcome::refused;
    ended.error = failed->what();
    drafted.ended = std::move(ended);
    return drafted;
  }
  const bool reference = config_.profile == Profile::reference;
  run.model = model_of_run(run);
  AssemblyRequest request = request_of(run, may_cut_turn);
  if (run.outside) {
    run.outside->system = request.system;
    run.outside->budget = request.budget;
    run.outside->rules = request.rules;
    run.outside->model = request.model;
    if (request.prices != nullptr) run.outside->prices = *request.prices;
  }
  std::variant<Assembly, SummaryTask, Overflow> made =
      reference ? assemble_like_reference(run, request) : assemble(run, std::move(request));
  if (auto* overflow = std::get_if<Overflow>(&made)) {
    run.ledger = overflow->ledger;
    ended.outcome = reference ? RunOutcome::restarted : RunOutcome::refused;
    ended.error =
        "the prompt is " + std::to_string(overflow->ledger.overflow) + " tokens beyond its budget";
    drafted.ended = std::move(ended);
  } else if (auto* task = std::get_if<SummaryTask>(&made)) {
    drafted.task = std::move(*task);
  } else {
    run.draft = std::get<Assembly>(std::move(made));
    run.prompt = run.draft.turn.back();  // what is remembered is what was shown
  }
  return drafted;
}

void Engine::send_prompt(ActiveRun& run, Assembly assembly, std::optional<std::string> made_by) {
  run.draft = {};
  run.ledger = assembly.ledger;
  run.messages = std::ssize(assembly.messages);
  run.sent = assembly.sent;
  run.stage = RunStage::model;
  emit(CallModel{run.id, run.agent, run.lane, run.context, run.model, std::move(assembly.messages),
                 std::move(assembly.ledger), std::move(assembly.plan), run.deadline,
                 offers_respond_tool(run), std::move(made_by),
                 run.turn.errand ? run.turn.errand->thinking : std::nullopt});
}

bool Engine::offers_respond_tool(const ActiveRun& run) const {
  return run.kind == RunKind::heartbeat && agent(run.agent).heartbeat.respond_tool;
}

std::optional<SkipReason> Engine::write_prompt(ActiveRun& run) {
  const std::string events = render_events(run.events);
  if (run.kind != RunKind::heartbeat) {
    run.prompt = text_message(Role::user, join_paragraphs(events, run.turn.text));
    return std::nullopt;
  }
  auto planned = plan_heartbeat(inputs_of(run, run.read, events));
  if (const auto* skip = std::get_if<SkipReason>(&planned)) return *skip;
  HeartbeatPlan& plan = std::get<HeartbeatPlan>(planned);
  run.due_tasks = std::move(plan.due_tasks);
  run.prompt = text_message(Role::user, std::move(plan.prompt));
  return std::nullopt;
}

HeartbeatInputs Engine::inputs_of(const ActiveRun& run, const FilesRead& read,
                                  const std::string& events) const {
  const Heartbeat& heartbeat = agent(run.agent).heartbeat;
  HeartbeatInputs inputs;
  inputs.now = now_;
  inputs.ambient = is_ambient(run.wake->intent);
  inputs.tick = run.tick;
  inputs.delivered = std::holds_alternative<DeliveryRoute>(delivery_of(inputs_of(run)));
  inputs.all_hidden = all_hidden(visibility_at_target(inputs_of(run)));
  inputs.events = events;
  inputs.counts = counts_of(run.events);
  inputs.checklist = checklist_of(read);
  if (const Session* home = sessions_.find(run.home)) inputs.task_runs = home->heartbeats.task_runs;
  inputs.max_tasks = config_.limits.checklist_tasks;
  inputs.zone = zone(config_.user_timezone);
  inputs.instruction = heartbeat.prompt;
  inputs.prompts = heartbeat.prompts;
  inputs.respond_tool = heartbeat.respond_tool;
  inputs.agent = run.agent.str();
  inputs.session = run.home.str();
  return inputs;
}

std::variant<Assembly, SummaryTask, Overflow> Engine::assemble(const ActiveRun& run,
                                                               AssemblyRequest request) {
  if (run.isolated) {
    // Earlier ticks are reachable here and nowhere else, and only within the replay asked for.
    if (const Context* ticks = sessions_.current(run.lane, run.keeps)) {
      request.replay = ticks->newest(agent(run.agent).heartbeat.replay);
    }
  } else if (Context* memory = sessions_.current(run.lane, run.context)) {
    return memory->assemble(request);
  }
  // An isolated run has no history; one whose session was reset meanwhile has none any more.
  Context fresh(run.context, config_.profile, config_.limits);
  return fresh.assemble(request);
}

std::variant<Assembly, SummaryTask, Overflow> Engine::assemble_like_reference(
    const ActiveRun& run, const AssemblyRequest& request) {
  Context& memory = sessions_.transcript(run.lane, ids_);
  Assembly assembly = reference_assemble(memory, request);
  if (assembly.ledger.overflow == 0) return assembly;
  for (int attempt = 1; attempt <= 1 + kReferenceCompactions; ++attempt) {
    emit(OverflowDetected{run.id, run.lane, attempt,
                          static_cast<std::int64_t>(memory.messages().size() + request.turn.size()),
                          assembly.ledger});
    if (attempt > kReferenceCompactions) break;
    reference_compact(memory);
    assembly = reference_assemble(memory, request);
  }
  emit(SessionReset{run.lane, sessions_.restart(run.lane, ids_).key()});
  return Overflow{assembly.ledger};
}

void Engine::end(const std::string& run_id, RunEnded ended) {
  const auto found = active_.find(run_id);
  assert(found != active_.end() && "a run ended twice");
  const ActiveRun run = std::move(found->second);
  active_.erase(found);
  runs_.end(run.id);

  const RunOutcome outcome = ended.outcome;
  const bool shown = outcome == RunOutcome::replied || outcome == RunOutcome::acknowledged;
  shown ? events_.commit(run.id) : events_.give_back(run.id);
  if (run.kind == RunKind::user && is_unanswered(outcome)) {
    Context* memory = sessions_.current(run.lane, run.keeps);
    if (memory != nullptr) {
      memory->append(text_message(Role::user, run.turn.text));
      for (const std::string& text : run.steered) memory->append(text_message(Role::user, text));
      // What a person has seen of an answer that was stopped is part of the conversation.
      const bool keeps_partial = outcome == RunOutcome::aborted && !is_blank(ended.text);
      if (keeps_partial) memory->append(text_message(Role::assistant, ended.text));
    }
  }
  if (shown && run.wake) {
    sessions_.at(run.home).heartbeats.mark(run.due_tasks, run.started,
                                           config_.limits.checklist_tasks);
    if (run.leaves_events) wake_for_other_events(run);
  }
  close_outside(run);
  lanes_.finish(run.id, now_);
  ended.retry_at_ms = settle(run, ended);
  wakes_.release(run.home, now_);

  ended.run_id = run.id;
  ended.kind = run.kind;
  ended.agent_id = run.agent;
  ended.session_key = run.lane;
  ended.context_key = run.context;
  ended.route = route_of(run);
  ended.ledger = run.ledger;
  ended.indicator = indicator_of(run, ended);
  close_chat(run, ended);
  const RunEnded told = ended;
  emit(std::move(ended));
  if (run.turn.errand) report_errand(run, told);
}

// Each such run shows at least the oldest event with a route, so there is an end to it.
void Engine::wake_for_other_events(const ActiveRun& run) {
  // Never refused: the run's own wake still has its place. At once: its events have waited already.
  const WakeRequest request{WakeKind::exec, WakeIntent::immediate, kOtherRoute, 0, run.wake->depth};
  const WakeReceipt receipt = wakes_.request(now_, run.home, request).value_or_throw();
  emit(WakeQueued{receipt.token, receipt.id, run.home, WakeKind::exec, kOtherRoute, receipt.merged,
                  receipt.due_ms});
}

// An ambient tick that failed is not repeated, the next slot is its retry; it did start, though,
// and guards look at starts. A prompt that was refused has asked no model.
std::optional<Millis> Engine::settle(const ActiveRun& run, const RunEnded& ended) {
  if (!run.wake) return std::nullopt;
  WakeSettlement settlement;
  if (ended.skip) {
    settlement = {WakeOutcome::skipped, std::string(name_of(*ended.skip)), std::nullopt};
  } else if (ended.outcome == RunOutcome::aborted && !run.gives_way) {
    settlement = {WakeOutcome::abandoned, std::string(name_of(ended.outcome)), std::nullopt};
  } else if (is_unanswered(ended.outcome)) {
    const bool repeat = !is_ambient(run.wake->intent);
    settlement = {repeat ? WakeOutcome::failed : WakeOutcome::abandoned,
                  std::string(name_of(ended.outcome)), std::nullopt};
  } else if (ended.outcome == RunOutcome::refused) {
    settlement = {WakeOutcome::skipped, std::string(name_of(ended.outcome)), std::nullopt};
  }
  return wakes_.settle(run.wake->token, settlement, now_).value_or_throw();
}

}  // namespace vagus
