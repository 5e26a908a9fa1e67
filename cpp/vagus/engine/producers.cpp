#include "vagus/engine/engine.hpp"
#include "vagus/events/exec_texts.hpp"
#include "vagus/events/node_events.hpp"
#include "vagus/events/render.hpp"
#include "vagus/heartbeat/session.hpp"
#include "vagus/keys/conversation.hpp"
#include "vagus/text/unicode.hpp"

/// News from outside a conversation. What tells a session of it and what wakes the session take the
/// session from one place, so that no wake can lose it (spec: heartbeats, section 5).
namespace vagus {
namespace {

constexpr std::size_t kLabelUnits = 120;
constexpr std::size_t kMaxIdBytes = 256;

MaybeError check_id(std::string_view field, std::string_view id) {
  if (is_valid_utf8(id) && !is_blank(id) && id.size() <= kMaxIdBytes) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, id,
                    "must be valid UTF-8 of 1 to " + std::to_string(kMaxIdBytes) + " bytes");
}

MaybeError check_utf8(std::string_view field, std::string_view text) {
  if (is_valid_utf8(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, text, "not valid UTF-8");
}

/// Texts that are cut to size before anybody sees them.
MaybeError check_texts(const ExecReport& report) {
  if (auto failed = check_id("exec_id", report.exec_id)) return failed;
  if (auto failed = check_utf8("signal", report.signal)) return failed;
  if (auto failed = check_utf8("command", report.command)) return failed;
  if (auto failed = check_utf8("output", report.output)) return failed;
  return check_utf8("reason", report.reason);
}

// Who speaks into a device speaks to the agent, not to the device.
std::string session_of(const NodeEvent& event, const NodeReport& report) {
  if (!is_blank(report.session_key)) return report.session_key;
  const auto* turn = std::get_if<NodeTurn>(&report.what);
  return turn != nullptr && !turn->fingerprint.empty() ? "main" : node_session(event.node_id);
}

std::string text_of(const SubagentReported& ended, std::size_t max_bytes) {
  const std::string label = told_line(ended.label, kLabelUnits);
  std::string text =
      "Subagent" + (label.empty() ? "" : " " + label) + " " + std::string(name_of(ended.outcome));
  if (!is_blank(ended.result)) text += ": " + std::string(trim(ended.result));
  return std::string(prefix_within(text, max_bytes));
}

}  // namespace

// ---- telling a session

// A wake only follows news: what waits already has one on its way, unless it was left to wait.
Result<Engine::Told> Engine::tell(const Tidings& tidings) {
  const Result<SessionKey> known = known_session("session_key", tidings.session);
  if (!known) return known.error();
  const SessionKey home = home_of(*known);
  const SessionKey named = listener(home);
  const SessionKey session = tidings.wake ? wake_session(named, router_.main_key())
                                          : event_session(named, router_.main_key());
  if (auto failed = sessions_.check_room(session)) return *failed;
  const auto route = route_of(tidings, session);
  const SystemEvent event{0, tidings.text, tidings.tag, route, false, now_};
  if (auto failed = events_.check(event)) return *failed;
  const bool is_news = !events_.is_duplicate(session, event);
  if (tidings.wake && (is_news || !wakes_.pending(session))) {
    // Before the event: when it is refused nothing has changed.
    if (auto failed = handle(RequestWake{session, std::nullopt, *tidings.wake, tidings.reason,
                                         tidings.coalesce, tidings.caused_by, std::nullopt})) {
      return *failed;
    }
  }
  sessions_.at(session);
  const EventReceipt receipt = events_.post(session, event).value_or_throw();
  emit(EventPosted{session, receipt});
  return Told{session, receipt};
}

MaybeError Engine::tell_of(Producer producer, std::string id, const Tidings& tidings) {
  const Result<Told> told = tell(tidings);
  if (!told) return told.error();
  const bool queued = told->receipt == EventReceipt::queued;
  emit(ProducerHeard{producer, std::move(id), queued ? Hearing::queued : Hearing::duplicate,
                     told->session, std::nullopt, ""});
  return std::nullopt;
}

void Engine::hear(Producer producer, std::string id, Hearing hearing, std::string reason) {
  emit(ProducerHeard{producer, std::move(id), hearing, std::nullopt, std::nullopt,
                     std::move(reason)});
}

// Jobs and webhooks run in sessions of their own that keep nothing. What they have started is told
// to the main session, as their own answers are.
SessionKey Engine::listener(const SessionKey& session) const {
  const bool is_errands =
      session.kind() == SessionKind::cron || session.kind() == SessionKind::hook;
  const bool keeps_nothing = is_errands && sessions_.find(session) == nullptr;
  return keeps_nothing ? SessionKey::main(session.agent(), router_.main_key()) : session;
}

// What the producer says; else where the run was asked for that started the work, whoever has
// written to the session since; else where the session answers.
std::optional<DeliveryRoute> Engine::route_of(const Tidings& tidings,
                                              const SessionKey& session) const {
  if (tidings.route) return tidings.route;
  const RunOrigin* origin = tidings.caused_by ? runs_.origin_of(*tidings.caused_by) : nullptr;
  const bool asked_here = origin != nullptr && origin->home == session;
  return asked_here && origin->route ? origin->route : reply_route(session);
}

// Where people last wrote from, else what the key itself says.
std::optional<DeliveryRoute> Engine::reply_route(const SessionKey& session) const {
  const Session* kept = sessions_.find(session);
  if (kept != nullptr && kept->last_route) return kept->last_route;
  const std::optional<KeyRoute> named = delivery_route(session.str());
  if (!named) return std::nullopt;
  return DeliveryRoute{named->channel, named->account, named->peer_id, named->thread_id};
}

// ---- commands

MaybeError Engine::handle(const ExecReport& report) {
  const Result<SessionKey> known = known_session("session_key", report.session_key);
  if (!known) return known.error();
  if (auto failed = check_texts(report)) return failed;
  ExecStory story;
  story.id = report.exec_id;
  story.phase = report.phase;
  story.exit_code = report.exit_code;
  story.signal = report.signal;
  story.timed_out = report.timed_out;
  story.command = report.command;
  story.output = report.output;
  story.reason = report.reason;
  auto read = exec_text(story, config_.exec);
  if (!read) return read.error();
  const bool seen = report.quiet && report.phase == ExecPhase::finished;
  const auto* unsaid = std::get_if<Unsaid>(&*read);
  if (seen || unsaid != nullptr) {
    const Unsaid why = unsaid != nullptr ? *unsaid : Unsaid::notify_off;
    hear(Producer::exec, report.exec_id, Hearing::silent, std::string(name_of(why)));
    return std::nullopt;
  }
  Tidings tidings;
  tidings.session = *known;
  tidings.text = std::get<std::string>(*std::move(read));
  tidings.tag = exec_tag(report.exec_id);
  tidings.route = report.route;
  tidings.wake = WakeKind::exec;
  tidings.reason = "exec-event";
  tidings.coalesce = 0;
  tidings.caused_by = report.caused_by;
  return tell_of(Producer::exec, report.exec_id, tidings);
}

MaybeError Engine::handle(const SubagentReported& ended) {
  const Result<SessionKey> parent = known_session("parent_key", ended.parent_key);
  if (!parent) return parent.error();
  const Result<SessionKey> child = known_session("session_key", ended.session_key);
  if (!child) return child.error();
  if (*child == *parent) {
    return make_error(ErrorCode::invalid_input, "parent_key", parent->str(),
                      "is the subagent's own session");
  }
  if (auto failed = check_id("task_id", ended.task_id)) return failed;
  if (auto failed = check_utf8("label", ended.label)) return failed;
  if (auto failed = check_utf8("result", ended.result)) return failed;
  Tidings tidings;
  tidings.session = *parent;
  tidings.text = text_of(ended, static_cast<std::size_t>(config_.limits.event_bytes));
  tidings.tag = "task:" + ended.task_id;
  tidings.route = ended.route;
  tidings.wake = WakeKind::task;
  tidings.reason = "background-task";
  tidings.caused_by = ended.caused_by;
  return tell_of(Producer::subagent, ended.task_id, tidings);
}

// ---- remote nodes

// What a node sends is foreign: a report that cannot be used is answered, not thrown.
MaybeError Engine::handle(const NodeEvent& event) {
  if (auto failed = check_id("node_id", event.node_id)) return failed;
  const auto report = read_node_event(event.node_id, event.event, event.payload, config_.exec);
  std::optional<std::string> why;
  if (!report) {
    why = report.error().what();
  } else if (auto failed = hear_node(event, *report)) {
    why = failed->what();
  }
  if (why) hear(Producer::node, event.node_id, Hearing::refused, *why);
  return std::nullopt;
}

MaybeError Engine::hear_node(const NodeEvent& event, const NodeReport& report) {
  if (const auto* unsaid = std::get_if<Unsaid>(&report.what)) {
    hear(Producer::node, event.node_id, Hearing::silent, std::string(name_of(*unsaid)));
    return std::nullopt;
  }
  const std::string named = session_of(event, report);
  const Admission admitted = admit(named, Operator{}, admission_);
  if (!admitted.allowed) {
    return make_error(ErrorCode::invalid_key, "payload.sessionKey", named, admitted.reason);
  }
  const Result<SessionKey> session = known_session("payload.sessionKey", *admitted.session_key);
  if (!session) return session.error();
  if (const auto* notice = std::get_if<NodeNotice>(&report.what)) {
    Tidings tidings;
    tidings.session = *session;
    tidings.text = notice->text;
    tidings.tag = notice->tag;
    tidings.wake = notice->exec ? WakeKind::exec : WakeKind::other;
    tidings.reason = notice->exec ? "exec-event" : "notifications-event";
    if (notice->exec) tidings.coalesce = 0;
    return tell_of(Producer::node, event.node_id, tidings);
  }
  ProducerHeard heard{Producer::node, event.node_id, Hearing::started, *session, std::nullopt, ""};
  if (const auto* wanted = std::get_if<NodeSubscription>(&report.what)) {
    heard.hearing = wanted->on ? Hearing::subscribed : Hearing::unsubscribed;
    emit(std::move(heard));
    return std::nullopt;
  }
  return take_node_turn(event, std::get<NodeTurn>(report.what), home_of(*session),
                        std::move(heard));
}

// A node asks the agent for something.
MaybeError Engine::take_node_turn(const NodeEvent& event, const NodeTurn& turn,
                                  const SessionKey& lane, ProducerHeard heard) {
  UserTurn asked;
  asked.text = neutralize_system_lines(turn.message);
  if (std::ssize(asked.text) > config_.limits.text_bytes) {
    return make_error(
        ErrorCode::invalid_input, "payload", asked.text,
        "asks for more than limits.text_bytes (" + std::to_string(config_.limits.text_bytes) + ")");
  }
  if (auto failed = check_room(lane)) return failed;
  if (turns_.depth(lane.str()) >= config_.limits.queued_turns) {
    return make_error(ErrorCode::invalid_input, "payload.sessionKey", lane.str(),
                      "too many turns wait for this session");
  }
  // Never a fallback to where others last wrote from.
  std::optional<DeliveryRoute> route;
  if (turn.deliver && turn.channel && turn.to) {
    route = DeliveryRoute{token(*turn.channel), std::nullopt, *turn.to, std::nullopt};
  } else if (turn.deliver && !turn.channel && !turn.to) {
    route = reply_route(lane);
  }
  if (auto failed = check_place(route)) return failed;
  // Nothing refuses it any more: what was refused may be said again.
  if (!turn.fingerprint.empty() && voices_.repeats(lane.str(), turn.fingerprint, now_)) {
    heard.hearing = Hearing::duplicate;
    emit(std::move(heard));
    return std::nullopt;
  }
  Errand errand;
  errand.run_id = ids_.next();
  errand.reason = event.event;
  errand.thinking = turn.thinking;
  if (turn.timeout_seconds) errand.timeout = *turn.timeout_seconds * kSecond;
  heard.run_id = errand.run_id;
  asked.route = route;
  asked.errand = errand;
  take_errand(lane, std::move(asked), std::move(heard));
  return std::nullopt;
}

}  // namespace vagus
