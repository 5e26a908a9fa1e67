#include "vagus/runs/outbox.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

Parcel parcel(const std::string& run_id) {
  Parcel made;
  made.run_id = run_id;
  made.text = "text of " + run_id;
  return made;
}

class OutboxTest : public testing::Test {
 protected:
  static Limits small() {
    Limits limits;
    limits.deliveries = 3;
    limits.delivery_attempts = 3;
    return limits;
  }
  std::string due(Millis now) {
    std::string ids;
    for (const Parcel& each : outbox.due(now)) {
      ids += each.run_id + std::to_string(each.attempts) + " ";
    }
    return ids;
  }
  Outbox outbox{small()};
};

TEST_F(OutboxTest, WhatArrivedIsForgotten) {
  outbox.add(parcel("a"));
  EXPECT_EQ(outbox.size(), 1U);
  outbox.arrived("a");
  outbox.arrived("a");
  EXPECT_EQ(outbox.size(), 0U);
  EXPECT_EQ(outbox.retry("a", 0), std::nullopt);
  EXPECT_FALSE(outbox.give_up("a").has_value());
}

TEST_F(OutboxTest, NothingIsHandedOutAgainUnlessItFailed) {
  outbox.add(parcel("a"));
  EXPECT_EQ(outbox.next_due(), std::nullopt);
  EXPECT_EQ(due(kMaxMillis), "");
}

TEST_F(OutboxTest, WhatFailedIsHandedOutAgainAMinuteLaterAndNotSooner) {
  outbox.add(parcel("a"));
  EXPECT_EQ(outbox.retry("a", 1'000), 1'000 + kDeliveryRetryMillis);
  EXPECT_EQ(outbox.next_due(), 61'000);
  EXPECT_EQ(due(60'999), "");
  EXPECT_EQ(due(61'000), "a2 ");
  EXPECT_EQ(due(kMaxMillis), "") << "once for each failure";
}

TEST_F(OutboxTest, AFailureThatIsReportedTwiceIsOne) {
  outbox.add(parcel("a"));
  EXPECT_EQ(outbox.retry("a", 0), 60'000);
  EXPECT_EQ(outbox.retry("a", 30'000), 60'000);
  EXPECT_EQ(due(kMaxMillis), "a2 ");
}

TEST_F(OutboxTest, AttemptsRunOut) {
  outbox.add(parcel("a"));
  for (const char* expected : {"a2 ", "a3 "}) {
    ASSERT_TRUE(outbox.retry("a", 0).has_value());
    EXPECT_EQ(due(60'000), expected);
  }
  EXPECT_EQ(outbox.retry("a", 60'000), std::nullopt);
  const auto lost = outbox.give_up("a");
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(lost->text, "text of a");
  EXPECT_EQ(lost->attempts, 3);
  EXPECT_EQ(outbox.size(), 0U);
}

TEST_F(OutboxTest, TheOldestIsLetGoWhenTooManyWait) {
  for (const char* id : {"a", "b", "c", "d"}) {
    outbox.add(parcel(id));
    outbox.retry(id, 0);
  }
  EXPECT_EQ(outbox.size(), 3U);
  EXPECT_EQ(due(60'000), "b2 c2 d2 ");
}

TEST_F(OutboxTest, RetriesComeInTheOrderOfTheirTimes) {
  outbox.add(parcel("a"));
  outbox.add(parcel("b"));
  outbox.retry("b", 10);
  outbox.retry("a", 20);
  EXPECT_EQ(due(kMaxMillis), "b2 a2 ");
}

TEST_F(OutboxTest, AClockThatStepsTakesTheRetriesAlong) {
  outbox.add(parcel("a"));
  outbox.retry("a", 100'000);
  outbox.shift(-50'000);
  EXPECT_EQ(outbox.next_due(), 110'000);
  EXPECT_EQ(outbox.retry("a", 50'000), 110'000);
  EXPECT_EQ(due(109'999), "");
  EXPECT_EQ(due(110'000), "a2 ");
}

}  // namespace
}  // namespace vagus
