#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/run_order.hpp"
#include "vagus/wakes/pending_wake.hpp"
#include "vagus/wakes/targets.hpp"
#include "vagus/wakes/token_map.hpp"
#include "vagus/wakes/wake_explanation.hpp"
#include "vagus/wakes/wake_fates.hpp"

namespace vagus {

/// Pending wakes, one per session; requests for the same session merge.
///
/// Merging keeps the higher priority, the most pressing intent, the earlier time and every cause.
/// Guards and back-off delay a wake and never discard it (see `GuardRules` and `PendingWake`). A
/// session is held while it is busy: its wake waits without being polled and is due again when it
/// is released, so a slow session delays only itself. Places to run in are limited and shared out
/// fairly (see `RunOrder`). A failed wake comes back after 1 s, doubling to 60 s until a run goes
/// well, and dies after `limits.wake_attempts` failures since its newest request.
///
/// Invariants: (1) an accepted request is part of exactly one wake until it ends, and ends once:
/// merged, delivered, expired or dead; (2) at most one wake per session is out; (3) `due` yields by
/// (due, -priority, arrival), never by hash; (4) `next_due` is nothing when nothing can become due
/// by time alone. Not thread-safe.
class WakeQueue {
 public:
  /// REQUIRES: limits and guards that are checked. Queues with the same `jitter_seed` give the same
  /// times for the same calls.
  explicit WakeQueue(const Limits& limits, const WakeGuards& guards = {},
                     std::uint64_t jitter_seed = 0);

  /// Asks for a run of `session`. While a wake for it is out, the request starts the next one. The
  /// reason is trimmed; a blank one becomes the kind's name. Errors, `invalid_input`: a bad time, a
  /// negative or overflowing `coalesce_ms` or `depth`, a reason that is not UTF-8 or longer than
  /// `kMaxReasonBytes`, an empty session, or a new session without a reserved place when
  /// `limits.sessions` of them wait or are out.
  Result<WakeReceipt> request(Millis now, const SessionKey& session, const WakeRequest& request);

  /// The same request for each of `sessions`, in order: all of them or, with an error, none.
  Result<std::vector<WakeReceipt>> request_many(Millis now,
                                                const std::vector<const SessionKey*>& sessions,
                                                const WakeRequest& request);

  /// Keeps a place for `session`: its requests are never refused for want of room.
  void reserve(const SessionKey& session);

  /// Takes out every wake that may run at `now`. Each must be settled; with `lease_ms`, one that is
  /// not settled or renewed by `now + lease_ms` is given back as failed by the next call.
  /// REQUIRES: valid times.
  std::vector<Wake> due(Millis now, std::optional<Millis> lease_ms = std::nullopt);

  /// Sets when the lease of a wake that is out ends. Errors, `invalid_input`: a token that is not
  /// out, a bad time, a lease that is not longer than zero.
  MaybeError renew(std::int64_t token, Millis now, Millis lease_ms);

  /// Ends the wake `token`. What was requested for the session meanwhile is merged with a wake that
  /// is tried again, and is a wake of its own when this one is over. The first settlement of a try
  /// counts: that of a host whose lease has ended is accepted while the wake is out again.
  /// Returns when it will be tried again, `now` at the earliest; nothing when it is over.
  /// Errors, `invalid_input`: a token that is not out, a bad time, a bad or missing reason,
  /// a deferral whose `retry_at_ms` is not later than `now`.
  Result<std::optional<Millis>> settle(std::int64_t token, const WakeSettlement& settlement,
                                       Millis now);

  /// The same for each of `tokens`, in order: all of them or, with an error, none.
  Result<std::vector<std::optional<Millis>>> settle_many(const std::vector<std::int64_t>& tokens,
                                                         const WakeSettlement& settlement,
                                                         Millis now);

  /// Gives up the wake that waits for `session`, because the session is no more. Returns whether
  /// one did; a wake that is out is not touched. Errors, `invalid_input`: a bad time or reason.
  Result<bool> drop(const SessionKey& session, std::string reason, Millis now);

  /// Holds are counted: a session runs again when every `hold` has been released. A release without
  /// a hold does nothing.
  void hold(const SessionKey& session, Millis now);
  void release(const SessionKey& session, Millis now);

  /// The clock stepped by `delta`: what was to happen in a minute still does. Times that would be
  /// out of range are the first or the last one. What has ended keeps its time.
  /// REQUIRES: `delta` from -`kMaxMillis` to `kMaxMillis`.
  void shift(Millis delta);

  /// When `due` next has something to do, if nothing else is called: the due time of a wake whose
  /// session is neither held nor out, while places are free, or the end of a lease.
  std::optional<Millis> next_due() const;

  /// What became of a request. Errors, `invalid_input`, field `id`: never given out, or ended and
  /// forgotten (see `limits.ended_wakes`).
  Result<WakeFate> fate(std::int64_t id) const;

  /// Why the wake of `session` has not run yet.
  WakeExplanation explain(const SessionKey& session, Millis now) const;

  /// The wake that waits for `session`, if any.
  std::optional<Wake> pending(const SessionKey& session) const;

  /// How many wakes wait, and how many are out.
  std::size_t size() const { return waiting_; }
  std::size_t out() const { return out_; }

  /// How many sessions take memory, those included that only have starts which guards look at.
  std::size_t sessions_known() const { return targets_.size(); }

  /// Every wake that waits, by session.
  std::vector<Wake> waiting() const;

 private:
  using Lease = std::pair<Millis, std::int64_t>;
  static constexpr std::uint32_t kNone = Target::kNone;

  Result<std::string_view> check_request(Millis now, const WakeRequest& request) const;
  MaybeError check_settlement(std::int64_t token, const WakeSettlement& settlement,
                              Millis now) const;
  bool is_out(std::int64_t token) const;
  Error not_out(std::int64_t token) const;
  bool needs_room(std::uint32_t number) const;
  Error no_room(std::string_view field, const SessionKey& session) const;
  MaybeError check_room_for(const std::vector<const SessionKey*>& sessions) const;

  void prefetch(std::span<const SessionKey* const> sessions) const;
  std::uint32_t add(const SessionKey& session);
  void make_room(Millis now);
  WakeReceipt accept(const SessionKey& session, std::uint32_t known, const AskedWake& asked);
  void place(std::uint32_t number);
  void hand_out(std::uint32_t number, Millis now, std::optional<Millis> lease_ms);
  void end_leases(Millis now);
  std::optional<Millis> finish(std::int64_t token, const WakeSettlement& settlement, Millis now);
  void end(std::uint32_t number, std::uint32_t wake, WakeState state, std::string reason,
           Millis now);
  Millis put_back(std::uint32_t number, std::uint32_t wake, Millis now);

  Limits limits_;
  GuardRules rules_;
  std::uint64_t jitter_seed_;
  std::int64_t next_id_ = 1;
  Targets targets_;
  RunOrder order_;
  Numbered<PendingWake> wakes_;  ///< waiting and out; `Target` has their numbers
  TokenMap tokens_;              ///< of the wakes that wait or are out
  WakeFates fates_;
  KeyedHeap<Lease> leases_;
  KeyedHeap<Lease>::Places lease_places_;
  std::size_t waiting_ = 0;
  std::size_t out_ = 0;
  std::size_t live_ = 0;  ///< sessions that wait or are out
  std::size_t room_;      ///< sessions known before idle ones are forgotten
};

}  // namespace vagus
