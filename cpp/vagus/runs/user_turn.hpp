#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/routing/delivery_route.hpp"
#include "vagus/runs/errand.hpp"

namespace vagus {

/// The channel of the host's own client. Its answers go to who asked, not along a route, so its
/// messages are answered one by one.
inline constexpr std::string_view kOwnChannel = "webchat";

/// Longest line that a message leaves in a summary, in UTF-16 code units (spec: runs, section 2.3).
inline constexpr std::size_t kSummaryLineUnits = 160;

/// A person's message, or what a producer wants done, on its way to a run.
struct UserTurn {
  std::string text;
  std::optional<DeliveryRoute> route;
  Millis at = 0;
  std::int64_t message = 0;
  std::optional<std::string> message_id;
  std::optional<std::string> summary_line;
  std::optional<std::string> asked_by;
  std::optional<Errand> errand = {};  ///< asked for by a producer; it never shares a turn

  static constexpr std::string_view kName = "UserTurn";
  static constexpr auto fields() {
    return field_list(
        required("text", &UserTurn::text, "what the person wrote"),
        field("route", &UserTurn::route, "where the answer goes"),
        field("at_ms", &UserTurn::at, "when it came"),
        field("message", &UserTurn::message, "names it, once it is accepted"),
        field("message_id", &UserTurn::message_id, "the channel's own name for it"),
        field("summary_line", &UserTurn::summary_line, "what a summary says instead of its text"),
        field("asked_by", &UserTurn::asked_by, "the run that asked for it"));
  }
};

/// Where an accepted message stands. It ends once (spec: runs, section 6, row 5).
enum class TurnState {
  waiting,
  run,         ///< a run of its own, or the first of a run with others
  merged,      ///< answered by the run of another message
  summarised,  ///< a line in the summary that a run was shown
  refused,     ///< gave way to newer ones, unseen
  cancelled,   ///< its session was reset or forgotten, or its agent is gone
};
constexpr std::array<std::string_view, 6> enum_names(TurnState) {
  return {"waiting", "run", "merged", "summarised", "refused", "cancelled"};
}

/// How an accepted message ended.
struct TurnEnd {
  std::int64_t message = 0;
  std::optional<std::string> message_id;
  TurnState state = TurnState::run;
  std::optional<std::string> run_id;
  std::string reason;
  std::optional<DeliveryRoute> route;

  static constexpr std::string_view kName = "TurnEnd";
  static constexpr auto fields() {
    return field_list(
        required("message", &TurnEnd::message, "the message"),
        field("message_id", &TurnEnd::message_id, "the channel's own name for it"),
        required("state", &TurnEnd::state, "run, merged, summarised, refused or cancelled"),
        field("run_id", &TurnEnd::run_id, "the run that was shown it, or its line"),
        field("reason", &TurnEnd::reason, "why it was refused or cancelled"),
        field("route", &TurnEnd::route, "where its sender is"));
  }
};

/// What one run is to answer: messages of one route, a summary of those that gave way, or both.
struct TurnBatch {
  std::vector<UserTurn> turns;
  std::int64_t dropped = 0;
  std::vector<std::string> summary;
  std::optional<DeliveryRoute> route;

  static constexpr std::string_view kName = "TurnBatch";
  static constexpr auto fields() {
    return field_list(
        required("turns", &TurnBatch::turns, "oldest first"),
        field("dropped", &TurnBatch::dropped, "how many messages the summary is about"),
        field("summary", &TurnBatch::summary, "a line of each of the newest of those"),
        field("route", &TurnBatch::route, "where the answer goes"));
  }
};

/// Whether one answer can serve both, if their messages are taken together.
bool share_a_turn(const UserTurn& left, const UserTurn& right);

/// The line that a message leaves in a summary: white space folded, cut with an ellipsis.
std::string summary_line_of(const UserTurn& turn);

/// The text that a model is shown. A single message is shown as it is.
std::string text_of(const TurnBatch& batch);

/// The most bytes that `text_of` adds for one message of several.
inline constexpr std::size_t kTurnHeaderBytes = 64;

}  // namespace vagus
