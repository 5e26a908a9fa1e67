#include "vagus/routing/explain.hpp"

#include <gtest/gtest.h>

#include "routing/random_routes.hpp"

namespace vagus {
namespace {

using testing_routing::Generator;

const BindingExplanation* find_binding(const RouteExplanation& told, std::int64_t index) {
  for (const BindingExplanation& each : told.bindings) {
    if (each.index == index) return &each;
  }
  return nullptr;
}

BindingConfig binding_to(std::string_view agent, BindingMatch match) {
  BindingConfig binding;
  binding.agent = AgentId::parse(agent).value_or_throw();
  binding.match = std::move(match);
  return binding;
}

Router router(Config config) {
  return Router::create(config).value_or_throw();
}

// What `explain` says of each binding, judged one by one, is what the index finds.
TEST(ExplainProperty, AgreesWithResolveAndWithAScanOfAllBindings) {
  std::size_t seen[4] = {};
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Generator generate(seed);
    const Config config = generate.config();
    const Router routes = router(config);
    for (int i = 0; i < 20; ++i) {
      const RouteQuery query = generate.query();
      const RouteExplanation told = explain(routes, query);
      ASSERT_EQ(told.route, routes.resolve(query).value_or_throw()) << "seed " << seed;
      ASSERT_EQ(told.tiers.size(), 9u);
      ASSERT_EQ(static_cast<std::size_t>(told.other_channels) + told.bindings.size(),
                config.bindings.size());
      std::size_t winners = 0;
      for (const TierExplanation& tier : told.tiers) {
        if (!tier.binding) continue;
        ++winners;
        ASSERT_EQ(tier.tier, told.route->matched_by) << "seed " << seed;
        ASSERT_EQ(tier.binding, told.route->binding) << "seed " << seed;
      }
      ASSERT_EQ(winners, told.route->binding ? 1u : 0u);
      for (const BindingExplanation& each : told.bindings) {
        const BindingMatch& match = config.bindings[static_cast<std::size_t>(each.index)].match;
        const bool applies = testing_routing::applies(match, query, MatchedBy::peer) ||
                             (testing_routing::tier_of(match) == MatchedBy::peer &&
                              testing_routing::applies(match, query, MatchedBy::peer_parent));
        ASSERT_EQ(each.outcome != BindingOutcome::rejected, applies) << "seed " << seed;
        ASSERT_EQ(each.outcome == BindingOutcome::won, told.route->binding == each.index);
        ASSERT_EQ(each.reason.empty(), each.outcome == BindingOutcome::won) << "seed " << seed;
        ++seen[static_cast<std::size_t>(each.outcome)];
      }
    }
  }
  for (const std::size_t count : seen) EXPECT_GT(count, 50u);
}

struct Refusal {
  BindingMatch match;
  std::string reason;
};

TEST(Explain, GivesTheFirstReasonWhyABindingDoesNotApply) {
  const RouteQuery query{
      "slack",      "work", Peer{PeerKind::group, "C1"}, Peer{PeerKind::channel, "C2"}, "G",
      std::nullopt, {"dev"}};
  const Refusal cases[] = {
      {{"slack"}, "account 'default' is not 'work'"},
      {{"slack", "home", Peer{PeerKind::group, "C9"}}, "account 'home' is not 'work'"},
      {{"slack", "*", Peer{PeerKind::direct, "*"}}, "its peer is direct, the message's is group"},
      {{"slack", "*", Peer{PeerKind::channel, "c1"}},
       "peer id \"c1\" differs from \"C1\" and the parent's \"C2\""},
      {{"slack", "*", std::nullopt, "H"}, "guild \"H\" is not \"G\""},
      {{"slack", "*", std::nullopt, "G", "T"}, "the message has no team"},
      {{"slack", "*", std::nullopt, "G", std::nullopt, {"a", "b"}},
       "the sender has none of the roles \"a\", \"b\""},
  };
  for (const Refusal& each : cases) {
    Config config;
    config.bindings = {binding_to("ops", each.match)};
    const RouteExplanation told = explain(router(config), query);
    ASSERT_EQ(told.bindings.size(), 1u);
    EXPECT_EQ(told.bindings[0].outcome, BindingOutcome::rejected);
    EXPECT_EQ(told.bindings[0].reason, each.reason);
  }
}

TEST(Explain, SaysWhatATierLacksAndWhatItCompared) {
  Config config;
  config.bindings = {binding_to("ops", {"slack", "*"})};
  const RouteExplanation bare = explain(router(config), {"slack"});
  const std::string_view lacking[] = {"the message has no peer",  "the message has no parent peer",
                                      "the message has no peer",  "the message has no guild",
                                      "the message has no guild", "the message has no team"};
  for (std::size_t i = 0; i < std::size(lacking); ++i) {
    EXPECT_FALSE(bare.tiers[i].tried);
    EXPECT_EQ(bare.tiers[i].reason, lacking[i]);
  }
  EXPECT_TRUE(bare.tiers[6].tried);
  EXPECT_EQ(bare.tiers[6].compared, "account 'default'");
  EXPECT_EQ(bare.tiers[6].reason, "no binding applies");
  EXPECT_EQ(bare.tiers[7].binding, 0);
  EXPECT_EQ(bare.tiers[8].reason, "a binding has decided");
  RouteQuery guild{"slack"};
  guild.guild = "G";
  EXPECT_EQ(explain(router(config), guild).tiers[3].reason, "the sender has no roles");
  EXPECT_EQ(explain(router(config), {}).tiers[0].reason, "the message has no channel");
}

TEST(Explain, ListsSomeBindingsAndTheWinnerAndCountsTheRest) {
  Config config;
  for (int i = 0; i < 100; ++i) config.bindings.push_back(binding_to("ops", {"slack", "other"}));
  config.bindings.push_back(binding_to("ops", {"slack"}));
  config.bindings.push_back(binding_to("ops", {"discord"}));
  const RouteExplanation told = explain(router(config), {"slack"}, 3);
  ASSERT_EQ(told.bindings.size(), 4u);
  EXPECT_EQ(find_binding(told, 100)->outcome, BindingOutcome::won);
  EXPECT_EQ(told.more_bindings, 97);
  EXPECT_EQ(told.other_channels, 1);
  EXPECT_EQ(explain(router(config), {"slack"}).bindings.size(), kExplainedBindings + 1);
}

TEST(Explain, NamesLinkScopeThreadAndWhereTheyComeFrom) {
  Config config;
  config.session.dm_scope = DmScope::per_peer;
  config.session.identity_links = {{"ann", {"7"}}};
  RouteQuery query{"slack", std::nullopt, Peer{PeerKind::direct, "7"}};
  query.thread = "t";
  const RouteExplanation told = explain(router(config), query);
  const std::vector<RouteStep> expected = {
      {"agent", "'main', the default agent"},
      {"identity link", "direct \"7\" is \"ann\""},
      {"scope", "dm_scope 'per-peer', from session"},
      {"session key", "agent:main:direct:ann"},
      {"thread", "below it: agent:main:direct:ann:thread:t"},
      {"last route", "updates the session that the message belongs to"},
  };
  EXPECT_EQ(told.steps, expected);

  query.dm_scope = DmScope::main;
  config.bindings = {binding_to("ops", {"discord"})};
  config.bindings[0].session.dm_scope = DmScope::per_channel_peer;
  EXPECT_EQ(explain(router(config), query).steps[2].what, "dm_scope 'main', from the caller");
  query.channel = "discord";
  const auto steps = explain(router(config), query).steps;
  EXPECT_EQ(steps[0].what, "'ops', named by bindings[0]");
  EXPECT_EQ(steps[2].what, "dm_scope 'per-channel-peer', from the binding");
}

TEST(Explain, TellsAFailureWithTheTiersThatLedToIt) {
  Config config;
  config.agents.list.resize(2);
  config.agents.list[0].id = AgentId::lenient("a");
  config.agents.list[1].id = AgentId::lenient("b");
  config.bindings = {binding_to("ghost", {"slack"})};
  const RouteExplanation ghost = explain(router(config), {"slack"});
  ASSERT_TRUE(ghost.failure);
  EXPECT_FALSE(ghost.route);
  EXPECT_EQ(ghost.failure->code, "unknown_agent");
  EXPECT_EQ(ghost.failure->field, "bindings[0].agent");
  EXPECT_EQ(ghost.bindings[0].outcome, BindingOutcome::won);
  EXPECT_TRUE(ghost.steps.empty());
  EXPECT_EQ(explain(router(config), {"discord"}).failure->code, "ambiguous_agent");

  const RouteExplanation bad = explain(router(config), {"a\xff"});
  EXPECT_EQ(bad.failure->code, "invalid_key");
  EXPECT_EQ(bad.failure->field, "channel");
  EXPECT_TRUE(bad.tiers.empty());
}

TEST(Explain, EscapesForeignTextForPeopleAndForHtml) {
  Config config;
  config.bindings = {binding_to("ops", {"slack", "*", Peer{PeerKind::group, "<i>&'\""}})};
  const RouteExplanation told = explain(
      router(config), {"<b>slack\n", std::nullopt, Peer{PeerKind::group, "<script>\n\x1b[31m"}});
  const std::string html = to_html(told);
  EXPECT_EQ(html.find("<b>slack"), std::string::npos);
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
  const std::string text = to_text(told);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("session agent:main:<b>slack:group:<script>\\x0a\\x1b[31m,"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\"<script>\\x0a\\x1b[31m\""), std::string::npos) << text;
  const std::string refused =
      to_html(explain(router(config), {"slack", std::nullopt, Peer{PeerKind::group, "<i>"}}));
  EXPECT_NE(refused.find("&lt;i&gt;&amp;&#39;\\&quot;"), std::string::npos) << refused;
}

}  // namespace
}  // namespace vagus
