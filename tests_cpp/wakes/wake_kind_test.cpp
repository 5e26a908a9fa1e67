#include "vagus/wakes/wake_kind.hpp"

#include <gtest/gtest.h>

#include "vagus/base/record.hpp"

namespace vagus {
namespace {

struct Expectation {
  WakeKind kind;
  std::string_view name;
  int priority;
  bool ambient;
};

constexpr Expectation kExpectations[] = {
    {WakeKind::retry, "retry", 0, true},   {WakeKind::interval, "interval", 1, true},
    {WakeKind::wake, "wake", 2, false},    {WakeKind::cron, "cron", 2, false},
    {WakeKind::task, "task", 2, false},    {WakeKind::other, "other", 2, false},
    {WakeKind::exec, "exec", 3, false},    {WakeKind::hook, "hook", 3, false},
    {WakeKind::manual, "manual", 3, false}};

TEST(WakeKind, NamesPrioritiesAndAmbience) {
  ASSERT_EQ(std::size(kExpectations), enum_names(WakeKind{}).size());
  for (const Expectation& expected : kExpectations) {
    SCOPED_TRACE(expected.name);
    EXPECT_EQ(name_of(expected.kind), expected.name);
    EXPECT_EQ(enum_from_name<WakeKind>(expected.name), expected.kind);
    EXPECT_EQ(priority_of(expected.kind), expected.priority);
    EXPECT_EQ(is_ambient(expected.kind), expected.ambient);
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
}

}  // namespace
}  // namespace vagus
