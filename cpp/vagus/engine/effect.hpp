#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/config/queue_settings.hpp"
#include "vagus/context/engine_contract.hpp"
#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/plan.hpp"
#include "vagus/context/summary_task.hpp"
#include "vagus/engine/producer_effects.hpp"
#include "vagus/events/event_queue.hpp"
#include "vagus/heartbeat/delivery.hpp"
#include "vagus/heartbeat/plan.hpp"
#include "vagus/heartbeat/result.hpp"
#include "vagus/heartbeat/visibility.hpp"
#include "vagus/keys/context_key.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"
#include "vagus/runs/chat_stream.hpp"
#include "vagus/runs/run.hpp"
#include "vagus/runs/user_turn.hpp"
#include "vagus/wakes/wake_queue.hpp"

/// What the engine asks of its host, or tells it, in order. Effects are plain data with a JSON
/// form.
namespace vagus {

/// A message was accepted and waits. Exactly one `TurnSettled` with its number follows.
struct TurnQueued {
  SessionKey session_key;
  std::int64_t waiting = 0;
  std::int64_t message = 0;
  std::optional<std::string> message_id;

  static constexpr std::string_view kName = "TurnQueued";
  static constexpr auto fields() {
    return field_list(required("session_key", &TurnQueued::session_key, "the lane"),
                      required("waiting", &TurnQueued::waiting, "messages waiting now"),
                      required("message", &TurnQueued::message, "names it to Engine::turn_fate"),
                      field("message_id", &TurnQueued::message_id, "the channel's name for it"));
  }
};

/// Why a message was not taken.
enum class TurnRefusal {
  full,       ///< as many wait for its lane as may
  duplicate,  ///< it was taken before
  reentry,    ///< the run that asks for it holds its lane: both would wait for ever
};
constexpr std::array<std::string_view, 3> enum_names(TurnRefusal) {
  return {"full", "duplicate", "reentry"};
}

/// A message was not taken.
struct TurnRefused {
  SessionKey session_key;
  std::int64_t waiting = 0;
  std::optional<DeliveryRoute> route;
  TurnRefusal reason = TurnRefusal::full;
  std::optional<std::string> message_id;

  static constexpr std::string_view kName = "TurnRefused";
  static constexpr auto fields() {
    return field_list(required("session_key", &TurnRefused::session_key, "the lane"),
                      required("waiting", &TurnRefused::waiting, "messages waiting now"),
                      field("route", &TurnRefused::route, "where its sender is"),
                      required("reason", &TurnRefused::reason, "full, duplicate or reentry"),
                      field("message_id", &TurnRefused::message_id, "the channel's name for it"));
  }
};

/// What became of a message that was accepted; said once.
struct TurnSettled {
  SessionKey session_key;
  std::int64_t message = 0;
  std::optional<std::string> message_id;
  TurnState state = TurnState::run;
  std::optional<std::string> run_id;
  std::string reason;
  std::optional<DeliveryRoute> route;

  static constexpr std::string_view kName = "TurnSettled";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &TurnSettled::session_key, "the lane"),
        required("message", &TurnSettled::message, "names it to Engine::turn_fate"),
        field("message_id", &TurnSettled::message_id, "the channel's name for it"),
        required("state", &TurnSettled::state, "run, merged, summarised, refused or cancelled"),
        field("run_id", &TurnSettled::run_id, "the run that is shown it, or its line"),
        field("reason", &TurnSettled::reason, "why it was refused or cancelled"),
        field("route", &TurnSettled::route, "where its sender is"));
  }
};

/// Tell the run in flight this text if that can be done, and answer with `Steered` if it was. The
/// message waits until then, and has a turn of its own after the run otherwise.
struct SteerRun {
  std::string run_id;
  SessionKey session_key;
  std::int64_t message = 0;
  std::optional<std::string> message_id;
  std::string text;

  static constexpr std::string_view kName = "SteerRun";
  static constexpr auto fields() {
    return field_list(required("run_id", &SteerRun::run_id, "the run, whose model is at work"),
                      required("session_key", &SteerRun::session_key, "its lane"),
                      required("message", &SteerRun::message, "the message"),
                      field("message_id", &SteerRun::message_id, "the channel's name for it"),
                      required("text", &SteerRun::text, "what the person wrote"));
  }
};

