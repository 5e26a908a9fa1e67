#include "vagus/context/ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace vagus {
namespace {

struct BudgetCase {
  std::int64_t window;
  std::int64_t asked;
  std::int64_t reference_reserve;
  std::int64_t reserve;
};

// Spec: context, section 2.4, and its boundaries.
const BudgetCase kBudgets[] = {
    {128'000, 16'384, 16'384, 16'384},
    {128'000, 20'000, 20'000, 20'000},
    {32'768, 20'000, 20'000, 8'192},
    {16'000, 20'000, 8'000, 4'000},
    {4'096, 20'000, 2'048, 1'024},
    {80'000, 20'000, 20'000, 20'000},
    {79'999, 20'000, 20'000, 19'999},
    {200'000, 60'000, 60'000, 50'000},
    {1'000, -5, 0, 0},
    {1, 0, 0, 0},
    {1, 10, 0, 0},
    {0, 10, 0, 0},
    {2, 10, 1, 0},
};

TEST(Budget, CapsTheReserve) {
  for (const BudgetCase& each : kBudgets) {
    const ModelConfig model{each.window, each.asked};
    const std::int64_t window = std::max<std::int64_t>(1, each.window);
    const Budget ours = Budget::of(model, Profile::vagus);
    const Budget theirs = Budget::of(model, Profile::reference);
    EXPECT_EQ(ours.reserve, each.reserve) << each.window;
    EXPECT_EQ(theirs.reserve, each.reference_reserve) << each.window;
    EXPECT_EQ(ours.tokens, window - each.reserve) << each.window;
    EXPECT_EQ(theirs.tokens, window - each.reference_reserve) << each.window;
    EXPECT_EQ(ours.window, window);
  }
}

TEST(Budget, AlwaysLeavesRoomForAPrompt) {
  for (std::int64_t window = -2; window < 300; ++window) {
    for (const std::int64_t reserve : {-1, 0, 1, 50, 100'000}) {
      for (const Profile profile : {Profile::vagus, Profile::reference}) {
        const Budget budget = Budget::of({window, reserve}, profile);
        EXPECT_GE(budget.tokens, 1);
        EXPECT_GE(budget.reserve, 0);
        EXPECT_EQ(budget.tokens + budget.reserve, budget.window);
      }
    }
  }
}

TEST(Ledger, ShowsTheIncident) {
  const Budget budget = Budget::of({128'000, 16'384}, Profile::vagus);
  const Ledger ledger = make_ledger(budget, {{"history", 69, 103'000}, {"prompt", 1, 624}}, 0);
  EXPECT_EQ(ledger.window, 128'000);
  EXPECT_EQ(ledger.reserve, 16'384);
  EXPECT_EQ(ledger.budget, 111'616);
  EXPECT_EQ(ledger.raw, 103'624);
  EXPECT_EQ(ledger.estimated, 124'349);
  EXPECT_EQ(ledger.overflow, 12'733);
}

TEST(Ledger, OverflowBeginsOneTokenBeyondTheBudget) {
  const Budget budget{150, 30, 120};
  EXPECT_EQ(make_ledger(budget, {{"prompt", 1, 100}}, 0).overflow, 0);
  EXPECT_EQ(make_ledger(budget, {{"prompt", 1, 101}}, 0).overflow, 2);
}

TEST(Ledger, LeavesOutPartsWithoutMessages) {
  const Ledger ledger =
      make_ledger({100, 0, 100}, {{"system", 1, 0}, {"history", 0, 0}, {"prompt", 1, 7}}, 3);
  ASSERT_EQ(ledger.parts.size(), 2u);
  EXPECT_EQ(ledger.parts[0].name, "system");
  EXPECT_EQ(ledger.parts[1].name, "prompt");
  EXPECT_EQ(ledger.dropped, 3);
  EXPECT_EQ(ledger.source, PriceSource::estimated);
}

}  // namespace
}  // namespace vagus
