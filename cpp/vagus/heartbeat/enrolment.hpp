#pragma once

#include <tuple>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/config/config.hpp"

namespace vagus {

/// An agent that heartbeats are configured for, and what its configuration comes to.
struct EnrolledAgent {
  AgentId agent;
  Millis every_ms = 0;
  Millis timeout_ms = 0;

  static constexpr std::string_view kName = "EnrolledAgent";
  static constexpr auto fields() {
    return field_list(
        required("agent", &EnrolledAgent::agent, "the agent's id"),
        required("every_ms", &EnrolledAgent::every_ms, "its interval; 0 for no cadence"),
        required("timeout_ms", &EnrolledAgent::timeout_ms, "how long a run may take"));
  }
};

/// The enrolled agents in the configuration's order, those without a cadence included.
std::vector<EnrolledAgent> enrolment(const Config& config);

}  // namespace vagus