/// A message said `/queue`: the settings of its session, as they are now.
struct QueueSet {
  SessionKey session_key;
  QueueSettings settings;
  std::string error;
  std::optional<DeliveryRoute> route;

  static constexpr std::string_view kName = "QueueSet";
  static constexpr auto fields() {
    return field_list(required("session_key", &QueueSet::session_key, "the lane"),
                      required("settings", &QueueSet::settings, "what is in force"),
                      field("error", &QueueSet::error, "why nothing was changed; empty if it was"),
                      field("route", &QueueSet::route, "where its sender is"));
  }
};

/// A system event was taken, or recognised as one that already waits.
struct EventPosted {
  SessionKey session_key;
  EventReceipt receipt = EventReceipt::queued;

  static constexpr std::string_view kName = "EventPosted";
  static constexpr auto fields() {
    return field_list(required("session_key", &EventPosted::session_key, "the session"),
                      required("receipt", &EventPosted::receipt, "queued or duplicate"));
  }
};

/// A wake was accepted: a run for this session follows.
struct WakeQueued {
  std::int64_t wake = 0;
  std::int64_t request = 0;
  SessionKey session_key;
  WakeKind kind = WakeKind::other;
  std::string reason;
  bool merged = false;
  Millis due_ms = 0;

  static constexpr std::string_view kName = "WakeQueued";
  static constexpr auto fields() {
    return field_list(
        required("wake", &WakeQueued::wake, "names the wake that the request is part of"),
        required("request", &WakeQueued::request, "names this request to Engine::wake_fate"),
        required("session_key", &WakeQueued::session_key, "the session that it is for"),
        required("kind", &WakeQueued::kind, "kind of this request"),
        required("reason", &WakeQueued::reason, "label of this request"),
        required("merged", &WakeQueued::merged, "joined a wake that was waiting"),
        required("due_ms", &WakeQueued::due_ms, "when the wake may run"));
  }
};

/// A wake that waited is dead: no run will follow.
struct WakeDropped {
  std::int64_t wake = 0;
  SessionKey session_key;
  std::string reason;

  static constexpr std::string_view kName = "WakeDropped";
  static constexpr auto fields() {
    return field_list(required("wake", &WakeDropped::wake, "the wake"),
                      required("session_key", &WakeDropped::session_key, "the session it was for"),
                      required("reason", &WakeDropped::reason, "why"));
  }
};

/// A run was registered. Exactly one `RunEnded` with the same id follows.
struct RunStarted {
  std::string run_id;
  RunKind kind = RunKind::user;
  AgentId agent_id;
  SessionKey session_key;
  ContextKey context_key;
  SessionKey home_key;
  std::optional<std::int64_t> wake;
  std::string reason;
  std::vector<WakeCause> causes;
  std::int64_t requests = 0;
  std::optional<std::int64_t> requested_ms;
  std::vector<WakeDelay> delays;
  std::int64_t depth = 0;

  static constexpr std::string_view kName = "RunStarted";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &RunStarted::run_id, "names the run from now on"),
        required("kind", &RunStarted::kind, "a person's turn, a heartbeat or an errand"),
        required("agent_id", &RunStarted::agent_id, "who runs"),
        required("session_key", &RunStarted::session_key, "the lane: routing identity"),
        required("context_key", &RunStarted::context_key, "the memory identity"),
        required("home_key", &RunStarted::home_key,
                 "the session it works for; an isolated heartbeat has another lane"),
        field("wake", &RunStarted::wake, "the wake that it answers, for a heartbeat"),
        required("reason", &RunStarted::reason, "the most urgent wake's label, or 'message'"),
        required("causes", &RunStarted::causes, "every distinct cause of a heartbeat"),
        required("requests", &RunStarted::requests, "wake requests that this run answers"),
        field("requested_ms", &RunStarted::requested_ms, "when the first of them came"),
        field("delays", &RunStarted::delays, "why the wake did not run at once"),
        field("depth", &RunStarted::depth, "wakes in a row that caused each other"));
  }
};

/// Read these files of the agent's workspace and answer with `FilesRead`.
struct ReadFiles {
  std::string run_id;
  AgentId agent_id;
  std::vector<std::string> names;

