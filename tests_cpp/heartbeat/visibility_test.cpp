#include "vagus/heartbeat/visibility.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

VisibilityConfig shows(std::optional<bool> ok, std::optional<bool> alerts,
                       std::optional<bool> indicator) {
  return {ok, alerts, indicator};
}

TEST(Visibility, AlertsAndTheIndicatorShowUnlessSomebodySaysOtherwise) {
  EXPECT_EQ(visibility_of({}, "slack", ""), (Visibility{false, true, true}));
  EXPECT_EQ(visibility_of({}, "", ""), Visibility());
}

TEST(Visibility, TheNarrowestPlaceThatSetsAFlagDecides) {
  ChannelsConfig channels;
  channels["defaults"].heartbeat = shows(true, false, std::nullopt);
  channels["slack"].heartbeat = shows(false, std::nullopt, std::nullopt);
  channels["slack"].accounts["work"].heartbeat = shows(std::nullopt, true, false);
  channels["slack"].accounts["quiet"];
  EXPECT_EQ(visibility_of(channels, "discord", "work"), (Visibility{true, false, true}));
  EXPECT_EQ(visibility_of(channels, "slack", "other"), (Visibility{false, false, true}));
  EXPECT_EQ(visibility_of(channels, "slack", "quiet"), (Visibility{false, false, true}));
  EXPECT_EQ(visibility_of(channels, "slack", "work"), (Visibility{false, true, false}));
  EXPECT_EQ(visibility_of(channels, " Slack", "WORK"), (Visibility{false, true, false}));
}

TEST(Visibility, NoAccountIsTheDefaultOne) {
  ChannelsConfig channels;
  channels["slack"].accounts["default"].heartbeat = shows(true, std::nullopt, std::nullopt);
  EXPECT_TRUE(visibility_of(channels, "slack", "").show_ok);
  EXPECT_FALSE(visibility_of(channels, "slack", "work").show_ok);
}

TEST(Visibility, WebchatFollowsTheDefaults) {
  ChannelsConfig channels;
  channels["defaults"].heartbeat = shows(std::nullopt, std::nullopt, false);
  channels["webchat"].heartbeat = shows(true, false, true);
  channels["webchat"].accounts["a"].heartbeat = shows(true, false, true);
  EXPECT_EQ(visibility_of(channels, "webchat", "a"), (Visibility{false, true, false}));
}

TEST(Visibility, AllHiddenMeansAllThree) {
  EXPECT_TRUE(all_hidden({false, false, false}));
  EXPECT_FALSE(all_hidden({true, false, false}));
  EXPECT_FALSE(all_hidden({false, true, false}));
  EXPECT_FALSE(all_hidden({false, false, true}));
}

}  // namespace
}  // namespace vagus
