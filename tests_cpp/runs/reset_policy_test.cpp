#include "vagus/runs/reset_policy.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

constexpr Millis kFour = 1'775'793'600'000;  ///< 2026-04-10T04:00:00Z

ResetPolicy daily(std::int64_t hour = 4) {
  return {ResetMode::daily, hour, std::nullopt};
}

bool fresh(const ResetPolicy& policy, Millis since, Millis now, const Zone& zone = Zone()) {
  return is_fresh(policy, since, since, now, zone);
}

TEST(ResetPolicy, ADayBeginsAtItsHour) {
  EXPECT_TRUE(fresh(daily(), kFour, kFour + 19 * kHour));
  EXPECT_FALSE(fresh(daily(), kFour - 1, kFour));
  EXPECT_TRUE(fresh(daily(), kFour - kDay, kFour - 1)) << "it is still yesterday";
}

TEST(ResetPolicy, TheHourIsThatOfAClock) {
  const Zone zone = Zone::create("Test/East", {{0, 7'200}}).value_or_throw();
  EXPECT_EQ(last_at_hour(4, kFour, zone), kFour - 2 * kHour);
  EXPECT_EQ(last_at_hour(7, kFour, zone), kFour + kHour - kDay);
  // The clock goes forward by an hour two hours before now.
  const Zone summer =
      Zone::create("Test/Summer", {{0, 0}, {kFour - 2 * kHour, 3'600}}).value_or_throw();
  EXPECT_EQ(last_at_hour(1, kFour, summer), kFour - 3 * kHour);
  EXPECT_EQ(last_at_hour(4, kFour, summer), kFour - kHour);
}

TEST(ResetPolicy, WhatIsIdleTooLongIsStale) {
  const ResetPolicy idle{ResetMode::idle, 4, 30};
  EXPECT_TRUE(fresh(idle, kFour, kFour + 30 * kMinute));
  EXPECT_FALSE(fresh(idle, kFour, kFour + 30 * kMinute + 1));
  EXPECT_TRUE(fresh({ResetMode::idle, 4, 0}, 0, kMaxMillis));
  EXPECT_TRUE(fresh({}, 0, kMaxMillis)) << "nothing is stale by default";
}

TEST(ResetPolicy, BothBoundsLookAtTimesOfTheirOwn) {
  const ResetPolicy both{ResetMode::daily, 4, 10};
  EXPECT_FALSE(is_fresh(both, kFour, kFour, kFour + kHour, Zone()));
  EXPECT_TRUE(is_fresh(both, kFour, kFour + kHour, kFour + kHour, Zone()));
  EXPECT_FALSE(is_fresh(both, kFour - kHour, kFour + kHour, kFour + kHour, Zone()));
}

TEST(ResetPolicy, KindsAreReadOffKeys) {
  EXPECT_EQ(reset_kind("agent:main:main"), ResetKind::direct);
  EXPECT_EQ(reset_kind("agent:main:Discord:Channel:c1"), ResetKind::group);
  EXPECT_EQ(reset_kind("agent:main:slack:channel:c1:thread:1.1"), ResetKind::thread);
  EXPECT_EQ(reset_kind("agent:main:telegram:group:1:topic:2"), ResetKind::thread);
  EXPECT_EQ(reset_kind("agent:main:main", true), ResetKind::thread);
  EXPECT_EQ(reset_kind("agent:main:main", false, true), ResetKind::group);
}

TEST(ResetPolicy, AKindGoesOverTheGeneralAndAChannelOverAll) {
  ResetRules rules;
  rules.reset = ResetSetting{ResetMode::daily, 30, 15};
  rules.by_type["DM"] = ResetSetting{ResetMode::idle, {}, 60};
  rules.by_channel["Slack"] = ResetSetting{ResetMode::idle, {}, {}};
  EXPECT_EQ(reset_policy(rules, ResetKind::group), (ResetPolicy{ResetMode::daily, 23, 15}));
  EXPECT_EQ(reset_policy(rules, ResetKind::direct), (ResetPolicy{ResetMode::idle, 23, 60}));
  EXPECT_EQ(reset_policy(rules, ResetKind::direct, " slack"), (ResetPolicy{ResetMode::idle, 4, 0}));
}

TEST(ResetPolicy, TheOlderSpellingAloneMeansIdle) {
  ResetRules rules;
  rules.idle_minutes = 30;
  rules.default_mode = ResetMode::daily;
  EXPECT_EQ(reset_policy(rules, ResetKind::direct), (ResetPolicy{ResetMode::idle, 4, 30}));
  rules.by_type["thread"] = ResetSetting{ResetMode::idle, {}, 5};
  EXPECT_EQ(reset_policy(rules, ResetKind::direct), (ResetPolicy{ResetMode::daily, 4, 30}));
}

}  // namespace
}  // namespace vagus
