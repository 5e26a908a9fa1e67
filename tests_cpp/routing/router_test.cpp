#include "vagus/routing/router.hpp"

#include <gtest/gtest.h>

#include "routing/build.hpp"

namespace vagus {
namespace {

using namespace testing_routing;

TEST(Router, PrefersThePeerThenTheAccountThenTheChannelThenTheDefault) {
  std::vector<BindingConfig> bindings = {
      binding_to("main", "discord", "*"),
      binding_to("dev", "discord", "biz"),
      binding_to("ops", "discord", "biz", kRoom),
  };
  const RouteQuery query{"discord", "biz", kRoom};
  const MatchedBy expected[] = {MatchedBy::peer, MatchedBy::account, MatchedBy::channel,
                                MatchedBy::fallback};
  const std::string agents[] = {"ops", "dev", "main", "main"};
  for (std::size_t removed = 0; removed < 4; ++removed) {
    const Route route = resolve(bound(bindings), query);
    EXPECT_EQ(route.matched_by, expected[removed]);
    EXPECT_EQ(route.agent_id.str(), agents[removed]);
    const bool matched = removed < 3;
    ASSERT_EQ(route.binding.has_value(), matched);
    if (!matched) continue;
    EXPECT_EQ(*route.binding, static_cast<std::int64_t>(bindings.size() - 1));
    bindings.pop_back();
  }
}

TEST(Router, LetsTheEarlierOfTwoPeerBindingsWinWhateverTheirAccounts) {
  const RouteQuery query{"slack", "biz", kRoom};
  const Route any_first = resolve(
      bound({binding_to("ops", "slack", "*", kRoom), binding_to("dev", "slack", "biz", kRoom)}),
      query);
  EXPECT_EQ(any_first.agent_id.str(), "ops");
  EXPECT_EQ(any_first.binding, 0);
  const Route own_first = resolve(
      bound({binding_to("dev", "slack", "biz", kRoom), binding_to("ops", "slack", "*", kRoom)}),
      query);
  EXPECT_EQ(own_first.agent_id.str(), "dev");
  EXPECT_EQ(own_first.binding, 0);
  const Route same = resolve(
      bound({binding_to("dev", "slack", "biz", kRoom), binding_to("ops", "slack", "BIZ", kRoom)}),
      query);
  EXPECT_EQ(same.agent_id.str(), "dev");
}

TEST(Router, TakesGroupsAndChannelsForOneKindAndDirectForAnother) {
  const Config config = bound({binding_to("ops", "slack", std::nullopt, kRoom)});
  for (const PeerKind kind : {PeerKind::group, PeerKind::channel}) {
    EXPECT_EQ(resolve(config, {"slack", "", Peer{kind, "C1"}}).agent_id.str(), "ops");
  }
  EXPECT_EQ(resolve(config, {"slack", "", Peer{PeerKind::direct, "C1"}}).agent_id.str(), "main");
  const Config direct = bound({binding_to("ops", "slack", std::nullopt, kDirect5)});
  EXPECT_EQ(resolve(direct, {"slack", "", Peer{PeerKind::channel, "5"}}).agent_id.str(), "main");
}

TEST(Router, ComparesPeerIdsTrimmedAndWithCase) {
  const Config config =
      bound({binding_to("ops", "matrix", std::nullopt, Peer{PeerKind::channel, " !AbC:Srv "})});
  EXPECT_EQ(resolve(config, {"matrix", "", Peer{PeerKind::channel, "!AbC:Srv\n"}}).agent_id.str(),
            "ops");
  EXPECT_EQ(resolve(config, {"matrix", "", Peer{PeerKind::channel, "!abc:srv"}}).agent_id.str(),
            "main");
}

TEST(Router, ComparesChannelsAndAccountsWithoutCaseAndSpace) {
  const Config config = bound({binding_to("ops", " Telegram", " BIZ ")});
  const Route route = resolve(config, {"TELEGRAM ", "biz", kDirect5});
  EXPECT_EQ(route.agent_id.str(), "ops");
  EXPECT_EQ(route.channel, "telegram");
  EXPECT_EQ(route.account, "biz");
}

TEST(Router, TakesALeftOutAccountForTheDefaultAccountOnly) {
  for (const std::optional<std::string>& account :
       {std::optional<std::string>(), std::optional<std::string>(" "),
        std::optional<std::string>("default")}) {
    const Config config = bound({binding_to("ops", "telegram", account)});
    EXPECT_EQ(resolve(config, {"telegram", "", kDirect5}).agent_id.str(), "ops");
    EXPECT_EQ(resolve(config, {"telegram", "default", kDirect5}).agent_id.str(), "ops");
    EXPECT_EQ(resolve(config, {"telegram", "biz", kDirect5}).agent_id.str(), "main");
  }
}

TEST(Router, TakesAStarForAnyAccountInABindingAndForNoneInAMessage) {
  const Config config = bound({binding_to("ops", "telegram", " * ")});
  EXPECT_EQ(resolve(config, {"telegram", "", std::nullopt}).agent_id.str(), "ops");
  EXPECT_EQ(resolve(config, {"telegram", "biz", kDirect5}).agent_id.str(), "ops");
  const Route route =
      resolve(bound({binding_to("ops", "telegram", "biz")}), {"telegram", "*", kDirect5});
  EXPECT_EQ(route.agent_id.str(), "main");
  EXPECT_EQ(route.account, "default");
}

TEST(Router, NeverConfusesPlacesThatReadAlike) {
  const Config config = bound({
      binding_to("ops", "a:b", "c", Peer{PeerKind::direct, "d"}),
      binding_to("dev", "x", std::nullopt, Peer{PeerKind::direct, "1:y"}),
  });
  EXPECT_EQ(resolve(config, {"a", "b", Peer{PeerKind::direct, "c:d"}}).agent_id.str(), "main");
  EXPECT_EQ(resolve(config, {"a:b", "c", Peer{PeerKind::direct, "d"}}).agent_id.str(), "ops");
  EXPECT_EQ(resolve(config, {"x", "", Peer{PeerKind::direct, "y"}}).agent_id.str(), "main");
  EXPECT_EQ(resolve(config, {"x:default:direct:1", "y", std::nullopt}).agent_id.str(), "main");
  EXPECT_EQ(resolve(config, {"x", "", Peer{PeerKind::direct, "1:y"}}).agent_id.str(), "dev");
}

TEST(Router, KeepsPeerBindingsFromMessagesWithoutAPeer) {
  const Config config = bound({binding_to("ops", "slack", std::nullopt, kRoom)});
  const Route route = resolve(config, {"slack", "", std::nullopt});
  EXPECT_EQ(route.matched_by, MatchedBy::fallback);
  EXPECT_EQ(route.session_key, route.main_session_key);
}

struct KeyCase {
  std::string name;
  DmScope scope;
  RouteQuery query;
  std::string session_key;
  LastRoutePolicy policy;
};

class RouterKeys : public ::testing::TestWithParam<KeyCase> {};

TEST_P(RouterKeys, AreTheReferences) {
  Config config;
  config.session.dm_scope = GetParam().scope;
  const Route route = resolve(config, GetParam().query);
  EXPECT_EQ(route.session_key.str(), GetParam().session_key);
  EXPECT_EQ(route.main_session_key.str(), "agent:main:main");
  EXPECT_EQ(route.last_route_policy, GetParam().policy);
  EXPECT_EQ(SessionKey::parse(route.session_key.str()).value_or_throw(), route.session_key);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, RouterKeys,
    ::testing::Values(KeyCase{"no_peer",
                              DmScope::per_peer,
                              {"telegram", "", std::nullopt},
                              "agent:main:main",
                              LastRoutePolicy::main},
                      KeyCase{"main_scope",
                              DmScope::main,
                              {"WhatsApp", "", kDirect5},
                              "agent:main:main",
                              LastRoutePolicy::main},
                      KeyCase{"per_peer",
                              DmScope::per_peer,
                              {"WhatsApp", "", kDirect5},
                              "agent:main:direct:5",
                              LastRoutePolicy::session},
                      KeyCase{"per_channel_peer",
                              DmScope::per_channel_peer,
                              {"WhatsApp", "", Peer{PeerKind::direct, " +1555 "}},
                              "agent:main:whatsapp:direct:+1555",
                              LastRoutePolicy::session},
                      KeyCase{"per_account_channel_peer",
                              DmScope::per_account_channel_peer,
                              {"WhatsApp", "Biz", kDirect5},
                              "agent:main:whatsapp:biz:direct:5",
                              LastRoutePolicy::session},
                      KeyCase{"blank_peer",
                              DmScope::per_peer,
                              {"telegram", "", Peer{PeerKind::direct, " "}},
                              "agent:main:direct:unknown",
                              LastRoutePolicy::session},
                      KeyCase{"blank_channel",
                              DmScope::main,
                              {"", "", Peer{PeerKind::group, "-100"}},
                              "agent:main:unknown:group:-100",
                              LastRoutePolicy::session},
                      KeyCase{"group_in_main_scope",
                              DmScope::main,
                              {"discord", "", kRoom},
                              "agent:main:discord:group:c1",
                              LastRoutePolicy::session},
                      KeyCase{"case_kept",
                              DmScope::main,
                              {"signal", "", Peer{PeerKind::group, "AbC="}},
                              "agent:main:signal:group:AbC=",
                              LastRoutePolicy::session},
                      KeyCase{"matrix",
                              DmScope::main,
                              {"matrix", "", Peer{PeerKind::channel, "!AbC:Srv"}},
                              "agent:main:matrix:channel:!AbC:Srv",
                              LastRoutePolicy::session}),
    [](const auto& each) { return each.param.name; });

TEST(Router, FallsBackToTheDefaultTheOnlyOrTheImplicitAgent) {
  EXPECT_EQ(router(Config{}).default_agent().value_or_throw().str(), "main");
  EXPECT_EQ(router(roster({"ops"})).default_agent().value_or_throw().str(), "ops");
  Config several = roster({"a", "b", "c"});
  several.agents.list[1].is_default = true;
  EXPECT_EQ(router(several).default_agent().value_or_throw().str(), "b");
}

TEST(Router, NeverGuessesAmongSeveralAgents) {
  Config config = roster({"a", "main"});
  config.bindings = {binding_to("a", "slack")};
  const Router several = router(config);
  EXPECT_EQ(several.default_agent().error().code, ErrorCode::ambiguous_agent);
  const Result<Route> route = several.resolve({"telegram", "", kDirect5});
  ASSERT_FALSE(route);
  EXPECT_EQ(route.error().code, ErrorCode::ambiguous_agent);
  EXPECT_TRUE(several.resolve({"slack", "", kDirect5}));
}

TEST(Router, KnowsTheConfiguredAgentsOrEveryoneWithoutARoster) {
  const Router configured = router(roster({"zeta", "ops", "alpha"}));
  for (const std::string_view id : {"zeta", "ops", "alpha"})
    EXPECT_TRUE(configured.knows(agent(id)));
  EXPECT_FALSE(configured.knows(agent("main")));
  EXPECT_TRUE(router(Config{}).knows(agent("anyone")));
}

TEST(Router, BindsAnyAgentWithoutARoster) {
  Config config;
  config.bindings = {binding_to("ops", "slack")};
  EXPECT_EQ(resolve(config, {"slack", "", kDirect5}).session_key.str(), "agent:ops:main");
}

TEST(Router, RefusesMessagesBoundToAnAgentThatIsNotConfigured) {
  Config config = bound({binding_to("dev", "slack", "biz"), binding_to("ghost", "slack")});
  const Router stale = router(config);
  const Result<Route> refused = stale.resolve({"slack", "", std::nullopt});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unknown_agent);
  EXPECT_EQ(refused.error().what(),
            "bindings[1].agent: is not an agent in agents.list, got \"ghost\"");
  EXPECT_EQ(stale.resolve({"slack", "biz", std::nullopt})->agent_id.str(), "dev");
}

TEST(Router, RefusesAConfigurationThatBreaksItsRules) {
  Config two_defaults = roster({"a", "b"});
  for (AgentConfig& each : two_defaults.agents.list) each.is_default = true;
  const std::pair<Config, std::string> cases[] = {
      {two_defaults, "agents.list[1].default"},
      {roster({"a", "b", "a"}), "agents.list[2].id"},
      {bound({binding_to("ops", " ")}), "bindings[0].match.channel"},
      {bound({binding_to("ops", "x", "*", Peer{PeerKind::direct, ""})}),
       "bindings[0].match.peer.id"},
  };
  for (const auto& [config, field] : cases) {
    const Result<Router> refused = Router::create(config);
    ASSERT_FALSE(refused) << field;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_config);
    EXPECT_EQ(refused.error().field, field);
  }
}

