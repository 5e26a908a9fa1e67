#include "vagus/context/price_book.hpp"

#include <gtest/gtest.h>

#include "build.hpp"
#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

using testing_messages::Dice;

Price price(const PriceBook& book, std::int64_t estimated, std::int64_t revision = 1,
            std::string_view model = "m") {
  const Result<Price> made = book.price(model, revision, estimated);
  EXPECT_TRUE(made);
  return *made;
}

UsageReport report(std::int64_t estimated, std::int64_t reported, std::int64_t revision = 1) {
  return {"m", revision, estimated, reported};
}

TEST(PriceBook, EstimatesWithoutReports) {
  EXPECT_EQ(price({}, 0), (Price{0, 0, PriceSource::estimated}));
  EXPECT_EQ(price({}, 1'000), (Price{1'000, 200, PriceSource::estimated}));
  EXPECT_EQ(price({}, 1).tokens + price({}, 1).reserve, with_margin(1));
}

TEST(PriceBook, EstimatesOnlyWhatCameAfterTheReport) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(10'000, 12'000)));
  EXPECT_EQ(price(book, 10'000), (Price{12'000, 240, PriceSource::anchored}));
  EXPECT_EQ(price(book, 11'000), (Price{13'200, 240 + 240, PriceSource::anchored}));
  EXPECT_EQ(price(book, 5'000), price(book, 10'000));
}

