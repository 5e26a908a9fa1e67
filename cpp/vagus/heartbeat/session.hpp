#pragma once

#include <string_view>

#include "vagus/base/result.hpp"
#include "vagus/keys/session_key.hpp"

namespace vagus {

/// The session that an agent's ticks run in: `configured` read as a full key or as what follows
/// `agent:<id>:`; the main session, which is called `main_key`, when it is `main`, `global` or
/// blank (spec: heartbeats, section 3.2). Errors: `invalid_config` (without a field) when it is not
/// a key, another agent's or a subagent's; the reference takes the main session then, and nobody
/// learns of the mistake.
Result<SessionKey> heartbeat_session(const AgentId& agent, std::string_view configured,
                                     const MainKey& main_key = {});

/// Where an event for `named` belongs: the run of a cron job is over by then, so its key gives its
/// agent's main session; any other key is kept as it is.
SessionKey event_session(const SessionKey& named, const MainKey& main_key = {});

/// The session that a wake for `named` runs in: as for events, and a subagent's key gives its
/// agent's main session too.
SessionKey wake_session(const SessionKey& named, const MainKey& main_key = {});

}  // namespace vagus
