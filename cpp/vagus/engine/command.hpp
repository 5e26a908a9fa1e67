#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/config/config.hpp"
#include "vagus/context/engine_contract.hpp"
#include "vagus/context/message.hpp"
#include "vagus/engine/producer_commands.hpp"
#include "vagus/heartbeat/active_hours.hpp"
#include "vagus/keys/peer.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"
#include "vagus/runs/chat_run.hpp"
#include "vagus/wakes/wake_kind.hpp"

/// What a host tells the engine. Commands are plain data with a JSON form, so a host can journal
/// them before it applies them and replay the journal after a crash.
namespace vagus {

/// A person's message. Routed by what it says about where it came from; or to `session_key` when
/// one is given.
struct Inbound {
  std::string text;
  std::string channel;
  std::optional<std::string> account;
  std::optional<Peer> peer;
  std::optional<std::string> thread;
  std::optional<SessionKey> session_key;
  std::optional<Peer> parent_peer;
  std::optional<std::string> guild;
  std::optional<std::string> team;
  std::vector<std::string> roles;
  std::optional<std::string> client_run_id = {};
  std::optional<std::string> subscriber = {};
  std::optional<std::string> message_id = {};
  std::optional<std::string> caused_by = {};

  static constexpr std::string_view kName = "Inbound";
  static constexpr auto fields() {
    return field_list(
        required("text", &Inbound::text, "what the person wrote"),
        field("channel", &Inbound::channel, "slack, discord, telegram, ..."),
        field("account", &Inbound::account, "the bot account that received it"),
        field("peer", &Inbound::peer, "who or which room it came from"),
        field("thread", &Inbound::thread, "the thread inside that room"),
        field("session_key", &Inbound::session_key, "the session, when the host already knows it"),
        field("parent_peer", &Inbound::parent_peer,
              "the room that a thread with an id of its own hangs below"),
        field("guild", &Inbound::guild, "the guild (server) of the room"),
        field("team", &Inbound::team, "the team (workspace) of the room"),
        field("roles", &Inbound::roles, "the person's roles there, at most 1000"),
        field("client_run_id", &Inbound::client_run_id,
              "the client's own name for the run that answers; it is told the end exactly once"),
        field("subscriber", &Inbound::subscriber, "who follows that run, such as a connection"),
        field("message_id", &Inbound::message_id,
              "the channel's own name for it; one that comes again is taken once"),
        field("caused_by", &Inbound::caused_by,
              "the run that wrote it, and waits for the answer; not a person then"));
  }
};

/// The message that `SteerRun` offered was told to the run in flight: it is answered there. A host
/// that cannot tell it says nothing; the message then gets a turn of its own.
struct Steered {
  std::string run_id;
  std::int64_t message = 0;

  static constexpr std::string_view kName = "Steered";
  static constexpr auto fields() {
    return field_list(required("run_id", &Steered::run_id, "the run that was told"),
                      required("message", &Steered::message, "as `SteerRun` named it"));
  }
};

/// Asks for a heartbeat of `session_key`, or of the session that `agent`'s ticks run in.
struct RequestWake {
  std::optional<SessionKey> session_key;
  std::optional<AgentId> agent;
  WakeKind kind = WakeKind::wake;
  std::string reason;
  std::optional<std::int64_t> coalesce_ms;
  std::optional<std::string> caused_by = {};
  std::optional<WakeIntent> intent = {};

  static constexpr std::string_view kName = "RequestWake";
  static constexpr auto fields() {
    return field_list(
        field("session_key", &RequestWake::session_key, "the session to run"),
        field("agent", &RequestWake::agent, "instead of session_key: an agent's heartbeat session"),
        field("kind", &RequestWake::kind, "decides the priority"),
        field("reason", &RequestWake::reason, "a label; the kind's name when blank"),
        field("coalesce_ms", &RequestWake::coalesce_ms, "how long to wait for others; 250"),
        field("caused_by", &RequestWake::caused_by,
              "the run that started the work that asks now, so that loops are slowed"),
        field("intent", &RequestWake::intent, "how urgent it is; else what the kind says"));
  }
};

/// Queues a system event and, when `wake` is given, wakes the same session: one key for both, so
/// the wake cannot lose the event's session.
struct PostEvent {
  SessionKey session_key;
  std::string text;
  std::optional<std::string> tag;
  std::optional<DeliveryRoute> route;
  bool trusted = false;
  std::optional<WakeKind> wake;
  std::string reason;
  std::optional<std::int64_t> coalesce_ms;
  std::optional<std::string> caused_by = {};
  std::optional<WakeIntent> intent = {};
  bool reply_in_session = false;

