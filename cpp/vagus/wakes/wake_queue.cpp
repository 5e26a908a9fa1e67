#include "vagus/wakes/wake_queue.hpp"

#include <algorithm>
#include <set>

#include "vagus/text/unicode.hpp"
#include "vagus/wakes/backoff.hpp"

namespace vagus {
namespace {

constexpr std::size_t kCacheLine = 64;

constexpr const char* kLeaseEnded = "lease ended";

Result<std::string_view> checked_label(std::string_view reason) {
  if (!is_valid_utf8(reason)) {
    return make_error(ErrorCode::invalid_input, "reason", reason, "not valid UTF-8");
  }
  const std::string_view label = trim(reason);
  if (label.size() <= kMaxReasonBytes) return label;
  return make_error(ErrorCode::invalid_input, "reason", label,
                    "longer than " + std::to_string(kMaxReasonBytes) + " bytes");
}

MaybeError check_retry_at(std::optional<Millis> retry_at, Millis now) {
  if (!retry_at) {
    return Error{ErrorCode::invalid_input, "retry_at_ms", "", "a deferred wake needs one"};
  }
  if (auto failed = check_time("retry_at_ms", *retry_at)) return failed;
  if (*retry_at > now) return std::nullopt;
  return Error{ErrorCode::invalid_input, "retry_at_ms", std::to_string(*retry_at),
               "must be later than now, else the wake would spin"};
}

RunSlot slot_of(const PendingWake& pending) {
  return {pending.due_ms(), -pending.priority(), pending.token()};
}

std::size_t first_room(const Limits& limits) {
  return 2 * static_cast<std::size_t>(limits.sessions);
}

}  // namespace

WakeQueue::WakeQueue(const Limits& limits, const WakeGuards& guards, std::uint64_t jitter_seed)
    : limits_(limits),
      rules_(guards),
      jitter_seed_(jitter_seed),
      order_(guards.running, guards.running_per_agent),
      fates_(limits.ended_wakes),
      room_(first_room(limits)) {}

// ---- requests

Result<WakeReceipt> WakeQueue::request(Millis now, const SessionKey& session,
                                       const WakeRequest& request) {
  const Result<std::string_view> label = check_request(now, request);
  if (!label) return label.error();
  if (session.empty())
    return make_error(ErrorCode::invalid_input, "session_key", "", "is required");
  const std::uint32_t known = targets_.find(session);
  if (needs_room(known) && live_ >= static_cast<std::size_t>(limits_.sessions)) {
    return no_room("session_key", session);
  }
  return accept(session, known,
                {request.kind, request.intent.value_or(intent_of(request.kind)), *label,
                 request.depth, now, add_saturated(now, request.coalesce_ms)});
}

Result<std::vector<WakeReceipt>> WakeQueue::request_many(
    Millis now, const std::vector<const SessionKey*>& sessions, const WakeRequest& request) {
  const Result<std::string_view> label = check_request(now, request);
  if (!label) return label.error();
  if (auto failed = check_room_for(sessions)) return *failed;
  const AskedWake asked{request.kind, request.intent.value_or(intent_of(request.kind)),
                        *label,       request.depth,
                        now,          add_saturated(now, request.coalesce_ms)};
  std::vector<WakeReceipt> receipts;
  receipts.reserve(sessions.size());
  for (std::span rest(sessions); !rest.empty();) {
    const auto block = rest.first(std::min(rest.size(), Targets::kBlock));
    rest = rest.subspan(block.size());
    prefetch(block);
    for (const SessionKey* session : block) {
      receipts.push_back(accept(*session, targets_.find(*session), asked));
    }
  }
  return receipts;
}

// Sessions lie far apart in memory; bringing those of a block in together takes half the time.
void WakeQueue::prefetch(std::span<const SessionKey* const> sessions) const {
  const auto likely = targets_.prefetch(sessions);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    if (likely[i] == kNone || targets_[likely[i]].waiting == kNone) continue;
    const char* wake = reinterpret_cast<const char*>(&wakes_[targets_[likely[i]].waiting]);
    for (std::size_t at = 0; at < sizeof(PendingWake); at += kCacheLine) {
      __builtin_prefetch(wake + at);
    }
  }
}

