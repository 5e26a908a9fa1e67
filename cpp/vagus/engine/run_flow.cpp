#include <algorithm>
#include <cassert>

#include "vagus/context/reference_profile.hpp"
#include "vagus/context/workspace.hpp"
#include "vagus/engine/engine.hpp"
#include "vagus/events/render.hpp"
#include "vagus/heartbeat/checklist.hpp"
#include "vagus/text/unicode.hpp"

/// The life of a run: start, files, prompt, model, end.
namespace vagus {
namespace {

// A wake that only reports an event must not drag the checklist into that event's conversation.
bool looks_at_checklist(WakeKind kind) {
  switch (kind) {
    case WakeKind::exec:
    case WakeKind::hook:
    case WakeKind::cron:
    case WakeKind::task:
      return false;
    default:
      return true;
  }
}

bool looks_at_checklist(const Wake& wake) {
  return std::any_of(wake.causes.begin(), wake.causes.end(),
                     [](const WakeCause& cause) { return looks_at_checklist(cause.kind); });
}

std::string joined(const std::string& first, const std::string& second) {
  if (first.empty()) return second;
  return second.empty() ? first : first + "\n\n" + second;
}

}  // namespace

void Engine::start_turns(const SessionKey& lane) {
  std::optional<UserTurn> turn = lanes_.next_turn(lane);
  if (!turn) return;
  ActiveRun run;
  run.id = ids_.next();
  run.kind = RunKind::user;
  run.agent = lane.agent();
  run.lane = run.home = lane;
  run.context = sessions_.transcript(lane, ids_).key();
  run.turn = *std::move(turn);
  run.files.assign(kWorkspaceFiles.begin(), kWorkspaceFiles.end());
  ask_for_files(begin(std::move(run), kUserTurnTimeout));
}

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
  if (!owner.heartbeat.light_context) {
    run.files.assign(kWorkspaceFiles.begin(), kWorkspaceFiles.end());
  }
  if (looks_at_checklist(wake)) run.files.emplace_back(kChecklistFile);
  run.wake = std::move(wake);

  const bool quiet = is_ambient(run.wake->kind) && !owner.hours.contains(now_);
  ActiveRun& started = begin(std::move(run), owner.heartbeat.timeout);
  if (quiet) {
    RunEnded ended;
    ended.outcome = RunOutcome::skipped;
    ended.skip = SkipReason::quiet_hours;
    end(started.id, std::move(ended));
    return;
  }
  ask_for_files(started);
}

ActiveRun& Engine::begin(ActiveRun run, Millis timeout) {
  const bool taken = lanes_.take(run.lane, run.id);
  assert(taken && "a lane was started twice");
  static_cast<void>(taken);
  wakes_.hold(run.home);
  run.events = events_.lease(run.home, run.id);
  run.deadline = add_saturated(now_, timeout);
  deadlines_.emplace(run.deadline, run.id);
  RunStarted started{run.id, run.kind, run.agent, run.lane, run.context, "message", {}, 0};
  if (run.wake) {
    started.reason = run.wake->reason;
    started.causes = run.wake->causes;
    started.requests = run.wake->requests;
  }
  emit(std::move(started));
  const std::string id = run.id;
  return runs_.emplace(id, std::move(run)).first->second;
}

void Engine::ask_for_files(ActiveRun& run) {
  if (run.files.empty()) {
    call_model(run, FilesRead{});
  } else {
    emit(ReadFiles{run.id, run.agent, run.files});
  }
}

void Engine::call_model(ActiveRun& run, const FilesRead& read) {
  RunEnded ended;
  if (const auto skip = write_prompt(run, read)) {
    ended.outcome = RunOutcome::skipped;
    ended.skip = skip;
    return end(run.id, std::move(ended));
  }
  if (const auto failed = check_message("prompt", run.prompt, config_.limits)) {
    ended.outcome = RunOutcome::refused;
    ended.error = failed->what();
    return end(run.id, std::move(ended));
  }
  const bool reference = config_.profile == Profile::reference;
  const std::string model = model_of_run(run);
  AssemblyRequest request;
  request.system = joined(agent(run.agent).config.system_prompt, render_workspace(read.files));
  request.turn = {run.prompt};
  request.budget = Budget::of(model_of(config_, model), config_.profile);
  std::variant<Assembly, Overflow> made =
      reference ? assemble_like_reference(run, request) : assemble(run, std::move(request));
  if (auto* overflow = std::get_if<Overflow>(&made)) {
    run.ledger = overflow->ledger;
    ended.outcome = reference ? RunOutcome::restarted : RunOutcome::refused;
    ended.error =
        "the prompt is " + std::to_string(overflow->ledger.overflow) + " tokens beyond its budget";
    return end(run.id, std::move(ended));
  }
  Assembly& assembly = std::get<Assembly>(made);
  run.ledger = assembly.ledger;
  run.stage = RunStage::model;
  emit(CallModel{run.id, run.agent, run.lane, run.context, model, std::move(assembly.messages),
                 std::move(assembly.ledger), run.deadline});
}

