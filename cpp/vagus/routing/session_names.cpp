#include "vagus/routing/session_names.hpp"

#include <algorithm>

#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kMain = "main";
constexpr std::string_view kGlobal = "global";

std::string owned(std::string_view agent, std::string_view rest) {
  return "agent:" + std::string(agent) + ":" + std::string(rest);
}

bool belongs_to_nobody(std::string_view name) {
  return name == kGlobal || name == "unknown";
}

MaybeError check_text(std::string_view field, std::string_view text) {
  if (is_valid_utf8(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_key, field, text, "must be valid UTF-8");
}

// An id of which nothing usable is left is nobody's: the reference takes it for `main`.
Result<AgentId> usable_agent(std::string_view field, std::string_view given,
                             std::string_view agent) {
  if (const auto id = sanitized_agent_id(agent)) return AgentId::lenient(*id);
  return make_error(ErrorCode::invalid_key, field, given, "names no usable agent id");
}

}  // namespace

Result<SessionNames> SessionNames::create(const Config& config) {
  if (auto failed = check_config(config)) return *failed;
  SessionNames names;
  names.roster_ = Roster(config);
  names.main_key_ = config.session.main_key;
  names.scope_ = config.session.scope;
  return names;
}

bool SessionNames::is_main(std::string_view name) const {
  return name == kMain || name == main_key_.str();
}

bool SessionNames::has_agent_main() const {
  return knows(AgentId::lenient(kMain));
}

Result<AgentId> SessionNames::owner(const std::optional<std::string>& agent) const {
  if (!agent || is_blank(*agent)) return default_agent();
  return usable_agent("agent", *agent, *agent);
}

MainNaming SessionNames::naming() const {
  return {main_key_.str(), scope_};
}

std::string SessionNames::main_session(const AgentId& agent) const {
  return main_alias(kMain, agent.str());
}

std::string SessionNames::main_alias(std::string_view key, std::string_view agent) const {
  return vagus::main_alias(key, agent, naming());
}

Result<std::string> SessionNames::resolve(std::string_view name,
                                          const std::optional<std::string>& agent) const {
  if (auto failed = check_text("session_key", name)) return *failed;
  const std::string key = canonical_case(name);
  const bool malformed = key_shape(key) == TextShape::malformed_agent;
  if (key.empty() || belongs_to_nobody(key) || malformed) return key;
  const auto parts = split_key(key);
  const bool main = is_main(parts ? parts->rest : key);
  const bool borrowed = main && parts && parts->agent == kMain && !has_agent_main();
  if (parts && !main) return key;
  if (parts && !borrowed) {
    const Result<AgentId> id = usable_agent("session_key", name, parts->agent);
    return id ? Result<std::string>(main_alias(key, id->str())) : id.error();
  }
  if (main && !parts && scope_ == SessionScope::global) return std::string(kGlobal);
  const Result<AgentId> id = owner(agent);
  if (!id) return id.error();
  return main ? main_session(*id) : owned(id->str(), key);
}

Result<AgentId> SessionNames::agent_for(std::string_view key,
                                        const std::optional<std::string>& agent) const {
  if (auto failed = check_text("session_key", key)) return *failed;
  const auto parts = split_key(key);
  if (key_shape(key) == TextShape::malformed_agent) {
    return make_error(ErrorCode::invalid_key, "session_key", key,
                      "must look like agent:<agent id>:<rest>, or name no agent");
  }
  if (!agent && !parts) return default_agent();
  if (!agent) return usable_agent("session_key", key, parts->agent);
  const auto named = sanitized_agent_id(*agent);
  const AgentId id = AgentId::lenient(named.value_or(""));
  if (!named || !knows(id)) {
    return make_error(ErrorCode::unknown_agent, "agent", *agent, "no such agent is configured");
  }
  if (!parts || sanitized_agent_id(parts->agent) == id.str()) return id;
  return make_error(ErrorCode::invalid_input, "agent", *agent,
                    "the session belongs to agent " + quote_clipped(parts->agent));
}

std::vector<std::string> SessionNames::aliases(const AgentId& agent) const {
  std::vector<std::string> names = {owned(agent.str(), kMain), owned(agent.str(), main_key_.str()),
                                    owned(kMain, kMain),       owned(kMain, main_key_.str()),
                                    std::string(kMain),        main_key_.str(),
                                    std::string(kGlobal)};
  const std::string session = main_session(agent);
  std::erase_if(names, [&](const std::string& name) {
    const auto found = resolve(name);
    return !found || *found != session;
  });
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace vagus
