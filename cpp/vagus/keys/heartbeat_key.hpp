#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/keys/key_text.hpp"

/// Where heartbeats run and events go, by the reference's rules over the text of keys (spec: keys,
/// section 1.9). Keys that vagus made have the stricter `SessionKey::isolated`.
namespace vagus {

/// An isolated heartbeat's session, and the session that it is isolated from.
struct IsolatedHeartbeat {
  std::string key;
  std::string base;

  static constexpr std::string_view kName = "IsolatedHeartbeat";
  static constexpr auto fields() {
    return field_list(
        required("key", &IsolatedHeartbeat::key, "the isolated session's key"),
        required("base", &IsolatedHeartbeat::base, "the key to store as the base of that session"));
  }
};

/// Which session a wake runs in: a session, or an agent where all share one, or neither.
struct WakeTarget {
  std::optional<std::string> session_key;
  std::optional<std::string> agent;

  static constexpr std::string_view kName = "WakeTarget";
  static constexpr auto fields() {
    return field_list(field("session_key", &WakeTarget::session_key, "the session to wake"),
                      field("agent", &WakeTarget::agent, "the agent to wake, in global scope"));
  }
};

/// A session about to run a heartbeat, as a store and a configuration describe it.
struct HeartbeatBase {
  std::string_view key;               ///< the session that the heartbeat would run in
  std::string_view configured;        ///< the heartbeat's configured session
  std::string_view stored_base = {};  ///< the base stored with `key`; empty when none is
  std::string_view agent = {};        ///< whose heartbeat it is; needed for `global` alone
};

/// `<base>:heartbeat`, the suffix once. The base is what `key` is the isolated session of: the
/// agent's share of `global`, the stored base, the configured session, or else `key` itself.
/// Isolating the result with its base stored gives it again.
IsolatedHeartbeat isolated_heartbeat(const HeartbeatBase& session);

/// The `keys` of other isolated sessions of the same base, in their order: what an older system
/// piled up (`…:heartbeat:heartbeat`) and nothing will run in again.
std::vector<std::string> stale_heartbeats(const std::vector<std::string>& keys,
                                          const IsolatedHeartbeat& isolated);

/// Where an event for `key` belongs: a run of a cron job is over by then, so its events go to the
/// agent's main session (`global` where all share one). Any other key is given back as it is.
std::string event_key(std::string_view key, const MainNaming& naming = {});

/// What to wake for an event of `key`: the session of `event_key`, or the agent alone when that is
/// `global`; neither for a key that belongs to no agent.
WakeTarget wake_target(std::string_view key, const MainNaming& naming = {});

}  // namespace vagus
