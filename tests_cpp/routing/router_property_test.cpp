#include <random>

#include <gtest/gtest.h>

#include "vagus/routing/router.hpp"
#include "vagus/text/unicode.hpp"

// The index gives what reading all bindings one by one would give.
namespace vagus {
namespace {

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  template <std::size_t N>
  std::string pick(const std::string_view (&options)[N]) {
    return std::string(options[below(N)]);
  }

  std::string channel() {
    static constexpr std::string_view kChannels[] = {"slack", " Slack", "SLACK ", "matrix", "x:1"};
    return pick(kChannels);
  }

  std::string account() {
    static constexpr std::string_view kAccounts[] = {"", "default", "biz", " BIZ ", "a1"};
    return pick(kAccounts);
  }

  Peer peer() {
    static constexpr std::string_view kIds[] = {"5", " 5 ", "C1", "c1", "5:direct", "!AbC:S"};
    return {static_cast<PeerKind>(below(3)), pick(kIds)};
  }

  BindingConfig binding() {
    static constexpr std::string_view kAgents[] = {"a", "b", "c"};
    BindingConfig binding;
    binding.agent = AgentId::lenient(pick(kAgents));
    binding.match.channel = channel();
    if (below(4) > 0) binding.match.account = below(3) == 0 ? " *" : account();
    if (below(2) > 0) binding.match.peer = peer();
    return binding;
  }

  RouteQuery query() {
    RouteQuery query{channel(), account(), std::nullopt};
    if (below(5) > 0) query.peer = peer();
    return query;
  }

 private:
  std::mt19937 random_;
};

bool same_peer(const Peer& left, const Peer& right) {
  return (left.kind == PeerKind::direct) == (right.kind == PeerKind::direct) &&
         trim(left.id) == trim(right.id);
}

bool is_any(const BindingMatch& match) {
  return match.account && trim(*match.account) == "*";
}

bool applies(const BindingMatch& match, const RouteQuery& query) {
  if (token(match.channel) != token(query.channel)) return false;
  if (!is_any(match) &&
      normalize_account(match.account.value_or("")) != normalize_account(query.account)) {
    return false;
  }
  return !match.peer || (query.peer && same_peer(*match.peer, *query.peer));
}

MatchedBy tier_of(const BindingMatch& match) {
  if (match.peer) return MatchedBy::peer;
  return is_any(match) ? MatchedBy::channel : MatchedBy::account;
}

// Tier and index of the binding that wins, by a scan of all of them per tier.
std::pair<MatchedBy, std::optional<std::int64_t>> scan(const Config& config,
                                                       const RouteQuery& query) {
  for (const MatchedBy tier : {MatchedBy::peer, MatchedBy::account, MatchedBy::channel}) {
    for (std::size_t i = 0; i < config.bindings.size(); ++i) {
      const BindingMatch& match = config.bindings[i].match;
      if (tier_of(match) == tier && applies(match, query)) return {tier, i};
    }
  }
  return {MatchedBy::fallback, std::nullopt};
}

TEST(RouterProperty, IndexAgreesWithAScanOfAllBindings) {
  std::size_t seen[4] = {};
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Generator generate(seed);
    Config config;
    const std::size_t bindings = generate.below(12);
    for (std::size_t i = 0; i < bindings; ++i) config.bindings.push_back(generate.binding());
    const Router router = Router::create(config).value_or_throw();
    for (int i = 0; i < 40; ++i) {
      const RouteQuery query = generate.query();
      const auto [tier, binding] = scan(config, query);
      const Route route = router.resolve(query).value_or_throw();
      ASSERT_EQ(route.matched_by, tier) << "seed " << seed;
      ASSERT_EQ(route.binding, binding) << "seed " << seed;
      const std::string expected =
          binding ? config.bindings[static_cast<std::size_t>(*binding)].agent.str() : "main";
      ASSERT_EQ(route.agent_id.str(), expected) << "seed " << seed;
      ++seen[static_cast<std::size_t>(tier)];
    }
  }
  for (const std::size_t count : seen) EXPECT_GT(count, 100u);
}

}  // namespace
}  // namespace vagus
