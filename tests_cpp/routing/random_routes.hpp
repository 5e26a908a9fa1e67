#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "vagus/routing/router.hpp"
#include "vagus/text/unicode.hpp"

/// Random configurations and messages, and the rules of routing written as a search through all
/// bindings.
namespace vagus::testing_routing {

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  template <std::size_t N>
  std::string pick(const std::string_view (&options)[N]) {
    return std::string(options[below(N)]);
  }

  std::string channel() {
    static constexpr std::string_view kChannels[] = {"slack", " Slack", "SLACK ", "matrix", "x:1"};
    return pick(kChannels);
  }

  std::string account() {
    static constexpr std::string_view kAccounts[] = {"", "default", "biz", " BIZ ", "a1"};
    return pick(kAccounts);
  }

  Peer peer() {
    static constexpr std::string_view kIds[] = {"5", " 5 ", "C1", "c1", "5:direct", "!AbC:S"};
    return {static_cast<PeerKind>(below(3)), pick(kIds)};
  }

  std::string id() {
    static constexpr std::string_view kIds[] = {"G", " G ", "g", "5", "C1"};
    return pick(kIds);
  }

  std::vector<std::string> roles() {
    static constexpr std::string_view kRoles[] = {"a", "b", "a,b", " a", "A", "C1"};
    std::vector<std::string> roles(below(3));
    for (std::string& role : roles) role = pick(kRoles);
    return roles;
  }

  BindingConfig binding() {
    static constexpr std::string_view kAgents[] = {"a", "b", "c"};
    BindingConfig binding;
    binding.agent = AgentId::lenient(pick(kAgents));
    binding.match.channel = channel();
    if (below(4) > 0) binding.match.account = below(3) == 0 ? " *" : account();
    if (below(5) < 2) binding.match.peer = peer();
    if (binding.match.peer && below(4) == 0) binding.match.peer->id = " * ";
    if (below(3) == 0) binding.match.guild = id();
    if (below(4) == 0) binding.match.team = id();
    if (below(3) == 0) binding.match.roles = roles();
    if (below(4) == 0) binding.session.dm_scope = static_cast<DmScope>(below(4));
    if (below(4) == 0) binding.session.group_scope = static_cast<GroupScope>(below(2));
    return binding;
  }

  /// Without a roster; at most 12 bindings.
  Config config() {
    Config config;
    config.bindings.resize(below(12));
    for (BindingConfig& each : config.bindings) each = binding();
    config.session.dm_scope = static_cast<DmScope>(below(4));
    config.session.group_scope = static_cast<GroupScope>(below(2));
    if (below(2) == 0) config.session.identity_links = {{"Ann", {"5", "slack:C1"}}, {"Bob", {}}};
    return config;
  }

  RouteQuery query() {
    RouteQuery query;
    query.channel = channel();
    query.account = account();
    if (below(5) > 0) query.peer = peer();
    if (query.peer && below(10) == 0) query.peer->id = " ";
    if (below(3) == 0) query.parent_peer = peer();
    if (below(2) == 0) query.guild = id();
    if (below(2) == 0) query.team = below(6) == 0 ? " " : id();
    query.roles = roles();
    if (below(4) == 0) query.thread = "t1";
    if (below(8) == 0) query.dm_scope = static_cast<DmScope>(below(4));
    if (below(8) == 0) query.group_scope = static_cast<GroupScope>(below(2));
    return query;
  }

 private:
  std::mt19937 random_;
};

inline bool is_any(std::string_view text) {
  return trim(text) == "*";
}

inline MatchedBy tier_of(const BindingMatch& match) {
  if (match.peer) return is_any(match.peer->id) ? MatchedBy::peer_wildcard : MatchedBy::peer;
  if (match.guild) return match.roles.empty() ? MatchedBy::guild : MatchedBy::guild_roles;
  if (match.team) return MatchedBy::team;
  return is_any(match.account.value_or("")) ? MatchedBy::channel : MatchedBy::account;
}

inline bool same_peer(const Peer& wanted, const std::optional<Peer>& given) {
  if (!given) return false;
  const bool rooms = wanted.kind != PeerKind::direct && given->kind != PeerKind::direct;
  if (wanted.kind != given->kind && !rooms) return false;
  return is_any(wanted.id) || trim(wanted.id) == trim(given->id);
}

inline bool same_text(const std::optional<std::string>& wanted,
                      const std::optional<std::string>& given) {
  return !wanted || (given && trim(*wanted) == trim(*given));
}

inline bool has_role(const BindingMatch& match, const RouteQuery& query) {
  return match.roles.empty() ||
         std::any_of(match.roles.begin(), match.roles.end(), [&](const std::string& wanted) {
           return std::any_of(query.roles.begin(), query.roles.end(),
                              [&](const std::string& role) { return trim(role) == trim(wanted); });
         });
}

/// `tier` says whether the binding's peer is looked for in the message's peer or in its parent.
inline bool applies(const BindingMatch& match, const RouteQuery& query, MatchedBy tier) {
  if (token(match.channel) != token(query.channel)) return false;
  const std::string wanted = match.account.value_or("");
  if (!is_any(wanted) &&
      normalize_account(wanted) != normalize_account(query.account.value_or(""))) {
    return false;
  }
  const auto& peer = tier == MatchedBy::peer_parent ? query.parent_peer : query.peer;
  if (match.peer && !same_peer(*match.peer, peer)) return false;
  return same_text(match.guild, query.guild) && same_text(match.team, query.team) &&
         has_role(match, query);
}

/// Tier and index of the binding that wins, by a scan of all of them per tier.
inline std::pair<MatchedBy, std::optional<std::int64_t>> scan(const Config& config,
                                                              const RouteQuery& query) {
  for (std::size_t t = 0; t < static_cast<std::size_t>(MatchedBy::fallback); ++t) {
    const auto tier = static_cast<MatchedBy>(t);
    const MatchedBy kept = tier == MatchedBy::peer_parent ? MatchedBy::peer : tier;
    for (std::size_t i = 0; i < config.bindings.size(); ++i) {
      const BindingMatch& match = config.bindings[i].match;
      if (tier_of(match) == kept && applies(match, query, tier)) {
        return {tier, static_cast<std::int64_t>(i)};
      }
    }
  }
  return {MatchedBy::fallback, std::nullopt};
}

}  // namespace vagus::testing_routing