TEST(Router, RefusesTextThatCannotBeInAKeyWhateverTheScope) {
  const std::string bad = "a\xff";
  const std::string longest(kMaxKeyBytes + 1, 'x');
  const Router any = router(Config{});
  for (const std::string& text : {bad, longest}) {
    const std::pair<RouteQuery, std::string> cases[] = {
        {{text, "", kDirect5}, "channel"},
        {{"slack", text, kDirect5}, "account"},
        {{"slack", "", Peer{PeerKind::direct, text}}, "peer.id"},
    };
    for (const auto& [query, field] : cases) {
      const Result<Route> refused = any.resolve(query);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, ErrorCode::invalid_key);
      EXPECT_EQ(refused.error().field, field);
    }
  }
}

TEST(Router, KeepsAPeerFromForgingAnotherSession) {
  Config config;
  config.session.dm_scope = DmScope::per_peer;
  const Route route = resolve(config, {"slack", "", Peer{PeerKind::direct, "a:thread:b"}});
  EXPECT_EQ(route.session_key.thread_id(), std::nullopt);
  EXPECT_NE(route.session_key, resolve(config, {"slack", "", Peer{PeerKind::direct, "a"}})
                                   .session_key.thread("b")
                                   .value_or_throw());
}

// ---- bounds

TEST(Router, RefusesMoreRolesThanAnybodyHas) {
  RouteQuery query{"x"};
  query.roles.assign(kMaxRoles, "r");
  EXPECT_TRUE(router(Config{}).resolve(query));
  query.roles.emplace_back("r");
  const Result<Route> refused = router(Config{}).resolve(query);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
  EXPECT_EQ(refused.error().field, "roles");
}

