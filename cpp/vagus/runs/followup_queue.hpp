#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/config/queue_settings.hpp"
#include "vagus/runs/user_turn.hpp"

namespace vagus {

/// A turn starts after this many spans of quiet at the latest, even if messages keep coming.
inline constexpr Millis kLongestDebounces = 10;

/// The messages that wait for one lane (spec: runs, section 2.3).
///
/// One batch at a time is out: taken, and neither committed nor given back. Its messages do not
/// count against the cap and no policy can drop them, nor can one drop what producers asked for.
/// Messages are removed by their number, never by their place.
class FollowupQueue {
 public:
  /// `text_bytes`: the most text of one batch.
  explicit FollowupQueue(std::int64_t text_bytes) : text_bytes_(text_bytes) {}

  struct Pushed {
    bool queued = false;
    std::vector<TurnEnd> dropped;  ///< messages that are over because this one came
  };

  /// Appends a message. `at_once`: it runs alone, does not wait for quiet, and goes before others.
  Pushed push(UserTurn turn, const QueueSettings& settings, Millis now, bool at_once);

  /// When `take` has something to give; nothing when nothing waits or a batch is out.
  std::optional<Millis> due() const;

  /// What `take` gives next, when it is a producer's errand.
  const Errand* next_errand() const;

  /// The run that asked for what `take` gives next.
  std::optional<std::string> next_asked_by() const;

  /// Whether a message waits that `run_id` asked for.
  bool holds_question_of(const std::string& run_id) const;

  /// What the next run is to answer: messages in a row that share a turn where they collect, else
  /// one message. A summary of messages that gave way goes before messages that came later: with
  /// them when they share a turn and collect, else as a turn of its own. Nothing before `due()`.
  std::optional<TurnBatch> take(Millis now);

  /// The batch that is out was answered by `run_id`: how its messages ended.
  std::vector<TurnEnd> commit(const std::string& run_id);

  /// The batch that is out was not answered: it waits again, in its old place, for as long as a new
  /// message would.
  void give_back(Millis now);

  /// Takes a waiting message out.
  std::optional<UserTurn> remove(std::int64_t message);

  /// Ends everything that waits as cancelled. A batch that is out stays out.
  std::vector<TurnEnd> clear(const std::string& reason);

  /// Whether a message with the same id and route waits or is out.
  bool holds(const UserTurn& like) const;
  std::int64_t depth() const { return static_cast<std::int64_t>(items_.size()); }
  std::int64_t dropped() const;
  bool is_out() const { return out_.has_value(); }
  bool empty() const { return items_.empty() && gone_.empty() && !out_; }

  void shift(Millis delta);

 private:
  struct Item {
    UserTurn turn;
    bool collects = false;
    bool at_once = false;
  };

  /// Messages of one route that gave way and left lines in a summary.
  struct Gone {
    UserTurn like;  ///< one of them, without its text
    std::int64_t count = 0;
    std::deque<std::pair<UserTurn, std::string>> lines;  ///< without texts; oldest first

    std::size_t bytes() const;  ///< of the summary, at most
  };

  struct Batch {
    std::vector<Item> items;
    std::optional<Gone> gone;
  };

  std::int64_t people() const;
  void drop_oldest(const QueueSettings& settings, std::vector<TurnEnd>& dropped);
  void leave_line(UserTurn turn, std::int64_t most, std::vector<TurnEnd>& dropped);
  bool summary_joins() const;
  void gather(Batch& batch);

  std::int64_t text_bytes_;
  std::deque<Item> items_;
  std::deque<Gone> gone_;
  std::optional<Batch> out_;
  Millis debounce_ = 0;
  Millis quiet_since_ = 0;
  Millis waits_since_ = 0;
};

}  // namespace vagus
