#include "vagus/heartbeat/delivery.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace vagus {
namespace {

const DeliveryRoute kEvent{"discord", "office", "channel:1", "7"};
const DeliveryRoute kLast{"slack", std::nullopt, "C2", "9"};

Heartbeat towards(std::string target, std::string to = "") {
  Heartbeat heartbeat;
  heartbeat.target = std::move(target);
  heartbeat.to = std::move(to);
  return heartbeat;
}

/// A place to deliver from, in which a test changes what it is about.
struct Scene {
  Heartbeat heartbeat;
  std::optional<OwnerConfig> owner = {};
  ChannelsConfig channels = {};
  std::optional<DeliveryRoute> event = {};
  std::optional<DeliveryRoute> last = {};
  bool last_is_direct = false;

  Delivery delivery() const {
    return delivery_of({heartbeat, owner, channels, event, last, last_is_direct});
  }
};

std::string told(const Delivery& delivery) {
  const auto* reason = std::get_if<Undelivered>(&delivery);
  if (reason != nullptr) return std::string(name_of(*reason));
  const DeliveryRoute route = route_of(delivery).value();
  return route.channel + "/" + route.account.value_or("-") + "/" + route.to + "/" +
         route.thread.value_or("-");
}

std::string told(const Scene& scene) {
  return told(scene.delivery());
}

TEST(Delivery, NoneIsNeverDelivered) {
  EXPECT_EQ(told({.heartbeat = towards("none"), .event = kEvent, .last = kLast}), "target-none");
}

TEST(Delivery, TheEventsRouteComesFirstAndWhole) {
  for (const char* target : {"event", "last", "telegram", "owner"}) {
    Scene scene{.heartbeat = towards(target, "42"), .event = kEvent, .last = kLast};
    scene.heartbeat.account = "other";
    scene.heartbeat.thread = "1";
    EXPECT_EQ(told(scene), "discord/office/channel:1/7") << target;
  }
}

TEST(Delivery, WithoutAnEventTheTargetDecides) {
  EXPECT_EQ(told({.heartbeat = towards("event"), .last = kLast}), "no-target");
  EXPECT_EQ(told({.heartbeat = towards("last"), .last = kLast}), "slack/-/C2/9");
  EXPECT_EQ(told({.heartbeat = towards("last")}), "no-target");
  EXPECT_EQ(told({.heartbeat = towards("telegram", "42"), .last = kLast}), "telegram/-/42/-");
  EXPECT_EQ(told({.heartbeat = towards("owner")}), "no-target");
  EXPECT_EQ(told({.heartbeat = towards("owner"), .owner = OwnerConfig{"slack", "U1", "office"}}),
            "slack/office/U1/-");
}

TEST(Delivery, TheDefaultAnswersEventsOnly) {
  EXPECT_EQ(told({.heartbeat = Heartbeat(), .event = kEvent}), "discord/office/channel:1/7");
  EXPECT_EQ(told({.heartbeat = Heartbeat(), .last = kLast}), "no-target");
}

TEST(Delivery, AConfiguredAccountAndThreadAreUsed) {
  Scene scene{.heartbeat = towards("telegram", "42"), .last = kLast};
  scene.heartbeat.account = "office";
  scene.heartbeat.thread = "8";
  EXPECT_EQ(told(scene), "telegram/office/42/8");
  scene.heartbeat.target = "last";
  EXPECT_EQ(told(scene), "slack/office/C2/9");
}

TEST(Delivery, AnAccountThatTheChannelDoesNotListIsUnknown) {
  Scene scene{.heartbeat = towards("last"), .last = kLast};
  scene.heartbeat.account = "office";
  scene.channels["slack"].accounts["home"];
  EXPECT_EQ(told(scene), "unknown-account");
  scene.channels["slack"].accounts["Office"];
  EXPECT_EQ(told(scene), "slack/office/C2/9");
  scene.heartbeat.account.reset();
  scene.channels["slack"].accounts.erase("Office");
  EXPECT_EQ(told(scene), "slack/-/C2/9");
}

TEST(Delivery, DirectMessagesCanBeBlocked) {
  Scene scene{.heartbeat = towards("slack", "user:U1")};
  EXPECT_EQ(told(scene), "slack/-/user:U1/-");
  scene.heartbeat.direct_policy = DirectPolicy::block;
  EXPECT_EQ(told(scene), "dm-blocked");
  for (const char* to : {"channel:1", "thread:2", "group:3", "C4"}) {
    scene.heartbeat.to = to;
    EXPECT_EQ(told(scene), "slack/-/" + std::string(to) + "/-");
  }
  scene.heartbeat.to = " USER:u1";
  EXPECT_EQ(told(scene), "dm-blocked");
  scene.owner = OwnerConfig{"slack", "U1", std::nullopt};
  scene.heartbeat.target = "owner";
  EXPECT_EQ(told(scene), "dm-blocked");
}

TEST(Delivery, TheSessionKnowsWhetherItsLastRouteIsDirect) {
  Scene scene{.heartbeat = towards("last"), .last = kLast, .last_is_direct = true};
  scene.heartbeat.direct_policy = DirectPolicy::block;
  EXPECT_EQ(told(scene), "dm-blocked");
  scene.last_is_direct = false;
  EXPECT_EQ(told(scene), "slack/-/C2/9");
  // An event that came from the same place goes to the same people.
  scene.last_is_direct = true;
  scene.event = DeliveryRoute{"Slack", "office", " C2", std::nullopt};
  EXPECT_EQ(told(scene), "dm-blocked");
  scene.event = kEvent;
  EXPECT_EQ(told(scene), "discord/office/channel:1/7");
}

TEST(Delivery, AlertsCanBeHidden) {
  Scene scene{.heartbeat = towards("last"), .last = kLast};
  scene.channels["slack"].heartbeat = VisibilityConfig{std::nullopt, false, std::nullopt};
  EXPECT_EQ(told(scene), "alerts-disabled");
  scene.channels["slack"].accounts["default"].heartbeat =
      VisibilityConfig{std::nullopt, true, std::nullopt};
  EXPECT_EQ(told(scene), "slack/-/C2/9");
}

TEST(Delivery, AcknowledgementsAreSentWhereTheyAreShown) {
  Scene scene{.heartbeat = towards("last"), .last = kLast};
  DeliveryInputs inputs{scene.heartbeat, scene.owner, scene.channels, {}, kLast};
  inputs.acknowledgement = true;
  EXPECT_EQ(told(delivery_of(inputs)), "alerts-disabled");
  scene.channels["slack"].heartbeat = VisibilityConfig{true, false, std::nullopt};
  EXPECT_EQ(told(delivery_of(inputs)), "slack/-/C2/9");
  inputs.acknowledgement = false;
  EXPECT_EQ(told(delivery_of(inputs)), "alerts-disabled");
}

TEST(Delivery, WhatIsShownIsThatOfTheTarget) {
  Scene scene{.heartbeat = towards("last"), .last = kLast};
  scene.channels["defaults"].heartbeat = VisibilityConfig{false, false, false};
  scene.channels["discord"].heartbeat = VisibilityConfig{true, std::nullopt, std::nullopt};
  const auto shown = [&scene] {
    return visibility_at_target({scene.heartbeat, scene.owner, scene.channels, scene.event,
                                 scene.last, scene.last_is_direct});
  };
  EXPECT_TRUE(all_hidden(shown()));
  scene.event = kEvent;
  EXPECT_EQ(shown(), (Visibility{true, false, false}));
  // Without a place to hide anything from, an agent works as ever.
  scene.heartbeat.target = "none";
  EXPECT_EQ(shown(), Visibility());
}

TEST(Delivery, ReasonsHaveTheReferencesNames) {
  EXPECT_EQ(name_of(Undelivered::duplicate), "duplicate");
  EXPECT_EQ(name_of(Undelivered::channel_not_ready), "channel-not-ready");
}

}  // namespace
}  // namespace vagus
