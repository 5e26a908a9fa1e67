#include "vagus/runs/lanes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "vagus/base/limits.hpp"
#include "vagus/runs/run.hpp"

namespace vagus {
namespace {

LaneWork work(std::string id, std::string lane, std::string group = "") {
  LaneWork made;
  made.id = std::move(id);
  made.lane = std::move(lane);
  made.group = std::move(group);
  return made;
}

LaneWork urgent(LaneWork made, LanePriority priority) {
  made.priority = priority;
  return made;
}

LaneWork asked(LaneWork made, std::string by) {
  made.asked_by = std::move(by);
  return made;
}

class LanesTest : public testing::Test {
 protected:
  void put(LaneWork made) { ASSERT_EQ(lanes.enqueue(std::move(made)), std::nullopt); }

  /// What starts now, in order.
  std::string starts(Millis now = 0) {
    std::string ids;
    while (const auto started = lanes.start(now)) ids += (ids.empty() ? "" : " ") + started->id;
    return ids;
  }

  std::string field_of_refusal(LaneWork made) {
    const MaybeError failed = lanes.enqueue(std::move(made));
    return failed ? failed->field : "";
  }

  Lanes lanes{256, 64, 1'000};
};

TEST_F(LanesTest, RunsOneAtATimeInOrderAndOthersBeside) {
  for (const char* id : {"a1", "a2", "a3"}) put(work(id, "a"));
  put(work("b1", "b"));
  EXPECT_EQ(starts(), "a1 b1");
  EXPECT_EQ(lanes.waiting("a"), 2);
  EXPECT_TRUE(lanes.finish("a1", 0));
  EXPECT_EQ(starts(), "a2");
  EXPECT_TRUE(lanes.finish("b1", 0));
  EXPECT_EQ(starts(), "") << "another lane's end frees only that lane";
  EXPECT_FALSE(lanes.finish("a1", 0)) << "it ended before";
  EXPECT_EQ(lanes.running("a"), 1);
}

TEST_F(LanesTest, StartsTheMoreUrgentFirst) {
  put(work("run", "a"));
  EXPECT_EQ(starts(), "run");
  put(urgent(work("later", "a"), LanePriority::background));
  put(work("heartbeat", "a"));
  put(urgent(work("person", "a"), LanePriority::foreground));
  std::string running = "run";
  for (const char* next : {"person", "heartbeat", "later"}) {
    lanes.finish(running, 0);
    running = starts();
    EXPECT_EQ(running, next);
  }
}

TEST_F(LanesTest, WiderLanesRunMoreAndAtLeastOne) {
  for (const char* id : {"1", "2", "3"}) put(work(id, "main"));
  lanes.set_width("main", 2);
  EXPECT_EQ(starts(), "1 2");
  lanes.set_width("main", -7);
  lanes.finish("1", 0);
  EXPECT_EQ(starts(), "") << "one still runs";
  lanes.finish("2", 0);
  EXPECT_EQ(starts(), "3");
}

TEST_F(LanesTest, SharesPlacesOutAmongGroups) {
  lanes = Lanes(3, 2, 1'000);
  for (int i = 0; i < 4; ++i) put(work("a" + std::to_string(i), "la" + std::to_string(i), "a"));
  put(work("b0", "lb0", "b"));
  put(work("b1", "lb1", "b"));
  EXPECT_EQ(starts(), "a0 b0 a1") << "the group with fewer places first, two of a group at most";
  EXPECT_EQ(lanes.next_due(), std::nullopt) << "no place is free";
  lanes.finish("a0", 0);
  EXPECT_EQ(starts(), "b1");
  lanes.finish("b0", 0);
  EXPECT_EQ(starts(), "a2");
}

TEST_F(LanesTest, WaitsForItsTime) {
  LaneWork later = work("later", "a");
  later.due = 50;
  put(later);
  EXPECT_EQ(starts(49), "");
  EXPECT_EQ(lanes.next_due(), 50);
  lanes.shift(-20);
  EXPECT_EQ(lanes.next_due(), 30);
  EXPECT_EQ(starts(30), "later");
}

TEST_F(LanesTest, RefusesWorkThatWouldWaitForItsAsker) {
  put(work("outer", "a"));
  starts();
  EXPECT_EQ(field_of_refusal(asked(work("inner", "a"), "outer")), "asked_by");
  put(asked(work("other", "b"), "outer"));
  EXPECT_EQ(starts(), "other");
  EXPECT_EQ(field_of_refusal(asked(work("back", "a"), "other")), "asked_by")
      << "passed down from asker to asker";
  EXPECT_TRUE(lanes.holds("a", "other"));
  EXPECT_FALSE(lanes.holds("b", "outer"));
  lanes.finish("outer", 0);
  EXPECT_EQ(field_of_refusal(asked(work("back", "a"), "other")), "");
}

TEST_F(LanesTest, AWideLaneTakesWorkOfItsOwnWhileThereIsRoom) {
  lanes.set_width("a", 2);
  put(work("outer", "a"));
  starts();
  put(asked(work("inner", "a"), "outer"));
  EXPECT_EQ(starts(), "inner");
  EXPECT_EQ(field_of_refusal(asked(work("more", "a"), "inner")), "asked_by");
}

TEST_F(LanesTest, AsksForNoPlaceWhileItsAskerHasOne) {
  lanes = Lanes(1, 1, 1'000);
  put(work("outer", "a"));
  put(work("stranger", "c"));
  EXPECT_EQ(starts(), "outer");
  put(asked(work("inner", "b"), "outer"));
  EXPECT_EQ(lanes.next_due(), 0);
  EXPECT_EQ(starts(), "inner");
  lanes.finish("inner", 0);
  EXPECT_EQ(starts(), "") << "no place was freed";
  lanes.finish("outer", 0);
  EXPECT_EQ(starts(), "stranger");
}

TEST_F(LanesTest, ClearsWhatWaitsAndLeavesWhatRuns) {
  for (const char* id : {"1", "2", "3"}) put(work(id, "a"));
  starts();
  std::string cleared;
  for (const LaneWork& each : lanes.clear("a")) cleared += each.id;
  EXPECT_EQ(cleared, "23");
  EXPECT_EQ(lanes.running("a"), 1);
  lanes.finish("1", 0);
  EXPECT_EQ(starts(), "");
  EXPECT_EQ(lanes.kept(), 0U);
  EXPECT_TRUE(lanes.clear("nowhere").empty());
}

TEST_F(LanesTest, ForgetsWhatRanAtAReset) {
  lanes = Lanes(1, 1, 1'000);
  for (const char* id : {"1", "2", "3"}) put(work(id, "a"));
  EXPECT_EQ(starts(), "1");
  lanes.close();
  EXPECT_EQ(field_of_refusal(work("4", "a")), "id");
  lanes.reset(0);
  EXPECT_EQ(starts(), "2");
  EXPECT_FALSE(lanes.finish("1", 0)) << "its end comes too late";
  EXPECT_EQ(starts(), "");
  lanes.finish("2", 0);
  EXPECT_EQ(starts(), "3");
  EXPECT_EQ(field_of_refusal(work("4", "a")), "");
}

TEST_F(LanesTest, RefusesBadWorkAndChangesNothing) {
  lanes = Lanes(1, 1, 2);
  put(work("1", "a"));
  put(work("2", "a"));
  EXPECT_EQ(field_of_refusal(work("1", "b")), "id");
  EXPECT_EQ(field_of_refusal(work("3", "b")), "id") << "more than may wait";
  EXPECT_TRUE(lanes.cancel("2"));
  EXPECT_FALSE(lanes.cancel("2"));
  EXPECT_EQ(field_of_refusal(work(std::string(kMaxKeyBytes + 1, 'x'), "b")), "id");
  LaneWork early = work("3", "b");
  early.due = -1;
  EXPECT_EQ(field_of_refusal(early), "due_ms");
  EXPECT_EQ(lanes.waiting("b"), 0);
  EXPECT_EQ(starts(), "1");
}

TEST(LaneNames, FollowTheSystemsThatNameTheirLanes) {
  EXPECT_EQ(lane_name("  "), "main");
  EXPECT_EQ(session_lane("agent:main:main"), "session:agent:main:main");
  EXPECT_EQ(session_lane("session:x"), "session:x");
  EXPECT_EQ(session_lane(" "), "session:main");
  EXPECT_EQ(inner_lane("cron"), "nested");
  EXPECT_EQ(inner_lane(" custom "), "custom");
}

/// Lanes as a list that is searched from the front at every step.
struct Oracle {
  std::vector<LaneWork> waiting;
  std::vector<LaneWork> running;
  std::map<std::string, std::int64_t> widths;

  std::int64_t on(const std::string& lane) const {
    return std::count_if(running.begin(), running.end(),
                         [&](const LaneWork& each) { return each.lane == lane; });
  }
  std::int64_t width(const std::string& lane) const {
    const auto found = widths.find(lane);
    return found == widths.end() ? 1 : found->second;
  }
  /// The work that goes first on each lane that has room for it.
  std::set<std::string> may_start(Millis now) const {
    std::map<std::string, const LaneWork*> first;
    for (const LaneWork& each : waiting) {
      const LaneWork*& best = first[each.lane];
      if (best == nullptr || each.priority < best->priority) best = &each;
    }
    std::set<std::string> ids;
    for (const auto& [lane, each] : first) {
      if (on(lane) < width(lane) && each->due <= now) ids.insert(each->id);
    }
    return ids;
  }
};

// Starts are compared as sets of what may start; the order among lanes is that of RunOrder.
TEST(LanesModel, NoLaneIsIdleWithWorkAndNoneIsFull) {
  std::mt19937 random(6);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 60; ++round) {
    const std::int64_t places = 1 + static_cast<std::int64_t>(below(4));
    const std::int64_t of_group = 1 + static_cast<std::int64_t>(below(3));
    Lanes lanes(places, of_group, 1'000);
    Oracle oracle;
    Millis now = 0;
    const auto take_out = [](std::vector<LaneWork>& from, const std::string& id) {
      const auto found = std::find_if(from.begin(), from.end(),
                                      [&](const LaneWork& each) { return each.id == id; });
      LaneWork taken = *found;
      from.erase(found);
      return taken;
    };
    for (int step = 0; step < 150; ++step) {
      switch (below(7)) {
        case 0:
        case 1:
        case 2: {
          const std::string lane = "lane" + std::to_string(below(5));
          LaneWork made = work(std::to_string(step), lane, "group" + std::to_string(below(3)));
          made.priority = static_cast<LanePriority>(below(3));
          made.due = now + static_cast<Millis>(below(3) * 10);
          ASSERT_EQ(lanes.enqueue(made), std::nullopt);
          oracle.waiting.push_back(made);
          break;
        }
        case 3:
          if (!oracle.waiting.empty()) {
            const std::string id = oracle.waiting[below(oracle.waiting.size())].id;
            ASSERT_TRUE(lanes.cancel(id));
            take_out(oracle.waiting, id);
          }
          break;
        case 4:
          now += static_cast<Millis>(below(15));
          break;
        case 5: {
          const std::string lane = "lane" + std::to_string(below(5));
          oracle.widths[lane] = 1 + static_cast<std::int64_t>(below(2));
          lanes.set_width(lane, oracle.widths[lane]);
          break;
        }
        default:
          if (!oracle.running.empty()) {
            const std::string id = oracle.running[below(oracle.running.size())].id;
            ASSERT_TRUE(lanes.finish(id, now));
            take_out(oracle.running, id);
          }
      }
      while (const auto started = lanes.start(now)) {
        ASSERT_EQ(oracle.may_start(now).count(started->id), 1U) << started->id;
        oracle.running.push_back(take_out(oracle.waiting, started->id));
      }
      ASSERT_LE(std::ssize(oracle.running), places);
      std::map<std::string, std::int64_t> groups;
      for (const LaneWork& each : oracle.running) ASSERT_LE(++groups[each.group], of_group);
      for (const std::string& id : oracle.may_start(now)) {
        const auto stuck = std::find_if(oracle.waiting.begin(), oracle.waiting.end(),
                                        [&](const LaneWork& each) { return each.id == id; });
        ASSERT_TRUE(std::ssize(oracle.running) == places || groups[stuck->group] == of_group)
            << id << " waits though its lane and a place are free";
      }
      const auto soon = oracle.may_start(now + 1'000);
      const bool scarce = std::ssize(oracle.running) == places;
      for (const std::string& id : soon) {
        const auto stuck = std::find_if(oracle.waiting.begin(), oracle.waiting.end(),
                                        [&](const LaneWork& each) { return each.id == id; });
        if (scarce || groups[stuck->group] == of_group) continue;
        ASSERT_TRUE(lanes.next_due().has_value()) << "an idle lane holds work and no alarm is set";
        ASSERT_LE(*lanes.next_due(), stuck->due);
      }
    }
    for (const LaneWork& each : oracle.waiting) ASSERT_TRUE(lanes.cancel(each.id));
    for (const LaneWork& each : oracle.running) ASSERT_TRUE(lanes.finish(each.id, now));
    for (const auto& [lane, width] : oracle.widths) lanes.set_width(lane, 1);
    EXPECT_EQ(lanes.kept(), 0U);
  }
}

TEST(Run, KindsAndOutcomesHaveNames) {
  EXPECT_EQ(name_of(RunKind::user), "user");
  EXPECT_EQ(name_of(RunKind::heartbeat), "heartbeat");
  const std::pair<RunOutcome, std::string_view> outcomes[] = {
      {RunOutcome::replied, "replied"},     {RunOutcome::acknowledged, "acknowledged"},
      {RunOutcome::skipped, "skipped"},     {RunOutcome::failed, "failed"},
      {RunOutcome::timed_out, "timed_out"}, {RunOutcome::refused, "refused"},
      {RunOutcome::restarted, "restarted"}, {RunOutcome::aborted, "aborted"}};
  ASSERT_EQ(std::size(outcomes), enum_names(RunOutcome{}).size());
  for (const auto& [outcome, name] : outcomes) EXPECT_EQ(name_of(outcome), name);
}

}  // namespace
}  // namespace vagus
