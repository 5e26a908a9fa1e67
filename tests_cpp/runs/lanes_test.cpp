#include "vagus/runs/lanes.hpp"

#include <gtest/gtest.h>

#include "vagus/base/record.hpp"
#include "vagus/runs/run.hpp"

namespace vagus {
namespace {

SessionKey key(const std::string& agent) {
  return SessionKey::parse("agent:" + agent + ":main").value_or_throw();
}

UserTurn turn(std::string text) {
  return UserTurn{std::move(text), std::nullopt, 0};
}

class LanesTest : public testing::Test {
 protected:
  Limits limits;
  Lanes lanes{limits};
  const SessionKey a = key("a");
  const SessionKey b = key("b");
};

TEST_F(LanesTest, HoldsOneRunPerSession) {
  EXPECT_FALSE(lanes.busy(a));
  EXPECT_TRUE(lanes.take(a, "run-1"));
  EXPECT_FALSE(lanes.take(a, "run-2"));
  EXPECT_TRUE(lanes.busy(a));
  EXPECT_TRUE(lanes.take(b, "run-2")) << "other lanes are not affected";

  lanes.free(a, "run-1");
  EXPECT_FALSE(lanes.busy(a));
  EXPECT_TRUE(lanes.take(a, "run-3"));
}

TEST_F(LanesTest, TakingTheSameLaneTwiceIsNotReentrant) {
  EXPECT_TRUE(lanes.take(a, "run"));
  EXPECT_FALSE(lanes.take(a, "run"));
}

TEST_F(LanesTest, ServesTurnsInOrderOfArrival) {
  for (const char* text : {"one", "two", "three"}) EXPECT_TRUE(lanes.enqueue(a, turn(text)));
  EXPECT_EQ(lanes.waiting(a), 3);
  for (const char* text : {"one", "two", "three"}) EXPECT_EQ(lanes.next_turn(a)->text, text);
  EXPECT_FALSE(lanes.next_turn(a).has_value());
  EXPECT_EQ(lanes.waiting(a), 0);
}

TEST_F(LanesTest, KeepsTurnsWhileTheLaneIsBusy) {
  lanes.take(a, "run");
  lanes.enqueue(a, turn("later"));
  EXPECT_FALSE(lanes.next_turn(a).has_value());
  EXPECT_EQ(lanes.waiting(a), 1);
  lanes.free(a, "run");
  EXPECT_EQ(lanes.next_turn(a)->text, "later");
}

TEST_F(LanesTest, KeepsRouteAndTimeOfATurn) {
  const DeliveryRoute route{"slack", "work", "C1", "7"};
  lanes.enqueue(a, UserTurn{"hi", route, 42});
  const std::optional<UserTurn> next = lanes.next_turn(a);
  EXPECT_EQ(next->route, route);
  EXPECT_EQ(next->at, 42);
}

TEST_F(LanesTest, RefusesTurnsBeyondTheLimit) {
  limits.queued_turns = 2;
  lanes = Lanes(limits);
  EXPECT_TRUE(lanes.enqueue(a, turn("1")));
  EXPECT_TRUE(lanes.enqueue(a, turn("2")));
  EXPECT_FALSE(lanes.enqueue(a, turn("3")));
  EXPECT_EQ(lanes.waiting(a), 2);
  EXPECT_TRUE(lanes.enqueue(b, turn("1"))) << "the limit is per lane";
  lanes.next_turn(a);
  EXPECT_TRUE(lanes.enqueue(a, turn("4")));
}

TEST_F(LanesTest, ListsOnlyLanesWithTurns) {
  lanes.enqueue(a, turn("1"));
  lanes.enqueue(a, turn("2"));
  lanes.enqueue(b, turn("1"));
  EXPECT_EQ(lanes.waiting(), (std::map<SessionKey, std::int64_t>{{a, 2}, {b, 1}}));
  lanes.next_turn(b);
  EXPECT_EQ(lanes.waiting(), (std::map<SessionKey, std::int64_t>{{a, 2}}));
}

TEST(Run, KindsAndOutcomesHaveNames) {
  EXPECT_EQ(name_of(RunKind::user), "user");
  EXPECT_EQ(name_of(RunKind::heartbeat), "heartbeat");
  const std::pair<RunOutcome, std::string_view> outcomes[] = {
      {RunOutcome::replied, "replied"},     {RunOutcome::acknowledged, "acknowledged"},
      {RunOutcome::skipped, "skipped"},     {RunOutcome::failed, "failed"},
      {RunOutcome::timed_out, "timed_out"}, {RunOutcome::refused, "refused"},
      {RunOutcome::restarted, "restarted"}};
  ASSERT_EQ(std::size(outcomes), enum_names(RunOutcome{}).size());
  for (const auto& [outcome, name] : outcomes) EXPECT_EQ(name_of(outcome), name);
}

}  // namespace
}  // namespace vagus
