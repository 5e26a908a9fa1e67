#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/keys/session_key.hpp"

namespace vagus {

/// The rule that chose an agent, from most to least specific (spec: keys, section 2).
enum class MatchedBy { peer, account, channel, fallback };
constexpr std::array<std::string_view, 4> enum_names(MatchedBy) {
  return {"binding.peer", "binding.account", "binding.channel", "default"};
}

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
  MatchedBy matched_by = MatchedBy::fallback;
  std::optional<std::int64_t> binding;
  std::string channel;
  std::string account;
  LastRoutePolicy last_route_policy = LastRoutePolicy::main;

  static constexpr std::string_view kName = "Route";
  static constexpr auto fields() {
    return std::tuple(
        required("agent_id", &Route::agent_id, "the agent that answers"),
        required("session_key", &Route::session_key, "the session of this peer"),
        required("main_session_key", &Route::main_session_key, "the agent's main session"),
        required("matched_by", &Route::matched_by, "the rule that chose the agent"),
        field("binding", &Route::binding, "index of the binding that matched"),
        required("channel", &Route::channel, "the channel, normalised"),
        required("account", &Route::account,
                 "the account, normalised; 'default' when none was given"),
        required("last_route_policy", &Route::last_route_policy,
                 "whether replies to the main session may use this route"));
  }
};

/// What a message says about where it came from. `channel` may be blank; the rest is optional.
struct RouteQuery {
  std::string channel;
  std::string account;
  std::optional<Peer> peer;
};

/// Chooses the agent and session for a message. Bindings are compiled into a hash index, so that
/// `resolve` costs the same with ten bindings or a hundred thousand. Immutable after construction.
class Router {
 public:
  /// Errors: as `check_config`; `unknown_agent` when a binding names an agent that a non-empty
  /// roster does not have (field `bindings[i].agent`).
  static Result<Router> create(const Config& config);

  /// The most specific tier that has a binding for the message decides; inside a tier, the binding
  /// that comes first in the configuration, whether it names the account or any account. Peer ids
  /// are compared with case, trimmed; channels and accounts without.
  /// Errors: `ambiguous_agent` when no binding matches and there is no default agent to fall back
  /// on; `invalid_key` (field `channel`, `account` or `peer.id`) for text that is not valid UTF-8
  /// or too long for a key.
  Result<Route> resolve(const RouteQuery& query) const;

  /// The agent for work that names none: the one marked `default`, else the only one, else `main`
  /// when no agents are configured. Errors: `ambiguous_agent`.
  Result<AgentId> default_agent() const;

  /// How many places have a binding of their own.
  std::size_t size() const { return index_.size(); }

  /// True for configured agents; with no agents configured, for every agent.
  bool knows(const AgentId& agent) const;

 private:
  struct Target {
    AgentId agent;
    std::int64_t binding;
  };

  Router() = default;
  void add(std::int64_t binding, const BindingMatch& match, const AgentId& agent);
  MaybeError choose_agent(const std::optional<Peer>& peer, Route& route) const;

  std::vector<AgentId> roster_;  ///< sorted
  std::optional<AgentId> default_agent_;
  DmScope dm_scope_ = DmScope::main;
  std::unordered_map<std::string, Target> index_;
};

}  // namespace vagus
