#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vagus/base/json.hpp"
#include "vagus/base/record.hpp"
#include "vagus/config/hooks.hpp"
#include "vagus/keys/hook_key.hpp"

/// What a webhook asks for, read from its body (spec: heartbeats, section 5, HTTP hooks). A session
/// key that it names is text: `admit` decides whether it may be used. Pure functions.
namespace vagus {

/// The channel of a hook that names none: the one that was used last.
inline constexpr std::string_view kLastChannel = "last";

/// What people call a hook that has no name.
inline constexpr std::string_view kDefaultHookName = "Hook";

/// Longest key by which a repeated webhook is recognised, in UTF-16 code units.
inline constexpr std::size_t kMaxIdempotencyKey = 256;

/// A line for a session, and whether it wakes.
struct WakeHook {
  std::string text;
  HookMode mode = HookMode::now;
  std::optional<std::string> agent_id;
  std::optional<std::string> session_key;
  HookSource key_source = HookSource::request;

  static constexpr std::string_view kName = "WakeHook";
  static constexpr auto fields() {
    return field_list(
        required("text", &WakeHook::text, "the event's text"),
        field("mode", &WakeHook::mode, "now, or next-heartbeat: an event without a wake"),
        field("agent_id", &WakeHook::agent_id, "the agent that it is for, as it was given"),
        field("session_key", &WakeHook::session_key, "the session that it is for, not admitted"),
        field("key_source", &WakeHook::key_source, "where the session key was written"));
  }
};

/// A turn of an agent. What is None was not said; `read_agent_hook` fills in the defaults.
struct AgentHook {
  std::string message;
  std::optional<std::string> name;
  std::optional<std::string> agent_id;
  std::optional<std::string> idempotency_key;
  HookMode wake_mode = HookMode::now;
  std::optional<std::string> session_key;
  HookSource key_source = HookSource::request;
  std::optional<bool> deliver;
  std::optional<std::string> channel;
  std::optional<std::string> to;
  std::optional<std::string> model;
  std::optional<std::string> thinking;
  std::optional<std::int64_t> timeout_seconds;

  static constexpr std::string_view kName = "AgentHook";
  static constexpr auto fields() {
    return field_list(
        required("message", &AgentHook::message, "what the agent is asked"),
        field("name", &AgentHook::name, "what people call the hook"),
        field("agent_id", &AgentHook::agent_id, "the agent that is asked, as it was given"),
        field("idempotency_key", &AgentHook::idempotency_key, "by which a repetition is known"),
        field("wake_mode", &AgentHook::wake_mode, "when the main session hears of the result"),
        field("session_key", &AgentHook::session_key, "the session that it runs in, not admitted"),
        field("key_source", &AgentHook::key_source, "where the session key was written"),
        field("deliver", &AgentHook::deliver, "whether the answer is delivered"),
        field("channel", &AgentHook::channel, "through which channel, or last"),
        field("to", &AgentHook::to, "to whom"), field("model", &AgentHook::model, "by which model"),
        field("thinking", &AgentHook::thinking, "how much it thinks"),
        field("timeout_seconds", &AgentHook::timeout_seconds, "how long it may take"));
  }
};

using Hook = std::variant<WakeHook, AgentHook>;

/// The body of a webhook as a JSON object. Errors, all `invalid_input` at `body`: longer than
/// `kMaxHookBytes`, no JSON, or another value.
Result<Json> parse_hook_body(std::string_view body);

/// The body of a wake: `text`, trimmed, is required; any `mode` but `next-heartbeat` is `now`;
/// `agentId` and `sessionKey` may say whom it is for. Errors, `invalid_input`: as
/// `parse_hook_body`; `text` missing, blank or no text; a session for the next heartbeat, which
/// wakes nobody.
Result<WakeHook> read_wake_hook(std::string_view body);

/// The body of a turn: `message`, trimmed, is required. Defaults: name `Hook`, now, delivered
/// unless `deliver` is false, channel `last`. A timeout counts when it is a number of one second or
/// more, cut to whole ones; an idempotency key when it is not too long. Errors, `invalid_input`: as
/// `parse_hook_body`; `message` missing or blank; a `channel` that is neither `last` nor one of
/// `channels`; a `model` that is given and blank.
/// Without `channels` every channel is known.
Result<AgentHook> read_agent_hook(std::string_view body,
                                  const std::optional<std::vector<std::string>>& channels);

/// Refuses (`invalid_input`, field `channel`) a channel that is neither `last` nor one of
/// `channels`, if those are given.
MaybeError check_hook_channel(std::string_view channel,
                              const std::optional<std::vector<std::string>>& channels);

/// The key by which a repetition of a request is known: of the `headers` called `names`, in that
/// order, then of the body's `idempotencyKey`, the first that is neither blank nor longer than
/// `kMaxIdempotencyKey`. Header names compare without case. Errors: as `parse_hook_body`.
Result<std::optional<std::string>> idempotency_key(
    const std::map<std::string, std::string>& headers, std::string_view body,
    const std::vector<std::string>& names);

}  // namespace vagus
