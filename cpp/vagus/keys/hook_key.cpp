#include "vagus/keys/hook_key.hpp"

#include <algorithm>

#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kGeneratedPrefix = "hook:";

}  // namespace

bool has_hook_prefix(const std::vector<std::string>& prefixes, std::string_view key) {
  const std::string name = token(key);
  bool restricted = false;
  for (const std::string& each : prefixes) {
    const std::string prefix = token(each);
    if (prefix.empty()) continue;
    if (name.starts_with(prefix)) return true;
    restricted = true;
  }
  return !restricted;
}

HookKey hook_session_key(HookSource source, std::string_view supplied, const HookKeyRules& rules,
                         std::string_view new_id) {
  std::string key(trim(supplied));
  if (!key.empty() && source != HookSource::mapping_static && !rules.allow_request_session_key) {
    return {AdmissionCode::request_key_disabled, std::nullopt};
  }
  if (key.empty() && rules.default_session_key && !is_blank(*rules.default_session_key)) {
    // Checked where the rules are made, not at every call.
    return {AdmissionCode::admitted, std::string(trim(*rules.default_session_key))};
  }
  if (key.empty()) key = std::string(kGeneratedPrefix) + std::string(new_id);
  if (!has_hook_prefix(rules.allowed_session_key_prefixes, key)) {
    return {AdmissionCode::prefix_not_allowed, std::nullopt};
  }
  return {AdmissionCode::admitted, std::move(key)};
}

std::string rescope(std::string_view key, std::string_view agent) {
  const auto parts = split_key(key);
  if (is_blank(agent) || !parts) return std::string(trim(key));
  return "agent:" + AgentId::lenient(agent).str() + ":" + parts->rest;
}

}  // namespace vagus
