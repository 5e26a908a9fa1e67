#include "vagus/runs/run_table.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

class RunTableTest : public testing::Test {
 protected:
  Limits limits;
  RunTable runs{limits};
};

TEST_F(RunTableTest, ARunHasEndedOnceItEnds) {
  EXPECT_FALSE(runs.has_ended("a"));
  runs.start("a", 10);
  EXPECT_FALSE(runs.has_ended("a"));
  runs.end("a");
  EXPECT_TRUE(runs.has_ended("a"));
  EXPECT_EQ(runs.late(kMaxMillis), std::nullopt);
}

TEST_F(RunTableTest, NobodyIsLateBeforeTheDeadline) {
  EXPECT_EQ(runs.late(kMaxMillis), std::nullopt);
  EXPECT_EQ(runs.next_deadline(), std::nullopt);
  runs.start("a", 10);
  EXPECT_EQ(runs.next_deadline(), 10);
  EXPECT_EQ(runs.late(9), std::nullopt);
  EXPECT_EQ(runs.late(10), "a");
}

TEST_F(RunTableTest, TheFirstDeadlineThenTheFirstToStartIsLate) {
  runs.start("z", 20);
  runs.start("m", 10);
  runs.start("b", 20);
  runs.start("a", 20);
  std::string order;
  while (const auto late = runs.late(20)) {
    order += *late;
    runs.end(*late);
  }
  EXPECT_EQ(order, "mzba");
}

TEST_F(RunTableTest, RemembersAsManyEndedRunsAsTheLimitSays) {
  limits.ended_runs = 2;
  runs = RunTable(limits);
  for (const char* id : {"a", "b", "c"}) {
    runs.start(id, 10);
    runs.end(id);
  }
  EXPECT_FALSE(runs.has_ended("a"));
  EXPECT_TRUE(runs.has_ended("b"));
  EXPECT_TRUE(runs.has_ended("c"));
}

TEST_F(RunTableTest, WhyARunRanIsKnownAsLongAsTheRunIs) {
  limits.ended_runs = 1;
  RunTable small(limits);
  EXPECT_EQ(small.origin_of("a"), nullptr);
  small.start("a", 10, {3, SessionKey(), DeliveryRoute{"slack", {}, "C1", {}}});
  small.start("b", 10);
  EXPECT_EQ(small.origin_of("a")->depth, 3);
  EXPECT_EQ(small.origin_of("b")->depth, 0);
  small.end("a");
  EXPECT_EQ(small.origin_of("a")->route->to, "C1");
  small.end("b");
  EXPECT_EQ(small.origin_of("a"), nullptr);
}

TEST_F(RunTableTest, AClockThatStepsTakesTheDeadlinesAlong) {
  runs.start("a", 1'000);
  runs.start("b", 2'000);
  runs.shift(-500);
  EXPECT_EQ(runs.next_deadline(), 500);
  EXPECT_EQ(runs.late(499), std::nullopt);
  EXPECT_EQ(runs.late(500), "a");
  runs.end("a");
  EXPECT_EQ(runs.next_deadline(), 1'500);
}

}  // namespace
}  // namespace vagus
