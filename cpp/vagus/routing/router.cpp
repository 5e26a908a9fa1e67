#include "vagus/routing/router.hpp"

#include <algorithm>

#include "vagus/base/json.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kAnyAccount = "*";

// Where to look for a message's binding, from most to least specific. Two lookups of one tier
// compete by their place in the configuration.
struct Lookup {
  MatchedBy tier;
  bool any_account;
  bool with_peer;
};
constexpr Lookup kLookups[] = {
    {MatchedBy::peer, false, true},
    {MatchedBy::peer, true, true},
    {MatchedBy::account, false, false},
    {MatchedBy::channel, true, false},
};

// Every part follows its length, so that different places never share a key. Groups and channels
// are one kind. No account is called `*`, because normalised ones hold no such character.
std::string index_key(std::string_view channel, std::string_view account, const Peer* peer) {
  std::string key;
  const auto append = [&key](std::string_view part) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
  };
  append(channel);
  append(account);
  if (peer != nullptr) {
    append(peer->kind == PeerKind::direct ? "direct" : "room");
    append(peer->id);
  }
  return key;
}

std::optional<Peer> trimmed(std::optional<Peer> peer) {
  if (peer) peer->id = std::string(trim(peer->id));
  return peer;
}

MaybeError check_text(std::string_view field, std::string_view text) {
  if (text.size() > kMaxKeyBytes) {
    return make_error(ErrorCode::invalid_key, field, text,
                      "longer than " + std::to_string(kMaxKeyBytes) + " bytes");
  }
  if (is_valid_utf8(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_key, field, text, "not valid UTF-8");
}

MaybeError check_query(const RouteQuery& query) {
  if (auto failed = check_text("channel", query.channel)) return failed;
  if (auto failed = check_text("account", query.account)) return failed;
  return query.peer ? check_text("peer.id", query.peer->id) : std::nullopt;
}

std::optional<AgentId> default_of(const std::vector<AgentConfig>& roster) {
  if (roster.size() == 1) return roster.front().id;
  for (const AgentConfig& agent : roster) {
    if (agent.is_default) return agent.id;
  }
  return std::nullopt;
}

}  // namespace

Result<Router> Router::create(const Config& config) {
  if (auto failed = check_config(config)) return *failed;
  Router router;
  for (const AgentConfig& agent : config.agents.list) router.roster_.push_back(agent.id);
  std::sort(router.roster_.begin(), router.roster_.end());
  router.default_agent_ = default_of(roster_of(config));
  router.dm_scope_ = config.session.dm_scope;
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    const BindingConfig& binding = config.bindings[i];
    if (!router.knows(binding.agent)) {
      return make_error(ErrorCode::unknown_agent, join_path(join_path("bindings", i), "agent"),
                        binding.agent.str(), "must be an agent in agents.list");
    }
    router.add(static_cast<std::int64_t>(i), binding.match, binding.agent);
  }
  return router;
}

void Router::add(std::int64_t binding, const BindingMatch& match, const AgentId& agent) {
  const std::string given = match.account.value_or("");
  const bool any_account = trim(given) == kAnyAccount;
  const std::string account = any_account ? std::string(kAnyAccount) : normalize_account(given);
  const std::optional<Peer> peer = trimmed(match.peer);
  // An earlier binding for the same place stays.
  index_.try_emplace(index_key(token(match.channel), account, peer ? &*peer : nullptr),
                     Target{agent, binding});
}

MaybeError Router::choose_agent(const std::optional<Peer>& peer, Route& route) const {
  const Target* first = nullptr;
  for (const Lookup& lookup : kLookups) {
    if (first != nullptr && lookup.tier != route.matched_by) break;
    if (lookup.with_peer && !peer) continue;
    const auto found =
        index_.find(index_key(route.channel, lookup.any_account ? kAnyAccount : route.account,
                              lookup.with_peer ? &*peer : nullptr));
    if (found == index_.end()) continue;
    if (first == nullptr || found->second.binding < first->binding) first = &found->second;
    route.matched_by = lookup.tier;
  }
  if (first != nullptr) {
    route.agent_id = first->agent;
    route.binding = first->binding;
    return std::nullopt;
  }
  Result<AgentId> fallback = default_agent();
  if (!fallback) return fallback.error();
  route.agent_id = *std::move(fallback);
  return std::nullopt;
}

Result<Route> Router::resolve(const RouteQuery& query) const {
  if (auto failed = check_query(query)) return *failed;
  const std::optional<Peer> peer = trimmed(query.peer);
  Route route;
  route.channel = token(query.channel);
  route.account = normalize_account(query.account);
  if (auto failed = choose_agent(peer, route)) return *failed;
  route.main_session_key = SessionKey::main(route.agent_id);
  route.session_key = route.main_session_key;
  if (peer) {
    Result<SessionKey> key =
        SessionKey::for_peer(route.agent_id, route.channel, route.account, *peer, dm_scope_);
    if (!key) return key.error();
    route.session_key = *std::move(key);
  }
  const bool is_main = route.session_key == route.main_session_key;
  route.last_route_policy = is_main ? LastRoutePolicy::main : LastRoutePolicy::session;
  return route;
}

Result<AgentId> Router::default_agent() const {
  if (default_agent_) return *default_agent_;
  return Error{ErrorCode::ambiguous_agent, "agents.list", "",
               "there are several agents and none is marked as the default"};
}

bool Router::knows(const AgentId& agent) const {
  return roster_.empty() || std::binary_search(roster_.begin(), roster_.end(), agent);
}

}  // namespace vagus
