#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/wakes/wake_kind.hpp"

namespace vagus {

/// How long a wake waits for others to join it, unless its producer says otherwise.
inline constexpr Millis kCoalesceMillis = 250;

/// First and longest wait before a failed wake runs again; it doubles in between.
inline constexpr Millis kRetryFirstMillis = 1'000;
inline constexpr Millis kRetryLongestMillis = 60'000;

/// Longest label of a wake, in bytes.
inline constexpr std::size_t kMaxReasonBytes = 1'024;

/// One producer's reason for a wake, and how often it was given.
struct WakeCause {
  WakeKind kind = WakeKind::other;
  std::string reason;
  std::int64_t count = 1;

  static constexpr std::string_view kName = "WakeCause";
  static constexpr auto fields() {
    return std::tuple(required("kind", &WakeCause::kind, "what kind of producer"),
                      required("reason", &WakeCause::reason, "the producer's label"),
                      field("count", &WakeCause::count, "how many requests gave it"));
  }
};

/// Everything that was asked of one session since it last ran.
struct Wake {
  std::int64_t token = 0;  ///< names this wake to `settle`, retries included; never reused
  SessionKey session_key;
  WakeKind kind = WakeKind::other;  ///< the kind of the highest priority that was merged
  std::string reason;               ///< that request's reason; the first one's among equals
  std::vector<WakeCause> causes;    ///< every distinct cause, in order of arrival, bounded; each
                                    ///< kind that asked is among them
  std::int64_t other_causes = 0;    ///< requests whose cause did not fit the bound
  std::int64_t requests = 0;        ///< how many requests were merged
  std::int64_t attempts = 0;        ///< runs that failed since its newest request
  Millis requested_ms = 0;          ///< when the oldest request came
  Millis due_ms = 0;                ///< when it may run

  static constexpr std::string_view kName = "Wake";
  static constexpr auto fields() {
    return std::tuple(
        required("token", &Wake::token, "names this wake to settle()"),
        required("session_key", &Wake::session_key, "the session to run"),
        required("kind", &Wake::kind, "the most urgent kind that was merged"),
        required("reason", &Wake::reason, "that request's label"),
        required("causes", &Wake::causes, "every distinct cause, oldest first"),
        field("other_causes", &Wake::other_causes, "requests whose cause was not kept"),
        required("requests", &Wake::requests, "how many requests were merged"),
        field("attempts", &Wake::attempts, "runs that failed since its newest request"),
        required("requested_ms", &Wake::requested_ms, "when the oldest request came"),
        required("due_ms", &Wake::due_ms, "when it may run"));
  }
};

/// What became of a request.
struct WakeReceipt {
  std::int64_t token = 0;
  bool merged = false;
  Millis due_ms = 0;
  std::int64_t requests = 0;

  static constexpr std::string_view kName = "WakeReceipt";
  static constexpr auto fields() {
    return std::tuple(required("token", &WakeReceipt::token, "names the wake that it is part of"),
                      required("merged", &WakeReceipt::merged, "joined a wake that was waiting"),
                      required("due_ms", &WakeReceipt::due_ms, "when that wake may run"),
                      required("requests", &WakeReceipt::requests, "requests it now stands for"));
  }
};

/// How the run of a wake went.
enum class WakeOutcome {
  done,      ///< it ran, or was skipped for good
  deferred,  ///< not now: try again at the given time; costs no attempt
  failed,    ///< try again after the back-off, until its attempts are used up
};
constexpr std::array<std::string_view, 3> enum_names(WakeOutcome) {
  return {"done", "deferred", "failed"};
}

/// Pending wakes, one per session; requests for the same session merge.
///
/// Merging keeps the higher priority, the earlier due time and every cause. A session is held while
/// it is busy: its wake waits without being polled and is due again when it is released, so a slow
/// session delays only itself. Each session has its own back-off: 1 s after a failure, doubling to
/// 60 s until a run goes well. A wake that is tried again, failed or deferred, keeps its time:
/// other requests join it and wait with it, and only `manual` brings it forward. A wake is given up
/// after `limits.wake_attempts` failures since its newest request.
///
/// Invariants: (1) an accepted request is part of exactly one wake until that wake is settled; (2)
/// at most one wake per session is out; (3) `due` yields by (due, -priority, arrival), never by
/// hash.
class WakeQueue {
 public:
  explicit WakeQueue(const Limits& limits) : limits_(limits) {}

