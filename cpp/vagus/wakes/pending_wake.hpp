#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "vagus/base/rare.hpp"
#include "vagus/wakes/guards.hpp"

namespace vagus {

/// A moment that never comes.
inline constexpr Millis kNever = std::numeric_limits<Millis>::max();

/// A request, checked and with everything that it left out.
struct AskedWake {
  WakeKind kind;
  WakeIntent intent;
  std::string_view reason;
  std::int64_t depth;
  Millis asked_ms;
  Millis ready_ms;
};

/// A wake before it ends: what was merged, and when which part of it may run.
///
/// A wake runs as soon as one of its requests may, so merging delays nobody; it never makes the
/// guards of one request count for another. A wake that is tried again keeps its time: requests
/// join it and wait with it, and only a manual one brings it forward.
///
/// What a request looks at that joins with the same cause as the first one is two cache lines.
class alignas(64) PendingWake {
 public:
  PendingWake() = default;

  /// The wake of one request.
  PendingWake(std::int64_t token, const AskedWake& asked);

  /// As others see it.
  Wake wake_for(const SessionKey& session) const;

  std::int64_t token() const { return token_; }
  std::int64_t requests() const { return requests_; }
  int priority() const { return priority_; }
  std::int64_t attempts() const { return more_ ? more_->attempts : 0; }

  /// What it waits for before it is ready.
  DelayCause window() const { return window_; }

  /// Up to then it has been told why it waited.
  Millis told_ms() const { return again_ ? more_->told_ms : requested_ms_; }

  /// Takes in a request. Keeps a cause of every kind and at most `max_causes` else. Returns whether
  /// its time or its priority may have changed.
  bool join(const AskedWake& asked, std::int64_t max_causes);

  /// Takes in a wake that was asked for while this one was out.
  void take_in(const PendingWake& newer, std::int64_t max_causes);

  /// Counts a failed run, and returns how many there were since the newest request.
  std::int64_t count_failure() { return ++more_.make().attempts; }

  /// Makes it wait until `at` to be tried again, and then only for floods.
  void try_again(Millis now, Millis at, DelayCause why);

  /// When it may run, and what it waits for last.
  struct Due {
    Millis at;
    Millis ready;
    DelayCause guard;
  };
  Due due(const GuardRules& rules, const std::vector<Millis>& starts) const;

  /// When it was last found that it may run.
  Millis due_ms() const { return due_ms_; }
  void set_due_ms(Millis at) { due_ms_ = at; }

  /// Adds to the time that it waited for `why`.
  void tell_delay(DelayCause why, Millis span);

  /// Moves all its times.
  void shift(Millis delta);

 private:
  /// What few wakes have: further causes, tries that failed, delays.
  struct More {
    std::vector<WakeCause> causes;
    std::int64_t other_causes = 0;
    std::string reason;  ///< of the kind; empty when it is the first cause's
    std::int64_t attempts = 0;
    Millis told_ms = 0;
    std::array<Millis, enum_names(DelayCause{}).size()> delays{};
  };

  const std::string& reason() const;
  WakeCause first_cause() const;
  void raise(int to_priority, WakeKind to_kind, std::string_view to_reason);
  void add_cause(const WakeCause& cause, std::int64_t max_causes);
  bool is_first_cause(WakeKind by_kind, std::string_view by_reason) const {
    return by_kind == first_kind_ && by_reason == first_reason_;
  }

  std::int64_t token_ = 0;
  std::array<Millis, kGates> ready_{};  ///< the earliest among the requests behind each gate
  std::int64_t requests_ = 0;  ///< those of all causes; what others do not have is the first one's
  Millis due_ms_ = 0;
  Millis requested_ms_ = 0;
  std::int64_t depth_ = 0;
  Rare<More> more_;
  std::string first_reason_;
  std::int8_t priority_ = 0;
  WakeKind kind_ = WakeKind::other;
  WakeKind first_kind_ = WakeKind::other;
  WakeIntent intent_ = WakeIntent::event;
  DelayCause window_ = DelayCause::coalescing;
  bool again_ = false;  ///< failed or deferred before
};
static_assert(sizeof(PendingWake) == 128);

}  // namespace vagus
