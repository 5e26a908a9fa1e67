#include "vagus/wakes/wake_explanation.hpp"

#include <algorithm>

#include "vagus/text/duration.hpp"
#include "vagus/text/timestamp.hpp"
#include "vagus/wakes/wake_queue.hpp"

namespace vagus {
namespace {

std::string words_for(DelayCause why) {
  switch (why) {
    case DelayCause::coalescing:
      return "other requests may still join it";
    case DelayCause::spacing:
      return "the session started a run too short a time ago";
    case DelayCause::flood:
      return "the session started too many runs in a short time";
    case DelayCause::chain:
      return "it was caused by a long chain of wakes";
    case DelayCause::back_off:
      return "its last try failed";
    case DelayCause::busy:
      return "its host put it off";
    case DelayCause::capacity:
      return "as many wakes run as may";
  }
  return "";
}

// What ends by itself, for as long as it lasts.
void add_timed(WakeExplanation& told, DelayCause why, Millis until, Millis now) {
  if (until <= now) return;
  told.reasons.push_back(
      {why, until, words_for(why) + "; for another " + Duration(until - now).str()});
}

}  // namespace

WakeExplanation WakeQueue::explain(const SessionKey& session, Millis now) const {
  WakeExplanation told;
  told.session_key = session;
  const std::uint32_t number = targets_.find(session);
  if (number == kNone) return told;
  const Target& target = targets_[number];
  told.starts = target.starts();
  told.failures = target.past ? target.past->failures : 0;
  told.holds = target.holds;
  if (target.running != kNone) {
    told.state = TargetState::running;
    told.token = wakes_[target.running].token();
  }
  if (target.waiting == kNone) return told;
  const PendingWake& pending = wakes_[target.waiting];
  const PendingWake::Due due = pending.due(rules_, target.starts());
  add_timed(told, pending.window(), due.ready, now);
  if (due.at > due.ready) add_timed(told, due.guard, due.at, now);
  if (target.running != kNone) {
    told.reasons.push_back({DelayCause::busy, std::nullopt,
                            "wake " + std::to_string(*told.token) + " of the session runs"});
  }
  if (target.holds > 0) {
    told.reasons.push_back({DelayCause::busy, std::nullopt, "the session is held"});
  }
  const bool free = due.at <= now && told.reasons.empty();
  if (free && order_.is_full(target.agent)) {
    told.reasons.push_back({DelayCause::capacity, std::nullopt, words_for(DelayCause::capacity)});
  }
  told.state = TargetState::waiting;
  told.token = pending.token();
  told.due_ms = due.at;
  return told;
}

std::string to_text(const WakeExplanation& told) {
  std::string text = quote_clipped(told.session_key.view()) + ": ";
  switch (told.state) {
    case TargetState::idle:
      return text + "no wake waits";
    case TargetState::running:
      return text + "wake " + std::to_string(*told.token) + " runs, none waits";
    case TargetState::waiting:
      break;
  }
  text += "wake " + std::to_string(*told.token) + " is due at " + utc_stamp(*told.due_ms);
  if (told.reasons.empty()) return text + "\n  nothing keeps it: the next due() hands it out";
  for (const WakeObstacle& reason : told.reasons) {
    text += "\n  " + std::string(name_of(reason.why)) + ": " + reason.text;
  }
  return text;
}

}  // namespace vagus