  static constexpr std::string_view kName = "ReadFiles";
  static constexpr auto fields() {
    return field_list(required("run_id", &ReadFiles::run_id, "the run that needs them"),
                      required("agent_id", &ReadFiles::agent_id, "whose workspace"),
                      required("names", &ReadFiles::names, "file names"));
  }
};

/// Send this prompt to the model and answer with `ModelReplied` or `ModelFailed`.
struct CallModel {
  std::string run_id;
  AgentId agent_id;
  SessionKey session_key;
  ContextKey context_key;
  std::string model;
  std::vector<Message> messages;
  Ledger ledger;
  Plan plan;
  Millis deadline_ms = 0;
  bool respond_tool = false;
  std::optional<std::string> context_engine = {};
  std::optional<std::string> thinking = {};

  static constexpr std::string_view kName = "CallModel";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &CallModel::run_id, "the run"),
        required("agent_id", &CallModel::agent_id, "whose model"),
        required("session_key", &CallModel::session_key, "the lane: routing identity"),
        required("context_key", &CallModel::context_key, "the memory identity"),
        required("model", &CallModel::model,
                 "configured model name, or empty for the host's default"),
        required("messages", &CallModel::messages, "the whole prompt"),
        required("ledger", &CallModel::ledger, "what it costs"),
        required("plan", &CallModel::plan, "what became of every message, and why"),
        required("deadline_ms", &CallModel::deadline_ms, "a later answer is ignored"),
        field("respond_tool", &CallModel::respond_tool,
              "offer the tool heartbeat_respond; its call ends the turn"),
        field("context_engine", &CallModel::context_engine,
              "who made the prompt; none: the built-in context engine"),
        field("thinking", &CallModel::thinking, "how much to think, where an errand says so"));
  }
};

/// Call this method of this context engine and answer with `ContextAnswered` or `ContextFailed`.
struct ContextCall {
  std::int64_t call_id = 0;
  std::string engine;
  ContextMethod method = ContextMethod::bootstrap;
  ContextKey context_key;
  bool is_heartbeat = false;
  ContextRequest params;
  ContextRouting routing;
  Millis deadline_ms = 0;

  static constexpr std::string_view kName = "ContextCall";
  static constexpr auto fields() {
    return field_list(
        required("call_id", &ContextCall::call_id, "names the call in its answer"),
        required("engine", &ContextCall::engine, "the engine's name in the configuration"),
        required("method", &ContextCall::method, "what to call"),
        required("context_key", &ContextCall::context_key, "the memory identity, the only one"),
        required("is_heartbeat", &ContextCall::is_heartbeat, "it is about a heartbeat"),
        required("params", &ContextCall::params, "what the method is told"),
        required("routing", &ContextCall::routing, "whom it is about; no identity of memory"),
        required("deadline_ms", &ContextCall::deadline_ms, "a later answer is ignored"));
  }
};

/// The built-in context engine makes the prompt of this run after all, and of no other because of
/// it.
struct ContextFallback {
  std::string run_id;
  std::string engine;
  ContextKey context_key;
  std::string reason;

  static constexpr std::string_view kName = "ContextFallback";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &ContextFallback::run_id, "the run"),
        required("engine", &ContextFallback::engine, "the engine that did not make it"),
        required("context_key", &ContextFallback::context_key, "the run's memory identity"),
        required("reason", &ContextFallback::reason, "why, for people"));
  }
};

/// A context engine failed or broke the contract. The built-in one serves all runs until
/// `RegisterContextEngine` or `Reconfigure`.
struct ContextEngineQuarantined {
  std::string engine;
  ContextMethod method = ContextMethod::bootstrap;
  ContextKey context_key;
  std::string reason;

  static constexpr std::string_view kName = "ContextEngineQuarantined";
  static constexpr auto fields() {
    return field_list(
        required("engine", &ContextEngineQuarantined::engine, "its name in the configuration"),
        required("method", &ContextEngineQuarantined::method, "what was called"),
        required("context_key", &ContextEngineQuarantined::context_key, "with this identity"),
        required("reason", &ContextEngineQuarantined::reason, "what it did, for people"));
  }
};

/// Have older turns of a session summarised and answer with `Summarized` or `SummaryFailed`; the
/// run waits until `deadline_ms`, then goes on without (see `compaction.md`).
struct Summarize {
  std::int64_t summary_id = 0;
  std::string run_id;
  AgentId agent_id;
  SessionKey session_key;
  ContextKey context_key;
  std::string model;
  SummaryTask task;
  Millis deadline_ms = 0;

