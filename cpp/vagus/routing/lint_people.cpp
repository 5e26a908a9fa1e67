#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "vagus/base/json.hpp"
#include "vagus/routing/lint_checks.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kLinksPath = "session.identity_links";
constexpr std::size_t kRelated = 10;  // places that a finding lists

// ---- links

struct LinkedId {
  std::string_view name;
  std::string path;
};

using LinkedIds = std::unordered_map<std::string, LinkedId>;

// The id behind the channel that it may name: `slack:u1` is linked for `u1` on Slack.
std::string_view behind_channel(std::string_view id) {
  const std::size_t colon = id.find(':');
  return colon == std::string_view::npos ? "" : id.substr(colon + 1);
}

Finding overlap(Severity severity, std::string_view id, const std::string& path,
                const LinkedId& other, std::string_view rule) {
  return {LintCode::overlapping_links,
          severity,
          path,
          quote_clipped(id) + " is linked to " + quote_clipped(other.name) + " too; " +
              std::string(rule),
          {other.path}};
}

Findings overlapping_names(const IdentityLinks& links) {
  Findings findings;
  LinkedIds names;
  for (const auto& [name, ids] : links) {
    const std::string path = join_path(kLinksPath, name);
    const auto [first, is_new] = names.try_emplace(token(name), LinkedId{name, path});
    if (is_new) continue;
    findings.push_back(
        {LintCode::overlapping_links,
         Severity::error,
         path,
         "is the name " + quote_clipped(first->second.name) + " but for case and white space",
         {first->second.path}});
  }
  return findings;
}

// ---- who reaches a main session

/// The people who can write directly to one agent's main session.
struct Audience {
  std::set<std::string> people;  // at most two are of interest, and at most as many kept
  bool anybody = false;
  std::vector<std::string> paths;

  void add_path(std::string path) {
    if (paths.size() < kRelated) paths.push_back(std::move(path));
  }
  bool is_shared() const { return anybody || people.size() > 1; }
};

DmScope scope_of(const Config& config, const BindingConfig& binding) {
  return binding.session.dm_scope.value_or(config.session.dm_scope);
}

// Whether the binding takes direct messages; one that asks for a room does not.
bool takes_direct(const BindingMatch& match) {
  return !match.peer || match.peer->kind == PeerKind::direct;
}

bool is_one_person(const BindingMatch& match) {
  return match.peer && trim(match.peer->id) != "*";
}

// Bindings to agents that are not configured refuse their messages.
bool is_known(const std::set<AgentId>& roster, const AgentId& agent) {
  return roster.empty() || roster.count(agent) > 0;
}

std::map<AgentId, Audience> audiences(const Config& config) {
  std::set<AgentId> roster;
  for (const AgentConfig& agent : config.agents.list) roster.insert(agent.id);
  std::map<AgentId, Audience> found;
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    const BindingConfig& binding = config.bindings[i];
    if (!is_known(roster, binding.agent)) continue;
    if (!takes_direct(binding.match) || scope_of(config, binding) != DmScope::main) continue;
    Audience& audience = found[binding.agent];
    audience.add_path(binding_path(i));
    if (!is_one_person(binding.match)) audience.anybody = true;
    if (!is_one_person(binding.match) || audience.people.size() > 1) continue;
    audience.people.insert(token(binding.match.channel) + ":" +
                           std::string(trim(binding.match.peer->id)));
  }
  const auto fallback = default_agent_of(config);
  if (fallback && config.session.dm_scope == DmScope::main) found[*fallback].anybody = true;
  return found;
}

}  // namespace

Findings find_overlapping_links(const Config& config) {
  const IdentityLinks& links = config.session.identity_links;
  Findings findings = overlapping_names(links);
  LinkedIds ids;
  const auto each_id = [&](const auto& visit) {
    for (const auto& [name, listed] : links) {
      for (std::size_t i = 0; i < listed.size(); ++i) {
        visit(name, token(listed[i]), join_path(join_path(kLinksPath, name), i));
      }
    }
  };
  // Ids with a channel come second, because the one without it may be listed later.
  each_id([&](const std::string& name, const std::string& id, const std::string& path) {
    const auto [first, is_new] = ids.try_emplace(id, LinkedId{name, path});
    if (is_new || first->second.name == name) return;
    findings.push_back(overlap(Severity::error, id, path, first->second, "an id is one person's"));
  });
  each_id([&](const std::string& name, const std::string& id, const std::string& path) {
    const auto bare = ids.find(std::string(behind_channel(id)));
    if (bare == ids.end() || bare->second.name == name || ids.at(id).name != name) return;
    findings.push_back(overlap(Severity::info, id, path, bare->second,
                               "on its channel the one with the channel counts"));
  });
  return findings;
}

Findings find_shared_main(const Config& config) {
  Findings findings;
  for (const auto& [agent, audience] : audiences(config)) {
    if (!audience.is_shared()) continue;
    findings.push_back({LintCode::shared_main, Severity::warning, "session.dm_scope",
                        "everybody who writes to agent '" + agent.str() +
                            "' directly reaches its one main session, and reads what others said; "
                            "'per-channel-peer' gives each a session",
                        audience.paths});
  }
  return findings;
}

Findings find_missing_default(const Config& config) {
  if (default_agent_of(config)) return {};
  const bool some_channel =
      std::any_of(config.bindings.begin(), config.bindings.end(), [](const BindingConfig& binding) {
        const BindingMatch& match = binding.match;
        const bool any_account = match.account && trim(*match.account) == "*";
        return any_account && !match.peer && !match.guild && !match.team && match.roles.empty();
      });
  std::string message = "no agent is the default: messages that no binding matches are refused";
  if (!some_channel) message += ", and no binding takes a whole channel";
  return {{LintCode::no_default,
           some_channel ? Severity::info : Severity::warning,
           "agents.list",
           std::move(message),
           {}}};
}

Findings find_unreachable_agents(const Config& config) {
  std::set<AgentId> bound;
  for (const BindingConfig& binding : config.bindings) bound.insert(binding.agent);
  const auto fallback = default_agent_of(config);
  Findings findings;
  for (std::size_t i = 0; i < config.agents.list.size(); ++i) {
    const AgentId& agent = config.agents.list[i].id;
    if (bound.count(agent) > 0 || agent == fallback) continue;
    findings.push_back({LintCode::unreachable_agent,
                        Severity::info,
                        join_path("agents.list", i),
                        "no binding leads to '" + agent.str() +
                            "', and it is not the default: no message reaches it",
                        {}});
  }
  return findings;
}

}  // namespace vagus