  static constexpr std::string_view kName = "PostEvent";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &PostEvent::session_key, "the session that must hear of it"),
        required("text", &PostEvent::text, "what happened"),
        field("tag", &PostEvent::tag, "the producer's own name for the cause, such as exec:9f2c"),
        field("route", &PostEvent::route, "where a reply to this event goes"),
        field("trusted", &PostEvent::trusted, "written by the host itself, not by outsiders"),
        field("wake", &PostEvent::wake, "also wake the session, for this kind of reason"),
        field("reason", &PostEvent::reason, "the wake's label; the kind's name when blank"),
        field("coalesce_ms", &PostEvent::coalesce_ms, "how long the wake waits for others; 250"),
        field("caused_by", &PostEvent::caused_by,
              "the run that started what happened, so that loops are slowed"),
        field("intent", &PostEvent::intent, "how urgent the wake is; else what its kind says"),
        field("reply_in_session", &PostEvent::reply_in_session,
              "without a route, a reply goes where the session's last message came from, else "
              "where its key says"));
  }
};

/// Time has passed: whatever is due runs.
struct Tick {
  static constexpr std::string_view kName = "Tick";
  static constexpr auto fields() { return field_list(); }
};

/// The files that `ReadFiles` asked for; a file that does not exist is null or left out. One that
/// is there and cannot be read is named with the reason, and so the engine treats one that is
/// longer than `limits.text_bytes` or not UTF-8: no file may keep an agent from running.
struct FilesRead {
  std::string run_id;
  std::map<std::string, std::optional<std::string>> files;
  std::map<std::string, std::string> unreadable = {};

  static constexpr std::string_view kName = "FilesRead";
  static constexpr auto fields() {
    return field_list(required("run_id", &FilesRead::run_id, "the run that asked"),
                      required("files", &FilesRead::files, "text by file name, null if missing"),
                      field("unreadable", &FilesRead::unreadable,
                            "why a file that is there could not be read, by file name"));
  }
};

/// The model's answer to `CallModel`.
struct ModelReplied {
  std::string run_id;
  std::string text;
  std::vector<Message> messages;
  std::optional<std::int64_t> input_tokens = {};

  static constexpr std::string_view kName = "ModelReplied";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &ModelReplied::run_id, "the run that asked"),
        required("text", &ModelReplied::text, "the final reply"),
        field("messages", &ModelReplied::messages, "tool calls and results on the way to it"),
        field("input_tokens", &ModelReplied::input_tokens,
              "what the provider counted for the prompt, cached tokens included"));
  }
};

/// The model call failed, or the host could not make it.
struct ModelFailed {
  std::string run_id;
  std::string error;

  static constexpr std::string_view kName = "ModelFailed";
  static constexpr auto fields() {
    return field_list(required("run_id", &ModelFailed::run_id, "the run that asked"),
                      required("error", &ModelFailed::error, "what went wrong"));
  }
};

/// The answer to `Summarize`. One that comes late is used as long as it continues what is shown.
struct Summarized {
  std::int64_t summary_id = 0;
  std::string text;

  static constexpr std::string_view kName = "Summarized";
  static constexpr auto fields() {
    return field_list(required("summary_id", &Summarized::summary_id, "the summary asked for"),
                      required("text", &Summarized::text, "what the summariser wrote"));
  }
};

/// There is no summary: the summariser failed, or the host has none.
struct SummaryFailed {
  std::int64_t summary_id = 0;
  std::string error;

  static constexpr std::string_view kName = "SummaryFailed";
  static constexpr auto fields() {
    return field_list(required("summary_id", &SummaryFailed::summary_id, "the summary asked for"),
                      required("error", &SummaryFailed::error, "what went wrong"));
  }
};