  /// Asks for a run of `session`. While a wake for it is out, the request starts the next one,
  /// which is not due before the other is settled. `reason` is trimmed; a blank one becomes the
  /// kind's name. Errors: `invalid_input` for a bad time, a negative or overflowing `coalesce_ms`,
  /// a reason that is not UTF-8 or longer than `kMaxReasonBytes`, or a new session without a
  /// reserved place when `limits.sessions` wakes wait or are out.
  Result<WakeReceipt> request(Millis now, const SessionKey& session, WakeKind kind,
                              std::string reason, Millis coalesce_ms = kCoalesceMillis);

  /// Keeps a place for `session`: its requests are never refused for want of room.
  void reserve(const SessionKey& session) { reserved_.insert(session); }

  /// Takes out every wake that may run at `now`. Each must be settled.
  std::vector<Wake> due(Millis now);

  /// Ends the wake `token`. `retry_at` is required for `deferred` and ignored otherwise. What was
  /// requested for the session meanwhile is merged with a wake that is tried again, and is a wake
  /// of its own when this one is over.
  /// Returns when it will be tried again; nothing when it is over (done, or out of attempts).
  /// Errors: `invalid_input` for a token that is not out, a bad time, or a `retry_at` that is not
  /// later than `now`.
  Result<std::optional<Millis>> settle(std::int64_t token, WakeOutcome outcome, Millis now,
                                       std::optional<Millis> retry_at = std::nullopt);

  /// Holds are counted: a session runs again when every `hold` has been released. A release without
  /// a hold does nothing.
  void hold(const SessionKey& session);
  void release(const SessionKey& session);

  /// When the next wake is due whose session is neither held nor out; nothing when there is none.
  std::optional<Millis> next_due() const;

  /// The wake that waits for `session`, if any.
  const Wake* pending(const SessionKey& session) const;

  /// How many wakes wait, and how many are out.
  std::size_t size() const { return waiting_.size(); }
  std::size_t out() const { return out_.size(); }

  /// Every wake that waits, by session.
  std::vector<Wake> waiting() const;

 private:
  static constexpr Millis kNever = std::numeric_limits<Millis>::max();

  struct Waiting {
    Wake wake;
    Millis manual_due = kNever;  ///< when its manual requests wanted to run
    bool retrying = false;       ///< failed or deferred before: only those bring it forward
  };

  /// A place in the order of running.
  struct Slot {
    Millis due;
    int urgency;  ///< negated priority, so that a smaller slot runs first
    std::int64_t token;
    SessionKey session;
    auto operator<=>(const Slot&) const = default;
  };

  static Slot slot_of(const Wake& wake);
  bool is_full(const SessionKey& session) const;
  MaybeError check_settlement(std::int64_t token, WakeOutcome outcome, Millis now,
                              std::optional<Millis> retry_at) const;
  const Wake& enqueue(Waiting entry);
  const Wake& put_back(Wake wake);
  void merge(Waiting& into, const Waiting& from) const;
  void add_cause(Wake& wake, const WakeCause& cause) const;
  void make_ready(const SessionKey& session);
  void make_unready(const SessionKey& session);

  Limits limits_;
  std::int64_t next_token_ = 1;
  std::map<SessionKey, Waiting> waiting_;
  std::map<std::int64_t, Wake> out_;
  std::set<SessionKey> busy_;  ///< the sessions of the wakes that are out
  std::map<SessionKey, std::int64_t> holds_;
  std::map<SessionKey, std::int64_t>
      failures_;  ///< in a row, of sessions whose wake is tried again
  std::set<SessionKey> reserved_;
  std::set<Slot> ready_;  ///< the waiting wakes whose session is neither held nor out
};

}  // namespace vagus
