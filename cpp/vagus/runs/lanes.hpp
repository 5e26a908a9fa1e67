#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "vagus/base/numbered.hpp"
#include "vagus/base/record.hpp"
#include "vagus/base/run_order.hpp"
#include "vagus/base/time.hpp"

namespace vagus {

/// The order in which work of one lane starts.
enum class LanePriority { foreground, normal, background };
constexpr std::array<std::string_view, 3> enum_names(LanePriority) {
  return {"foreground", "normal", "background"};
}

/// A piece of work that needs a lane to itself.
struct LaneWork {
  std::string id;
  std::string lane;
  std::string group;
  LanePriority priority = LanePriority::normal;
  std::optional<std::string> asked_by;
  Millis due = 0;

  static constexpr std::string_view kName = "LaneWork";
  static constexpr auto fields() {
    return field_list(
        required("id", &LaneWork::id, "names it"),
        required("lane", &LaneWork::lane, "what it needs to itself"),
        field("group", &LaneWork::group, "whose places it counts against, such as an agent"),
        field("priority", &LaneWork::priority, "foreground before normal before background"),
        field("asked_by", &LaneWork::asked_by, "the work that asked for it, and waits for it"),
        field("due_ms", &LaneWork::due, "when it may start"));
  }
};

/// Who runs where: one piece of work at a time on a lane (more where it is told so), so many at
/// once of a group and of all (spec: runs, section 2.1).
///
/// Places are shared out by `RunOrder`. Work that was asked for by work in flight runs in that
/// one's place: its asker waits for it, so it must not wait for a place that the asker holds. For
/// the same reason work is refused that would wait for a lane which its asker, or who asked that
/// one, holds.
///
/// Invariants: (1) what waits on a lane with room is in the order, so that `start` gives it or
/// `next_due` says when it will: no lane is left idle with work; (2) nothing is kept of a lane
/// that has neither work nor a width of its own.
class Lanes {
 public:
  /// `waiting`: the most work that may wait.
  Lanes(std::int64_t running, std::int64_t running_per_group, std::int64_t waiting)
      : order_(running, running_per_group), most_waiting_(waiting) {}

  /// Lets `work` wait for its lane. Errors, `invalid_input`: an id that waits or runs; a lane that
  /// its asker holds and that is not free for it at once; texts beyond `kMaxKeyBytes`; more work
  /// than may wait; no work is taken any more.
  MaybeError enqueue(LaneWork work);

  /// Takes the next work that may start, and a place for it; nothing when none may.
  std::optional<LaneWork> start(Millis now);

  /// Starts `work` at once and outside the places: somebody else counts it. REQUIRES: its id is
  /// new and its lane is idle.
  void occupy(const LaneWork& work);

  /// The work is over: its place is free. False, and no change, for what does not run (any more).
  bool finish(const std::string& id, Millis now);

  /// Takes out work that waits. False, and no change, for what does not wait.
  bool cancel(const std::string& id);

  /// Takes out all that waits for a lane, in its order.
  std::vector<LaneWork> clear(const std::string& lane);

  /// Forgets what runs; what waits, waits on, and may start. Work is taken again.
  void reset(Millis now);

  /// From now on no work is taken.
  void close() { closed_ = true; }

  /// How many pieces of work a lane runs at once, at least 1.
  void set_width(const std::string& lane, std::int64_t width);

  /// Whether `lane` is held by the running work `by`, or by what asked for that, and so on.
  bool holds(const std::string& lane, const std::string& by) const;

  bool busy(const std::string& lane) const { return running(lane) > 0; }
  std::int64_t running(const std::string& lane) const;
  std::int64_t waiting(const std::string& lane) const;
  std::int64_t running() const { return static_cast<std::int64_t>(running_.size()); }
  bool waits(const std::string& id) const { return waiting_.count(id) > 0; }

  /// When `start` next has something to give, if nothing else is called.
  std::optional<Millis> next_due() const;

  /// Moves every time by `delta`: the clock stepped.
  void shift(Millis delta);

  /// Lanes and groups that something is kept of.
  std::size_t kept() const { return lanes_.size() + groups_.size(); }

 private:
  /// Its place among the work of its lane.
  using Turn = std::pair<LanePriority, std::int64_t>;

  /// A lane whose next work runs in the place of its asker: when, arrival, lane.
  using Inner = std::tuple<Millis, std::int64_t, std::string>;

  struct Lane {
    std::uint32_t number = 0;
    std::int64_t width = 1;
    std::int64_t running = 0;
    std::map<Turn, LaneWork> queue;
    std::optional<std::string> listed;  ///< the group under which it is in `order_`
    std::optional<Inner> inner;         ///< its entry in `inner_`
  };

  struct Group {
    std::uint32_t number = 0;
    std::int64_t uses = 0;  ///< by lanes that are listed, and by running work
  };

  struct Running {
    std::string lane;
    std::optional<std::string> group;  ///< whose place it has; nothing outside the places
    std::optional<std::string> asked_by;
  };

  Lane& lane_of(const std::string& name);
  std::uint32_t use(const std::string& group);
  void unuse(const std::string& group);
  void list(const std::string& name, Lane& lane);
  void unlist(Lane& lane);
  void release(const std::string& name);
  LaneWork launch(const std::string& name, bool has_place);
  void give_place_back(const Running& run, Millis now);

  RunOrder order_;
  std::int64_t most_waiting_;
  std::map<std::string, Lane> lanes_;
  std::map<std::string, Group> groups_;
  Numbered<std::string> lane_names_;
  Numbered<std::string> group_names_;
  std::map<std::string, Running> running_;
  std::map<std::string, std::pair<std::string, Turn>> waiting_;  ///< lane and turn by id
  std::set<Inner> inner_;
  std::int64_t turns_ = 0;
  bool closed_ = false;
};

/// A lane's name without white space around it; `main` for a blank one.
std::string lane_name(std::string_view text);

/// The lane of a session in systems that name their lanes: `session:<key>`, not prefixed twice;
/// `session:main` for a blank key.
std::string session_lane(std::string_view session_key);

/// The lane that work asked for from inside `lane` runs on: `nested` for `cron`, whose place the
/// asker holds; else the lane itself.
std::string inner_lane(std::string_view lane);

}  // namespace vagus
