#pragma once

#include "vagus/keys/session_key.hpp"

namespace vagus {

/// `key` with the main session called by its configured name: `agent:<id>:main`, which many people
/// and programs write whatever the name is, gives `agent:<id>:<main_key>`, and so do its threads
/// and its isolated session. Every other key is kept as it is. Who writes and who reads go through
/// this, so no session is kept under two names (spec: keys, section 1.8).
SessionKey with_main_key(const SessionKey& key, const MainKey& main_key);

}  // namespace vagus
