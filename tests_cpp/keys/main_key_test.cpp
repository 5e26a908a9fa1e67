#include "vagus/keys/main_key.hpp"

#include <gtest/gtest.h>

#include "vagus/keys/session_key.hpp"

namespace vagus {
namespace {

TEST(MainKey, IsMainUnlessNamed) {
  EXPECT_EQ(MainKey().str(), "main");
  EXPECT_EQ(MainKey::parse("").value_or_throw().str(), "main");
  EXPECT_EQ(MainKey::parse(" \u3000").value_or_throw().str(), "main");
  EXPECT_EQ(MainKey::parse(" Work ").value_or_throw().str(), "work");
}

TEST(MainKey, NamesTheMainSession) {
  const AgentId ops = AgentId::lenient("ops");
  const MainKey work = MainKey::parse("a:b").value_or_throw();
  EXPECT_EQ(SessionKey::main(ops, work).str(), "agent:ops:a:b");
  const Peer peer{PeerKind::direct, "5"};
  const Peer room{PeerKind::group, "5"};
  const SessionScopes shared(DmScope::main, GroupScope::main, work);
  EXPECT_EQ(SessionKey::for_peer(ops, "x", "", peer, shared)->str(), "agent:ops:a:b");
  EXPECT_EQ(SessionKey::for_peer(ops, "x", "", room, shared)->str(), "agent:ops:a:b");
}

TEST(MainKey, RefusesWhatWouldBeReadAsSomethingElse) {
  for (const char* text : {":x", "cron:daily", "agent:x", "work:thread:1", "work:heartbeat",
                           "x:direct:5", "slack:group:c1", "global", "Unknown", "\xff"}) {
    const auto refused = MainKey::parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_key);
    EXPECT_EQ(refused.error().field, "main_key");
  }
  EXPECT_TRUE(MainKey::parse(std::string(128, 'x')));
  EXPECT_FALSE(MainKey::parse(std::string(129, 'x')));
}

}  // namespace
}  // namespace vagus
