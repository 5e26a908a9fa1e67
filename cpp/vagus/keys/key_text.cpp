#include "vagus/keys/key_text.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "vagus/base/limits.hpp"
#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/key_shape.hpp"
#include "vagus/keys/segments.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kMain = "main";
constexpr std::string_view kGlobal = "global";
constexpr std::string_view kUnknown = "unknown";
constexpr std::string_view kSubagent = "subagent";

// First words of an incognito session, in front of `incognito-`.
constexpr std::array<std::string_view, 3> kIncognitoSpaces = {"dashboard", "subagent",
                                                              "internal-session-effects"};

std::string agent_key(std::string_view agent, std::string_view rest) {
  std::string key(kAgentPrefix);
  return key.append(agent).append(":").append(rest);
}

std::string sanitised_agent(std::string_view agent) {
  return sanitized_agent_id(agent).value_or(std::string(kMain));
}

// The parts of a canonical key, as views into it.
struct Parts {
  std::string_view agent;
  std::string_view rest;
};

std::optional<Parts> parts_of(std::string_view canonical) {
  if (!canonical.starts_with(kAgentPrefix)) return std::nullopt;
  const std::string_view tail = canonical.substr(kAgentPrefix.size());
  const std::size_t colon = tail.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view agent = trim(tail.substr(0, colon));
  const std::string_view rest = tail.substr(colon + 1);
  if (agent.empty() || rest.empty() || rest.front() == ':') return std::nullopt;
  return Parts{agent, rest};
}

bool body_starts_with(std::string_view key, std::string_view marker) {
  return key_body(key).starts_with(marker);
}

// Cuts the first segment and its colon off; false when `body` has no further colon.
bool drop_segment(std::string_view& body, std::string_view& dropped) {
  const std::size_t colon = body.find(':');
  if (colon == std::string_view::npos) return false;
  dropped = body.substr(0, colon);
  body.remove_prefix(colon + 1);
  return true;
}

// The segment behind a marker is the child's id, whatever it is called.
std::int64_t depth_of_body(std::string_view body) {
  std::int64_t depth = 0;
  for (std::string_view word; drop_segment(body, word);) {
    if (word != kSubagent) continue;
    ++depth;
    if (!drop_segment(body, word)) break;
  }
  return depth;
}

}  // namespace

std::optional<AgentKeyText> split_key(std::string_view key) {
  const std::string canonical = canonical_case(key);
  const auto parts = parts_of(canonical);
  if (!parts) return std::nullopt;
  return AgentKeyText{std::string(parts->agent), std::string(parts->rest)};
}

TextShape key_shape(std::string_view key) {
  const std::string canonical = canonical_case(key);
  if (canonical.empty()) return TextShape::missing;
  if (parts_of(canonical)) return TextShape::agent;
  return canonical.starts_with(kAgentPrefix) ? TextShape::malformed_agent
                                             : TextShape::legacy_or_alias;
}

std::string key_body(std::string_view key) {
  std::string canonical = canonical_case(key);
  const auto parts = parts_of(canonical);
  return parts ? std::string(parts->rest) : canonical;
}

Result<std::string> agent_of_key(std::string_view key, std::string_view fallback) {
  if (const auto parts = split_key(key)) return sanitised_agent(parts->agent);
  if (key_shape(key) == TextShape::malformed_agent) {
    return make_error(ErrorCode::invalid_key, "key", key,
                      "must look like agent:<agent id>:<rest>, such as agent:main:main");
  }
  if (!is_blank(fallback)) return sanitised_agent(fallback);
  return make_error(ErrorCode::ambiguous_agent, "key", key, "belongs to no agent; name one");
}

std::optional<std::string> request_key(std::string_view key) {
  const std::string_view trimmed = trim(key);
  if (trimmed.empty()) return std::nullopt;
  if (auto parts = split_key(trimmed)) return std::move(parts->rest);
  return std::string(trimmed);
}

std::string store_key(std::string_view agent, std::string_view request, std::string_view main_key) {
  const std::string canonical = canonical_case(request);
  if (canonical.empty() || canonical == kMain) return main_session(agent, main_key);
  if (const auto parts = parts_of(canonical)) return agent_key(parts->agent, parts->rest);
  if (canonical.starts_with(kAgentPrefix)) return canonical;
  return agent_key(sanitised_agent(agent), canonical);
}

