#include "vagus/routing/router.hpp"

#include <map>
#include <utility>

#include "vagus/base/json.hpp"
#include "vagus/text/ascii.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

std::string_view text_of(const std::optional<std::string>& text) {
  return text ? std::string_view(*text) : std::string_view();
}

bool can_be_in_a_key(std::string_view text) {
  return text.size() <= kMaxKeyBytes &&
         (all_of_class(text, AsciiClass::visible_lower) || is_valid_utf8(text));
}

Error bad_text(std::string_view field, std::string_view text) {
  if (text.size() <= kMaxKeyBytes) {
    return make_error(ErrorCode::invalid_key, field, text, "not valid UTF-8");
  }
  return make_error(ErrorCode::invalid_key, field, text,
                    "longer than " + std::to_string(kMaxKeyBytes) + " bytes");
}

MaybeError check_roles(const std::vector<std::string>& roles) {
  if (roles.size() > kMaxRoles) {
    return Error{ErrorCode::invalid_input, "roles", std::to_string(roles.size()),
                 "must be at most " + std::to_string(kMaxRoles) + " roles"};
  }
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (!can_be_in_a_key(roles[i])) return bad_text(join_path("roles", i), roles[i]);
  }
  return std::nullopt;
}

MaybeError check_query(const RouteQuery& query) {
  const auto id_of = [](const std::optional<Peer>& peer) {
    return peer ? std::string_view(peer->id) : std::string_view();
  };
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"channel", query.channel},        {"account", text_of(query.account)},
      {"peer.id", id_of(query.peer)},    {"parent_peer.id", id_of(query.parent_peer)},
      {"guild", text_of(query.guild)},   {"team", text_of(query.team)},
      {"thread", text_of(query.thread)},
  };
  for (const auto& [field, text] : texts) {
    if (!text.empty() && !can_be_in_a_key(text)) return bad_text(field, text);
  }
  return query.roles.empty() ? std::nullopt : check_roles(query.roles);
}

}  // namespace

Result<Router> Router::create(const Config& config) {
  if (auto failed = check_config(config)) return *failed;
  Router router;
  router.compile(config);
  return router;
}

void Router::compile(const Config& config) {
  roster_ = Roster(config);
  dm_scope_ = config.session.dm_scope;
  group_scope_ = config.session.group_scope;
  main_key_ = config.session.main_key;
  index_ = BindingIndex(config.bindings);
  links_ = LinkIndex(config.session.identity_links);
  std::map<AgentId, std::uint32_t> numbers;
  for (const BindingConfig& binding : config.bindings) {
    const auto number = static_cast<std::uint32_t>(agents_.size());
    const auto [agent, is_new] = numbers.emplace(binding.agent, number);
    if (is_new) {
      agents_.push_back(
          {binding.agent, SessionKey::main(binding.agent, main_key_), knows(binding.agent)});
    }
    bindings_.push_back({agent->second, binding.session});
  }
}

Result<Route> Router::resolve(const RouteQuery& query) const {
  Result<Route> route{std::in_place};
  if (auto failed = resolve_into(query, *route)) route = *std::move(failed);
  return route;
}

Result<std::vector<Route>> Router::resolve_many(std::span<const RouteQuery> queries) const {
  std::vector<const RouteQuery*> pointers;
  pointers.reserve(queries.size());
  for (const RouteQuery& query : queries) pointers.push_back(&query);
  return resolve_many(pointers);
}

Result<std::vector<Route>> Router::resolve_many(std::span<const RouteQuery* const> queries) const {
  std::vector<Route> routes(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (auto failed = resolve_into(*queries[i], routes[i])) {
      return renamed(*failed, join_path("queries", i) + "." + failed->field);
    }
  }
  return routes;
}

// Routes are large, so they are written where they stay.
MaybeError Router::resolve_into(const RouteQuery& query, Route& route) const {
  if (auto failed = check_query(query)) return failed;
  route.channel = token(query.channel);
  route.account = normalize_account(text_of(query.account));
  if (auto failed = choose_agent(query, route)) return failed;
  if (auto failed = choose_session(query, route)) return failed;
  const bool is_main = route.session_key == route.main_session_key;
  route.last_route_policy = is_main ? LastRoutePolicy::main : LastRoutePolicy::session;
  return std::nullopt;
}

MessageSymbols Router::symbols_of(const RouteQuery& query, const Route& route) const {
  return index_.symbols_of(route.channel, route.account, query.peer, query.parent_peer,
                           text_of(query.guild), text_of(query.team), query.roles);
}

MaybeError Router::choose_agent(const RouteQuery& query, Route& route) const {
  route.dm_scope = query.dm_scope.value_or(dm_scope_);
  route.group_scope = query.group_scope.value_or(group_scope_);
  const auto found = index_.find(symbols_of(query, route));
  if (!found) return choose_fallback(query, route);
  const Binding& binding = bindings_[found->binding];
  const Agent& agent = agents_[binding.agent];
  if (!agent.known) {
    return make_error(ErrorCode::unknown_agent,
                      join_path(join_path("bindings", found->binding), "agent"), agent.id.str(),
                      "is not an agent in agents.list");
  }
  route.agent_id = agent.id;
  route.main_session_key = agent.main_session;
  route.matched_by = found->tier;
  route.binding = found->binding;
  route.dm_scope = binding.session.dm_scope.value_or(route.dm_scope);
  route.group_scope = binding.session.group_scope.value_or(route.group_scope);
  return std::nullopt;
}

MaybeError Router::choose_fallback(const RouteQuery& query, Route& route) const {
  if (!query.default_agent) {
    Result<AgentId> fallback = default_agent();
    if (!fallback) return fallback.error();
    route.agent_id = *std::move(fallback);
  } else if (!query.default_agent->empty() && knows(*query.default_agent)) {
    route.agent_id = *query.default_agent;
  } else {
    return make_error(ErrorCode::unknown_agent, "default_agent", query.default_agent->str(),
                      "is not an agent in agents.list");
  }
  route.main_session_key = SessionKey::main(route.agent_id, main_key_);
  return std::nullopt;
}

// The person behind the peer, where sessions are told apart by peers.
const std::string* Router::linked_name(const RouteQuery& query, const Route& route) const {
  const bool is_direct = query.peer && query.peer->kind == PeerKind::direct;
  if (!is_direct || route.dm_scope == DmScope::main) return nullptr;
  return links_.find(route.channel, query.peer->id);
}

MaybeError Router::choose_session(const RouteQuery& query, Route& route) const {
  const SessionScopes scopes(route.dm_scope, route.group_scope, main_key_);
  if (!query.peer || scopes.share_main(query.peer->kind)) {
    route.session_key = route.main_session_key;
  } else {
    const std::string* name = linked_name(query, route);
    const std::optional<Peer> person =
        name ? std::optional<Peer>({PeerKind::direct, *name}) : std::nullopt;
    Result<SessionKey> key = SessionKey::for_peer(route.agent_id, route.channel, route.account,
                                                  person ? *person : *query.peer, scopes);
    if (!key) return key.error();
    route.session_key = *std::move(key);
  }
  if (is_blank(text_of(query.thread))) return std::nullopt;
  Result<SessionKey> thread = route.session_key.thread(*query.thread);
  if (!thread) return renamed(thread.error(), "thread");
  route.parent_session_key = std::exchange(route.session_key, *std::move(thread));
  return std::nullopt;
}

}  // namespace vagus