  static constexpr std::string_view kName = "Summarize";
  static constexpr auto fields() {
    return field_list(
        required("summary_id", &Summarize::summary_id, "names the summary"),
        required("run_id", &Summarize::run_id, "the run that waits for it"),
        required("agent_id", &Summarize::agent_id, "whose memory it becomes"),
        required("session_key", &Summarize::session_key, "the lane: routing identity"),
        required("context_key", &Summarize::context_key, "the memory identity"),
        required("model", &Summarize::model,
                 "configured name of the model that writes it, or empty for the host's default"),
        required("task", &Summarize::task, "what to summarise, and how"),
        required("deadline_ms", &Summarize::deadline_ms, "until when the run waits"));
  }
};

/// What became of a summary that was asked for.
struct SummarySettled {
  std::int64_t summary_id = 0;
  std::string run_id;
  ContextKey context_key;
  SummaryVerdict verdict = SummaryVerdict::adopted;
  std::vector<SummaryFault> faults;
  std::optional<std::string> error;
  bool late = false;

  static constexpr std::string_view kName = "SummarySettled";
  static constexpr auto fields() {
    return field_list(
        required("summary_id", &SummarySettled::summary_id, "the summary"),
        required("run_id", &SummarySettled::run_id, "the run that asked for it"),
        required("context_key", &SummarySettled::context_key, "whose memory it was for"),
        required("verdict", &SummarySettled::verdict,
                 "adopted, empty, growing, faulty, stale or failed"),
        field("faults", &SummarySettled::faults, "what is missing in a faulty one"),
        field("error", &SummarySettled::error, "why there is none"),
        field("late", &SummarySettled::late, "the run no longer waited for it"));
  }
};

/// Send this text to this route.
struct Deliver {
  std::string run_id;
  SessionKey session_key;
  DeliveryRoute route;
  std::string text;
  std::int64_t attempt = 1;
  bool silent = false;
  std::optional<std::string> reply_to;

  static constexpr std::string_view kName = "Deliver";
  static constexpr auto fields() {
    return field_list(required("run_id", &Deliver::run_id, "the run that answers"),
                      required("session_key", &Deliver::session_key, "its lane"),
                      required("route", &Deliver::route, "where to"),
                      required("text", &Deliver::text, "what to say"),
                      field("attempt", &Deliver::attempt, "beyond 1: it failed before"),
                      field("silent", &Deliver::silent,
                            "the agent asked that nobody be alerted: send it without a sound"),
                      field("reply_to", &Deliver::reply_to,
                            "the channel's name for the newest message that it answers"));
  }
};

/// A reply was given up: its recipient will not see it.
struct DeliveryAbandoned {
  std::string run_id;
  SessionKey session_key;
  DeliveryRoute route;
  std::string error;
  std::int64_t attempts = 0;

  static constexpr std::string_view kName = "DeliveryAbandoned";
  static constexpr auto fields() {
    return field_list(required("run_id", &DeliveryAbandoned::run_id, "the run whose reply it was"),
                      required("session_key", &DeliveryAbandoned::session_key, "its lane"),
                      required("route", &DeliveryAbandoned::route, "where it should have gone"),
                      required("error", &DeliveryAbandoned::error, "why the last attempt failed"),
                      required("attempts", &DeliveryAbandoned::attempts, "how often it was tried"));
  }
};

/// The clock stepped back: what waited for a span of time still waits for as long.
struct ClockStepped {
  Millis from_ms = 0;
  Millis to_ms = 0;

  static constexpr std::string_view kName = "ClockStepped";
  static constexpr auto fields() {
    return field_list(required("from_ms", &ClockStepped::from_ms, "the time of the last command"),
                      required("to_ms", &ClockStepped::to_ms, "the time of this one"));
  }
};

/// A prompt was found too long: by its provider, although it was within the budget, or in the
/// reference profile by a precheck. The run is asked again with less, as long as that helps.
struct OverflowDetected {
  std::string run_id;
  SessionKey session_key;
  std::int64_t attempt = 0;
  std::int64_t messages = 0;
  Ledger ledger;

