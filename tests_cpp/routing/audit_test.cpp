#include "vagus/routing/audit.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

Router router(DmScope scope) {
  Config config;
  config.session.dm_scope = scope;
  config.session.identity_links = {{"alice", {"U1", "telegram:7"}}};
  return Router::create(config).value_or_throw();
}

RouteQuery from(std::string_view channel, std::string_view id, PeerKind kind = PeerKind::direct) {
  RouteQuery query;
  query.channel = channel;
  query.peer = Peer{kind, std::string(id)};
  return query;
}

TEST(Audit, FindsTheSessionsThatSeveralPeopleReached) {
  RouteQuery work = from("slack", "U1");
  work.account = "work";
  const std::vector<RouteQuery> queries = {from("slack", "U1"),
                                           work,
                                           from("slack", " U1 "),
                                           from("telegram", "9"),
                                           from("slack", "C1", PeerKind::channel),
                                           from("slack", ""),
                                           RouteQuery{}};
  const auto found = audit(router(DmScope::main), queries);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].session_key.str(), "agent:main:main");
  EXPECT_EQ(found[0].agent_id.str(), "main");
  EXPECT_TRUE(found[0].is_main);
  EXPECT_EQ(found[0].people, 2);
  const std::vector<std::string> peers = {"slack:U1", "telegram:9"};
  EXPECT_EQ(found[0].peers, peers);
  EXPECT_TRUE(audit(router(DmScope::main), std::span(queries).first(3)).empty());
}

TEST(Audit, ReportsPeopleWhomLinksJoin) {
  const std::vector<RouteQuery> queries = {from("slack", "U1"), from("telegram", "7"),
                                           from("slack", "U2")};
  const auto found = audit(router(DmScope::per_peer), queries);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].session_key.str(), "agent:main:direct:alice");
  EXPECT_FALSE(found[0].is_main);
}

TEST(Audit, ListsTheFirstTen) {
  std::vector<RouteQuery> queries;
  for (char id = 'a'; id <= 'z'; ++id) queries.push_back(from("x", std::string(1, id)));
  queries.push_back(from(std::string(5'000, 'x'), "1"));  // refused, and left out
  const auto found = audit(router(DmScope::main), queries);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].people, 26);
  ASSERT_EQ(found[0].peers.size(), 10u);
  EXPECT_EQ(found[0].peers.back(), "x:j");
}

}  // namespace
}  // namespace vagus
