#include "vagus/heartbeat/enrolment.hpp"

namespace vagus {

std::vector<EnrolledAgent> enrolment(const Config& config) {
  std::vector<EnrolledAgent> enrolled;
  for (const AgentConfig& agent : enrolled_agents(config)) {
    const Heartbeat heartbeat = heartbeat_of(config, agent);
    enrolled.push_back({agent.id, heartbeat.every, heartbeat.timeout});
  }
  return enrolled;
}

}  // namespace vagus
