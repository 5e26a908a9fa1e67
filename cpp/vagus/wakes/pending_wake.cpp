#include "vagus/wakes/pending_wake.hpp"

#include <algorithm>

namespace vagus {

PendingWake::PendingWake(std::int64_t token, const AskedWake& asked)
    : token_(token),
      requests_(1),
      requested_ms_(asked.asked_ms),
      depth_(asked.depth),
      first_reason_(asked.reason),
      priority_(static_cast<std::int8_t>(priority_of(asked.kind, asked.intent))),
      kind_(asked.kind),
      first_kind_(asked.kind),
      intent_(asked.intent) {
  ready_.fill(kNever);
  ready_[static_cast<std::size_t>(gate_of(asked.intent))] = asked.ready_ms;
}

Wake PendingWake::wake_for(const SessionKey& session) const {
  Wake wake;
  wake.token = token_;
  wake.session_key = session;
  wake.kind = kind_;
  wake.intent = intent_;
  wake.reason = reason();
  wake.causes.reserve(1 + (more_ ? more_->causes.size() : 0));
  wake.causes.push_back(first_cause());
  wake.requests = requests_;
  wake.depth = depth_;
  wake.requested_ms = requested_ms_;
  wake.due_ms = due_ms_;
  if (!more_) return wake;
  wake.causes.insert(wake.causes.end(), more_->causes.begin(), more_->causes.end());
  wake.other_causes = more_->other_causes;
  wake.attempts = more_->attempts;
  for (std::size_t why = 0; why < more_->delays.size(); ++why) {
    const Millis span = more_->delays[why];
    if (span > 0) wake.delays.push_back({static_cast<DelayCause>(why), span});
  }
  return wake;
}

bool PendingWake::join(const AskedWake& asked, std::int64_t max_causes) {
  bool changed = asked.depth < depth_ || asked.intent < intent_;
  const int urgency = priority_of(asked.kind, asked.intent);
  changed |= urgency > priority_;
  raise(urgency, asked.kind, asked.reason);
  ++requests_;
  if (!is_first_cause(asked.kind, asked.reason)) {
    add_cause({asked.kind, std::string(asked.reason), 1}, max_causes);
  }
  if (more_) more_->attempts = 0;
  intent_ = std::min(intent_, asked.intent);
  depth_ = std::min(depth_, asked.depth);
  requested_ms_ = std::min(requested_ms_, asked.asked_ms);
  const Gate gate = gate_of(asked.intent);
  Millis& earliest = ready_[static_cast<std::size_t>(gate)];
  if ((again_ && gate != Gate::open) || asked.ready_ms >= earliest) return changed;
  earliest = asked.ready_ms;
  return true;
}

void PendingWake::take_in(const PendingWake& newer, std::int64_t max_causes) {
  raise(newer.priority_, newer.kind_, newer.reason());
  requests_ += newer.requests_;
  add_cause(newer.first_cause(), max_causes);
  if (newer.more_) {
    for (const WakeCause& cause : newer.more_->causes) add_cause(cause, max_causes);
    more_.make().other_causes += newer.more_->other_causes;
  }
  if (more_) more_->attempts = 0;
  intent_ = std::min(intent_, newer.intent_);
  depth_ = std::min(depth_, newer.depth_);
  requested_ms_ = std::min(requested_ms_, newer.requested_ms_);
  Millis& earliest = ready_[static_cast<std::size_t>(Gate::open)];
  earliest = std::min(earliest, newer.ready_[static_cast<std::size_t>(Gate::open)]);
}

void PendingWake::try_again(Millis now, Millis at, DelayCause why) {
  const Gate gate = intent_ == WakeIntent::manual ? Gate::open : Gate::flood;
  ready_.fill(kNever);
  ready_[static_cast<std::size_t>(gate)] = at;
  again_ = true;
  window_ = why;
  more_.make().told_ms = now;
}

PendingWake::Due PendingWake::due(const GuardRules& rules,
                                  const std::vector<Millis>& starts) const {
  Due soonest{kNever, kNever, DelayCause::spacing};
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    if (ready_[gate] == kNever) continue;
    const GuardDeadline guard = rules.deadline(static_cast<Gate>(gate), depth_, starts);
    const Millis at = std::max(ready_[gate], guard.at);
    if (at < soonest.at) soonest = {at, ready_[gate], guard.guard};
  }
  return soonest;
}

void PendingWake::tell_delay(DelayCause why, Millis span) {
  if (span > 0) more_.make().delays[static_cast<std::size_t>(why)] += span;
}

void PendingWake::shift(Millis delta) {
  const auto move = [delta](Millis& at) {
    if (at != kNever) at = std::clamp<Millis>(at + delta, 0, kMaxMillis);
  };
  for (Millis& ready : ready_) move(ready);
  move(due_ms_);
  move(requested_ms_);
  if (more_) move(more_->told_ms);
}

const std::string& PendingWake::reason() const {
  return more_ && !more_->reason.empty() ? more_->reason : first_reason_;
}

WakeCause PendingWake::first_cause() const {
  std::int64_t others = 0;
  if (more_) {
    others = more_->other_causes;
    for (const WakeCause& cause : more_->causes) others += cause.count;
  }
  return {first_kind_, first_reason_, requests_ - others};
}

void PendingWake::raise(int to_priority, WakeKind to_kind, std::string_view to_reason) {
  if (to_priority <= priority_) return;
  priority_ = static_cast<std::int8_t>(to_priority);
  kind_ = to_kind;
  if (to_reason != reason()) more_.make().reason = to_reason;
}

// The first cause of a kind is always kept: what a run does depends on the kinds that asked.
// REQUIRES: `requests_` has the cause's count already.
void PendingWake::add_cause(const WakeCause& cause, std::int64_t max_causes) {
  if (is_first_cause(cause.kind, cause.reason)) return;
  bool new_kind = cause.kind != first_kind_;
  std::vector<WakeCause>& causes = more_.make().causes;
  for (WakeCause& known : causes) {
    if (known.kind != cause.kind) continue;
    new_kind = false;
    if (known.reason != cause.reason) continue;
    known.count += cause.count;
    return;
  }
  if (new_kind || static_cast<std::int64_t>(causes.size()) + 1 < max_causes) {
    causes.push_back(cause);
  } else {
    more_->other_causes += cause.count;
  }
}

}  // namespace vagus