std::optional<std::string> scope_to_agent(std::string_view key, std::string_view agent,
                                          std::string_view main_key) {
  const std::string_view trimmed = trim(key);
  if (trimmed.empty()) return std::nullopt;
  const bool owned = key_shape(trimmed) != TextShape::legacy_or_alias;
  return owned || is_blank(agent) ? std::string(trimmed) : store_key(agent, trimmed, main_key);
}

std::string canonical_for_agent(std::string_view key, std::string_view agent) {
  std::string canonical = canonical_case(key);
  const bool sentinel = canonical == kGlobal || canonical == kUnknown;
  if (sentinel || canonical.starts_with(kAgentPrefix)) return canonical;
  return agent_key(sanitised_agent(agent), canonical);
}

std::string main_alias(std::string_view key, std::string_view agent, const MainNaming& naming) {
  const std::string own = sanitised_agent(agent);
  const std::string name = normalize_main_key(naming.main_key);
  const std::array<std::string, 6> aliases = {std::string(kMain),     name,
                                              agent_key(own, name),   agent_key(own, kMain),
                                              agent_key(kMain, name), agent_key(kMain, kMain)};
  if (std::find(aliases.begin(), aliases.end(), trim(key)) == aliases.end()) {
    return std::string(key);
  }
  return naming.scope == SessionScope::global ? std::string(kGlobal) : agent_key(own, name);
}

std::string normalize_main_key(std::string_view text) {
  std::string name = token(text);
  return name.empty() ? std::string(kMain) : name;
}

std::string main_session(std::string_view agent, std::string_view main_key) {
  return agent_key(sanitised_agent(agent), normalize_main_key(main_key));
}

bool same_request(std::string_view left, std::string_view right) {
  if (is_blank(left) || is_blank(right)) return false;
  return trim(left) == trim(right) || request_key(left) == request_key(right);
}

bool is_cron_key(std::string_view key) {
  const auto parts = split_key(key);
  return parts && parts->rest.starts_with("cron:");
}

bool is_cron_run_key(std::string_view key) {
  if (!is_cron_key(key)) return false;
  const std::string body = key_body(key);
  return !segment(body, 1).empty() && segment(body, 2) == "run" && !segment(body, 3).empty();
}

bool is_subagent_key(std::string_view key) {
  return body_starts_with(key, "subagent:");
}

bool is_acp_key(std::string_view key) {
  return body_starts_with(key, "acp:");
}

bool is_harness_key(std::string_view key) {
  return body_starts_with(key, "harness:");
}

bool is_incognito_key(std::string_view key) {
  const auto parts = split_key(key);
  if (!parts) return false;
  const std::string_view space = segment(parts->rest, 0);
  const std::string_view name = after_segments(parts->rest, 1);
  return std::count(kIncognitoSpaces.begin(), kIncognitoSpaces.end(), space) > 0 &&
         name.starts_with("incognito-") && name.size() > std::string_view("incognito-").size() &&
         name.find(':') == std::string_view::npos;
}

bool is_internal_effects_key(std::string_view key) {
  const auto parts = split_key(key);
  return parts && parts->rest.starts_with("internal-session-effects:");
}

bool needs_case_proof(std::string_view key) {
  return keeps_tail_case(key);
}

std::int64_t subagent_depth(std::string_view key) {
  return depth_of_body(key_body(key));
}

std::int64_t subagent_depth(std::string_view key, const SpawnLookup& spawn_of) {
  std::unordered_set<std::string> seen;
  std::string at = canonical_case(key);
  for (std::int64_t steps = 0;; ++steps) {
    const auto spawn = spawn_of(at);
    if (spawn && spawn->depth.value_or(-1) >= 0) return std::min(*spawn->depth, kMaxCount) + steps;
    seen.insert(at);
    std::string parent = spawn ? canonical_case(spawn->spawned_by.value_or("")) : "";
    if (parent.empty() || seen.contains(parent)) return subagent_depth(at) + steps;
    at = std::move(parent);
  }
}

}  // namespace vagus
