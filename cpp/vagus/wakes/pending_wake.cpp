#include "vagus/wakes/pending_wake.hpp"

#include <algorithm>

namespace vagus {

PendingWake PendingWake::of(std::int64_t token, const AskedWake& asked) {
  PendingWake made;
  made.token = token;
  made.requests = 1;
  made.ready.fill(kNever);
  made.ready[static_cast<std::size_t>(gate_of(asked.intent))] = asked.ready_ms;
  made.requested_ms = made.told_ms = asked.asked_ms;
  made.depth = asked.depth;
  made.priority = priority_of(asked.kind, asked.intent);
  made.kind = asked.kind;
  made.intent = asked.intent;
  made.reason = asked.reason;
  made.first_cause = {asked.kind, asked.reason, 1};
  return made;
}

Wake PendingWake::wake_for(const SessionKey& session) const {
  Wake wake;
  wake.token = token;
  wake.session_key = session;
  wake.kind = kind;
  wake.intent = intent;
  wake.reason = reason;
  wake.causes.reserve(1 + more_causes.size());
  wake.causes.push_back(first_cause);
  wake.causes.insert(wake.causes.end(), more_causes.begin(), more_causes.end());
  wake.other_causes = other_causes;
  wake.requests = requests;
  wake.attempts = attempts;
  wake.depth = depth;
  wake.requested_ms = requested_ms;
  wake.due_ms = due_ms;
  wake.delays = delays;
  return wake;
}

bool PendingWake::join(const AskedWake& asked, std::int64_t max_causes) {
  bool changed = asked.depth < depth || asked.intent < intent;
  const int urgency = priority_of(asked.kind, asked.intent);
  changed |= urgency > priority;
  raise(urgency, asked.kind, asked.reason);
  add_cause(asked.kind, asked.reason, 1, max_causes);
  ++requests;
  attempts = 0;
  intent = std::min(intent, asked.intent);
  depth = std::min(depth, asked.depth);
  requested_ms = std::min(requested_ms, asked.asked_ms);
  const Gate gate = gate_of(asked.intent);
  Millis& earliest = ready[static_cast<std::size_t>(gate)];
  if ((again && gate != Gate::open) || asked.ready_ms >= earliest) return changed;
  earliest = asked.ready_ms;
  return true;
}

void PendingWake::take_in(const PendingWake& newer, std::int64_t max_causes) {
  raise(newer.priority, newer.kind, newer.reason);
  const WakeCause& first = newer.first_cause;
  add_cause(first.kind, first.reason, first.count, max_causes);
  for (const WakeCause& cause : newer.more_causes) {
    add_cause(cause.kind, cause.reason, cause.count, max_causes);
  }
  other_causes += newer.other_causes;
  requests += newer.requests;
  attempts = 0;
  intent = std::min(intent, newer.intent);
  depth = std::min(depth, newer.depth);
  requested_ms = std::min(requested_ms, newer.requested_ms);
  Millis& earliest = ready[static_cast<std::size_t>(Gate::open)];
  earliest = std::min(earliest, newer.ready[static_cast<std::size_t>(Gate::open)]);
}

void PendingWake::try_again(Millis now, Millis at, DelayCause why) {
  const Gate gate = intent == WakeIntent::manual ? Gate::open : Gate::flood;
  ready.fill(kNever);
  ready[static_cast<std::size_t>(gate)] = at;
  again = true;
  window = why;
  told_ms = now;
}

PendingWake::Due PendingWake::due(const GuardRules& rules,
                                  const std::vector<Millis>& starts) const {
  Due soonest{kNever, kNever, DelayCause::spacing};
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    if (ready[gate] == kNever) continue;
    const GuardDeadline guard = rules.deadline(static_cast<Gate>(gate), depth, starts);
    const Millis at = std::max(ready[gate], guard.at);
    if (at < soonest.at) soonest = {at, ready[gate], guard.guard};
  }
  return soonest;
}

void PendingWake::tell_delay(DelayCause why, Millis span) {
  if (span <= 0) return;
  for (WakeDelay& known : delays) {
    if (known.why != why) continue;
    known.ms += span;
    return;
  }
  delays.push_back({why, span});
}

void PendingWake::raise(int to_priority, WakeKind to_kind, const std::string& to_reason) {
  if (to_priority <= priority) return;
  priority = to_priority;
  kind = to_kind;
  reason = to_reason;
}

// The first cause of a kind is always kept: what a run does depends on the kinds that asked.
void PendingWake::add_cause(WakeKind by_kind, const std::string& by_reason, std::int64_t count,
                            std::int64_t max_causes) {
  bool new_kind = true;
  const auto count_in = [&](WakeCause& known) {
    if (known.kind != by_kind) return false;
    new_kind = false;
    if (known.reason != by_reason) return false;
    known.count += count;
    return true;
  };
  if (count_in(first_cause)) return;
  if (std::any_of(more_causes.begin(), more_causes.end(), count_in)) return;
  const auto kept = static_cast<std::int64_t>(more_causes.size()) + 1;
  if (new_kind || kept < max_causes) {
    more_causes.push_back({by_kind, by_reason, count});
  } else {
    other_causes += count;
  }
}

}  // namespace vagus