  static constexpr std::string_view kName = "OverflowDetected";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &OverflowDetected::run_id, "the run"),
        required("session_key", &OverflowDetected::session_key, "its lane"),
        required("attempt", &OverflowDetected::attempt, "1 for the first prompt of the run"),
        required("messages", &OverflowDetected::messages, "messages in the prompt"),
        required("ledger", &OverflowDetected::ledger, "what it would cost"));
  }
};

/// A session began a new transcript.
struct SessionReset {
  SessionKey session_key;
  ContextKey context_key;

  static constexpr std::string_view kName = "SessionReset";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &SessionReset::session_key, "the session"),
        required("context_key", &SessionReset::context_key, "its new memory identity"));
  }
};

/// A run is over; its lane is free.
struct RunEnded {
  std::string run_id;
  RunKind kind = RunKind::user;
  AgentId agent_id;
  SessionKey session_key;
  ContextKey context_key;
  RunOutcome outcome = RunOutcome::replied;
  std::optional<SkipReason> skip;
  std::optional<std::string> error;
  std::string text;
  bool delivered = false;
  std::optional<Undelivered> undelivered;
  std::optional<DeliveryRoute> route;
  std::optional<HeartbeatResult> result;
  std::optional<Indicator> indicator;
  std::optional<Ledger> ledger;
  std::optional<std::int64_t> retry_at_ms;

  static constexpr std::string_view kName = "RunEnded";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &RunEnded::run_id, "the run"),
        required("kind", &RunEnded::kind, "a person's turn, a heartbeat or an errand"),
        required("agent_id", &RunEnded::agent_id, "who ran"),
        required("session_key", &RunEnded::session_key, "the lane: routing identity"),
        required("context_key", &RunEnded::context_key, "the memory identity"),
        required("outcome", &RunEnded::outcome, "how it ended"),
        field("skip", &RunEnded::skip, "why the model was not called"),
        field("error", &RunEnded::error, "what went wrong"),
        field("text", &RunEnded::text, "the reply, without acknowledgement; empty for none"),
        field("delivered", &RunEnded::delivered, "there was a Deliver for the reply"),
        field("undelivered", &RunEnded::undelivered, "why a heartbeat's reply was not sent"),
        field("route", &RunEnded::route, "where its reply goes, or would have gone"),
        field("result", &RunEnded::result, "what the agent said through heartbeat_respond"),
        field("indicator", &RunEnded::indicator, "how a host may show a heartbeat's state"),
        field("ledger", &RunEnded::ledger, "what the prompt cost, once there was one"),
        field("retry_at_ms", &RunEnded::retry_at_ms, "when its wake is tried again"));
  }
};

/// What an `AbortRun` did. The runs that it stopped have ended before.
struct AbortAnswered {
  AbortVerdict verdict = AbortVerdict::unknown;
  std::vector<std::string> run_ids;

  static constexpr std::string_view kName = "AbortAnswered";
  static constexpr auto fields() {
    return field_list(
        required("verdict", &AbortAnswered::verdict, "aborted, unknown or not_permitted"),
        required("run_ids", &AbortAnswered::run_ids, "the runs that were stopped, oldest first"));
  }
};

/// Call `apply` again at `at_ms` (with `Tick`, if nothing else happens before); without `at_ms`
/// there is nothing to wait for. Replaces the alarm before it.
struct SetAlarm {
  std::optional<std::int64_t> at_ms;

  static constexpr std::string_view kName = "SetAlarm";
  static constexpr auto fields() {
    return field_list(field("at_ms", &SetAlarm::at_ms, "ms since the epoch"));
  }
};

using Effect =
    std::variant<TurnQueued, TurnRefused, TurnSettled, SteerRun, QueueSet, EventPosted, WakeQueued,
                 WakeDropped, RunStarted, ReadFiles, CallModel, Deliver, DeliveryAbandoned,
                 ClockStepped, OverflowDetected, SessionReset, RunEnded, SetAlarm, ContextCall,
                 ContextFallback, ContextEngineQuarantined, Summarize, SummarySettled, ChatEvent,
                 ChatNotice, AbortAnswered, ProducerHeard, WebhookAnswered>;

/// Compact JSON text with a field `type`; equal effects give equal bytes.
std::string effect_to_json(const Effect& effect);

}  // namespace vagus
