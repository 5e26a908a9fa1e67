#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vagus/routing/router.hpp"

/// Configurations and routes, made in a line.
namespace vagus::testing_routing {

inline AgentId agent(std::string_view id) {
  return *AgentId::parse(id);
}

// A configuration with these agents, none of them the default unless it is the only one.
inline Config roster(std::initializer_list<std::string_view> ids) {
  Config config;
  for (const std::string_view id : ids) {
    config.agents.list.emplace_back();
    config.agents.list.back().id = agent(id);
  }
  return config;
}

// `main` is the default; `ops` and `dev` are there to be bound.
inline Config bound(std::vector<BindingConfig> bindings) {
  Config config = roster({"main", "ops", "dev"});
  config.agents.list[0].is_default = true;
  config.bindings = std::move(bindings);
  return config;
}

inline BindingConfig binding_to(std::string_view id, std::string channel,
                                std::optional<std::string> account = std::nullopt,
                                std::optional<Peer> peer = std::nullopt) {
  return {agent(id), {std::move(channel), std::move(account), std::move(peer)}};
}

inline Router router(const Config& config) {
  return Router::create(config).value_or_throw();
}

inline Route resolve(const Config& config, const RouteQuery& query) {
  return router(config).resolve(query).value_or_throw();
}

inline const Peer kDirect5{PeerKind::direct, "5"};
inline const Peer kRoom{PeerKind::group, "C1"};

inline BindingConfig bind(std::string_view id, BindingMatch match) {
  BindingConfig binding;
  binding.agent = agent(id);
  binding.match = std::move(match);
  return binding;
}

inline std::string tier(const Config& config, const RouteQuery& query) {
  return std::string(name_of(resolve(config, query).matched_by));
}

}  // namespace vagus::testing_routing
