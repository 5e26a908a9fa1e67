#pragma once

#include <optional>
#include <string_view>

#include "vagus/keys/session_key.hpp"

namespace vagus {

/// The session that an agent's ticks run in: `configured` read as a full key or as what follows
/// `agent:<id>:`; the main session when it is `main`, `global`, blank, a subagent's, another
/// agent's or not a key (spec: heartbeats, section 3.2).
SessionKey heartbeat_session(const AgentId& agent, std::string_view configured);

/// The session that a wake for `requested` runs in: a subagent's key gives its agent's main
/// session, any other key is kept as it is.
SessionKey wake_session(const SessionKey& requested);

}  // namespace vagus
