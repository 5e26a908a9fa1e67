#include "vagus/wakes/wake_queue.hpp"

#include <algorithm>
#include <utility>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

Result<std::string> label_of(WakeKind kind, const std::string& reason) {
  if (!is_valid_utf8(reason)) {
    return make_error(ErrorCode::invalid_input, "reason", reason, "not valid UTF-8");
  }
  const std::string_view label = trim(reason);
  if (label.size() > kMaxReasonBytes) {
    return make_error(ErrorCode::invalid_input, "reason", label,
                      "longer than " + std::to_string(kMaxReasonBytes) + " bytes");
  }
  return std::string(label.empty() ? name_of(kind) : label);
}

Millis backoff_after(std::int64_t failures) {
  Millis backoff = kRetryFirstMillis;
  for (std::int64_t i = 1; i < failures && backoff < kRetryLongestMillis; ++i) backoff *= 2;
  return std::min(backoff, kRetryLongestMillis);
}

}  // namespace

Result<WakeReceipt> WakeQueue::request(Millis now, const SessionKey& session, WakeKind kind,
                                       std::string reason, Millis coalesce_ms) {
  if (auto failed = check_time("now_ms", now)) return *failed;
  if (auto failed = check_time("coalesce_ms", coalesce_ms)) return *failed;
  Result<std::string> label = label_of(kind, reason);
  if (!label) return label.error();
  const bool merged = waiting_.count(session) > 0;
  if (!merged && is_full(session)) {
    return make_error(
        ErrorCode::invalid_input, "session_key", session.str(),
        "limits.sessions (" + std::to_string(limits_.sessions) + ") sessions already wait");
  }
  const Millis due = add_saturated(now, coalesce_ms);
  Waiting asked;
  asked.wake = Wake{next_token_++, session, kind, *label, {{kind, *label, 1}}, 0, 1, 0, now, due};
  if (kind == WakeKind::manual) asked.manual_due = due;
  const Wake& joined = enqueue(std::move(asked));
  return WakeReceipt{joined.token, merged, joined.due_ms, joined.requests};
}

std::vector<Wake> WakeQueue::due(Millis now) {
  std::vector<Wake> taken;
  while (!ready_.empty() && ready_.begin()->due <= now) {
    const SessionKey session = ready_.begin()->session;
    ready_.erase(ready_.begin());
    Wake wake = std::move(waiting_.extract(session).mapped().wake);
    busy_.insert(session);
    out_.emplace(wake.token, wake);
    taken.push_back(std::move(wake));
  }
  return taken;
}

Result<std::optional<Millis>> WakeQueue::settle(std::int64_t token, WakeOutcome outcome, Millis now,
                                                std::optional<Millis> retry_at) {
  if (auto failed = check_settlement(token, outcome, now, retry_at)) return *failed;
  Wake wake = std::move(out_.extract(token).mapped());
  const SessionKey session = wake.session_key;
  busy_.erase(session);
  if (outcome == WakeOutcome::failed) {
    ++wake.attempts;
    retry_at = add_saturated(now, backoff_after(++failures_[session]));
  }
  const bool over = outcome == WakeOutcome::done || wake.attempts >= limits_.wake_attempts;
  if (over) {
    failures_.erase(session);
    make_ready(session);
    return std::optional<Millis>();
  }
  wake.due_ms = *retry_at;
  return std::optional<Millis>(put_back(std::move(wake)).due_ms);
}

void WakeQueue::hold(const SessionKey& session) {
  make_unready(session);
  ++holds_[session];
}

void WakeQueue::release(const SessionKey& session) {
  const auto found = holds_.find(session);
  if (found == holds_.end()) return;
  if (--found->second == 0) holds_.erase(found);
  make_ready(session);
}

std::optional<Millis> WakeQueue::next_due() const {
  if (ready_.empty()) return std::nullopt;
  return ready_.begin()->due;
}

const Wake* WakeQueue::pending(const SessionKey& session) const {
  const auto found = waiting_.find(session);
  return found == waiting_.end() ? nullptr : &found->second.wake;
}