/// What the model has said so far, or that it calls a tool, while the run waits for its reply. Only
/// for those who follow the run; the reply itself comes with `ModelReplied`.
struct StreamModel {
  std::string run_id;
  std::int64_t seq = 0;
  std::string text;
  std::string delta;
  bool replace = false;
  std::optional<std::string> tool = {};

  static constexpr std::string_view kName = "StreamModel";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &StreamModel::run_id, "the run that asked"),
        field("seq", &StreamModel::seq, "1 and up, so that what comes twice counts once; 0: next"),
        field("text", &StreamModel::text, "all text so far"),
        field("delta", &StreamModel::delta, "what is new"),
        field("replace", &StreamModel::replace, "it takes the place of what was said before"),
        field("tool", &StreamModel::tool, "a tool that starts: what was held back is told first"));
  }
};

/// Stops runs: the one of `run_id`, which may be a client's own id, or those of `session_key`. A
/// requester that did not start a run may only stop it as an admin; without a requester the host
/// itself asks.
struct AbortRun {
  std::optional<std::string> run_id;
  std::optional<SessionKey> session_key;
  std::optional<ChatPrincipal> requester;
  std::string reason = "rpc";

  static constexpr std::string_view kName = "AbortRun";
  static constexpr auto fields() {
    return field_list(
        field("run_id", &AbortRun::run_id, "the run"),
        field("session_key", &AbortRun::session_key, "whose runs; with run_id: whose it must be"),
        field("requester", &AbortRun::requester, "who asks; none: the host"),
        field("reason", &AbortRun::reason, "told to the clients: rpc, stop, timeout, ..."));
  }
};

/// From now on the subscriber is told what the runs of a session say.
struct Subscribe {
  std::string subscriber;
  SessionKey session_key;

  static constexpr std::string_view kName = "Subscribe";
  static constexpr auto fields() {
    return field_list(required("subscriber", &Subscribe::subscriber, "such as a connection"),
                      required("session_key", &Subscribe::session_key, "the session"));
  }
};

/// The subscriber leaves a session or, without one, is gone: nothing is addressed to it any more.
struct Unsubscribe {
  std::string subscriber;
  std::optional<SessionKey> session_key;

  static constexpr std::string_view kName = "Unsubscribe";
  static constexpr auto fields() {
    return field_list(required("subscriber", &Unsubscribe::subscriber, "who"),
                      field("session_key", &Unsubscribe::session_key, "the session; none: all"));
  }
};

/// Starts a new, empty transcript under the same session key. The session's isolated ticks forget
/// what they would have replayed.
struct ResetSession {
  SessionKey session_key;

  static constexpr std::string_view kName = "ResetSession";
  static constexpr auto fields() {
    return field_list(required("session_key", &ResetSession::session_key, "the session to reset"));
  }
};

/// Releases all that is kept of an idle session: transcript, remembered route, waiting events. The
/// next message under its key finds a new session.
struct ForgetSession {
  SessionKey session_key;

  static constexpr std::string_view kName = "ForgetSession";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &ForgetSession::session_key, "the session to forget"));
  }
};

/// Appends messages to a session's transcript, all or none.
struct ImportTranscript {
  SessionKey session_key;
  std::vector<Message> messages;

  static constexpr std::string_view kName = "ImportTranscript";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &ImportTranscript::session_key, "whose transcript"),
        required("messages", &ImportTranscript::messages, "oldest first; no system messages"));
  }
};

/// The reply that `Deliver` carried has arrived. Hosts that never report lose only the retries.
struct Delivered {
  std::string run_id;

  static constexpr std::string_view kName = "Delivered";
  static constexpr auto fields() {
    return field_list(required("run_id", &Delivered::run_id, "the run whose reply it was"));
  }
};

/// The reply that `Deliver` carried did not arrive. With `retry` it is handed out again, after a
/// minute and without asking the model again, until `limits.delivery_attempts` are used up.
struct DeliveryFailed {
  std::string run_id;
  std::string error;
  bool retry = true;

  static constexpr std::string_view kName = "DeliveryFailed";
  static constexpr auto fields() {
    return field_list(required("run_id", &DeliveryFailed::run_id, "the run whose reply it was"),
                      required("error", &DeliveryFailed::error, "why it did not arrive"),
                      field("retry", &DeliveryFailed::retry, "false when no retry can help"));
  }
};

