#include "vagus/routing/explain.hpp"

#include <algorithm>

#include "vagus/base/json.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kShownRoles = 10;

// In the order of `ErrorCode`.
constexpr std::array<std::string_view, 7> kCodes = {
    "invalid_input",   "invalid_key",      "invalid_config", "unknown_agent",
    "ambiguous_agent", "context_overflow", "unknown_run"};
static_assert(static_cast<std::size_t>(ErrorCode::unknown_run) + 1 == kCodes.size());

std::string quoted(std::string_view plain) {
  return "'" + std::string(plain) + "'";
}

std::string shown(const Peer& peer) {
  return std::string(name_of(peer.kind)) + " " + quote_clipped(peer.id);
}

// A list for people, cut when it is long.
template <class Texts>
std::string listed(const Texts& texts) {
  std::string list;
  for (std::size_t i = 0; i < std::min(texts.size(), kShownRoles); ++i) {
    list += (i > 0 ? ", " : "") + quote_clipped(texts[i]);
  }
  if (texts.size() > kShownRoles) {
    list += " and " + std::to_string(texts.size() - kShownRoles) + " more";
  }
  return list;
}

std::string path_of(std::int64_t binding) {
  return join_path("bindings", static_cast<std::size_t>(binding));
}

std::optional<std::string> kept(const std::optional<std::string>& text) {
  if (!text || is_blank(*text)) return std::nullopt;
  return std::string(trim(*text));
}

std::optional<Peer> kept(std::optional<Peer> peer) {
  if (peer) peer->id = std::string(trim(peer->id));
  return peer;
}

// The query as routing compares it.
RouteQuery normalised(const RouteQuery& query) {
  RouteQuery plain = query;
  plain.channel = token(query.channel);
  plain.account = normalize_account(query.account.value_or(""));
  plain.peer = kept(query.peer);
  plain.parent_peer = kept(query.parent_peer);
  plain.guild = kept(query.guild);
  plain.team = kept(query.team);
  plain.thread = kept(query.thread);
  plain.roles.clear();
  for (const std::string& role : query.roles) {
    if (!is_blank(role)) plain.roles.emplace_back(trim(role));
  }
  return plain;
}

bool same_peer(const Place& place, const MessageSymbols::PeerSymbol& peer) {
  return place.peer_kind == peer.kind && (place.peer == 0 || place.peer == peer.id);
}

// ---- tiers

constexpr std::string_view kNoPeer = "the message has no peer";
constexpr std::string_view kNoParent = "the message has no parent peer";
constexpr std::string_view kNoGuild = "the message has no guild";
constexpr std::string_view kNoTeam = "the message has no team";
constexpr std::string_view kNoRoles = "the sender has no roles";

struct TierRule {
  MatchedBy tier;
  /// Why the tier cannot be tried; empty when it can.
  std::string_view (*lacks)(const RouteQuery& query);
  std::string (*compared)(const RouteQuery& query);
};

constexpr TierRule kTierRules[] = {
    {MatchedBy::peer, [](const RouteQuery& query) { return query.peer ? "" : kNoPeer; },
     [](const RouteQuery& query) { return "peer " + shown(*query.peer); }},
    {MatchedBy::peer_parent,
     [](const RouteQuery& query) {
       return query.parent_peer && !query.parent_peer->id.empty() ? "" : kNoParent;
     },
     [](const RouteQuery& query) { return "parent peer " + shown(*query.parent_peer); }},
    {MatchedBy::peer_wildcard, [](const RouteQuery& query) { return query.peer ? "" : kNoPeer; },
     [](const RouteQuery& query) {
       return "any peer of the kind " + std::string(name_of(query.peer->kind));
     }},
    {MatchedBy::guild_roles,
     [](const RouteQuery& query) {
       return !query.guild ? kNoGuild : query.roles.empty() ? kNoRoles : "";
     },
     [](const RouteQuery& query) {
       return "guild " + quote_clipped(*query.guild) + ", roles " + listed(query.roles);
     }},
    {MatchedBy::guild, [](const RouteQuery& query) { return query.guild ? "" : kNoGuild; },
     [](const RouteQuery& query) { return "guild " + quote_clipped(*query.guild); }},
    {MatchedBy::team, [](const RouteQuery& query) { return query.team ? "" : kNoTeam; },
     [](const RouteQuery& query) { return "team " + quote_clipped(*query.team); }},
    {MatchedBy::account, [](const RouteQuery&) { return std::string_view(); },
     [](const RouteQuery& query) { return "account " + quoted(*query.account); }},
    {MatchedBy::channel, [](const RouteQuery&) { return std::string_view(); },
     [](const RouteQuery&) { return std::string("any account"); }},
};

}  // namespace