std::vector<Wake> WakeQueue::waiting() const {
  std::vector<Wake> wakes;
  wakes.reserve(waiting_.size());
  for (const auto& [session, entry] : waiting_) wakes.push_back(entry.wake);
  return wakes;
}

bool WakeQueue::is_full(const SessionKey& session) const {
  const auto wakes = static_cast<std::int64_t>(waiting_.size() + out_.size());
  return reserved_.count(session) == 0 && busy_.count(session) == 0 && wakes >= limits_.sessions;
}

MaybeError WakeQueue::check_settlement(std::int64_t token, WakeOutcome outcome, Millis now,
                                       std::optional<Millis> retry_at) const {
  if (out_.count(token) == 0) {
    return Error{ErrorCode::invalid_input, "token", std::to_string(token), "no such wake is out"};
  }
  if (auto failed = check_time("now_ms", now)) return failed;
  if (outcome != WakeOutcome::deferred) return std::nullopt;
  if (!retry_at) {
    return Error{ErrorCode::invalid_input, "retry_at_ms", "", "a deferred wake needs one"};
  }
  if (auto failed = check_time("retry_at_ms", *retry_at)) return failed;
  if (*retry_at > now) return std::nullopt;
  return Error{ErrorCode::invalid_input, "retry_at_ms", std::to_string(*retry_at),
               "must be later than now, else the wake would spin"};
}

const Wake& WakeQueue::enqueue(Waiting entry) {
  const SessionKey session = entry.wake.session_key;
  make_unready(session);
  const auto found = waiting_.find(session);
  if (found != waiting_.end()) {
    merge(found->second, entry);
  } else {
    waiting_.emplace(session, std::move(entry));
  }
  make_ready(session);
  return waiting_.at(session).wake;
}

// The older wake takes in the newer one, never the other way round: its back-off and its place in
// the order of arrival hold for both.
const Wake& WakeQueue::put_back(Wake wake) {
  const SessionKey session = wake.session_key;
  auto newer = waiting_.extract(session);
  const Wake& joined = enqueue(Waiting{std::move(wake), kNever, true});
  return newer.empty() ? joined : enqueue(std::move(newer.mapped()));
}

void WakeQueue::merge(Waiting& into, const Waiting& from) const {
  Wake& wake = into.wake;
  if (priority_of(from.wake.kind) > priority_of(wake.kind)) {
    wake.kind = from.wake.kind;
    wake.reason = from.wake.reason;
  }
  for (const WakeCause& cause : from.wake.causes) add_cause(wake, cause);
  wake.other_causes += from.wake.other_causes;
  wake.requests += from.wake.requests;
  wake.requested_ms = std::min(wake.requested_ms, from.wake.requested_ms);
  wake.due_ms = std::min(wake.due_ms, into.retrying ? from.manual_due : from.wake.due_ms);
  wake.attempts = 0;
  into.manual_due = std::min(into.manual_due, from.manual_due);
}

void WakeQueue::add_cause(Wake& wake, const WakeCause& cause) const {
  bool new_kind = true;
  for (WakeCause& known : wake.causes) {
    if (known.kind != cause.kind) continue;
    new_kind = false;
    if (known.reason != cause.reason) continue;
    known.count += cause.count;
    return;
  }
  // The first cause of a kind is always kept: what a run does depends on the kinds that asked.
  if (new_kind || static_cast<std::int64_t>(wake.causes.size()) < limits_.wake_causes) {
    wake.causes.push_back(cause);
  } else {
    wake.other_causes += cause.count;
  }
}

WakeQueue::Slot WakeQueue::slot_of(const Wake& wake) {
  return {wake.due_ms, -priority_of(wake.kind), wake.token, wake.session_key};
}

void WakeQueue::make_ready(const SessionKey& session) {
  if (holds_.count(session) > 0 || busy_.count(session) > 0) return;
  if (const Wake* wake = pending(session)) ready_.insert(slot_of(*wake));
}

void WakeQueue::make_unready(const SessionKey& session) {
  if (const Wake* wake = pending(session)) ready_.erase(slot_of(*wake));
}

}  // namespace vagus
