#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/wakes/wake.hpp"

namespace vagus {

/// One thing that a wake waits for.
struct WakeObstacle {
  DelayCause why = DelayCause::busy;
  std::optional<Millis> until_ms = {};
  std::string text = {};

  static constexpr std::string_view kName = "WakeObstacle";
  static constexpr auto fields() {
    return field_list(
        required("why", &WakeObstacle::why, "what it waits for"),
        field("until_ms", &WakeObstacle::until_ms, "until when, if time alone ends it"),
        field("text", &WakeObstacle::text, "the same in words"));
  }
};

/// What the queue has for a session.
enum class TargetState {
  idle,     ///< nothing
  waiting,  ///< a wake that has not run yet, whether or not another one runs
  running,  ///< a wake that runs, and none that waits
};
constexpr std::array<std::string_view, 3> enum_names(TargetState) {
  return {"idle", "waiting", "running"};
}

/// Why a session's wake has not run yet.
struct WakeExplanation {
  SessionKey session_key;
  TargetState state = TargetState::idle;
  std::optional<std::int64_t> token = {};
  std::optional<Millis> due_ms = {};
  std::vector<WakeObstacle> reasons = {};
  std::vector<Millis> starts = {};
  std::int64_t failures = 0;
  std::int64_t holds = 0;

  static constexpr std::string_view kName = "WakeExplanation";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &WakeExplanation::session_key, "the session"),
        required("state", &WakeExplanation::state, "idle, waiting or running"),
        field("token", &WakeExplanation::token, "the wake that waits, else the one that runs"),
        field("due_ms", &WakeExplanation::due_ms, "when the wake that waits may run"),
        field("reasons", &WakeExplanation::reasons,
              "what it still waits for; nothing when the next due() hands it out"),
        field("starts", &WakeExplanation::starts, "the session's newest starts, for the guards"),
        field("failures", &WakeExplanation::failures, "failed runs in a row"),
        field("holds", &WakeExplanation::holds, "how often the session is held"));
  }
};

/// An explanation as people read it: a line for the wake, and one for each reason.
std::string to_text(const WakeExplanation& told);

}  // namespace vagus
