#include <algorithm>

#include <gtest/gtest.h>

#include "routing/random_routes.hpp"
#include "vagus/routing/router.hpp"

// The index gives what reading all bindings one by one would give.
namespace vagus {
namespace {

using testing_routing::Generator;
using testing_routing::scan;

TEST(RouterProperty, IndexAgreesWithAScanOfAllBindings) {
  std::size_t seen[9] = {};
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    Generator generate(seed);
    const Config config = generate.config();
    const Router router = Router::create(config).value_or_throw();
    for (int i = 0; i < 40; ++i) {
      const RouteQuery query = generate.query();
      const auto [tier, binding] = scan(config, query);
      const Route route = router.resolve(query).value_or_throw();
      ASSERT_EQ(name_of(route.matched_by), name_of(tier)) << "seed " << seed;
      ASSERT_EQ(route.binding, binding) << "seed " << seed;
      const std::string expected =
          binding ? config.bindings[static_cast<std::size_t>(*binding)].agent.str() : "main";
      ASSERT_EQ(route.agent_id.str(), expected) << "seed " << seed;
      ++seen[static_cast<std::size_t>(tier)];
    }
  }
  for (const std::size_t count : seen) EXPECT_GT(count, 50u);
}

TEST(RouterProperty, ManyAreResolvedAsOneByOne) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    Generator generate(seed);
    const Router router = Router::create(generate.config()).value_or_throw();
    std::vector<RouteQuery> queries(20);
    for (RouteQuery& query : queries) query = generate.query();
    const std::vector<Route> routes = router.resolve_many(queries).value_or_throw();
    ASSERT_EQ(routes.size(), queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
      EXPECT_EQ(routes[i], router.resolve(queries[i]).value_or_throw()) << "seed " << seed;
    }
  }
}

// Which binding answers depends on the order of bindings inside one tier alone.
TEST(RouterProperty, BindingsOfDifferentTiersMayBeWrittenInAnyOrder) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Generator generate(seed);
    Config config = generate.config();
    Config sorted = config;
    std::stable_sort(sorted.bindings.begin(), sorted.bindings.end(),
                     [](const BindingConfig& left, const BindingConfig& right) {
                       return testing_routing::tier_of(left.match) >
                              testing_routing::tier_of(right.match);
                     });
    const Router router = Router::create(config).value_or_throw();
    const Router other = Router::create(sorted).value_or_throw();
    for (int i = 0; i < 20; ++i) {
      const RouteQuery query = generate.query();
      Route left = router.resolve(query).value_or_throw();
      Route right = other.resolve(query).value_or_throw();
      left.binding = right.binding = std::nullopt;
      ASSERT_EQ(left, right) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace vagus