std::optional<SkipReason> Engine::write_prompt(ActiveRun& run, const FilesRead& read) {
  const std::string events = render_events(run.events);
  if (run.kind == RunKind::user) {
    run.prompt = text_message(Role::user, joined(events, neutralize_system_lines(run.turn.text)));
    return std::nullopt;
  }
  HeartbeatInputs inputs;
  inputs.now = now_;
  inputs.ambient = is_ambient(run.wake->kind);
  inputs.event_delivered = route_of(run).has_value();
  inputs.instruction = agent(run.agent).heartbeat.prompt;
  inputs.events = events;
  inputs.zone = zone(config_.user_timezone);
  const auto checklist = read.files.find(std::string(kChecklistFile));
  if (checklist != read.files.end()) inputs.checklist = checklist->second;
  const auto planned = plan_heartbeat(inputs);
  if (const auto* skip = std::get_if<SkipReason>(&planned)) return *skip;
  run.prompt = text_message(Role::user, std::get<HeartbeatPlan>(planned).prompt);
  return std::nullopt;
}

std::variant<Assembly, Overflow> Engine::assemble(const ActiveRun& run, AssemblyRequest request) {
  if (run.isolated) {
    // Earlier ticks are reachable here and nowhere else, and only within the replay asked for.
    const Session* ticks = sessions_.find(run.lane);
    if (ticks != nullptr && ticks->transcript) {
      request.replay = ticks->transcript->newest(agent(run.agent).heartbeat.replay);
    }
  } else if (Context* memory = sessions_.current(run.lane, run.context)) {
    return memory->assemble(request);
  }
  // An isolated run has no history; one whose session was reset meanwhile has none any more.
  Context fresh(run.context, config_.profile, config_.limits);
  return fresh.assemble(request);
}

std::variant<Assembly, Overflow> Engine::assemble_like_reference(const ActiveRun& run,
                                                                 const AssemblyRequest& request) {
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

void Engine::remember(const ActiveRun& run, const ModelReplied& reply, bool acknowledged) {
  const bool heartbeat = run.kind == RunKind::heartbeat;
  const bool reference = config_.profile == Profile::reference;
  // A heartbeat that changed nothing leaves no trace. The reference drops only an acknowledgement
  // without tool calls, so ticks that looked around and found nothing stay for ever.
  if (heartbeat && acknowledged && (!reference || reply.messages.empty())) return;
  const bool keeps_ticks = agent(run.agent).heartbeat.replay.max_messages > 0;
  const bool own_memory = run.isolated && !reference;
  if (own_memory && !keeps_ticks) return;
  Context* memory =
      own_memory ? &sessions_.transcript(run.lane, ids_) : sessions_.current(run.lane, run.context);
  if (memory == nullptr) return;  // the session was reset while this run was in flight
  memory->append(run.prompt);
  for (const Message& message : reply.messages) memory->append(message);
  if (!is_blank(reply.text)) memory->append(text_message(Role::assistant, reply.text));
}

void Engine::end(const std::string& run_id, RunEnded ended) {
  const auto found = runs_.find(run_id);
  assert(found != runs_.end() && "a run ended twice");
  const ActiveRun run = std::move(found->second);
  runs_.erase(found);
  deadlines_.erase({run.deadline, run.id});
  bury(run.id);

  const RunOutcome outcome = ended.outcome;
  const bool shown = outcome == RunOutcome::replied || outcome == RunOutcome::acknowledged;
  shown ? events_.commit(run.id) : events_.give_back(run.id);
  const bool unanswered = outcome == RunOutcome::failed || outcome == RunOutcome::timed_out;
  if (run.kind == RunKind::user && unanswered) {
    Context* memory = sessions_.current(run.lane, run.context);
    if (memory != nullptr) {
      memory->append(text_message(Role::user, neutralize_system_lines(run.turn.text)));
    }
  }
  lanes_.free(run.lane, run.id);
  ended.retry_at_ms = settle(run, outcome);
  wakes_.release(run.home);

  ended.run_id = run.id;
  ended.kind = run.kind;
  ended.agent_id = run.agent;
  ended.session_key = run.lane;
  ended.context_key = run.context;
  ended.ledger = run.ledger;
  emit(std::move(ended));
  start_turns(run.lane);
}

// An ambient tick that failed is not repeated: the next slot is its retry.
std::optional<Millis> Engine::settle(const ActiveRun& run, RunOutcome outcome) {
  if (!run.wake) return std::nullopt;
  const bool unanswered = outcome == RunOutcome::failed || outcome == RunOutcome::timed_out;
  const bool again = unanswered && !is_ambient(run.wake->kind);
  return wakes_.settle(run.wake->token, again ? WakeOutcome::failed : WakeOutcome::done, now_)
      .value_or_throw();
}

void Engine::bury(const std::string& run_id) {
  ended_.insert(run_id);
  ended_order_.push_back(run_id);
  if (static_cast<std::int64_t>(ended_order_.size()) <= config_.limits.ended_runs) return;
  ended_.erase(ended_order_.front());
  ended_order_.pop_front();
}

}  // namespace vagus
