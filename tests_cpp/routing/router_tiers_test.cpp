#include <gtest/gtest.h>

#include "routing/build.hpp"

namespace vagus {
namespace {

using namespace testing_routing;

const Peer kAnyRoom{PeerKind::group, " * "};

TEST(Router, GoesThroughNineTiersInOrder) {
  const RouteQuery query{
      "discord", "a1",  Peer{PeerKind::channel, "C1"}, Peer{PeerKind::channel, "P"}, "G",
      "T",       {"r2"}};
  std::vector<BindingConfig> bindings = {
      bind("ops", {"discord", "*"}),
      bind("ops", {"discord", "a1"}),
      bind("ops", {"discord", "a1", std::nullopt, std::nullopt, "T"}),
      bind("ops", {"discord", "a1", std::nullopt, "G"}),
      bind("ops", {"discord", "a1", std::nullopt, "G", std::nullopt, {"r1", "r2"}}),
      bind("ops", {"discord", "a1", kAnyRoom}),
      bind("ops", {"discord", "a1", Peer{PeerKind::group, "P"}}),
      bind("ops", {"discord", "a1", Peer{PeerKind::channel, "C1"}}),
  };
  for (std::size_t i = 0; i < 9; ++i) {
    const Route route = resolve(bound(bindings), query);
    EXPECT_EQ(route.matched_by, static_cast<MatchedBy>(i));
    EXPECT_EQ(route.session_key.rest(), "discord:channel:c1") << "never the parent's";
    if (!bindings.empty()) bindings.pop_back();
  }
}

TEST(Router, AsksForEverythingThatABindingNames) {
  const BindingMatch all{"x", "a1", Peer{PeerKind::group, "C1"}, "G", "T", {"r1"}};
  const RouteQuery query{"x", "a1", Peer{PeerKind::group, "C1"}, std::nullopt, "G", "T", {"r1"}};
  const Config config = bound({bind("ops", all)});
  EXPECT_EQ(tier(config, query), "binding.peer");
  std::vector<RouteQuery> lacking(7, query);
  lacking[0].channel = "y";
  lacking[1].account = "a2";
  lacking[2].peer->id = "C2";
  lacking[3].guild = std::nullopt;
  lacking[4].team = " ";
  lacking[5].roles = {"r2"};
  lacking[6].roles = {};
  for (const RouteQuery& each : lacking) EXPECT_EQ(tier(config, each), "default");
}

TEST(Router, KeepsABindingInOneTierEvenWhenItNamesLess) {
  const Config guild = bound({bind("ops", {"x", "*", std::nullopt, "G", std::nullopt, {"r"}})});
  EXPECT_EQ(tier(guild, {"x", "", std::nullopt, std::nullopt, "G"}), "default");
  const Config roles =
      bound({bind("ops", {"x", "*", std::nullopt, std::nullopt, std::nullopt, {"r"}})});
  EXPECT_EQ(tier(roles, {"x"}), "default");
  RouteQuery with_role{"x"};
  with_role.roles = {"other", "r"};
  EXPECT_EQ(tier(roles, with_role), "binding.channel");
}

TEST(Router, TakesAnEmptyListOfRolesForNone) {
  const Config config = bound({bind("ops", {"x", "*", std::nullopt, "G", std::nullopt, {}})});
  EXPECT_EQ(tier(config, {"x", "", std::nullopt, std::nullopt, "G"}), "binding.guild");
}

TEST(Router, NeverTakesARoleForTwo) {
  const Config joined = bound({bind("ops", {"x", "*", std::nullopt, "G", std::nullopt, {"a,b"}})});
  const Config parts =
      bound({bind("ops", {"x", "*", std::nullopt, "G", std::nullopt, {"a", "b"}})});
  RouteQuery query{"x", "", std::nullopt, std::nullopt, "G", std::nullopt, {"a", "b"}};
  EXPECT_EQ(tier(joined, query), "default");
  EXPECT_EQ(tier(parts, query), "binding.guild+roles");
  query.roles = {"a,b"};
  EXPECT_EQ(tier(joined, query), "binding.guild+roles");
  EXPECT_EQ(tier(parts, query), "default");
}

TEST(Router, TakesTheEarliestOfSeveralRolesThatMatch) {
  const Config config = bound({bind("ops", {"x", "*", std::nullopt, "G", std::nullopt, {"z"}}),
                               bind("dev", {"x", "*", std::nullopt, "G", std::nullopt, {"a", "b"}}),
                               bind("main", {"x", "*", std::nullopt, "G", std::nullopt, {"a"}})});
  RouteQuery query{"x", "", std::nullopt, std::nullopt, "G", std::nullopt, {"b", "z"}};
  EXPECT_EQ(resolve(config, query).binding, 0);
  query.roles = {" a ", "b"};
  EXPECT_EQ(resolve(config, query).binding, 1);
}

TEST(Router, MatchesABlankPeerByItsKindAlone) {
  const Config config = bound({bind("ops", {"x", "*", Peer{PeerKind::direct, "*"}})});
  EXPECT_EQ(tier(config, {"x", "", Peer{PeerKind::direct, " "}}), "binding.peer.wildcard");
  EXPECT_EQ(tier(config, {"x", "", Peer{PeerKind::group, " "}}), "default");
  EXPECT_EQ(tier(config, {"x"}), "default");
}

TEST(Router, TakesAPeerCalledStarForThatPeerAlone) {
  const Config config = bound({bind("ops", {"x", "*", Peer{PeerKind::direct, "5"}})});
  EXPECT_EQ(tier(config, {"x", "", Peer{PeerKind::direct, "*"}}), "default");
  EXPECT_EQ(tier(config, {"x", "*", Peer{PeerKind::direct, "5"}}), "binding.peer");
}

TEST(Router, FindsTheParentOfAMessageWithoutAPeer) {
  const Config config = bound({bind("ops", {"x", "*", Peer{PeerKind::group, "P"}})});
  EXPECT_EQ(tier(config, {"x", "", std::nullopt, Peer{PeerKind::channel, " P "}}),
            "binding.peer.parent");
  EXPECT_EQ(tier(config, {"x", "", std::nullopt, Peer{PeerKind::channel, " "}}), "default");
}

}  // namespace
}  // namespace vagus
