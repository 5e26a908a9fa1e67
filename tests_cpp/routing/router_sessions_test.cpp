#include <gtest/gtest.h>

#include "routing/build.hpp"

namespace vagus {
namespace {

using namespace testing_routing;

TEST(Router, UsesTheScopesOfTheBindingThenTheCallersThenTheConfigurations) {
  Config config = bound({bind("ops", {"slack"}), bind("ops", {"discord"})});
  config.session.dm_scope = DmScope::per_peer;
  config.session.group_scope = GroupScope::main;
  config.bindings[1].session = {DmScope::per_channel_peer, GroupScope::per_group};
  RouteQuery query{"slack", "", kDirect5};
  EXPECT_EQ(resolve(config, query).session_key.rest(), "direct:5");
  query.dm_scope = DmScope::main;
  EXPECT_EQ(resolve(config, query).session_key.rest(), "main");
  EXPECT_EQ(resolve(config, query).dm_scope, DmScope::main);
  query.channel = "discord";
  EXPECT_EQ(resolve(config, query).session_key.rest(), "discord:direct:5");
  EXPECT_EQ(resolve(config, query).dm_scope, DmScope::per_channel_peer);

  RouteQuery room{"slack", "", kRoom};
  EXPECT_EQ(resolve(config, room).session_key.rest(), "main");
  EXPECT_EQ(resolve(config, room).last_route_policy, LastRoutePolicy::main);
  room.group_scope = GroupScope::per_group;
  EXPECT_EQ(resolve(config, room).session_key.rest(), "slack:group:c1");
  room.channel = "discord";
  room.group_scope = GroupScope::main;
  EXPECT_EQ(resolve(config, room).group_scope, GroupScope::per_group);
}

TEST(Router, CallsTheMainSessionByItsConfiguredName) {
  Config config = bound({bind("ops", {"slack"})});
  config.session.main_key = MainKey::parse("Work").value_or_throw();
  const Route route = resolve(config, {"slack", "", kDirect5});
  EXPECT_EQ(route.session_key.str(), "agent:ops:work");
  EXPECT_EQ(route.main_session_key.str(), "agent:ops:work");
  EXPECT_EQ(route.last_route_policy, LastRoutePolicy::main);
  EXPECT_EQ(resolve(config, {"discord"}).session_key.str(), "agent:main:work");
}

struct LinkCase {
  std::string channel, peer, rest;
};

TEST(Router, GivesOnePersonOneSession) {
  Config config;
  config.session.dm_scope = DmScope::per_peer;
  config.session.identity_links = {{"Alice", {"telegram:5", "SLACK:c0abc", "+1555"}},
                                   {"Bob B", {"5", "matrix:@user:srv", "\xC3\x84"}},
                                   {"a:thread:b", {"forged"}}};
  const std::string long_id(300, 'x');
  config.session.identity_links["Long"] = {"irc:" + long_id};
  const LinkCase cases[] = {
      {"Telegram", " 5 ", "direct:alice"},       {"signal", "5", "direct:bob b"},
      {"slack", "C0ABC", "direct:alice"},        {"discord", "c0abc", "direct:c0abc"},
      {"any", "+1555", "direct:alice"},          {"matrix", "@User:Srv", "direct:bob b"},
      {"x", "matrix:@user:srv", "direct:bob b"}, {"x", "\xC3\xA4", "direct:bob b"},
      {"irc", long_id, "direct:long"},           {"", "5", "direct:bob b"},
      {"x", "forged", "direct:a%3athread%3ab"},
  };
  for (const LinkCase& each : cases) {
    EXPECT_EQ(
        resolve(config, {each.channel, "", Peer{PeerKind::direct, each.peer}}).session_key.rest(),
        each.rest)
        << each.channel << " " << each.peer;
  }
  EXPECT_EQ(resolve(config, {"x", "", Peer{PeerKind::group, "5"}}).session_key.rest(), "x:group:5")
      << "rooms are nobody's";
  EXPECT_EQ(resolve(config, {"x", "", Peer{PeerKind::direct, " "}}).session_key.rest(),
            "direct:unknown");
  config.session.dm_scope = DmScope::main;
  EXPECT_EQ(resolve(config, {"x", "", kDirect5}).session_key.rest(), "main");
}

TEST(Router, PutsAThreadBelowItsConversation) {
  Config config;
  RouteQuery query{"slack", "", kRoom};
  query.thread = " 17.5 ";
  const Route route = resolve(config, query);
  EXPECT_EQ(route.session_key.str(), "agent:main:slack:group:c1:thread:17.5");
  ASSERT_TRUE(route.parent_session_key);
  EXPECT_EQ(route.parent_session_key->str(), "agent:main:slack:group:c1");
  EXPECT_EQ(route.session_key.thread_parent(), route.parent_session_key);
  query.thread = " ";
  EXPECT_FALSE(resolve(config, query).parent_session_key);
  query.thread = "t";
  query.peer = std::nullopt;
  EXPECT_EQ(resolve(config, query).session_key.str(), "agent:main:main:thread:t");
  EXPECT_EQ(resolve(config, query).last_route_policy, LastRoutePolicy::session);
}

TEST(Router, LetsTheCallerNameTheDefaultAgent) {
  const Config several = roster({"a", "b"});
  RouteQuery query{"telegram", "", kDirect5};
  query.default_agent = agent("b");
  EXPECT_EQ(resolve(several, query).agent_id.str(), "b");
  EXPECT_EQ(resolve(bound({binding_to("ops", "telegram")}), query).agent_id.str(), "ops")
      << "a binding comes first, and a default that is not asked is not checked";
  query.default_agent = agent("ghost");
  const Result<Route> refused = router(several).resolve(query);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unknown_agent);
  EXPECT_EQ(refused.error().field, "default_agent");
  EXPECT_EQ(resolve(Config{}, query).agent_id.str(), "ghost") << "no roster, no strangers";
}

}  // namespace
}  // namespace vagus
