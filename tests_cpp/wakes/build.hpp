#pragma once

#include <string>

#include "vagus/wakes/wake_queue.hpp"

/// What the tests of wakes share.
namespace vagus::testing_wakes {

/// The main session of `agent`.
inline SessionKey key(const std::string& agent) {
  return SessionKey::parse("agent:" + agent + ":main").value_or_throw();
}

/// Another session of `agent`.
inline SessionKey key(const std::string& agent, const std::string& session) {
  return SessionKey::parse("agent:" + agent + ":" + session).value_or_throw();
}

/// Guards that delay nothing.
inline WakeGuards unguarded() {
  WakeGuards guards;
  guards.min_spacing = Duration(0);
  guards.flood_starts = 0;
  guards.running = guards.running_per_agent = kMaxCount;
  return guards;
}

/// The default guards with as many places as anybody wants.
inline WakeGuards roomy() {
  WakeGuards guards;
  guards.running = guards.running_per_agent = kMaxCount;
  return guards;
}

inline WakeRequest request_of(WakeKind kind, std::string reason = "",
                              Millis coalesce_ms = kCoalesceMillis) {
  WakeRequest request;
  request.kind = kind;
  request.reason = std::move(reason);
  request.coalesce_ms = coalesce_ms;
  return request;
}

inline WakeSettlement settlement_of(WakeOutcome outcome, std::string reason = "",
                                    std::optional<Millis> retry_at = std::nullopt) {
  return {outcome, std::move(reason), retry_at};
}

}  // namespace vagus::testing_wakes
