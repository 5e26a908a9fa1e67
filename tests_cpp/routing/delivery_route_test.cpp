#include "vagus/routing/delivery_route.hpp"

#include <gtest/gtest.h>

#include "vagus/base/record.hpp"

namespace vagus {
namespace {

const DeliveryRoute kRoute = {"slack", "bot", "C1", "7.1"};

TEST(SamePlace, SpellingDoesNotMatter) {
  EXPECT_TRUE(same_place(kRoute, kRoute));
  EXPECT_TRUE(same_place(kRoute, {" Slack ", " BOT", " C1 ", "7.1 "}));
  EXPECT_TRUE(
      same_place({"slack", std::nullopt, "C1", std::nullopt}, {"slack", "Default", "C1", "  "}));
}

TEST(SamePlace, EveryFieldCounts) {
  EXPECT_FALSE(same_place(kRoute, {"discord", "bot", "C1", "7.1"}));
  EXPECT_FALSE(same_place(kRoute, {"slack", std::nullopt, "C1", "7.1"}));
  EXPECT_FALSE(same_place(kRoute, {"slack", "bot", "c1", "7.1"})) << "ids keep their case";
  EXPECT_FALSE(same_place(kRoute, {"slack", "bot", "C1", std::nullopt}));
}

}  // namespace
}  // namespace vagus
