#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "vagus/wakes/guards.hpp"

namespace vagus {

/// A moment that never comes.
inline constexpr Millis kNever = std::numeric_limits<Millis>::max();

/// A request, checked and with everything that it left out.
struct AskedWake {
  WakeKind kind;
  WakeIntent intent;
  const std::string& reason;
  std::int64_t depth;
  Millis asked_ms;
  Millis ready_ms;
};

/// A wake before it ends: what was merged, and when which part of it may run.
///
/// A wake runs as soon as one of its requests may, so merging delays nobody; it never makes the
/// guards of one request count for another. A wake that is tried again keeps its time: requests
/// join it and wait with it, and only a manual one brings it forward.
struct PendingWake {
  // What a request that joins looks at comes first.
  std::int64_t token = 0;
  std::int64_t requests = 0;
  std::array<Millis, kGates> ready{};  ///< the earliest among the requests behind each gate
  Millis due_ms = 0;
  Millis requested_ms = 0;
  std::int64_t depth = 0;
  std::int64_t attempts = 0;
  int priority = 0;
  WakeKind kind = WakeKind::other;
  WakeIntent intent = WakeIntent::event;
  bool again = false;  ///< failed or deferred before
  WakeCause first_cause;
  std::vector<WakeCause> more_causes;
  std::int64_t other_causes = 0;
  std::string reason;
  std::vector<WakeDelay> delays;
  DelayCause window = DelayCause::coalescing;  ///< what it waits for before it is ready
  Millis told_ms = 0;                          ///< up to then its delays are in `delays`

  /// The wake of one request.
  static PendingWake of(std::int64_t token, const AskedWake& asked);

  /// As others see it.
  Wake wake_for(const SessionKey& session) const;

  /// Takes in a request. Keeps a cause of every kind and at most `max_causes` else. Returns whether
  /// its time or its priority may have changed.
  bool join(const AskedWake& asked, std::int64_t max_causes);

  /// Takes in a wake that was asked for while this one was out.
  void take_in(const PendingWake& newer, std::int64_t max_causes);

  /// Makes it wait until `at` to be tried again, and then only for floods.
  void try_again(Millis now, Millis at, DelayCause why);

  /// When it may run, and what it waits for last.
  struct Due {
    Millis at;
    Millis ready;
    DelayCause guard;
  };
  Due due(const GuardRules& rules, const std::vector<Millis>& starts) const;

  /// Adds to the time that it waited for `why`.
  void tell_delay(DelayCause why, Millis span);

 private:
  void raise(int to_priority, WakeKind to_kind, const std::string& to_reason);
  void add_cause(WakeKind by_kind, const std::string& by_reason, std::int64_t count,
                 std::int64_t max_causes);
};

}  // namespace vagus