/// Switches all cadences off or on. Off, no timer is set and nothing is polled; requested wakes and
/// events run as before. On again, each agent beats at its next slot.
struct SetHeartbeats {
  bool enabled = true;

  static constexpr std::string_view kName = "SetHeartbeats";
  static constexpr auto fields() {
    return field_list(required("enabled", &SetHeartbeats::enabled, "whether agents beat"));
  }
};

/// Replaces the configuration. Sessions, events, wakes and runs in flight are kept, and so is the
/// next slot of an agent whose schedule is the same. What an agent that is gone had waiting ends:
/// its wakes are dead, its turns refused, its runs failed. `profile`, `limits` and `wakes` are
/// fixed when an engine is made.
struct Reconfigure {
  Config config;
  ZoneTable zones;

  static constexpr std::string_view kName = "Reconfigure";
  static constexpr auto fields() {
    return field_list(required("config", &Reconfigure::config, "the whole new configuration"),
                      field("zones", &Reconfigure::zones, "every zone that it names, but UTC"));
  }
};

/// The answer to `ContextCall`. One that breaks the contract quarantines the engine.
struct ContextAnswered {
  std::int64_t call_id = 0;
  ContextAnswer answer;

  static constexpr std::string_view kName = "ContextAnswered";
  static constexpr auto fields() {
    return field_list(required("call_id", &ContextAnswered::call_id, "the call"),
                      required("answer", &ContextAnswered::answer, "what the engine said"));
  }
};

/// The context engine raised, or the host has none of that name. It is quarantined.
struct ContextFailed {
  std::int64_t call_id = 0;
  std::string error;

  static constexpr std::string_view kName = "ContextFailed";
  static constexpr auto fields() {
    return field_list(required("call_id", &ContextFailed::call_id, "the call"),
                      required("error", &ContextFailed::error, "what went wrong"));
  }
};

/// The host has registered a context engine, once more after it was quarantined: the next runs are
/// its.
struct RegisterContextEngine {
  std::string engine;

  static constexpr std::string_view kName = "RegisterContextEngine";
  static constexpr auto fields() {
    return field_list(
        required("engine", &RegisterContextEngine::engine, "its name in the configuration"));
  }
};

/// A subagent is about to be started: its parent's context engine is told.
struct PrepareSubagent {
  SessionKey parent_session_key;
  SessionKey child_session_key;
  std::optional<std::int64_t> ttl_ms;

  static constexpr std::string_view kName = "PrepareSubagent";
  static constexpr auto fields() {
    return field_list(
        required("parent_session_key", &PrepareSubagent::parent_session_key, "who starts it"),
        required("child_session_key", &PrepareSubagent::child_session_key, "its session"),
        field("ttl_ms", &PrepareSubagent::ttl_ms, "how long it may live, if that is limited"));
  }
};

/// A subagent has ended: its context engine is told.
struct SubagentEnded {
  SessionKey child_session_key;
  SubagentEnd reason = SubagentEnd::completed;

  static constexpr std::string_view kName = "SubagentEnded";
  static constexpr auto fields() {
    return field_list(
        required("child_session_key", &SubagentEnded::child_session_key, "its session"),
        field("reason", &SubagentEnded::reason, "how; completed"));
  }
};

using Command =
    std::variant<Inbound, Steered, RequestWake, PostEvent, Tick, FilesRead, ModelReplied,
                 ModelFailed, ResetSession, ForgetSession, ImportTranscript, Delivered,
                 DeliveryFailed, SetHeartbeats, Reconfigure, ContextAnswered, ContextFailed,
                 RegisterContextEngine, PrepareSubagent, SubagentEnded, Summarized, SummaryFailed,
                 StreamModel, AbortRun, Subscribe, Unsubscribe, ExecReport, NodeEvent,
                 WebhookReceived, CronFired, SubagentReported>;

/// Reads a command from JSON with a field `type`. Errors: `invalid_input` with the JSON path.
Result<Command> command_from_json(std::string_view text);

/// The JSON text that `command_from_json` reads back.
std::string command_to_json(const Command& command);

}  // namespace vagus
