#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/rare.hpp"
#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/runs/chat_event.hpp"

/// One run as its clients see it, and what its host tells of it.
namespace vagus {

/// Who started a run, or asks to stop one.
struct ChatPrincipal {
  std::optional<std::string> connection;
  std::optional<std::string> device;
  bool admin = false;

  static constexpr std::string_view kName = "ChatPrincipal";
  static constexpr auto fields() {
    return field_list(
        field("connection", &ChatPrincipal::connection, "its connection"),
        field("device", &ChatPrincipal::device, "its paired device, which outlives a connection"),
        field("admin", &ChatPrincipal::admin, "may stop the runs of others"));
  }
};

/// A client's own name for a run, and who is told of it.
struct ChatClient {
  std::string client_run_id;
  std::string requested_key;
  std::vector<std::string> subscribers;

  static constexpr std::string_view kName = "ChatClient";
  static constexpr auto fields() {
    return field_list(
        required("client_run_id", &ChatClient::client_run_id, "names the run to the client"),
        field("requested_key", &ChatClient::requested_key, "the session, as the client named it"),
        field("subscribers", &ChatClient::subscribers, "who is told, whatever session it is"));
  }
};

/// A run that begins. What it says of the run's identity is for good.
struct ChatRegistration {
  std::string run_id;
  std::optional<SessionKey> session_key;
  std::vector<ChatClient> clients;
  std::optional<ChatPrincipal> owner;
  std::optional<std::int64_t> deadline_ms;
  std::int64_t attempt = 1;
  bool heartbeat = false;
  bool visible = true;

  static constexpr std::string_view kName = "ChatRegistration";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &ChatRegistration::run_id, "names the run to the host"),
        field("session_key", &ChatRegistration::session_key, "its session; may be attached later"),
        field("clients", &ChatRegistration::clients,
              "the client runs that it answers; none: it goes by its own id"),
        field("owner", &ChatRegistration::owner, "who may stop it; none: everybody"),
        field("deadline_ms", &ChatRegistration::deadline_ms, "when it ends at the latest"),
        field("attempt", &ChatRegistration::attempt, "the number of the attempt that begins"),
        field("heartbeat", &ChatRegistration::heartbeat, "a heartbeat, which is not streamed"),
        field("visible", &ChatRegistration::visible,
              "whether those who listen to its session are told"));
  }
};

/// What kind of event the producer of a run tells.
enum class ChatInputKind {
  start,     ///< it begins, or begins again: with a higher attempt number
  text,      ///< more text
  tool,      ///< a tool or another visible step starts: what was held back is shown first
  fallback,  ///< another model takes over, so an error before it is not the end
  error,     ///< it failed; unless `settled`, a newer attempt may follow
  end,       ///< it is over
  other,     ///< anything else, which has a sequence number too
};
constexpr std::array<std::string_view, 7> enum_names(ChatInputKind) {
  return {"start", "text", "tool", "fallback", "error", "end", "other"};
}

struct ChatInput {
  std::string run_id;
  ChatInputKind kind = ChatInputKind::text;
  std::int64_t seq = 0;
  std::int64_t attempt = 0;
  std::string text;
  std::string delta;
  bool replace = false;
  std::string error;
  std::string error_code;
  std::optional<ErrorKind> error_kind;
  bool settled = false;
  std::string status;
  std::string stop_reason;
  bool aborted = false;

  static constexpr std::string_view kName = "ChatInput";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &ChatInput::run_id, "the run, by its own id or a client's"),
        required("kind", &ChatInput::kind, "start, text, tool, fallback, error, end or other"),
        field("seq", &ChatInput::seq, "its place among the events of the run; 0: the next one"),
        field("attempt", &ChatInput::attempt, "the attempt that it is of; 0: the newest"),
        field("text", &ChatInput::text, "text and end: a snapshot of all text"),
        field("delta", &ChatInput::delta, "text: what is new"),
        field("replace", &ChatInput::replace, "the text takes the place of all before it"),
        field("error", &ChatInput::error, "error: what went wrong"),
        field("error_code", &ChatInput::error_code, "error: its code, such as 429"),
        field("error_kind", &ChatInput::error_kind, "error: its kind; else what its words say"),
        field("settled", &ChatInput::settled, "error: no new attempt will be made"),
        field("status", &ChatInput::status, "end: cancelled, timeout, failed, ..."),
        field("stop_reason", &ChatInput::stop_reason, "end: why it stopped"),
        field("aborted", &ChatInput::aborted, "end: someone stopped it"));
  }
};

/// An error that is the end unless a new attempt comes in time.
struct PendingError {
  Millis until = 0;
  std::string text;
  std::optional<ErrorKind> kind;
};

/// The one record of a live run.
struct alignas(64) ChatRun {
  // What nearly every event looks at, in two lines of a cache.
  std::string id;
  std::int64_t seq = 0;
  std::int64_t attempt = 1;
  bool heartbeat = false;
  bool visible = true;
  bool clipped = false;
  bool is_outdated = false;  ///< clients were shown text that does not count any more
  bool told_duplicate = false;
  bool told_superseded = false;
  std::string raw;                 ///< the text that was accepted
  std::optional<Millis> flush_at;  ///< when the text held back may be sent
  std::optional<Millis> sent_at;

  /// The text that was last shown: the first bytes of `raw`, as it nearly always is, or a copy.
  std::size_t sent_size = 0;
  std::string sent_copy;
  std::int64_t order = 0;  ///< of registration; 0 when the place is free
  std::optional<Millis> deadline;
  Rare<PendingError> failing;
  std::vector<ChatClient> clients;  ///< at least one
  std::optional<SessionKey> session;
  std::optional<ChatPrincipal> owner;

  std::string_view sent() const {
    return sent_copy.empty() ? std::string_view(raw).substr(0, sent_size) : sent_copy;
  }
};

}  // namespace vagus
