#include <algorithm>
#include <cassert>
#include <set>

#include "vagus/context/workspace.hpp"
#include "vagus/engine/engine.hpp"
#include "vagus/runs/queue_action.hpp"

/// What people say, from the moment it is accepted until it is part of a run.
namespace vagus {
namespace {

// The host's own client shows answers where they were asked for.
bool is_answered_alike(const UserTurn& turn, const ActiveRun& run) {
  if (run.kind != RunKind::user) return false;
  if (!turn.route || !run.turn.route) return turn.route == run.turn.route;
  return same_place(*turn.route, *run.turn.route);
}

}  // namespace

// What `/queue` says alone is for the session; beside other words it is for that message.
QueueOverrides Engine::read_directive(const SessionKey& lane, const QueueDirective& directive,
                                      const Inbound& inbound,
                                      const std::optional<DeliveryRoute>& route) {
  QueueOverrides own;
  if (!directive.found) return own;
  QueueOverrides& kept = sessions_.at(lane).queue;
  const MaybeError failed = check_queue_directive(directive);
  if (!failed) {
    if (directive.reset) kept = {};
    if (!directive.reset) own = directive.overrides();
    if (directive.text.empty()) {
      if (own.mode) kept.mode = own.mode;
      if (own.debounce_ms) kept.debounce_ms = own.debounce_ms;
      if (own.cap) kept.cap = own.cap;
      if (own.drop) kept.drop = own.drop;
    }
  }
  const QueueSettings now_in_force = queue_settings(config_.messages.queue, inbound.channel, kept,
                                                    {}, config_.limits.queued_turns);
  emit(QueueSet{lane, now_in_force, failed ? failed->what() : "", route});
  return own;
}

// Whether the message was accepted.
bool Engine::take_in(const SessionKey& lane, UserTurn turn, const QueueSettings& settings,
                     std::vector<ChatClient> clients) {
  const std::string& name = lane.str();
  // Only a run in flight can wait for an answer; a producer knows the id of its run before that.
  if (turn.asked_by && active_.count(*turn.asked_by) == 0) turn.asked_by.reset();
  const auto refuse = [&](TurnRefusal reason) {
    emit(TurnRefused{lane, turns_.depth(name), turn.route, reason, turn.message_id});
    tell_unanswered(lane, clients, "not taken: " + std::string(name_of(reason)));
    return false;
  };
  if (turn.asked_by && waits_for(lane, *turn.asked_by)) return refuse(TurnRefusal::reentry);
  const bool runs = lanes_.busy(name);
  const bool busy = runs || turns_.find(name) != nullptr;
  const QueueAction action = queue_action(settings.mode, busy, /*is_heartbeat=*/false);
  const bool at_once = action == QueueAction::run || action == QueueAction::interrupt;
  const TurnReceipt receipt = turns_.push(name, turn, settings, now_, at_once).value_or_throw();
  if (receipt.verdict == TurnVerdict::full) return refuse(TurnRefusal::full);
  if (receipt.verdict == TurnVerdict::duplicate) return refuse(TurnRefusal::duplicate);
  turn.message = receipt.message;
  followers_.add(turn.message, std::move(clients));
  settle_turns(lane, receipt.ended);
  if (turn.asked_by) active_.at(*turn.asked_by).asked.insert(lane);
  if (busy) emit(TurnQueued{lane, turns_.depth(name), turn.message, turn.message_id});
  if (action == QueueAction::steer) offer(lane, turn);
  if (action == QueueAction::interrupt) interrupt(lane);
  schedule_turns(lane);
  return true;
}

// A run that answers somewhere else, or no model is busy with, is not told.
void Engine::offer(const SessionKey& lane, const UserTurn& turn) {
  const ActiveRun* run = run_on(lane);
  if (run == nullptr || run->stage != RunStage::model || !is_answered_alike(turn, *run)) return;
  active_.at(run->id).offered.push_back(turn.message);
  emit(SteerRun{run->id, lane, turn.message, turn.message_id, turn.text});
}

MaybeError Engine::handle(const Steered& steered) {
  const Result<TurnFate> fate = turns_.fate(steered.message);
  if (!fate) return fate.error();
  const Result<ActiveRun*> found = active(steered.run_id, RunStage::model);
  if (!found) return found.error();
  if (*found == nullptr) return std::nullopt;  // too late: the message has a turn of its own
  ActiveRun& run = **found;
  if (std::find(run.offered.begin(), run.offered.end(), steered.message) == run.offered.end()) {
    return make_error(ErrorCode::invalid_input, "message", std::to_string(steered.message),
                      "was not offered to this run");
  }
  const std::optional<UserTurn> turn = turns_.merge(steered.message, run.id, now_);
  if (!turn) return std::nullopt;  // reported before, or it gave way meanwhile
  run.steered.push_back(turn->text);
  if (turn->asked_by) run.askers.insert(*turn->asked_by);
  if (turn->message_id) run.turn.message_id = turn->message_id;
  settle_turns(run.lane, {TurnEnd{turn->message, turn->message_id, TurnState::merged, run.id, "",
                                  turn->route}});
  schedule_turns(run.lane);
  return std::nullopt;
}

// One piece of work stands for all that waits for a lane; a heartbeat there waits for it too.
void Engine::schedule_turns(const SessionKey& lane) {
  const std::string& name = lane.str();
  const auto known = next_runs_.find(lane);
  const std::optional<Millis> due = turns_.due(name);
  if (!due) {
    if (known == next_runs_.end()) return;
    lanes_.cancel(known->second.id);
    next_runs_.erase(known);
    wakes_.release(lane, now_);
    return;
  }
  const Errand* errand = turns_.find(name)->next_errand();
  LaneWork work;
  if (known == next_runs_.end()) {
    wakes_.hold(lane, now_);
  } else {
    lanes_.cancel(known->second.id);
  }
  // A producer was told the id of its run; any other's is made when it is first thought of.
  const bool keeps_id = known != next_runs_.end() && !known->second.errand && errand == nullptr;
  work.id = errand != nullptr ? errand->run_id : keeps_id ? known->second.id : ids_.next();
  next_runs_.insert_or_assign(lane, NextRun{work.id, errand != nullptr});
  work.lane = name;
  work.group = lane.agent().str();
  work.priority = LanePriority::foreground;
  work.asked_by = turns_.find(name)->next_asked_by();
  work.due = *due;
  const MaybeError failed = lanes_.enqueue(std::move(work));
  assert(!failed && "whoever holds the lane was refused before");
  static_cast<void>(failed);
}

void Engine::start_turns(const LaneWork& work) {
  const SessionKey lane = SessionKey::parse(work.lane).value_or_throw();
  const TurnBatch batch = turns_.take(work.lane, now_).value();
  ActiveRun run;
  run.id = work.id;
  const std::optional<Errand> errand =
      batch.turns.empty() ? std::nullopt : batch.turns.front().errand;
  run.kind = errand ? RunKind::errand : RunKind::user;
  run.agent = lane.agent();
  run.lane = run.home = lane;
  if (errand && errand->fresh) {
    run.context = ContextKey::for_run(lane, run.id).value_or_throw();
  } else {
    run.context = run.keeps = sessions_.transcript(lane, ids_).key();
  }
  run.turn.errand = errand;
  run.turn.text = text_of(batch);
  run.turn.route = batch.route;
  for (const UserTurn& turn : batch.turns) {
    if (turn.asked_by) run.askers.insert(*turn.asked_by);
    for (ChatClient& client : followers_.take(turn.message)) {
      run.clients.push_back(std::move(client));
    }
  }
  if (!batch.turns.empty()) run.turn.message_id = batch.turns.back().message_id;
  run.files.assign(kWorkspaceFiles.begin(), kWorkspaceFiles.end());
  ActiveRun& started =
      begin(std::move(run), errand ? errand->timeout.value_or(kUserTurnTimeout) : kUserTurnTimeout);
  settle_turns(lane, turns_.commit(work.lane, work.id, now_));
  next_runs_.erase(lane);
  schedule_turns(lane);
  wakes_.release(lane, now_);
  ask_for_files(started);
}

void Engine::settle_turns(const SessionKey& lane, const std::vector<TurnEnd>& ends) {
  for (const TurnEnd& end : ends) {
    emit(TurnSettled{lane, end.message, end.message_id, end.state, end.run_id, end.reason,
                     end.route});
    tell_followers(lane, end);
    const auto errand = errands_.extract(end.message);
    if (errand.empty() || end.run_id) continue;
    replays_.forget_run(errand.mapped().run_id);
    const Producer producer = errand.mapped().cron ? Producer::cron : Producer::hook;
    hear(producer, errand.mapped().run_id, Hearing::refused, end.reason);
  }
}

void Engine::cancel_turns(const SessionKey& lane, const std::string& reason) {
  settle_turns(lane, turns_.clear(lane.str(), reason, now_));
  schedule_turns(lane);
}

const ActiveRun* Engine::run_on(const SessionKey& lane) const {
  const auto found = std::find_if(active_.begin(), active_.end(),
                                  [&lane](const auto& each) { return each.second.lane == lane; });
  return found == active_.end() ? nullptr : &found->second;
}

// Whether what waits for `lane` would wait for `run_id`: it holds the lane, or the run that does
// has asked for something, here or in other lanes, that waits for it.
bool Engine::waits_for(const SessionKey& lane, const std::string& run_id) const {
  std::set<SessionKey> seen{lane};
  std::vector<SessionKey> open{lane};
  while (!open.empty()) {
    const ActiveRun* holder = run_on(open.back());
    open.pop_back();
    if (holder == nullptr) continue;
    if (holder->id == run_id) return true;
    for (const SessionKey& asked : holder->asked) {
      if (is_asked_by(asked, holder->id) && seen.insert(asked).second) open.push_back(asked);
    }
  }
  return false;
}

// Whether the lane has still to answer `run_id`.
bool Engine::is_asked_by(const SessionKey& lane, const std::string& run_id) const {
  const ActiveRun* runs = run_on(lane);
  const FollowupQueue* waits = turns_.find(lane.str());
  return (runs != nullptr && runs->askers.count(run_id) > 0) ||
         (waits != nullptr && waits->holds_question_of(run_id));
}

}  // namespace vagus
