#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/context/message.hpp"
#include "vagus/keys/peer.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"
#include "vagus/wakes/wake_kind.hpp"

/// What a host tells the engine. Commands are plain data with a JSON form, so a host can journal
/// them before it applies them and replay the journal after a crash.
namespace vagus {

/// A person's message. Routed by channel, account and peer; or to `session_key` when one is given.
struct Inbound {
  std::string text;
  std::string channel;
  std::optional<std::string> account;
  std::optional<Peer> peer;
  std::optional<std::string> thread;
  std::optional<SessionKey> session_key;

  static constexpr std::string_view kName = "Inbound";
  static constexpr auto fields() {
    return std::tuple(
        required("text", &Inbound::text, "what the person wrote"),
        field("channel", &Inbound::channel, "slack, discord, telegram, ..."),
        field("account", &Inbound::account, "the bot account that received it"),
        field("peer", &Inbound::peer, "who or which room it came from"),
        field("thread", &Inbound::thread, "the thread inside that room"),
        field("session_key", &Inbound::session_key, "the session, when the host already knows it"));
  }
};

/// Asks for a heartbeat of `session_key`, or of the session that `agent`'s ticks run in.
struct RequestWake {
  std::optional<SessionKey> session_key;
  std::optional<AgentId> agent;
  WakeKind kind = WakeKind::wake;
  std::string reason;
  std::optional<std::int64_t> coalesce_ms;

  static constexpr std::string_view kName = "RequestWake";
  static constexpr auto fields() {
    return std::tuple(
        field("session_key", &RequestWake::session_key, "the session to run"),
        field("agent", &RequestWake::agent, "instead of session_key: an agent's heartbeat session"),
        field("kind", &RequestWake::kind, "decides the priority"),
        field("reason", &RequestWake::reason, "a label; the kind's name when blank"),
        field("coalesce_ms", &RequestWake::coalesce_ms, "how long to wait for others; 250"));
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

  static constexpr std::string_view kName = "PostEvent";
  static constexpr auto fields() {
    return std::tuple(
        required("session_key", &PostEvent::session_key, "the session that must hear of it"),
        required("text", &PostEvent::text, "what happened"),
        field("tag", &PostEvent::tag, "the producer's own name for the cause, such as exec:9f2c"),
        field("route", &PostEvent::route, "where a reply to this event goes"),
        field("trusted", &PostEvent::trusted, "written by the host itself, not by outsiders"),
        field("wake", &PostEvent::wake, "also wake the session, for this kind of reason"),
        field("reason", &PostEvent::reason, "the wake's label; the kind's name when blank"),
        field("coalesce_ms", &PostEvent::coalesce_ms, "how long the wake waits for others; 250"));
  }
};

/// Time has passed: whatever is due runs.
struct Tick {
  static constexpr std::string_view kName = "Tick";
  static constexpr auto fields() { return std::tuple(); }
};

/// The files that `ReadFiles` asked for; a file that does not exist is null or left out.
struct FilesRead {
  std::string run_id;
  std::map<std::string, std::optional<std::string>> files;

  static constexpr std::string_view kName = "FilesRead";
  static constexpr auto fields() {
    return std::tuple(required("run_id", &FilesRead::run_id, "the run that asked"),
                      required("files", &FilesRead::files, "text by file name, null if missing"));
  }
};

/// The model's answer to `CallModel`.
struct ModelReplied {
  std::string run_id;
  std::string text;
  std::vector<Message> messages;

  static constexpr std::string_view kName = "ModelReplied";
  static constexpr auto fields() {
    return std::tuple(
        required("run_id", &ModelReplied::run_id, "the run that asked"),
        required("text", &ModelReplied::text, "the final reply"),
        field("messages", &ModelReplied::messages, "tool calls and results on the way to it"));
  }
};

/// The model call failed, or the host could not make it.
struct ModelFailed {
  std::string run_id;
  std::string error;

  static constexpr std::string_view kName = "ModelFailed";
  static constexpr auto fields() {
    return std::tuple(required("run_id", &ModelFailed::run_id, "the run that asked"),
                      required("error", &ModelFailed::error, "what went wrong"));
  }
};

/// Starts a new, empty transcript under the same session key. The session's isolated ticks forget
/// what they would have replayed.
struct ResetSession {
  SessionKey session_key;

  static constexpr std::string_view kName = "ResetSession";
  static constexpr auto fields() {
    return std::tuple(required("session_key", &ResetSession::session_key, "the session to reset"));
  }
};

/// Releases all that is kept of an idle session: transcript, remembered route, waiting events. The
/// next message under its key finds a new session.
struct ForgetSession {
  SessionKey session_key;

  static constexpr std::string_view kName = "ForgetSession";
  static constexpr auto fields() {
    return std::tuple(
        required("session_key", &ForgetSession::session_key, "the session to forget"));
  }
};

/// Appends messages to a session's transcript, all or none.
struct ImportTranscript {
  SessionKey session_key;
  std::vector<Message> messages;

  static constexpr std::string_view kName = "ImportTranscript";
  static constexpr auto fields() {
    return std::tuple(
        required("session_key", &ImportTranscript::session_key, "whose transcript"),
        required("messages", &ImportTranscript::messages, "oldest first; no system messages"));
  }
};

using Command = std::variant<Inbound, RequestWake, PostEvent, Tick, FilesRead, ModelReplied,
                             ModelFailed, ResetSession, ForgetSession, ImportTranscript>;

/// Reads a command from JSON with a field `type`. Errors: `invalid_input` with the JSON path.
Result<Command> command_from_json(std::string_view text);

/// The JSON text that `command_from_json` reads back.
std::string command_to_json(const Command& command);

}  // namespace vagus
