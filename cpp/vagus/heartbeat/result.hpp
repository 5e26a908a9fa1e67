#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"

/// The tool `heartbeat_respond`, with which an agent says what came of a heartbeat instead of
/// putting it into words that have to be read back (spec: heartbeats, section 3.8).
namespace vagus {

inline constexpr std::string_view kRespondTool = "heartbeat_respond";

/// The most characters (code points) that are kept of what an agent says there.
inline constexpr std::size_t kMaxSummaryChars = 4'000;
inline constexpr std::size_t kMaxReasonChars = 1'000;
inline constexpr std::size_t kMaxNextCheckChars = 500;

enum class HeartbeatOutcome { no_change, progress, done, blocked, needs_attention };
constexpr std::array<std::string_view, 5> enum_names(HeartbeatOutcome) {
  return {"no_change", "progress", "done", "blocked", "needs_attention"};
}

enum class HeartbeatPriority { low, normal, high };
constexpr std::array<std::string_view, 3> enum_names(HeartbeatPriority) {
  return {"low", "normal", "high"};
}

/// What came of a heartbeat, in the agent's own structured words.
struct HeartbeatResult {
  HeartbeatOutcome outcome = HeartbeatOutcome::no_change;
  bool notify = false;
  std::string summary;
  std::optional<std::string> notification_text;
  std::optional<std::string> reason;
  std::optional<HeartbeatPriority> priority;
  std::optional<std::string> next_check;

  static constexpr std::string_view kName = "HeartbeatResult";
  static constexpr auto fields() {
    return field_list(
        required("outcome", &HeartbeatResult::outcome,
                 "no_change, progress, done, blocked or needs_attention"),
        required("notify", &HeartbeatResult::notify, "somebody should hear of it now"),
        required("summary", &HeartbeatResult::summary, "what happened, for the agent's own notes"),
        field("notification_text", &HeartbeatResult::notification_text,
              "what to send; else the summary"),
        field("reason", &HeartbeatResult::reason, "why"),
        field("priority", &HeartbeatResult::priority, "low, normal or high"),
        field("next_check", &HeartbeatResult::next_check, "when to look again, in words"));
  }
};

/// The tool's definition as JSON: name, description and the JSON schema of its arguments.
std::string_view respond_tool_json();

/// The last of `calls`, each the JSON text of a call's arguments, that is valid; nothing when none
/// is. A call needs `outcome`, `notify` and a `summary` that is not blank. Names may be in
/// camelCase. Texts are trimmed and cut; optional fields that are blank, or not of their type, are
/// left out, and unknown fields do not count.
std::optional<HeartbeatResult> read_heartbeat_result(std::span<const std::string> calls);

}  // namespace vagus
