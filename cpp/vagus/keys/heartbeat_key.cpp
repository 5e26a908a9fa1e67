#include "vagus/keys/heartbeat_key.hpp"

#include <algorithm>
#include <iterator>

#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/key_shape.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kGlobal = "global";

std::string isolated(std::string_view base) {
  return std::string(base).append(kHeartbeatSuffix);
}

}  // namespace

IsolatedHeartbeat isolated_heartbeat(const HeartbeatBase& session) {
  const auto& [key, configured, stored_base, agent] = session;
  if (configured == kGlobal && !is_blank(agent)) {
    const std::string own = isolated(main_session(agent, kGlobal));
    const bool stored = stored_base == kGlobal && (key == own || is_isolated_from(key, own));
    if (key == kGlobal || stored) return {own, std::string(kGlobal)};
  }
  for (const std::string_view base : {stored_base, configured}) {
    const bool nested =
        base == configured && base != stored_base && base.ends_with(kHeartbeatSuffix);
    if (!nested && is_isolated_from(key, base)) return {isolated(base), std::string(base)};
  }
  return {isolated(key), std::string(key)};
}

std::vector<std::string> stale_heartbeats(const std::vector<std::string>& keys,
                                          const IsolatedHeartbeat& isolated_session) {
  std::string_view stem = isolated_session.key;
  if (stem.ends_with(kHeartbeatSuffix)) stem.remove_suffix(kHeartbeatSuffix.size());
  std::vector<std::string> stale;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(stale), [&](const std::string& key) {
    return key != isolated_session.key &&
           (is_isolated_from(key, isolated_session.base) || is_isolated_from(key, stem));
  });
  return stale;
}

std::string event_key(std::string_view key, const MainNaming& naming) {
  if (!is_cron_run_key(key)) return std::string(key);
  if (naming.scope == SessionScope::global) return std::string(kGlobal);
  return main_session(split_key(key)->agent, naming.main_key);
}

WakeTarget wake_target(std::string_view key, const MainNaming& naming) {
  const auto parts = split_key(key);
  if (!parts) return {};
  std::string target = event_key(key, naming);
  if (target == kGlobal) return {std::nullopt, AgentId::lenient(parts->agent).str()};
  return {std::move(target), std::nullopt};
}

}  // namespace vagus
