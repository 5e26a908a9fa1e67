#include "vagus/wakes/wake_label.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(WakeLabel, TellsTheKindAndTheSource) {
  struct Case {
    std::string_view reason;
    WakeKind kind;
    std::optional<WakeSource> source;
    bool carries_events;
  };
  const Case cases[] = {
      {"retry", WakeKind::retry, std::nullopt, false},
      {"interval", WakeKind::interval, std::nullopt, false},
      {"manual", WakeKind::manual, std::nullopt, false},
      {" exec-event\n", WakeKind::exec, WakeSource::exec, false},
      {"wake", WakeKind::wake, WakeSource::hook, true},
      {"acp:spawn:stream", WakeKind::wake, WakeSource::spawn, true},
      {"cron:", WakeKind::cron, WakeSource::cron, false},
      {"hook:wake", WakeKind::hook, WakeSource::hook, true},
      {"session-state:a", WakeKind::other, WakeSource::session_state, true},
      {"Interval", WakeKind::other, std::nullopt, false},
      {"cron", WakeKind::other, std::nullopt, false},
      {"exec-event:1", WakeKind::other, std::nullopt, false},
      {"", WakeKind::other, std::nullopt, false},
  };
  for (const Case& each : cases) {
    const WakeLabel label = read_wake_label(each.reason);
    EXPECT_EQ(label.kind, each.kind) << each.reason;
    EXPECT_EQ(label.source, each.source) << each.reason;
    EXPECT_EQ(label.carries_events, each.carries_events) << each.reason;
    EXPECT_EQ(label.intent, intent_of(each.kind)) << each.reason;
  }
}

TEST(WakeLabel, KeepsTheLabelTrimmed) {
  EXPECT_EQ(read_wake_label(" cron:a ").reason, "cron:a");
  EXPECT_EQ(read_wake_label(" \n").reason, "requested");
}

TEST(WakeLabel, WhatIsGivenBeatsWhatTheLabelSays) {
  const WakeLabel label = read_wake_label("cron:a", WakeSource::task, WakeIntent::scheduled);
  EXPECT_EQ(label.kind, WakeKind::task);
  EXPECT_EQ(label.source, WakeSource::task);
  EXPECT_EQ(label.intent, WakeIntent::scheduled);
  EXPECT_EQ(label.priority, 1);
  EXPECT_TRUE(label.carries_events);
  EXPECT_TRUE(read_wake_label("wake", WakeSource::cron).carries_events) << "its label says so";
  EXPECT_EQ(read_wake_label("retry", std::nullopt, WakeIntent::scheduled).priority, 0);
}

TEST(WakeLabel, EverySourceHasAKind) {
  for (std::size_t i = 0; i < enum_names(WakeSource{}).size(); ++i) {
    const auto source = static_cast<WakeSource>(i);
    const WakeLabel label = read_wake_label("x", source);
    EXPECT_EQ(label.source, source);
    const auto namesake = enum_from_name<WakeKind>(name_of(source));
    EXPECT_EQ(label.kind, namesake.value_or(label.kind));
  }
}

}  // namespace
}  // namespace vagus