/// Sees the inside of a router. Bindings are judged one by one here, without the index.
class RouteExplainer {
 public:
  RouteExplainer(const Router& router, const RouteQuery& query)
      : router_(router), query_(normalised(query)) {
    route_.channel = query_.channel;
    route_.account = *query_.account;
    message_ = router.symbols_of(query_, route_);
    winner_ = router.index_.find(message_);
  }

  const RouteQuery& query() const { return query_; }

  void tell_tiers(RouteExplanation& out) const {
    for (const TierRule& rule : kTierRules) out.tiers.push_back(tier(rule));
    TierExplanation last{MatchedBy::fallback, !winner_, "", std::nullopt, ""};
    if (winner_) last.reason = "a binding has decided";
    out.tiers.push_back(last);
  }

  void tell_bindings(RouteExplanation& out, std::size_t limit) const {
    const auto& rules = router_.index_.rules();
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (message_.channel == 0 || rules[i].place.channel != message_.channel) {
        ++out.other_channels;
      } else if (out.bindings.size() < limit || won(i)) {
        out.bindings.push_back(binding(i));
      } else {
        ++out.more_bindings;
      }
    }
  }

  void tell_steps(RouteExplanation& out) const {
    if (!out.route) return;
    const Route& route = *out.route;
    out.steps.push_back({"agent", agent_step(route)});
    if (query_.peer) {
      out.steps.push_back({"identity link", link_step(route)});
      out.steps.push_back({"scope", scope_step(route)});
    }
    const SessionKey& base =
        route.parent_session_key ? *route.parent_session_key : route.session_key;
    out.steps.push_back({"session key", base.str() + (query_.peer ? "" : ", without a peer")});
    if (route.parent_session_key) {
      out.steps.push_back({"thread", "below it: " + std::string(route.session_key.str())});
    }
    out.steps.push_back(
        {"last route",
         "updates the " + std::string(name_of(route.last_route_policy)) +
             (route.last_route_policy == LastRoutePolicy::main ? " session of the agent"
                                                               : " that the message belongs to")});
  }

 private:
  bool won(std::size_t index) const { return winner_ && winner_->binding == index; }

  TierExplanation tier(const TierRule& rule) const {
    TierExplanation out{rule.tier, false, "", std::nullopt, ""};
    const std::string_view lacks =
        query_.channel.empty() ? "the message has no channel" : rule.lacks(query_);
    if (winner_ && winner_->tier < rule.tier) {
      out.reason = "a more specific tier has decided";
    } else if (!lacks.empty()) {
      out.reason = lacks;
    } else {
      out.tried = true;
      out.compared = rule.compared(query_);
      if (winner_ && winner_->tier == rule.tier) {
        out.binding = winner_->binding;
      } else {
        out.reason = "no binding applies";
      }
    }
    return out;
  }

  BindingExplanation binding(std::size_t index) const {
    const BindingIndex::Rule& rule = router_.index_.rules()[index];
    const AgentId& agent = router_.agents_[router_.bindings_[index].agent].id;
    BindingExplanation out{static_cast<std::int64_t>(index), agent, rule.tier,
                           BindingOutcome::rejected, refusal(rule)};
    if (!out.reason.empty()) return out;
    const bool by_parent = rule.tier == MatchedBy::peer && !same_peer(rule.place, message_.peer);
    if (by_parent) out.tier = MatchedBy::peer_parent;
    if (won(index)) {
      out.outcome = BindingOutcome::won;
    } else if (winner_ && winner_->tier == out.tier) {
      out.outcome = BindingOutcome::later;
      out.reason = path_of(winner_->binding) + " comes first in its tier";
    } else {
      out.outcome = BindingOutcome::outranked;
      out.reason = winner_ ? std::string(name_of(winner_->tier)) + " is more specific" : "";
    }
    return out;
  }

  // The first reason why a binding of the channel does not apply; empty when it does.
  std::string refusal(const BindingIndex::Rule& rule) const {
    const Place& place = rule.place;
    const auto text = [this](Symbol symbol) { return quote_clipped(router_.index_.text(symbol)); };
    if (place.account != 0 && place.account != message_.account) {
      return "account " + quoted(router_.index_.text(place.account)) + " is not " +
             quoted(*query_.account);
    }
    if (std::string why = peer_refusal(place); !why.empty()) return why;
    if (place.guild != 0 && place.guild != message_.guild) {
      return !query_.guild
                 ? std::string(kNoGuild)
                 : "guild " + text(place.guild) + " is not " + quote_clipped(*query_.guild);
    }
    if (place.team != 0 && place.team != message_.team) {
      return !query_.team ? std::string(kNoTeam)
                          : "team " + text(place.team) + " is not " + quote_clipped(*query_.team);
    }
    return has_role(rule) ? "" : "the sender has none of the roles " + listed(roles_of(rule));
  }

  std::string peer_refusal(const Place& place) const {
    if (place.peer_kind == PeerClass::none) return "";
    if (same_peer(place, message_.peer)) return "";
    const bool parent = place.peer != 0 && query_.parent_peer;
    if (parent && same_peer(place, message_.parent)) return "";
    if (!query_.peer) return std::string(kNoPeer);
    const std::string_view kind = place.peer_kind == PeerClass::direct ? "direct" : "a room";
    if (place.peer_kind != message_.peer.kind && !parent) {
      return "its peer is " + std::string(kind) + ", the message's is " +
             std::string(name_of(query_.peer->kind));
    }
    return "peer id " + quote_clipped(router_.index_.text(place.peer)) + " differs from " +
           quote_clipped(query_.peer->id) +
           (parent ? " and the parent's " + quote_clipped(query_.parent_peer->id) : "");
  }

  bool has_role(const BindingIndex::Rule& rule) const {
    if (rule.role_count == 0) return true;
    for (std::uint32_t i = 0; i < rule.role_count; ++i) {
      const Symbol role = router_.index_.role(rule.first_role + i);
      if (std::count(message_.roles.begin(), message_.roles.end(), role) > 0) return true;
    }
    return false;
  }

  std::vector<std::string> roles_of(const BindingIndex::Rule& rule) const {
    std::vector<std::string> roles;
    for (std::uint32_t i = 0; i < rule.role_count; ++i) {
      roles.push_back(router_.index_.text(router_.index_.role(rule.first_role + i)));
    }
    return roles;
  }

  std::string agent_step(const Route& route) const {
    const std::string agent = quoted(route.agent_id.str());
    if (route.binding) return agent + ", named by " + path_of(*route.binding);
    return agent + (query_.default_agent ? ", the caller's default" : ", the default agent");
  }

  std::string link_step(const Route& route) const {
    if (query_.peer->kind != PeerKind::direct) return "rooms are not linked";
    if (route.dm_scope == DmScope::main) return "not asked for, because direct messages share one";
    const std::string* name = router_.linked_name(query_, route);
    return name ? shown(*query_.peer) + " is " + quote_clipped(*name)
                : "no link knows " + shown(*query_.peer);
  }

  std::string scope_step(const Route& route) const {
    const bool direct = query_.peer->kind == PeerKind::direct;
    const BindingSessionConfig* own =
        route.binding ? &router_.bindings_[static_cast<std::size_t>(*route.binding)].session
                      : nullptr;
    const bool by_binding =
        own && (direct ? own->dm_scope.has_value() : own->group_scope.has_value());
    const bool by_query = direct ? query_.dm_scope.has_value() : query_.group_scope.has_value();
    const std::string_view source = by_binding ? "the binding"
                                    : by_query ? "the caller"
                                               : "session";
    const std::string_view scope = direct ? name_of(route.dm_scope) : name_of(route.group_scope);
    return (direct ? "dm_scope " : "group_scope ") + quoted(scope) + ", from " +
           std::string(source);
  }

  const Router& router_;
  RouteQuery query_;
  Route route_;  ///< channel and account alone
  MessageSymbols message_;
  std::optional<BindingIndex::Found> winner_;
};

RouteExplanation explain(const Router& router, const RouteQuery& query, std::size_t limit) {
  RouteExplanation out;
  Result<Route> route = router.resolve(query);
  if (route) {
    out.route = *std::move(route);
  } else {
    const Error& error = route.error();
    out.failure = {std::string(kCodes[static_cast<std::size_t>(error.code)]), error.field,
                   error.message + (error.value.empty() ? "" : ", got " + error.value)};
    // Text that no key can hold matches nothing, and is not repeated.
    const bool foreign =
        error.code == ErrorCode::invalid_key || error.code == ErrorCode::invalid_input;
    if (foreign) return out;
  }
  const RouteExplainer explainer(router, query);
  out.query = explainer.query();
  explainer.tell_tiers(out);
  explainer.tell_bindings(out, limit);
  explainer.tell_steps(out);
  return out;
}

}  // namespace vagus
