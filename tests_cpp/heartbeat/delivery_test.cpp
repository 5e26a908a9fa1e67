#include "vagus/heartbeat/delivery.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

const DeliveryRoute kEvent{"discord", "work", "channel:1", "7"};
const DeliveryRoute kLast{"slack", std::nullopt, "C2", std::nullopt};

Heartbeat towards(std::string target, std::string to = "") {
  Heartbeat heartbeat;
  heartbeat.target = std::move(target);
  heartbeat.to = std::move(to);
  return heartbeat;
}

TEST(HeartbeatRoute, NoneIsNeverDelivered) {
  EXPECT_EQ(heartbeat_route(towards("none"), kEvent, kLast), std::nullopt);
}

TEST(HeartbeatRoute, TheEventsRouteComesFirstAndWhole) {
  for (const char* target : {"event", "last", "telegram"}) {
    EXPECT_EQ(heartbeat_route(towards(target, "42"), kEvent, kLast), kEvent) << target;
  }
}

TEST(HeartbeatRoute, WithoutAnEventTheTargetDecides) {
  EXPECT_EQ(heartbeat_route(towards("event"), std::nullopt, kLast), std::nullopt);
  EXPECT_EQ(heartbeat_route(towards("last"), std::nullopt, kLast), kLast);
  EXPECT_EQ(heartbeat_route(towards("last"), std::nullopt, std::nullopt), std::nullopt);
  const DeliveryRoute configured{"telegram", std::nullopt, "42", std::nullopt};
  EXPECT_EQ(heartbeat_route(towards("telegram", "42"), std::nullopt, kLast), configured);
}

TEST(HeartbeatRoute, TheDefaultAnswersEventsOnly) {
  EXPECT_EQ(heartbeat_route(Heartbeat(), kEvent, kLast), kEvent);
  EXPECT_EQ(heartbeat_route(Heartbeat(), std::nullopt, kLast), std::nullopt);
}

}  // namespace
}  // namespace vagus