void WakeQueue::reserve(const SessionKey& session) {
  const std::uint32_t known = targets_.find(session);
  targets_[known == kNone ? add(session) : known].reserved = 1;
}

Result<std::string_view> WakeQueue::check_request(Millis now, const WakeRequest& request) const {
  if (auto failed = check_time("now_ms", now)) return *failed;
  if (auto failed = check_time("coalesce_ms", request.coalesce_ms)) return *failed;
  if (request.depth < 0 || request.depth > kMaxCount) {
    return Error{ErrorCode::invalid_input, "depth", std::to_string(request.depth),
                 "must be from 0 to " + std::to_string(kMaxCount)};
  }
  const Result<std::string_view> label = checked_label(request.reason);
  if (label && label->empty()) return name_of(request.kind);
  return label;
}

bool WakeQueue::needs_room(std::uint32_t number) const {
  return number == kNone || !(targets_[number].live() || targets_[number].reserved);
}

Error WakeQueue::no_room(std::string_view field, const SessionKey& session) const {
  return make_error(
      ErrorCode::invalid_input, field, session.str(),
      "limits.sessions (" + std::to_string(limits_.sessions) + ") sessions already wait");
}

MaybeError WakeQueue::check_room_for(const std::vector<const SessionKey*>& sessions) const {
  const auto field_of = [](std::size_t index) {
    return "session_keys[" + std::to_string(index) + "]";
  };
  const auto limit = static_cast<std::size_t>(limits_.sessions);
  const bool scarce = live_ + sessions.size() > limit;
  std::set<SessionKey> fresh;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    if (sessions[i]->empty()) {
      return make_error(ErrorCode::invalid_input, field_of(i), "", "is required");
    }
    if (!scarce || !needs_room(targets_.find(*sessions[i]))) continue;
    fresh.insert(*sessions[i]);
    if (live_ + fresh.size() > limit) return no_room(field_of(i), *sessions[i]);
  }
  return std::nullopt;
}

// REQUIRES: `session` is unknown
std::uint32_t WakeQueue::add(const SessionKey& session) {
  const std::uint32_t number = targets_.add(session);
  order_.resize(targets_.numbers(), targets_.agents());
  if (lease_places_.size() < targets_.numbers()) {
    lease_places_.resize(targets_.numbers(), KeyedHeap<Lease>::kAbsent);
  }
  return number;
}

// What is forgotten at once pays for looking at all of them.
void WakeQueue::make_room(Millis now) {
  if (targets_.size() < room_) return;
  const auto keep = static_cast<std::size_t>(limits_.sessions / 2);
  const auto over_at = [this](const std::vector<Millis>& starts) { return rules_.over_at(starts); };
  for (const std::uint32_t agent : targets_.sweep(now, keep, over_at)) order_.forget(agent);
  room_ = targets_.size() + keep + 1;
}

WakeReceipt WakeQueue::accept(const SessionKey& session, std::uint32_t known,
                              const AskedWake& asked) {
  if (known == kNone) {
    make_room(asked.asked_ms);
    known = add(session);
  }
  Target& target = targets_[known];
  const std::int64_t id = next_id_++;
  const bool merged = target.waiting != kNone;
  if (merged) {
    PendingWake& pending = wakes_[target.waiting];
    fates_.merged(id, pending.token(), asked.asked_ms);
    if (pending.join(asked, limits_.wake_causes)) place(known);
  } else {
    if (!target.live()) ++live_;
    ++waiting_;
    tokens_.add(id, known);
    target.waiting = wakes_.add();
    wakes_[target.waiting] = PendingWake(id, asked);
    place(known);
  }
  const PendingWake& pending = wakes_[target.waiting];
  return {id, pending.token(), merged, pending.due_ms(), pending.requests()};
}

