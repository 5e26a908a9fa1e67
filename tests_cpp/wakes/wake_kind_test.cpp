#include "vagus/wakes/wake_kind.hpp"

#include <gtest/gtest.h>

#include "vagus/base/record.hpp"

namespace vagus {
namespace {

struct Expectation {
  WakeKind kind;
  std::string_view name;
  WakeIntent intent;
  int priority;
};

constexpr Expectation kExpectations[] = {{WakeKind::retry, "retry", WakeIntent::scheduled, 0},
                                         {WakeKind::interval, "interval", WakeIntent::scheduled, 1},
                                         {WakeKind::wake, "wake", WakeIntent::immediate, 3},
                                         {WakeKind::cron, "cron", WakeIntent::event, 2},
                                         {WakeKind::task, "task", WakeIntent::immediate, 3},
                                         {WakeKind::other, "other", WakeIntent::event, 2},
                                         {WakeKind::exec, "exec", WakeIntent::event, 2},
                                         {WakeKind::hook, "hook", WakeIntent::immediate, 3},
                                         {WakeKind::manual, "manual", WakeIntent::manual, 3}};

TEST(WakeKind, HasANameAnIntentAndAPriority) {
  ASSERT_EQ(std::size(kExpectations), enum_names(WakeKind{}).size());
  for (const Expectation& expected : kExpectations) {
    SCOPED_TRACE(expected.name);
    EXPECT_EQ(name_of(expected.kind), expected.name);
    EXPECT_EQ(enum_from_name<WakeKind>(expected.name), expected.kind);
    EXPECT_EQ(intent_of(expected.kind), expected.intent);
    EXPECT_EQ(priority_of(expected.kind, expected.intent), expected.priority);
  }
}

// The order of the rules in the newest reference (spec: heartbeats, section 1.3).
TEST(WakeKind, TheFirstRuleThatFitsGivesThePriority) {
  EXPECT_EQ(priority_of(WakeKind::retry, WakeIntent::manual), 3);
  EXPECT_EQ(priority_of(WakeKind::interval, WakeIntent::immediate), 3);
  EXPECT_EQ(priority_of(WakeKind::retry, WakeIntent::event), 0);
  EXPECT_EQ(priority_of(WakeKind::interval, WakeIntent::event), 1);
  EXPECT_EQ(priority_of(WakeKind::exec, WakeIntent::scheduled), 1);
  EXPECT_EQ(priority_of(WakeKind::manual, WakeIntent::task), 2);
}

TEST(WakeKind, OnlyScheduledWakesAreAmbient) {
  for (const WakeIntent intent : {WakeIntent::manual, WakeIntent::immediate, WakeIntent::task,
                                  WakeIntent::event, WakeIntent::scheduled}) {
    EXPECT_EQ(is_ambient(intent), intent == WakeIntent::scheduled) << name_of(intent);
  }
}

TEST(WakeKind, KnowsWhichKindsReportEvents) {
  for (const WakeKind kind :
       {WakeKind::retry, WakeKind::interval, WakeKind::wake, WakeKind::other, WakeKind::manual}) {
    EXPECT_EQ(event_need_of(kind), EventNeed::none) << name_of(kind);
  }
  for (const WakeKind kind : {WakeKind::cron, WakeKind::task, WakeKind::hook}) {
    EXPECT_EQ(event_need_of(kind), EventNeed::reports) << name_of(kind);
  }
  EXPECT_EQ(event_need_of(WakeKind::exec), EventNeed::demands);
}

TEST(WakeKind, RefusesOtherNames) {
  EXPECT_EQ(enum_from_name<WakeKind>("Interval"), std::nullopt);
  EXPECT_EQ(enum_from_name<WakeKind>(""), std::nullopt);
  EXPECT_EQ(enum_from_name<WakeIntent>("event "), std::nullopt);
}

}  // namespace
}  // namespace vagus
