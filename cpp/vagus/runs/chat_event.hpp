#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/keys/session_key.hpp"

/// What clients are told of a run while it answers (spec: runs, section 1.5).
namespace vagus {

/// All but `delta` are terminal: a client run is told exactly one of them, and nothing after it.
enum class ChatState {
  delta,    ///< more text
  final,    ///< the answer; without text when there is nothing to say
  error,    ///< there is no answer, and why
  aborted,  ///< someone stopped it; with the text so far
};
constexpr std::array<std::string_view, 4> enum_names(ChatState) {
  return {"delta", "final", "error", "aborted"};
}

/// What kind of error ended a run, as far as its text tells.
enum class ErrorKind { refusal, timeout, rate_limit, context_length, unknown };
constexpr std::array<std::string_view, 5> enum_names(ErrorKind) {
  return {"refusal", "timeout", "rate_limit", "context_length", "unknown"};
}

/// One event of one client run, and who is to have it.
struct ChatEvent {
  std::string run_id;
  std::string client_run_id;
  ChatState state = ChatState::delta;
  std::int64_t seq = 0;
  std::string requested_key;
  std::optional<SessionKey> session_key;
  std::string text;
  std::string delta_text;
  bool replace = false;
  bool clipped = false;
  std::optional<std::string> error;
  std::optional<ErrorKind> error_kind;
  std::optional<std::string> stop_reason;
  std::vector<std::string> subscribers;

  static constexpr std::string_view kName = "ChatEvent";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &ChatEvent::run_id, "the run"),
        required("client_run_id", &ChatEvent::client_run_id, "its name among the client's runs"),
        required("state", &ChatEvent::state, "delta, or how it ended: final, error or aborted"),
        required("seq", &ChatEvent::seq, "of the event of the run that it tells"),
        field("requested_key", &ChatEvent::requested_key, "the session as the client named it"),
        field("session_key", &ChatEvent::session_key, "the session, once it is known"),
        field("text", &ChatEvent::text, "all of the text so far"),
        field("delta_text", &ChatEvent::delta_text, "what is new in a delta"),
        field("replace", &ChatEvent::replace, "the text takes the place of what was told before"),
        field("clipped", &ChatEvent::clipped, "the beginning of the text was let go"),
        field("error", &ChatEvent::error, "what went wrong"),
        field("error_kind", &ChatEvent::error_kind, "what kind of error, if that is known"),
        field("stop_reason", &ChatEvent::stop_reason, "why it stopped"),
        required("subscribers", &ChatEvent::subscribers, "who is to have it"));
  }
};

/// What was odd about the events of a run.
enum class NoticeKind {
  gap,         ///< events are missing in front of this one
  duplicate,   ///< an event came again and was dropped; told once for each run
  superseded,  ///< an event of an earlier attempt was dropped; told once for each run
  late,        ///< the run was ended again, in another way; told once for each run
  unresolved,  ///< a run ended without a session key
};
constexpr std::array<std::string_view, 5> enum_names(NoticeKind) {
  return {"gap", "duplicate", "superseded", "late", "unresolved"};
}

/// For the host and its log; `subscribers` may want to load the conversation again after a gap.
struct ChatNotice {
  std::string run_id;
  NoticeKind kind = NoticeKind::gap;
  std::int64_t expected = 0;
  std::int64_t received = 0;
  std::vector<std::string> subscribers;

  static constexpr std::string_view kName = "ChatNotice";
  static constexpr auto fields() {
    return field_list(
        required("run_id", &ChatNotice::run_id, "the run"),
        required("kind", &ChatNotice::kind, "what was odd"),
        field("expected", &ChatNotice::expected, "the sequence number that was next"),
        field("received", &ChatNotice::received, "the one that came"),
        field("subscribers", &ChatNotice::subscribers, "who has seen the run so far"));
  }
};

using ChatOutput = std::variant<ChatEvent, ChatNotice>;

}  // namespace vagus