// Puts the wake that waits for a session where it belongs in the order, if it may be there.
void WakeQueue::place(std::uint32_t number) {
  const Target& target = targets_[number];
  if (target.waiting == kNone) return;
  PendingWake& pending = wakes_[target.waiting];
  pending.set_due_ms(pending.due(rules_, target.starts()).at);
  if (target.holds > 0 || target.running != kNone) return;
  order_.put(number, target.agent, slot_of(pending));
}

// ---- runs

std::vector<Wake> WakeQueue::due(Millis now, std::optional<Millis> lease_ms) {
  end_leases(now);
  std::vector<std::pair<RunSlot, std::uint32_t>> chosen;
  while (const std::optional<std::uint32_t> number = order_.take(now)) {
    hand_out(*number, now, lease_ms);
    chosen.emplace_back(slot_of(wakes_[targets_[*number].running]), *number);
  }
  std::sort(chosen.begin(), chosen.end());
  std::vector<Wake> taken;
  taken.reserve(chosen.size());
  for (const auto& [slot, number] : chosen) {
    taken.push_back(wakes_[targets_[number].running].wake_for(targets_[number].key));
  }
  return taken;
}

void WakeQueue::hand_out(std::uint32_t number, Millis now, std::optional<Millis> lease_ms) {
  Target& target = targets_[number];
  target.running = std::exchange(target.waiting, kNone);
  --waiting_;
  ++out_;
  PendingWake& pending = wakes_[target.running];
  const PendingWake::Due due = pending.due(rules_, target.starts());
  Millis told = pending.told_ms();
  const auto tell_until = [&](DelayCause why, Millis until) {
    pending.tell_delay(why, until - told);
    told = std::max(told, until);
  };
  tell_until(pending.window(), due.ready);
  tell_until(due.guard, due.at);
  if (target.past) tell_until(DelayCause::busy, target.past->free_ms);
  tell_until(DelayCause::capacity, order_.free_since(target.agent));
  rules_.record(target.past.make().starts, now);
  if (lease_ms) {
    leases_.put(lease_places_, number, {add_saturated(now, *lease_ms), pending.token()});
  }
}

void WakeQueue::end_leases(Millis now) {
  while (!leases_.empty() && leases_.top_key().first <= now) {
    finish(leases_.top_key().second, {WakeOutcome::failed, kLeaseEnded, std::nullopt}, now);
  }
}

MaybeError WakeQueue::renew(std::int64_t token, Millis now, Millis lease_ms) {
  if (!is_out(token)) return not_out(token);
  if (auto failed = check_time("now_ms", now)) return failed;
  if (auto failed = check_time("lease_ms", lease_ms)) return failed;
  if (lease_ms == 0) {
    return Error{ErrorCode::invalid_input, "lease_ms", "0", "must be longer than zero"};
  }
  leases_.put(lease_places_, tokens_.find(token), {add_saturated(now, lease_ms), token});
  return std::nullopt;
}

Result<std::optional<Millis>> WakeQueue::settle(std::int64_t token,
                                                const WakeSettlement& settlement, Millis now) {
  if (auto failed = check_settlement(token, settlement, now)) return *failed;
  return finish(token, settlement, now);
}

Result<std::vector<std::optional<Millis>>> WakeQueue::settle_many(
    const std::vector<std::int64_t>& tokens, const WakeSettlement& settlement, Millis now) {
  std::vector<std::int64_t> sorted = tokens;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    return Error{ErrorCode::invalid_input, "tokens", std::to_string(*twice), "given twice"};
  }
  for (const std::int64_t token : tokens) {
    if (auto failed = check_settlement(token, settlement, now)) return *failed;
  }
  std::vector<std::optional<Millis>> again;
  again.reserve(tokens.size());
  for (const std::int64_t token : tokens) again.push_back(finish(token, settlement, now));
  return again;
}

