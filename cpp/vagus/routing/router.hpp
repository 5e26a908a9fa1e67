#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/config/roster.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/binding_index.hpp"
#include "vagus/routing/link_index.hpp"

namespace vagus {

/// The most roles a message may come with.
inline constexpr std::size_t kMaxRoles = 1'000;

/// Which session the "last route" of a message updates.
enum class LastRoutePolicy { main, session };
constexpr std::array<std::string_view, 2> enum_names(LastRoutePolicy) {
  return {"main", "session"};
}

/// The agent and session that a message belongs to.
struct Route {
  AgentId agent_id;
  SessionKey session_key;
  SessionKey main_session_key;
  std::optional<SessionKey> parent_session_key;
  MatchedBy matched_by = MatchedBy::fallback;
  std::optional<std::int64_t> binding;
  std::string channel;
  std::string account;
  DmScope dm_scope = DmScope::main;
  GroupScope group_scope = GroupScope::per_group;
  LastRoutePolicy last_route_policy = LastRoutePolicy::main;

  static constexpr std::string_view kName = "Route";
  static constexpr auto fields() {
    return field_list(
        required("agent_id", &Route::agent_id, "the agent that answers"),
        required("session_key", &Route::session_key, "the session of this peer or thread"),
        required("main_session_key", &Route::main_session_key, "the agent's main session"),
        field("parent_session_key", &Route::parent_session_key,
              "the session that the thread hangs below; None without a thread"),
        required("matched_by", &Route::matched_by, "the rule that chose the agent"),
        field("binding", &Route::binding, "index of the binding that matched"),
        required("channel", &Route::channel, "the channel, normalised"),
        required("account", &Route::account,
                 "the account, normalised; 'default' when none was given"),
        required("dm_scope", &Route::dm_scope, "which direct messages share a session here"),
        required("group_scope", &Route::group_scope, "whether rooms have sessions of their own"),
        required("last_route_policy", &Route::last_route_policy,
                 "whether replies to the main session may use this route"));
  }
};

/// What a message says about where it came from. Everything is optional; a blank text is none, but
/// a peer with a blank id is a peer (`unknown`).
struct RouteQuery {
  std::string channel;
  std::optional<std::string> account = {};
  std::optional<Peer> peer = {};
  std::optional<Peer> parent_peer = {};
  std::optional<std::string> guild = {};
  std::optional<std::string> team = {};
  std::vector<std::string> roles = {};
  std::optional<std::string> thread = {};
  std::optional<DmScope> dm_scope = {};
  std::optional<GroupScope> group_scope = {};
  std::optional<AgentId> default_agent = {};

  static constexpr std::string_view kName = "RouteQuery";
  static constexpr auto fields() {
    return field_list(
        field("channel", &RouteQuery::channel, "slack, discord, telegram, ..."),
        field("account", &RouteQuery::account, "the bot account that received it; 'default'"),
        field("peer", &RouteQuery::peer, "who or which room it came from"),
        field("parent_peer", &RouteQuery::parent_peer,
              "the room that a thread with an id of its own hangs below"),
        field("guild", &RouteQuery::guild, "the guild (server) of the room"),
        field("team", &RouteQuery::team, "the team (workspace) of the room"),
        field("roles", &RouteQuery::roles, "the sender's roles, at most 1000"),
        field("thread", &RouteQuery::thread, "the thread inside the room"),
        field("dm_scope", &RouteQuery::dm_scope, "instead of the configuration's session.dm_scope"),
        field("group_scope", &RouteQuery::group_scope,
              "instead of the configuration's session.group_scope"),
        field("default_agent", &RouteQuery::default_agent,
              "answers when no binding matches, instead of the configured default"));
  }
};

/// Chooses the agent and session for a message. Bindings and identity links are compiled into hash
/// indexes, so that `resolve` costs the same with ten of them or a hundred thousand. Immutable
/// after construction, so that threads may share one.
class Router {
 public:
  /// Errors: as `check_config`.
  static Result<Router> create(const Config& config);

  /// The most specific tier that has a binding for the message decides; inside a tier, the binding
  /// that comes first in the configuration, whether it names the account or any account (spec:
  /// keys, section 2). Ids are compared with case, trimmed; channels and accounts without case.
  /// A binding's own scopes win over the query's, and those over the configuration's.
  /// Errors: `ambiguous_agent` when no binding matches and there is no default agent to fall back
  /// on; `unknown_agent` (field `bindings[i].agent` or `default_agent`) when the one that must
  /// answer is not configured, because nobody else may; `invalid_key` (field by name) for text that
  /// is not valid UTF-8 or too long for a key; `invalid_input` (field `roles`) for more than
  /// `kMaxRoles` roles.
  Result<Route> resolve(const RouteQuery& query) const;

  /// The routes of `queries`, in order. Errors: the first of `resolve`, its field below
  /// `queries[i]`.
  Result<std::vector<Route>> resolve_many(std::span<const RouteQuery> queries) const;
  Result<std::vector<Route>> resolve_many(std::span<const RouteQuery* const> queries) const;

  /// The agent for work that names none: the one marked `default`, else the only one, else `main`
  /// when no agents are configured. Errors: `ambiguous_agent`.
  Result<AgentId> default_agent() const { return roster_.default_agent(); }

  /// How many places have a binding of their own.
  std::size_t size() const { return index_.size(); }

  /// True for configured agents; with no agents configured, for every agent.
  bool knows(const AgentId& agent) const { return roster_.knows(agent); }

  /// The name of every agent's main session.
  const MainKey& main_key() const { return main_key_; }

 private:
  friend class RouteExplainer;

  struct Binding {
    std::uint32_t agent;  ///< indexes `agents_`
    BindingSessionConfig session;
  };
  struct Agent {
    AgentId id;
    SessionKey main_session;
    bool known;
  };

  Router() = default;
  void compile(const Config& config);
  MaybeError resolve_into(const RouteQuery& query, Route& route) const;
  MessageSymbols symbols_of(const RouteQuery& query, const Route& route) const;
  MaybeError choose_agent(const RouteQuery& query, Route& route) const;
  MaybeError choose_fallback(const RouteQuery& query, Route& route) const;
  MaybeError choose_session(const RouteQuery& query, Route& route) const;
  const std::string* linked_name(const RouteQuery& query, const Route& route) const;

  Roster roster_;
  DmScope dm_scope_ = DmScope::main;
  GroupScope group_scope_ = GroupScope::per_group;
  MainKey main_key_;
  BindingIndex index_;
  std::vector<Binding> bindings_;
  std::vector<Agent> agents_;  ///< those that bindings name
  LinkIndex links_;
};

}  // namespace vagus
