#include <algorithm>

#include "vagus/base/json.hpp"
#include "vagus/keys/admission.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/namespaces.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kPrefixesField = "allowed_session_key_prefixes";
constexpr std::string_view kDefaultKeyField = "default_session_key";
constexpr std::string_view kGeneratedKey = "hook:";

Error wrong(std::string_view field, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_config, field, value, message);
}

// `prefix` without the agent that it may begin with.
std::string_view bare(std::string_view prefix) {
  if (!prefix.starts_with(kAgentPrefix)) return prefix;
  const std::size_t colon = prefix.find(':', kAgentPrefix.size());
  return colon == std::string_view::npos ? "" : prefix.substr(colon + 1);
}

MaybeError check_prefixes(const std::vector<std::string>& prefixes) {
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    const std::string field = join_path(kPrefixesField, i);
    if (!is_valid_utf8(prefixes[i])) return wrong(field, prefixes[i], "must be valid UTF-8");
    const std::string prefix = token(prefixes[i]);
    if (prefix.empty()) continue;
    if (!prefix.ends_with(':')) {
      return wrong(field, prefixes[i],
                   "must end with ':', because it would admit longer names as well");
    }
    if (!is_reserved(bare(prefix))) continue;
    return wrong(field, prefixes[i], "names sessions that no hook may reach");
  }
  return std::nullopt;
}

MaybeError check_default_agent(const AdmissionRules& rules) {
  if (!rules.default_agent || rules.agents.empty()) return std::nullopt;
  const auto& agents = rules.agents;
  if (std::find(agents.begin(), agents.end(), *rules.default_agent) != agents.end()) {
    return std::nullopt;
  }
  return wrong("default_agent", rules.default_agent->str(), "must be one of the agents");
}

// Nothing when hooks reach every agent.
Result<std::optional<std::vector<AgentId>>> hook_agents(const AdmissionRules& rules) {
  std::optional<std::vector<AgentId>> agents;
  if (!rules.allowed_agent_ids) return agents;
  agents.emplace();
  bool all = false;
  for (std::size_t i = 0; i < rules.allowed_agent_ids->size(); ++i) {
    const std::string& name = (*rules.allowed_agent_ids)[i];
    if (trim(name) == "*") {
      all = true;
      continue;
    }
    const Result<AgentId> agent = AgentId::parse(name);
    if (!agent) {
      return wrong(join_path("allowed_agent_ids", i), name, agent.error().message + ", or '*'");
    }
    agents->push_back(*agent);
  }
  if (all) agents.reset();
  return agents;
}

bool is_restricted(const std::vector<std::string>& prefixes) {
  return !std::all_of(prefixes.begin(), prefixes.end(),
                      [](const std::string& prefix) { return is_blank(prefix); });
}

MaybeError check_without_default(const AdmissionRules& rules) {
  if (has_hook_prefix(rules.allowed_session_key_prefixes, kGeneratedKey)) return std::nullopt;
  return wrong(kPrefixesField, "",
               "must include 'hook:', because hooks that name no session have such a key; or set "
               "default_session_key");
}

// An agent that the default key can be tried for: its own, or any that hooks reach.
AgentId someone(const AdmissionRules& rules, const std::optional<std::vector<AgentId>>& reached,
                std::string_view key) {
  const auto parsed = SessionKey::parse(key);
  if (parsed) return parsed->agent();
  const auto is_reached = [&](const AgentId& agent) {
    return !reached || std::find(reached->begin(), reached->end(), agent) != reached->end();
  };
  if (rules.default_agent && !is_reached(*rules.default_agent)) return reached->front();
  if (rules.default_agent) return *rules.default_agent;
  return rules.agents.empty() ? AgentId::lenient("main") : rules.agents.front();
}

// The default is tried like any other key.
MaybeError check_default_key(const AdmissionPolicy& policy, const AgentId& agent) {
  const std::string& key = *policy.hooks().default_session_key;
  const Admission tried = admit(key, HookCaller{HookSource::mapping_static, agent.str()}, policy);
  if (tried.allowed) return std::nullopt;
  return wrong(kDefaultKeyField, key, "could never be admitted (" + tried.reason + ")");
}

}  // namespace

Result<AdmissionPolicy> AdmissionPolicy::create(AdmissionRules rules) {
  if (auto failed = check_default_agent(rules)) return *failed;
  if (auto failed = check_prefixes(rules.allowed_session_key_prefixes)) return *failed;
  Result<std::optional<std::vector<AgentId>>> reached = hook_agents(rules);
  if (!reached) return reached.error();
  const bool has_default = rules.default_session_key && !is_blank(*rules.default_session_key);
  if (rules.templated_mappings && !is_restricted(rules.allowed_session_key_prefixes)) {
    return wrong(kPrefixesField, "", "is required, because mappings make keys from requests");
  }
  if (!has_default) {
    if (auto failed = check_without_default(rules)) return *failed;
  }
  // Where hooks reach nobody there is nobody to try the default key for.
  const bool has_default_key = has_default && (!*reached || !(*reached)->empty());
  const AgentId agent =
      has_default_key ? someone(rules, *reached, *rules.default_session_key) : AgentId();
  AdmissionPolicy policy;
  policy.agents_ = std::move(rules.agents);
  std::sort(policy.agents_.begin(), policy.agents_.end());
  policy.default_agent_ = std::move(rules.default_agent);
  policy.main_key_ = std::move(rules.main_key);
  policy.hook_agents_ = *std::move(reached);
  policy.hooks_ = {rules.allow_request_session_key, std::move(rules.allowed_session_key_prefixes),
                   std::move(rules.default_session_key)};
  for (const std::string& prefix : policy.hooks_.allowed_session_key_prefixes) {
    if (!is_blank(prefix)) policy.prefixes_.push_back(canonical_case(prefix));
  }
  if (!has_default_key) return policy;
  if (auto failed = check_default_key(policy, agent)) return *failed;
  return policy;
}

std::optional<AgentId> AdmissionPolicy::default_agent() const {
  if (default_agent_) return default_agent_;
  if (agents_.empty()) return AgentId::lenient("main");
  return agents_.size() == 1 ? std::optional(agents_.front()) : std::nullopt;
}

bool AdmissionPolicy::knows(const AgentId& agent) const {
  return agents_.empty() || std::binary_search(agents_.begin(), agents_.end(), agent);
}

bool AdmissionPolicy::allows_hook_agent(const AgentId& agent) const {
  return !hook_agents_ ||
         std::find(hook_agents_->begin(), hook_agents_->end(), agent) != hook_agents_->end();
}

bool AdmissionPolicy::allows_hook(const SessionKey& key) const {
  const std::string text = key.str();
  return prefixes_.empty() ||
         std::any_of(prefixes_.begin(), prefixes_.end(), [&](const std::string& prefix) {
           return text.starts_with(prefix) || key.rest().starts_with(prefix);
         });
}

}  // namespace vagus