MaybeError WakeQueue::check_settlement(std::int64_t token, const WakeSettlement& settlement,
                                       Millis now) const {
  if (!is_out(token)) return not_out(token);
  if (auto failed = check_time("now_ms", now)) return failed;
  const Result<std::string_view> label = checked_label(settlement.reason);
  if (!label) return label.error();
  const bool purposeless =
      settlement.outcome == WakeOutcome::skipped || settlement.outcome == WakeOutcome::abandoned;
  if (purposeless && label->empty()) {
    return Error{ErrorCode::invalid_input, "reason", "",
                 "a wake that is " + std::string(name_of(settlement.outcome)) + " needs one"};
  }
  if (settlement.outcome != WakeOutcome::deferred) return std::nullopt;
  return check_retry_at(settlement.retry_at_ms, now);
}

bool WakeQueue::is_out(std::int64_t token) const {
  const std::uint32_t number = tokens_.find(token);
  if (number == kNone || targets_[number].running == kNone) return false;
  return wakes_[targets_[number].running].token() == token;
}

Error WakeQueue::not_out(std::int64_t token) const {
  const Result<WakeFate> known = fate(token);
  const std::string why =
      known ? "is not out: it is " + std::string(name_of(known->state)) : "no such wake is out";
  return {ErrorCode::invalid_input, "token", std::to_string(token), why};
}

// REQUIRES: `token` is out and the settlement is checked
std::optional<Millis> WakeQueue::finish(std::int64_t token, const WakeSettlement& settlement,
                                        Millis now) {
  const std::uint32_t number = tokens_.find(token);
  Target& target = targets_[number];
  const std::uint32_t place_of_wake = std::exchange(target.running, kNone);
  PendingWake& pending = wakes_[place_of_wake];
  --out_;
  target.past->free_ms = now;
  if (lease_places_[number] != KeyedHeap<Lease>::kAbsent) leases_.erase(lease_places_, number);
  order_.free(target.agent, now);
  const std::string reason(trim(settlement.reason));
  switch (settlement.outcome) {
    case WakeOutcome::done:
      end(number, place_of_wake, WakeState::delivered, "", now);
      return std::nullopt;
    case WakeOutcome::skipped:
      target.past->starts.pop_back();
      end(number, place_of_wake, WakeState::expired, reason, now);
      return std::nullopt;
    case WakeOutcome::abandoned:
      end(number, place_of_wake, WakeState::expired, reason, now);
      return std::nullopt;
    case WakeOutcome::deferred:
      target.past->starts.pop_back();
      pending.try_again(now, *settlement.retry_at_ms, DelayCause::busy);
      return put_back(number, place_of_wake, now);
    case WakeOutcome::failed:
      break;
  }
  if (pending.count_failure() >= limits_.wake_attempts) {
    end(number, place_of_wake, WakeState::dead, reason.empty() ? "out of attempts" : reason, now);
    return std::nullopt;
  }
  const Millis wait = jittered_backoff(++target.past->failures, jitter_seed_, token);
  pending.try_again(now, add_saturated(now, wait), DelayCause::back_off);
  return put_back(number, place_of_wake, now);
}

// Ends a wake that is neither out nor waiting any more.
void WakeQueue::end(std::uint32_t number, std::uint32_t wake, WakeState state, std::string reason,
                    Millis now) {
  Target& target = targets_[number];
  const std::int64_t token = wakes_[wake].token();
  fates_.ended(token, state, std::move(reason), now);
  tokens_.erase(token);
  wakes_.let_go(wake);
  if (target.past) target.past->failures = 0;
  if (!target.live()) --live_;
  place(number);
}

// The older wake takes in the newer one, never the other way round: its back-off and its place in
// the order of arrival hold for both.
Millis WakeQueue::put_back(std::uint32_t number, std::uint32_t wake, Millis now) {
  Target& target = targets_[number];
  PendingWake& pending = wakes_[wake];
  if (target.waiting != kNone) {
    const PendingWake& newer = wakes_[target.waiting];
    pending.take_in(newer, limits_.wake_causes);
    fates_.merged(newer.token(), pending.token(), now);
    tokens_.erase(newer.token());
    wakes_.let_go(target.waiting);
    --waiting_;
  }
  target.waiting = wake;
  ++waiting_;
  place(number);
  return std::max(now, pending.due_ms());  // a manual request may have been due while it ran
}