TEST(Router, RefusesBadTextInEveryFieldEvenWhereNothingAsksForIt) {
  std::vector<std::pair<RouteQuery, std::string>> cases(6);
  const std::string bad = "a\xff";
  cases[0].first.parent_peer = Peer{PeerKind::group, bad};
  cases[0].second = "parent_peer.id";
  cases[1].first.guild = bad;
  cases[1].second = "guild";
  cases[2].first.team = std::string(kMaxKeyBytes + 1, 'x');
  cases[2].second = "team";
  cases[3].first.roles = {"fine", bad};
  cases[3].second = "roles[1]";
  cases[4].first.thread = bad;
  cases[4].second = "thread";
  cases[5].first.thread = std::string(kMaxKeyBytes, 'x');
  cases[5].second = "thread";
  for (const auto& [query, field] : cases) {
    const Result<Route> refused = router(Config{}).resolve(query);
    ASSERT_FALSE(refused) << field;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_key);
    EXPECT_EQ(refused.error().field, field);
  }
}

TEST(Router, NamesTheQueryThatFailsInABatch) {
  const Router any = router(roster({"a", "b"}));
  RouteQuery fine;
  fine.default_agent = agent("a");
  const std::vector<RouteQuery> queries = {fine, fine, {"a\xff"}, {"b\xff"}};
  const auto refused = any.resolve_many(queries);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_key);
  EXPECT_EQ(refused.error().field, "queries[2].channel");
  EXPECT_EQ(any.resolve_many(std::span(queries).first(2)).value_or_throw().size(), 2u);
  EXPECT_TRUE(any.resolve_many(std::span<const RouteQuery>()).value_or_throw().empty());
}

// Thousands of bindings that are right in all but one part are no places to look in: the index
// holds one entry for each, and finds the last as the first.
TEST(Router, FindsTheLastOfManyNearlyRightBindings) {
  constexpr int kMany = 5'000;
  std::vector<BindingConfig> bindings;
  for (int i = 0; i < kMany; ++i) {
    bindings.push_back(
        bind("ops",
             {"x", "*", kRoom, "G" + std::to_string(i), std::nullopt, {"r" + std::to_string(i)}}));
  }
  const Router routes = router(bound(bindings));
  EXPECT_EQ(routes.size(), static_cast<std::size_t>(kMany));
  for (const int i : {0, kMany / 2, kMany - 1}) {
    RouteQuery query{"x", "", kRoom, std::nullopt, "G" + std::to_string(i)};
    query.roles = {"none", "r" + std::to_string(i)};
    EXPECT_EQ(routes.resolve(query)->binding, i);
    query.roles = {"r" + std::to_string(i + 1)};
    EXPECT_EQ(routes.resolve(query)->matched_by, MatchedBy::fallback);
  }
}

}  // namespace
}  // namespace vagus
