#pragma once

#include <optional>
#include <vector>

#include "vagus/config/config.hpp"

namespace vagus {

/// Which agents there are, and which of them works when nobody says who (spec: keys, section 2).
class Roster {
 public:
  Roster() = default;
  explicit Roster(const Config& config);

  /// True for configured agents; with no agents configured, for every agent.
  bool knows(const AgentId& agent) const;

  /// The agent marked `default`, else the only one, else `main` when no agents are configured.
  /// Errors: `ambiguous_agent`.
  Result<AgentId> default_agent() const;

  /// The configured agents, sorted.
  const std::vector<AgentId>& agents() const { return agents_; }

 private:
  std::vector<AgentId> agents_;
  std::optional<AgentId> default_;
};

}  // namespace vagus