// ---- sessions

Result<bool> WakeQueue::drop(const SessionKey& session, std::string reason, Millis now) {
  if (auto failed = check_time("now_ms", now)) return *failed;
  const Result<std::string_view> label = checked_label(reason);
  if (!label) return label.error();
  if (label->empty()) {
    return Error{ErrorCode::invalid_input, "reason", "", "a dropped wake needs one"};
  }
  const std::uint32_t number = targets_.find(session);
  if (number == kNone || targets_[number].waiting == kNone) return false;
  Target& target = targets_[number];
  order_.erase(number, target.agent);
  --waiting_;
  end(number, std::exchange(target.waiting, kNone), WakeState::dead, std::string(*label), now);
  return true;
}

void WakeQueue::hold(const SessionKey& session, Millis now) {
  std::uint32_t number = targets_.find(session);
  if (number == kNone) {
    make_room(now);
    number = add(session);
  }
  Target& target = targets_[number];
  order_.erase(number, target.agent);
  ++target.holds;
}

void WakeQueue::release(const SessionKey& session, Millis now) {
  const std::uint32_t number = targets_.find(session);
  if (number == kNone || targets_[number].holds == 0) return;
  if (--targets_[number].holds > 0) return;
  targets_[number].past.make().free_ms = now;
  place(number);
}

void WakeQueue::shift(Millis delta) {
  const auto move = [delta](Millis& at) { at = std::clamp<Millis>(at + delta, 0, kMaxMillis); };
  for (std::uint32_t wake = 0; wake < wakes_.end(); ++wake) wakes_[wake].shift(delta);
  order_.shift(delta);
  for (std::uint32_t number = 0; number < targets_.numbers(); ++number) {
    Target& target = targets_[number];
    if (target.past) {
      for (Millis& start : target.past->starts) move(start);
      move(target.past->free_ms);
    }
    place(number);
  }
  std::vector<std::pair<std::uint32_t, Lease>> leases;
  while (!leases_.empty()) {
    leases.emplace_back(leases_.top(), leases_.top_key());
    leases_.erase(lease_places_, leases_.top());
  }
  for (auto& [number, lease] : leases) {
    move(lease.first);
    leases_.put(lease_places_, number, lease);
  }
}

// ---- what is there

std::optional<Millis> WakeQueue::next_due() const {
  std::optional<Millis> next = order_.next_due();
  if (leases_.empty()) return next;
  const Millis lease = leases_.top_key().first;
  return next ? std::min(*next, lease) : lease;
}

Result<WakeFate> WakeQueue::fate(std::int64_t id) const {
  if (tokens_.find(id) != kNone) {
    return WakeFate{id, is_out(id) ? WakeState::running : WakeState::waiting};
  }
  if (const std::optional<WakeFate> ended = fates_.find(id)) return *ended;
  const bool given = id > 0 && id < next_id_;
  return Error{ErrorCode::invalid_input, "id", std::to_string(id),
               given ? "ended and is forgotten (limits.ended_wakes)" : "was never given out"};
}

std::optional<Wake> WakeQueue::pending(const SessionKey& session) const {
  const std::uint32_t number = targets_.find(session);
  if (number == kNone || targets_[number].waiting == kNone) return std::nullopt;
  return wakes_[targets_[number].waiting].wake_for(session);
}

std::vector<Wake> WakeQueue::waiting() const {
  std::vector<Wake> wakes;
  wakes.reserve(waiting_);
  for (std::uint32_t number = 0; number < targets_.numbers(); ++number) {
    const Target& target = targets_[number];
    if (target.waiting != kNone) wakes.push_back(wakes_[target.waiting].wake_for(target.key));
  }
  std::sort(wakes.begin(), wakes.end(), [](const Wake& left, const Wake& right) {
    return left.session_key < right.session_key;
  });
  return wakes;
}

}  // namespace vagus
