#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/key_shape.hpp"

namespace vagus {

/// What a session key was made of: ids as their owners write them, without escapes.
struct KeyParts {
  AgentId agent;
  SessionKind kind = SessionKind::main;
  std::string id;
  std::optional<std::string> channel;
  std::optional<std::string> account;
  std::optional<std::string> space;
  std::optional<std::string> run_id;
  std::vector<std::string> threads;
  bool isolated = false;

  static constexpr std::string_view kName = "KeyParts";
  static constexpr auto fields() {
    return field_list(
        required("agent", &KeyParts::agent, "the agent that the session belongs to"),
        required("kind", &KeyParts::kind, "what the session is for"),
        field("id", &KeyParts::id,
              "the peer's, job's or other id; of kinds main and other, all that names the session"),
        field("channel", &KeyParts::channel,
              "slack, discord, ...; of kinds group, channel and slash, and of most direct ones"),
        field("account", &KeyParts::account,
              "of a direct message whose scope tells accounts apart"),
        field("space", &KeyParts::space, "the word in front of the id, such as hook or openai"),
        field("run_id", &KeyParts::run_id, "of kind cron_run"),
        field("threads", &KeyParts::threads, "thread ids, the outermost first"),
        field("isolated", &KeyParts::isolated, "the isolated heartbeat session of all that"));
  }
};

}  // namespace vagus
