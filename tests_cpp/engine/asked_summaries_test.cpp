#include "vagus/engine/asked_summaries.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

AskedSummary asked(std::optional<Millis> deadline) {
  AskedSummary made;
  made.run_id = "run";
  made.deadline = deadline;
  return made;
}

TEST(AskedSummaries, ThoseThatNobodyWaitsForGiveWay) {
  AskedSummaries summaries;
  const std::int64_t awaited = summaries.add(asked(5));
  const std::int64_t oldest = summaries.add(asked(std::nullopt));
  for (std::size_t i = 2; i <= AskedSummaries::kKept; ++i) summaries.add(asked(std::nullopt));
  EXPECT_EQ(summaries.size(), AskedSummaries::kKept);
  EXPECT_NE(summaries.find(awaited), nullptr);
  EXPECT_EQ(summaries.find(oldest), nullptr);
  EXPECT_TRUE(summaries.was_asked(oldest));
}

TEST(AskedSummaries, ThoseThatRunsWaitForAreAllKept) {
  AskedSummaries summaries;
  for (std::size_t i = 0; i < AskedSummaries::kKept + 10; ++i) summaries.add(asked(5));
  EXPECT_NE(summaries.find(1), nullptr);
  EXPECT_EQ(summaries.next_deadline(), 5);
}

}  // namespace
}  // namespace vagus
