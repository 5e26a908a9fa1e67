#include "vagus/heartbeat/session.hpp"

#include <string>

#include "vagus/keys/main_session.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

Result<SessionKey> parse_for(const AgentId& agent, const std::string& text) {
  const bool is_full_key = lower_ascii(text).starts_with(kAgentPrefix);
  return SessionKey::parse(is_full_key ? text
                                       : std::string(kAgentPrefix) + agent.str() + ":" + text);
}

}  // namespace

Result<SessionKey> heartbeat_session(const AgentId& agent, std::string_view configured,
                                     const MainKey& main_key) {
  const std::string text(trim(configured));
  // The reference's word for one session shared by all agents, which does not exist here.
  const bool is_alias = text.empty() || lower_ascii(text) == "global";
  if (is_alias) return SessionKey::main(agent, main_key);
  const auto key = parse_for(agent, text);
  const bool usable = key && key->agent() == agent && key->kind() != SessionKind::subagent;
  if (usable) return with_main_key(*key, main_key);
  return make_error(ErrorCode::invalid_config, "", configured,
                    "must be 'main' or a session of agent '" + agent.str() + "', not a subagent's");
}

SessionKey event_session(const SessionKey& named, const MainKey& main_key) {
  if (named.kind() == SessionKind::cron_run) return SessionKey::main(named.agent(), main_key);
  return with_main_key(named, main_key);
}

SessionKey wake_session(const SessionKey& named, const MainKey& main_key) {
  if (named.kind() == SessionKind::subagent) return SessionKey::main(named.agent(), main_key);
  return event_session(named, main_key);
}

}  // namespace vagus
