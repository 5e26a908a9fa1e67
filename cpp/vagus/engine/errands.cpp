#include "vagus/engine/engine.hpp"
#include "vagus/events/render.hpp"
#include "vagus/heartbeat/reply.hpp"
#include "vagus/runs/chat_text.hpp"
#include "vagus/text/bounded_text.hpp"
#include "vagus/text/one_line.hpp"
#include "vagus/text/unicode.hpp"

/// Turns that a producer asked for: what they say goes to a route, else a session hears of it.
namespace vagus {
namespace {

constexpr std::size_t kMaxJobIdBytes = 128;
constexpr std::size_t kNameUnits = 120;

/// Of what an errand said, this much is told to a session that hears of it.
constexpr std::size_t kReportUnits = 2'000;

// A job's id is part of a session's key.
MaybeError check_job_id(std::string_view id) {
  const bool fits = !id.empty() && id.size() <= kMaxJobIdBytes &&
                    id.find_first_not_of(
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_-.") == std::string_view::npos;
  if (fits) return std::nullopt;
  return make_error(ErrorCode::invalid_input, "job_id", id,
                    "must be 1 to 128 of A-Z, a-z, 0-9, _, - and .");
}

MaybeError check_fired(const CronFired& fired, const Limits& limits) {
  if (auto failed = check_job_id(fired.job_id)) return failed;
  if (auto failed = check_label("name", fired.name)) return failed;
  if (auto failed = check_label("model", fired.model.value_or(""))) return failed;
  if (auto failed = check_label("thinking", fired.thinking.value_or(""))) return failed;
  // As the model will see it, which may be longer than what was written.
  const bool fits = std::ssize(neutralize_system_lines(fired.text)) <= limits.text_bytes;
  if (is_blank(fired.text) || !fits || !is_valid_utf8(fired.text)) {
    return make_error(ErrorCode::invalid_input, "text", fired.text,
                      "must be valid UTF-8 that is neither blank nor longer than " +
                          std::to_string(limits.text_bytes) + " bytes");
  }
  const std::int64_t seconds = fired.timeout_seconds.value_or(1);
  if (seconds >= 1 && seconds <= kMaxCount) return std::nullopt;
  return make_error(ErrorCode::invalid_input, "timeout_seconds", std::to_string(seconds),
                    "must be from 1 to " + std::to_string(kMaxCount));
}

std::string called(const CronFired& fired) {
  const std::string name = told_line(fired.name, kNameUnits);
  return "Cron " + (name.empty() ? fired.job_id : name);
}

}  // namespace

Result<AgentId> Engine::agent_of(const std::optional<AgentId>& given) const {
  if (!given) return router_.default_agent();
  if (!given->empty() && router_.knows(*given)) return *given;
  return make_error(ErrorCode::unknown_agent, "agent", given->str(), "not configured");
}

// Whether a turn can wait for `lane`. A lane whose errands keep nothing has a queue and no session.
MaybeError Engine::check_room(const SessionKey& lane) const {
  if (auto failed = sessions_.check_room(lane)) return failed;
  return turns_.check_room(lane.str());
}

// Where a producer wants its answer.
MaybeError Engine::check_place(const std::optional<DeliveryRoute>& route) const {
  if (!route) return std::nullopt;
  return events_.check(SystemEvent{0, "route", std::nullopt, route, false, now_});
}

// REQUIRES: `check_room`; the text is within `limits.text_bytes`; fewer than `limits.queued_turns`
// messages wait for the lane.
void Engine::take_errand(const SessionKey& lane, UserTurn turn, Effect told) {
  const std::string& name = lane.str();
  const bool busy = lanes_.busy(name) || turns_.find(name) != nullptr;
  QueueSettings settings;
  settings.mode = QueueMode::followup;
  settings.debounce_ms = 0;
  const Errand errand = *turn.errand;
  const TurnReceipt receipt =
      turns_.push(name, std::move(turn), settings, now_, false).value_or_throw();
  errands_.emplace(receipt.message, errand);
  if (!errand.fresh) sessions_.at(lane);  // the place that it was found to have
  emit(std::move(told));
  if (busy) emit(TurnQueued{lane, turns_.depth(name), receipt.message, std::nullopt});
  schedule_turns(lane);
}

// ---- cron jobs

MaybeError Engine::handle(const CronFired& fired) {
  if (auto failed = check_fired(fired, config_.limits)) return failed;
  std::optional<AgentId> owner = fired.agent;
  if (fired.session_key) {
    const Result<SessionKey> known = known_session("session_key", *fired.session_key);
    if (!known) return known.error();
    if (owner && *owner != known->agent()) {
      return make_error(ErrorCode::invalid_input, "agent", owner->str(),
                        "is not the agent of session_key");
    }
    owner = known->agent();
  }
  const Result<AgentId> agent = agent_of(owner);
  if (!agent) return agent.error();
  if (fired.run == CronRun::turn) return do_cron_job(fired, *agent);
  Tidings tidings;
  tidings.session = fired.session_key.value_or(SessionKey::main(*agent, router_.main_key()));
  tidings.text = fired.text;
  tidings.tag = "cron:" + fired.job_id;
  tidings.route = fired.route;
  if (fired.wake_mode == HookMode::now) tidings.wake = WakeKind::cron;
  tidings.reason = "cron:" + fired.job_id;
  return tell_of(Producer::cron, fired.job_id, tidings);
}

MaybeError Engine::do_cron_job(const CronFired& fired, const AgentId& agent) {
  const SessionKey main = SessionKey::main(agent, router_.main_key());
  const SessionKey own =
      SessionKey::parse("agent:" + agent.str() + ":cron:" + fired.job_id).value_or_throw();
  const Result<SessionKey> session = known_session("session_key", fired.session_key.value_or(own));
  if (!session) return session.error();
  const SessionKey lane = home_of(*session);
  if (auto failed = check_place(fired.route)) return failed;
  if (auto failed = check_room(lane)) return failed;
  IdSource ids = ids_;
  Errand errand;
  errand.run_id = ids.next();
  errand.reason = "cron:" + fired.job_id;
  errand.cron = true;
  errand.fresh = !fired.session_key.has_value();
  errand.model = fired.model;
  errand.thinking = fired.thinking;
  if (fired.timeout_seconds) errand.timeout = *fired.timeout_seconds * kSecond;
  errand.report = ErrandReport{main, called(fired), "cron:" + fired.job_id,
                               fired.wake_mode == HookMode::now, "cron:" + fired.job_id};
  UserTurn turn;
  turn.text = neutralize_system_lines(fired.text);
  turn.route = fired.route;
  turn.errand = errand;
  const ProducerHeard heard{Producer::cron, fired.job_id,  Hearing::started,
                            lane,           errand.run_id, ""};
  if (turns_.depth(lane.str()) >= config_.limits.queued_turns) {
    emit(TurnRefused{lane, turns_.depth(lane.str()), fired.route, TurnRefusal::full, std::nullopt});
    hear(Producer::cron, fired.job_id, Hearing::refused, "too many turns wait for its session");
    return std::nullopt;
  }
  ids_ = ids;
  take_errand(lane, std::move(turn), heard);
  return std::nullopt;
}

// ---- how an errand ends

// An acknowledgement says that there is nothing to say: it is sent nobody, and nothing is kept.
RunEnded Engine::answer_errand(const ActiveRun& run, const ModelReplied& reply) {
  const ShownText shown = shown_text(reply.text, chat_.profile());
  ReplyInput input;
  input.text = shown.text;
  input.ack_max_chars = agent(run.agent).heartbeat.ack_max_chars;
  const HeartbeatReply said = read_heartbeat_reply(input);
  RunEnded ended;
  if (said.verdict != ReplyVerdict::says) {
    ended.outcome = RunOutcome::acknowledged;
    return ended;
  }
  remember(run, reply);
  ended.outcome = RunOutcome::replied;
  ended.text = said.text;
  if (!run.turn.route) return ended;
  send(run, *run.turn.route, said.text, said.quiet);
  ended.delivered = true;
  return ended;
}

// Both the report of an answer that went nowhere and that of a failure are told to one session,
// which their wake names too (the reference wakes no session in particular).
void Engine::report_errand(const ActiveRun& run, const RunEnded& ended) {
  const Errand& errand = *run.turn.errand;
  if (!errand.report || ended.delivered || ended.outcome == RunOutcome::acknowledged) return;
  const ErrandReport& report = *errand.report;
  const bool well = ended.outcome == RunOutcome::replied;
  const std::string said = well ? ended.text : ended.error.value_or("");
  std::string text = report.name + (well ? "" : " (" + std::string(name_of(ended.outcome)) + ")");
  if (!is_blank(said)) text += ": " + cut_line(trim(said), kReportUnits);
  Tidings tidings;
  tidings.session = report.session;
  tidings.text = prefix_within(text, static_cast<std::size_t>(config_.limits.event_bytes));
  tidings.tag = report.tag;
  if (report.wakes) tidings.wake = errand.cron ? WakeKind::cron : WakeKind::hook;
  tidings.reason = report.reason + (well ? "" : ":error");
  tidings.caused_by = run.id;
  const Producer producer = errand.cron ? Producer::cron : Producer::hook;
  if (auto failed = tell_of(producer, run.id, tidings)) {
    hear(producer, run.id, Hearing::refused, failed->what());
  }
}

}  // namespace vagus
