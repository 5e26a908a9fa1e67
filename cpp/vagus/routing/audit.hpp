#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/routing/router.hpp"

namespace vagus {

/// A session that several people reached directly.
struct SharedSession {
  SessionKey session_key;
  AgentId agent_id;
  bool is_main = false;
  std::int64_t people = 0;
  std::vector<std::string> peers;

  static constexpr std::string_view kName = "SharedSession";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &SharedSession::session_key, "the session"),
        required("agent_id", &SharedSession::agent_id, "whose it is"),
        required("is_main", &SharedSession::is_main, "whether it is the agent's main session"),
        required("people", &SharedSession::people, "how many direct peers reached it"),
        required("peers", &SharedSession::peers, "the first ten, as <channel>:<peer id>, sorted"));
  }
};

/// The sessions that more than one direct peer reaches, when `queries` are routed: messages as they
/// really came, or as they are expected. A peer is an id on a channel, whatever the account, so
/// that people whom identity links join are reported as well. Queries without a direct peer, and
/// those that are refused, do not count. By session key.
std::vector<SharedSession> audit(const Router& router, std::span<const RouteQuery> queries);

}  // namespace vagus
