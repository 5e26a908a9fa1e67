#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"

/// What became of each message on its way into a prompt, and why.
namespace vagus {

/// Where in a prompt a message stands, in this order.
enum class Section { system, tools, summary, pinned, history, replay, prompt };
constexpr std::array<std::string_view, 7> enum_names(Section) {
  return {"system", "tools", "summary", "pinned", "history", "replay", "prompt"};
}

enum class Fate {
  kept,
  shortened,   ///< shown with less in it
  summarised,  ///< shown as part of a summary
  dropped,     ///< not shown
  added,       ///< shown, though nobody wrote it: the rules of providers ask for it
};
constexpr std::array<std::string_view, 5> enum_names(Fate) {
  return {"kept", "shortened", "summarised", "dropped", "added"};
}

enum class FateReason {
  always_sent,     ///< system text, tools and the newest turn are
  pinned,          ///< the caller said so
  within_budget,   ///< there is room for it
  marks_the_gap,   ///< says that, and in short what, is not shown
  over_budget,     ///< there is no room for it
  history_limit,   ///< older than the turns that may be sent
  result_limit,    ///< a tool result beyond its limit
  old_image,       ///< images of answered turns gave way
  nothing_new,     ///< a heartbeat that found nothing
  unpaired,        ///< a tool's result that nothing calls, or that a call has already
  missing_result,  ///< a call without result gets one that says so
  turn_too_long,   ///< the newest turn does not fit as it is
  forgotten,       ///< the transcript's own limit
};
constexpr std::array<std::string_view, 13> enum_names(FateReason) {
  return {"always-sent",    "pinned",        "within-budget", "marks-the-gap", "over-budget",
          "history-limit",  "result-limit",  "old-image",     "nothing-new",   "unpaired",
          "missing-result", "turn-too-long", "forgotten"};
}

/// One line of a plan: what became of `count` messages that follow each other.
struct MessageFate {
  Section section = Section::history;
  std::int64_t first = 0;
  std::int64_t count = 1;
  Fate fate = Fate::kept;
  FateReason reason = FateReason::within_budget;
  std::int64_t before = 0;
  std::int64_t after = 0;

  static constexpr std::string_view kName = "MessageFate";
  static constexpr auto fields() {
    return field_list(
        required("section", &MessageFate::section,
                 "system, tools, summary, pinned, history, replay or prompt"),
        required("first", &MessageFate::first,
                 "position of the first message: in the transcript, counted from its beginning, "
                 "for history and pinned, else in its section"),
        required("count", &MessageFate::count, "messages that follow each other; tools: how many"),
        required("fate", &MessageFate::fate, "kept, shortened, summarised, dropped or added"),
        required("reason", &MessageFate::reason, "why"),
        required("before", &MessageFate::before, "tokens as they are, without margin"),
        required("after", &MessageFate::after, "tokens as they are shown"));
  }
};

using Plan = std::vector<MessageFate>;

}  // namespace vagus
