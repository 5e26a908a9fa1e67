#pragma once

#include <string_view>

/// Beginnings of `SessionKey::rest()` that belong to the engine (spec: keys, sections 1.6 and 3).
namespace vagus {

/// Who may reach the sessions of a namespace, besides the operator.
enum class Reserved {
  no,          ///< not a reserved namespace
  for_agents,  ///< agents' own work: `subagent:`, `cron:`, `acp:`
  for_engine   ///< nobody: `harness:`, `internal-session-effects:`
};

/// What a key with this `rest`, in canonical case, is reserved for. Threads and heartbeats below a
/// reserved session are reserved as well.
Reserved reserved_for(std::string_view rest);

inline bool is_reserved(std::string_view rest) {
  return reserved_for(rest) != Reserved::no;
}

/// True for incognito sessions, and for whatever hangs below one.
bool is_incognito(std::string_view rest);

}  // namespace vagus
