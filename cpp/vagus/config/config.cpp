#include "vagus/config/config.hpp"

#include <algorithm>
#include <functional>

#include "vagus/base/json_codec.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr Millis kDefaultTimeout = 10 * kMinute;

// Shallow, like the reference: a nested record is taken whole.
HeartbeatConfig merged(const Config& config, const AgentConfig& agent) {
  HeartbeatConfig result = config.agents.defaults.heartbeat.value_or(HeartbeatConfig{});
  if (!agent.heartbeat) return result;
  if (agent.heartbeat->target) {
    result.to.reset();
    result.account.reset();
    result.thread.reset();
  }
  for_each_field<HeartbeatConfig>([&](const auto& each) {
    const auto& own = *agent.heartbeat.*each.member;
    if (own) result.*each.member = own;
  });
  return result;
}

}  // namespace

Result<Config> read_config(std::string_view json_text) {
  const Result<Json> json = parse_json(json_text, ErrorCode::invalid_config);
  if (!json) return json.error();
  Config config;
  if (auto failed = JsonReader(ErrorCode::invalid_config).read(*json, "", config)) return *failed;
  if (auto failed = check_config(config)) return *failed;
  return config;
}

AdmissionRules admission_rules_of(const Config& config) {
  AdmissionRules rules;
  for (const AgentConfig& agent : config.agents.list) rules.agents.push_back(agent.id);
  rules.default_agent = default_agent_of(config);
  rules.main_key = config.session.main_key;
  rules.allow_request_session_key = config.hooks.allow_request_session_key;
  rules.allowed_session_key_prefixes = config.hooks.allowed_session_key_prefixes;
  rules.allowed_agent_ids = config.hooks.allowed_agent_ids;
  rules.default_session_key = config.hooks.default_session_key;
  rules.templated_mappings = has_templated_session_key(config.hooks.mappings);
  return rules;
}

std::vector<AgentConfig> roster_of(const Config& config) {
  if (!config.agents.list.empty()) return config.agents.list;
  AgentConfig only;
  only.id = AgentId::lenient("main");
  return {only};
}

std::optional<AgentId> default_agent_of(const Config& config) {
  const std::vector<AgentConfig> roster = roster_of(config);
  if (roster.size() == 1) return roster.front().id;
  const auto marked = std::find_if(roster.begin(), roster.end(),
                                   [](const AgentConfig& agent) { return agent.is_default; });
  return marked == roster.end() ? std::nullopt : std::optional(marked->id);
}

Heartbeat heartbeat_of(const Config& config, const AgentConfig& agent) {
  const HeartbeatConfig from = merged(config, agent);
  Heartbeat to;
  if (from.every) to.every = from.every->millis();
  to.model = from.model;
  to.prompt = from.prompt.value_or(to.prompt);
  to.session = from.session.value_or(to.session);
  to.target = token(from.target.value_or(to.target));
  to.to = trim(from.to ? std::string_view(*from.to) : std::string_view());
  to.account = from.account;
  to.thread = from.thread;
  to.direct_policy = from.direct_policy.value_or(to.direct_policy);
  to.response_prefix =
      trim(from.response_prefix ? std::string_view(*from.response_prefix) : std::string_view());
  to.respond_tool = from.respond_tool.value_or(to.respond_tool);
  to.prompts = from.prompts.value_or(to.prompts);
  to.isolated_session = from.isolated_session.value_or(to.isolated_session);
  to.light_context = from.light_context.value_or(to.light_context);
  to.replay = from.replay.value_or(to.replay);
  to.active_hours = from.active_hours;
  to.ack_max_chars = from.ack_max_chars.value_or(to.ack_max_chars);
  to.timeout = to.every > 0 ? std::min(to.every, kDefaultTimeout) : kDefaultTimeout;
  if (from.timeout) to.timeout = from.timeout->millis();
  return to;
}

std::vector<AgentConfig> enrolled_agents(const Config& config) {
  const auto has_its_own = [](const AgentConfig& each) { return each.heartbeat.has_value(); };
  std::vector<AgentConfig> enrolled = roster_of(config);
  const bool some_have = std::any_of(enrolled.begin(), enrolled.end(), has_its_own);
  if (!some_have && !config.agents.defaults.heartbeat) return {};
  if (some_have) std::erase_if(enrolled, std::not_fn(has_its_own));
  return enrolled;
}

std::vector<AgentConfig> agents_with_cadence(const Config& config) {
  std::vector<AgentConfig> agents = enrolled_agents(config);
  std::erase_if(
      agents, [&config](const AgentConfig& each) { return heartbeat_of(config, each).every == 0; });
  return agents;
}

ModelConfig model_of(const Config& config, const std::string& name) {
  const auto found = config.models.find(name);
  return found == config.models.end() ? ModelConfig{} : found->second;
}

}  // namespace vagus
