#include "vagus/heartbeat/session.hpp"

#include <string>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kAgentPrefix = "agent:";

Result<SessionKey> parse_for(const AgentId& agent, const std::string& text) {
  const bool is_full_key = lower_ascii(text).starts_with(kAgentPrefix);
  return SessionKey::parse(is_full_key ? text
                                       : std::string(kAgentPrefix) + agent.str() + ":" + text);
}

}  // namespace

Result<SessionKey> heartbeat_session(const AgentId& agent, std::string_view configured) {
  const std::string text(trim(configured));
  // The reference's word for one session shared by all agents, which does not exist here.
  const bool is_alias = text.empty() || lower_ascii(text) == "global";
  if (is_alias) return SessionKey::main(agent);
  const auto key = parse_for(agent, text);
  const bool usable = key && key->agent() == agent && key->kind() != SessionKind::subagent;
  if (usable) return *key;
  return make_error(ErrorCode::invalid_config, "", configured,
                    "must be 'main' or a session of agent '" + agent.str() + "', not a subagent's");
}

SessionKey event_session(const SessionKey& named) {
  return named.kind() == SessionKind::cron_run ? SessionKey::main(named.agent()) : named;
}

SessionKey wake_session(const SessionKey& named) {
  return named.kind() == SessionKind::subagent ? SessionKey::main(named.agent())
                                               : event_session(named);
}

}  // namespace vagus
