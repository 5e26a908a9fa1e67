#pragma once

#include <array>
#include <string_view>

namespace vagus {

/// What the shape of a session key says that it is for (spec: keys, section 1.6).
enum class SessionKind {
  main,
  direct,
  group,
  channel,
  slash,             ///< native commands of one user
  subagent,          ///< a spawned child
  acp,               ///< an agent-client-protocol harness
  cron,              ///< the base session of a scheduled job
  cron_run,          ///< one run of a scheduled job
  hook,              ///< a webhook
  node,              ///< a device
  dashboard,         ///< a window of the control interface
  internal_effects,  ///< hidden rows of runs whose effects are suppressed
  harness,           ///< reserved for agent harnesses
  explicit_session,  ///< a session that a command line named by its id
  api,               ///< a caller of the HTTP interface
  runtime,           ///< boot, voice, SDK and commitment runs
  repaired,          ///< a product of repair or migration
  other
};
constexpr std::array<std::string_view, 19> enum_names(SessionKind) {
  return {"main",     "direct",   "group",   "channel",  "slash",     "subagent",         "acp",
          "cron",     "cron_run", "hook",    "node",     "dashboard", "internal_effects", "harness",
          "explicit", "api",      "runtime", "repaired", "other"};
}

/// Sessions that are told apart by an id behind a fixed word, such as `hook:<id>`.
struct Space {
  std::string_view word;
  std::string_view prefix;  ///< how the rest of a key begins
  SessionKind kind;
  /// Whether a channel may have this name: then the rest is only read as a space when it is not
  /// the key of a peer.
  bool may_be_channel;
};

/// The space called `word`; nullptr when there is none.
const Space* find_space(std::string_view word);

/// True for words that start the rest of a key and say what it is for; no channel has such a name.
bool is_structural(std::string_view word);

/// Reads of a key's rest, as views into it; ids are as written, escapes included.
struct KeyShape {
  SessionKind kind = SessionKind::other;
  const Space* space = nullptr;
  std::string_view channel;
  std::string_view account;  ///< of a direct message with account scope; else empty
  std::string_view id;
  std::string_view run;  ///< of a cron run
};

/// What `rest`, in canonical case, is for; a thread or an isolated session is for what its base is.
KeyShape read_shape(std::string_view rest);

/// `rest` without threads and heartbeats: what they hang on.
std::string_view conversation_of(std::string_view rest);

inline constexpr std::string_view kAgentPrefix = "agent:";
inline constexpr std::string_view kRunMarker = ":run:";
inline constexpr std::string_view kThreadMarker = ":thread:";
inline constexpr std::string_view kHeartbeatSuffix = ":heartbeat";

/// `text` without any `:heartbeat` at its end.
std::string_view without_heartbeats(std::string_view text);

/// True when `text` is `base` and one or more `:heartbeat`; never of an empty base.
bool is_isolated_from(std::string_view text, std::string_view base);

}  // namespace vagus
