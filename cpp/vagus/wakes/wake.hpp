#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/wakes/wake_kind.hpp"

/// The records of the wake queue: what goes in, what comes out, what became of it.
namespace vagus {

/// How long a wake waits for others to join it, unless its producer says otherwise.
inline constexpr Millis kCoalesceMillis = 250;

/// Longest label of a wake and of what became of it, in bytes.
inline constexpr std::size_t kMaxReasonBytes = 1'024;

/// What a producer asks for.
struct WakeRequest {
  WakeKind kind = WakeKind::wake;
  std::optional<WakeIntent> intent = {};
  std::string reason = {};
  Millis coalesce_ms = kCoalesceMillis;
  std::int64_t depth = 0;

  static constexpr std::string_view kName = "WakeRequest";
  static constexpr auto fields() {
    return field_list(
        field("kind", &WakeRequest::kind, "what kind of producer"),
        field("intent", &WakeRequest::intent, "how much it may wait; else what its kind says"),
        field("reason", &WakeRequest::reason, "the producer's label; else the kind's name"),
        field("coalesce_ms", &WakeRequest::coalesce_ms, "how long it waits for others to join"),
        field("depth", &WakeRequest::depth,
              "wakes that caused each other and then this one; 0 for people and timers"));
  }
};

/// Where a request stands once it is accepted.
struct WakeReceipt {
  std::int64_t id = 0;
  std::int64_t token = 0;
  bool merged = false;
  Millis due_ms = 0;
  std::int64_t requests = 0;

  static constexpr std::string_view kName = "WakeReceipt";
  static constexpr auto fields() {
    return field_list(required("id", &WakeReceipt::id, "names this request to fate()"),
                      required("token", &WakeReceipt::token, "names the wake that it is part of"),
                      required("merged", &WakeReceipt::merged, "joined a wake that was waiting"),
                      required("due_ms", &WakeReceipt::due_ms, "when that wake may run"),
                      required("requests", &WakeReceipt::requests, "requests it now stands for"));
  }
};

/// One producer's reason for a wake, and how often it was given.
struct WakeCause {
  WakeKind kind = WakeKind::other;
  std::string reason;
  std::int64_t count = 1;

  static constexpr std::string_view kName = "WakeCause";
  static constexpr auto fields() {
    return field_list(required("kind", &WakeCause::kind, "what kind of producer"),
                      required("reason", &WakeCause::reason, "the producer's label"),
                      field("count", &WakeCause::count, "how many requests gave it"));
  }
};

/// What makes a wake wait.
enum class DelayCause : std::uint8_t {
  coalescing,  ///< its own window, in which others may join
  spacing,     ///< the session started a run less than the spacing ago
  flood,       ///< the session started too many runs within the window
  chain,       ///< it was caused by a long chain of wakes
  back_off,    ///< the run before failed
  busy,        ///< the session runs, is held, or its host said "not now"
  capacity,    ///< as many wakes run as may
};
constexpr std::array<std::string_view, 7> enum_names(DelayCause) {
  return {"coalescing", "spacing", "flood", "chain", "back-off", "busy", "capacity"};
}

struct WakeDelay {
  DelayCause why = DelayCause::coalescing;
  Millis ms = 0;

  static constexpr std::string_view kName = "WakeDelay";
  static constexpr auto fields() {
    return field_list(required("why", &WakeDelay::why, "what made the wake wait"),
                      required("ms", &WakeDelay::ms, "how long, all its tries together"));
  }
};

/// Everything that was asked of one session since it last ran.
struct Wake {
  std::int64_t token = 0;
  SessionKey session_key;
  WakeKind kind = WakeKind::other;
  WakeIntent intent = WakeIntent::event;
  std::string reason;
  std::vector<WakeCause> causes;
  std::int64_t other_causes = 0;
  std::int64_t requests = 0;
  std::int64_t attempts = 0;
  std::int64_t depth = 0;
  Millis requested_ms = 0;
  Millis due_ms = 0;
  std::vector<WakeDelay> delays;

  static constexpr std::string_view kName = "Wake";
  static constexpr auto fields() {
    return field_list(
        required("token", &Wake::token, "names this wake to settle(), retries included"),
        required("session_key", &Wake::session_key, "the session to run"),
        required("kind", &Wake::kind, "the kind of the highest priority; the first among equals"),
        required("intent", &Wake::intent, "the most pressing intent that was merged"),
        required("reason", &Wake::reason, "the label of the request that gave the kind"),
        required("causes", &Wake::causes,
                 "every distinct cause, oldest first, bounded; each kind that asked is among them"),
        field("other_causes", &Wake::other_causes, "requests whose cause was not kept"),
        required("requests", &Wake::requests, "how many requests were merged"),
        field("attempts", &Wake::attempts, "runs that failed since its newest request"),
        field("depth", &Wake::depth, "the smallest depth that was merged"),
        required("requested_ms", &Wake::requested_ms, "when the oldest request came"),
        required("due_ms", &Wake::due_ms, "when it may run"),
        field("delays", &Wake::delays, "why it did not run at once; filled when it is handed out"));
  }
};

/// How the run of a wake went.
enum class WakeOutcome {
  done,       ///< it ran
  skipped,    ///< there was nothing to run for; does not count as a start
  deferred,   ///< not now: try again at the given time; costs no attempt, counts as no start
  failed,     ///< try again after the back-off, until its attempts are used up
  abandoned,  ///< it ran, came to nothing, and is not to be tried again; counts as a start
};
constexpr std::array<std::string_view, 5> enum_names(WakeOutcome) {
  return {"done", "skipped", "deferred", "failed", "abandoned"};
}

/// How a host ends a wake that it was handed.
struct WakeSettlement {
  WakeOutcome outcome = WakeOutcome::done;
  std::string reason = {};
  std::optional<Millis> retry_at_ms = {};

  static constexpr std::string_view kName = "WakeSettlement";
  static constexpr auto fields() {
    return field_list(
        required("outcome", &WakeSettlement::outcome, "how the run went"),
        field("reason", &WakeSettlement::reason,
              "why; required for a wake that is skipped or abandoned"),
        field("retry_at_ms", &WakeSettlement::retry_at_ms, "when to try a deferred wake again"));
  }
};

/// What became of a request. It ends in exactly one of the last four.
enum class WakeState : std::uint8_t {
  waiting,    ///< until it is due, free and there is a place
  running,    ///< handed out, not settled
  merged,     ///< part of another wake, whose fate it shares
  delivered,  ///< it ran
  expired,    ///< a run would have had no purpose
  dead,       ///< given up: its attempts were used up, or its session is no more
};
constexpr std::array<std::string_view, 6> enum_names(WakeState) {
  return {"waiting", "running", "merged", "delivered", "expired", "dead"};
}

struct WakeFate {
  std::int64_t id = 0;
  WakeState state = WakeState::waiting;
  std::optional<std::int64_t> into = {};
  std::string reason = {};
  std::optional<Millis> at_ms = {};

  static constexpr std::string_view kName = "WakeFate";
  static constexpr auto fields() {
    return field_list(required("id", &WakeFate::id, "the request"),
                      required("state", &WakeFate::state, "what became of it"),
                      field("into", &WakeFate::into, "the wake that it is part of, when merged"),
                      field("reason", &WakeFate::reason, "why it expired or died"),
                      field("at_ms", &WakeFate::at_ms, "when it ended"));
  }
};

}  // namespace vagus
