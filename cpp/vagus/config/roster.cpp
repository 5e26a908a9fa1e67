#include "vagus/config/roster.hpp"

#include <algorithm>

namespace vagus {

Roster::Roster(const Config& config) : default_(default_agent_of(config)) {
  for (const AgentConfig& agent : config.agents.list) agents_.push_back(agent.id);
  std::sort(agents_.begin(), agents_.end());
}

bool Roster::knows(const AgentId& agent) const {
  return agents_.empty() || std::binary_search(agents_.begin(), agents_.end(), agent);
}

Result<AgentId> Roster::default_agent() const {
  if (default_) return *default_;
  return Error{ErrorCode::ambiguous_agent, "agents.list", "",
               "there are several agents and none is marked as the default"};
}

}  // namespace vagus
