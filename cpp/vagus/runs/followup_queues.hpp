#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vagus/base/fate_ring.hpp"
#include "vagus/base/limits.hpp"
#include "vagus/runs/followup_queue.hpp"
#include "vagus/runs/recent_messages.hpp"

namespace vagus {

/// What became of a message that was accepted.
struct TurnFate {
  std::int64_t message = 0;
  TurnState state = TurnState::waiting;
  std::optional<std::string> run_id;
  std::optional<std::string> reason;
  std::optional<std::int64_t> at_ms;

  static constexpr std::string_view kName = "TurnFate";
  static constexpr auto fields() {
    return field_list(
        required("message", &TurnFate::message, "the message"),
        required("state", &TurnFate::state,
                 "waiting, or how it ended: run, merged, summarised, refused or cancelled"),
        field("run_id", &TurnFate::run_id, "the run that was shown it, or its line"),
        field("reason", &TurnFate::reason, "why it was refused or cancelled"),
        field("at_ms", &TurnFate::at_ms, "when it ended"));
  }
};

/// What became of handing a message over.
enum class TurnVerdict {
  queued,
  duplicate,  ///< it was taken before: nothing has changed
  full,       ///< as many wait as may, and none gives way
};
constexpr std::array<std::string_view, 3> enum_names(TurnVerdict) {
  return {"queued", "duplicate", "full"};
}

struct TurnReceipt {
  TurnVerdict verdict = TurnVerdict::queued;
  std::int64_t message = 0;
  std::vector<TurnEnd> ended;

  static constexpr std::string_view kName = "TurnReceipt";
  static constexpr auto fields() {
    return field_list(
        required("verdict", &TurnReceipt::verdict, "queued, duplicate or full"),
        required("message", &TurnReceipt::message, "names it to `fate`; 0 when it was not taken"),
        field("ended", &TurnReceipt::ended, "messages that are over because this one came"));
  }
};

/// The messages that wait, by lane, and what became of those that were accepted.
///
/// Invariants: (1) an accepted message waits, is out with a batch, left a line in a summary that
/// waits, or has ended; it ends once; (2) a lane has something to `take` once `due`, unless a batch
/// of it is out; (3) without messages that wait nothing is kept of a lane.
class FollowupQueues {
 public:
  explicit FollowupQueues(const Limits& limits)
      : limits_(limits), recent_(limits), ended_(limits.ended_turns) {}

  /// Takes a message in; see `FollowupQueue::push`. Errors: `check_queue_settings`; `invalid_input`
  /// for a text beyond `limits.text_bytes`, names beyond `kMaxKeyBytes`, and a lane that would be
  /// one more than `limits.sessions`.
  Result<TurnReceipt> push(const std::string& lane, UserTurn turn, QueueSettings settings,
                           Millis now, bool at_once = false);

  /// As `FollowupQueue::take`, `commit` and `give_back`. The latter two do nothing when no batch is
  /// out.
  std::optional<TurnBatch> take(const std::string& lane, Millis now);
  std::vector<TurnEnd> commit(const std::string& lane, const std::string& run_id, Millis now);
  void give_back(const std::string& lane, Millis now);

  /// A waiting message became part of a run that was in flight. Nothing when it does not wait.
  std::optional<UserTurn> merge(std::int64_t message, const std::string& run_id, Millis now);

  /// Cancels all that waits for a lane. Senders may hand those messages over again.
  std::vector<TurnEnd> clear(const std::string& lane, const std::string& reason, Millis now);

  /// Errors: `invalid_input` for a message that was never accepted, or is forgotten
  /// (`limits.ended_turns`).
  Result<TurnFate> fate(std::int64_t message) const;

  /// Errors: `invalid_input` for a lane that would be one more than `limits.sessions`.
  MaybeError check_room(const std::string& lane) const;

  const FollowupQueue* find(const std::string& lane) const;
  std::int64_t depth(const std::string& lane) const;

  /// When a lane next has something to `take`.
  std::optional<Millis> due(const std::string& lane) const;

  /// How many messages wait, by lane; lanes without any are left out.
  std::map<std::string, std::int64_t> waiting() const;

  /// Accepted messages that have not ended.
  std::size_t open() const { return open_.size(); }

  void shift(Millis delta);

 private:
  struct Ended {
    std::int64_t id = 0;
    Millis at = 0;
    TurnState state = TurnState::waiting;
    std::string run_id;
    std::string reason;
  };

  /// An accepted message that has not ended.
  struct Open {
    std::string lane;
    std::string name;  ///< to `RecentMessages`; empty without a message id
  };

  MaybeError check(const std::string& lane, const UserTurn& turn) const;
  void note(const std::vector<TurnEnd>& ends, Millis now);
  void release(const std::string& lane);

  Limits limits_;
  std::map<std::string, FollowupQueue> queues_;
  RecentMessages recent_;
  FateRing<Ended> ended_;
  std::map<std::int64_t, Open> open_;
  std::int64_t accepted_ = 0;
};

}  // namespace vagus
