#pragma once

#include <array>
#include <string_view>

namespace vagus {

/// Why a key from outside was admitted or refused (see admission.hpp).
enum class AdmissionCode {
  admitted,
  missing_key,              ///< no key was given, and nothing stands in for one
  malformed_key,            ///< text that no session can be called
  nested_key,               ///< a whole key inside another key
  shared_key,               ///< `global` or `unknown`, which belong to no agent
  request_key_disabled,     ///< hook requests may not name sessions
  prefix_not_allowed,       ///< outside the prefixes that hooks may name
  agent_required,           ///< nothing says which of several agents is meant
  malformed_agent,          ///< an agent id that would have to be rewritten
  unknown_agent,            ///< an agent that is not configured
  agent_mismatch,           ///< the key belongs to another agent than the one that was named
  agent_not_permitted,      ///< an agent that this caller may not use
  reserved_namespace,       ///< sessions that only the engine makes
  finished_run,             ///< one run of a cron job: it has ended and is not resumed
  incognito_not_permitted,  ///< an incognito session without what it takes
  session_not_owned,        ///< a session of somebody else
  thread_of_other_agent     ///< agents talk to each other's sessions, not to threads below them
};
constexpr std::array<std::string_view, 17> enum_names(AdmissionCode) {
  return {"admitted",           "missing-key",          "malformed-key",
          "nested-key",         "shared-key",           "request-key-disabled",
          "prefix-not-allowed", "agent-required",       "malformed-agent",
          "unknown-agent",      "agent-mismatch",       "agent-not-permitted",
          "reserved-namespace", "finished-run",         "incognito-not-permitted",
          "session-not-owned",  "thread-of-other-agent"};
}

}  // namespace vagus