// A host that reports only what was not cached: the next prompt would be thought to cost nothing.
TEST(PriceBook, AReportOfAPartAnchorsNothing) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(10'000, 10'000)));
  ASSERT_FALSE(book.observe(report(10'000, 4)));
  EXPECT_EQ(price(book, 10'000).source, PriceSource::estimated);
  EXPECT_GE(price(book, 10'000).tokens, 5'000) << "the ratio has its limit";
  ASSERT_FALSE(book.observe(report(10'000, 5'000)));
  EXPECT_EQ(price(book, 10'000).source, PriceSource::anchored);
}

TEST(PriceBook, AnotherRevisionIsEstimatedWithWhatWasLearned) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(10'000, 12'000)));
  EXPECT_EQ(price(book, 10'000, 2), (Price{12'000, 2'400, PriceSource::estimated}));
  ASSERT_FALSE(book.observe(report(9'000, 10'000, 2)));
  EXPECT_EQ(price(book, 9'000, 2).source, PriceSource::anchored);
  EXPECT_EQ(price(book, 9'000, 1).source, PriceSource::estimated);
}

TEST(PriceBook, AnotherModelKnowsNothing) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(10'000, 12'000)));
  EXPECT_EQ(price(book, 10'000, 1, "other"), (Price{10'000, 2'000, PriceSource::estimated}));
  EXPECT_EQ(book.ratio("m"), 1'200);
  EXPECT_EQ(book.ratio("other"), 1'000);
}

TEST(PriceBook, TheNewestReportCountsForAQuarter) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(1'000, 2'000)));
  EXPECT_EQ(book.ratio("m"), 2'000);
  ASSERT_FALSE(book.observe(report(1'000, 1'000)));
  EXPECT_EQ(book.ratio("m"), 1'750);
}

TEST(PriceBook, TheRatioIsBoundedBothWays) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(1'000, kMaxCount)));
  EXPECT_EQ(book.ratio("m"), PriceBook::kMaxRatio);
  for (int i = 0; i < 50; ++i) ASSERT_FALSE(book.observe(report(kMaxCount, 1)));
  EXPECT_LE(book.ratio("m"), PriceBook::kMinRatio + 2);
  EXPECT_GE(book.ratio("m"), PriceBook::kMinRatio);
}

TEST(PriceBook, ShortPromptsTeachNothingButAnchor) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(PriceBook::kMinLearned - 1, 2'000)));
  EXPECT_EQ(book.ratio("m"), 1'000);
  EXPECT_EQ(price(book, PriceBook::kMinLearned).tokens, 2'001);
}

TEST(PriceBook, ForgetsTheModelReportedLongestAgo) {
  PriceBook book;
  const auto name = [](std::size_t i) { return "model " + std::to_string(i); };
  for (std::size_t i = 0; i < PriceBook::kMaxModels; ++i) {
    ASSERT_FALSE(book.observe({name(i), 1, 1'000, 2'000}));
  }
  ASSERT_FALSE(book.observe({name(0), 1, 1'000, 2'000}));
  ASSERT_FALSE(book.observe({"newcomer", 1, 1'000, 2'000}));
  EXPECT_EQ(book.ratio(name(0)), 2'000);
  EXPECT_EQ(book.ratio(name(1)), 1'000);
  EXPECT_EQ(book.ratio("newcomer"), 2'000);
}

TEST(PriceBook, ABadReportChangesNothing) {
  PriceBook book;
  ASSERT_FALSE(book.observe(report(10'000, 12'000)));
  const struct {
    UsageReport report;
    std::string field;
  } cases[] = {
      {{"", 1, 1, 1}, "model"},
      {{std::string(257, 'm'), 1, 1, 1}, "model"},
      {{"\xFF", 1, 1, 1}, "model"},
      {{"m", -1, 1, 1}, "revision"},
      {{"m", 1, 0, 1}, "estimated"},
      {{"m", 1, kMaxCount + 1, 1}, "estimated"},
      {{"m", 1, 1, 0}, "reported"},
      {{"m", 1, 1, INT64_MIN}, "reported"},
      {{"m", 1, 1, INT64_MAX}, "reported"},
  };
  for (const auto& each : cases) {
    const MaybeError failed = book.observe(each.report);
    ASSERT_TRUE(failed) << each.field;
    EXPECT_EQ(failed->field, each.field);
    EXPECT_EQ(book.anchor(), report(10'000, 12'000));
    EXPECT_EQ(book.ratio("m"), 1'200);
  }
  EXPECT_EQ(book.price("m", 1, -1).error().field, "estimated");
  EXPECT_EQ(book.price("m", 1, INT64_MAX).error().field, "estimated");
  EXPECT_EQ(book.price("", 1, 1).error().field, "model");
}

// Whatever was reported: no price is negative, none falls when the estimate grows, and none is
// beyond the bounds of the ratio.
TEST(PriceBook, PricesAreBoundedAndMonotone) {
  Dice dice(5);
  for (int round = 0; round < 500; ++round) {
    PriceBook book;
    for (auto n = dice.roll(5); n > 0; --n) {
      const auto size = [&] { return 1 + dice.roll(std::int64_t{1} << dice.roll(31)); };
      ASSERT_FALSE(book.observe(report(size(), size(), dice.roll(2))));
    }
    const std::int64_t ratio = book.ratio("m");
    ASSERT_TRUE(ratio >= PriceBook::kMinRatio && ratio <= PriceBook::kMaxRatio) << ratio;
    const std::int64_t reported = book.anchor() ? book.anchor()->reported : 0;
    Price before{0, 0, PriceSource::estimated};
    std::int64_t estimated = 0;
    for (int step = 0; step < 30; ++step) {
      const Price now = price(book, estimated);
      ASSERT_GE(now.tokens, before.tokens);
      ASSERT_GE(now.reserve, before.reserve);
      ASSERT_GE(now.tokens + 1, std::min(reported, estimated / 2));
      ASSERT_LE(now.tokens, reported + 3 * estimated);
      ASSERT_LE(now.reserve, now.tokens / 5 + 2);
      before = now;
      estimated += 1 + dice.roll(std::int64_t{1} << dice.roll(31));
    }
  }
}

TEST(Priced, KeepsTheMoreInReserveTheLessIsCertain) {
  EXPECT_EQ(priced(1'000, 1'000, PriceSource::exact), (Price{1'000, 0, PriceSource::exact}));
  EXPECT_EQ(priced(1'000, 1'000, PriceSource::anchored).reserve, 20);
  EXPECT_EQ(priced(1'000, 0, PriceSource::estimated).reserve, 200);
}

}  // namespace
}  // namespace vagus
