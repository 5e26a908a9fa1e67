#include "vagus/keys/context_key.hpp"

#include <type_traits>

#include <gtest/gtest.h>

#include "keys/nasty.hpp"

namespace vagus {
namespace {

static_assert(!std::is_convertible_v<SessionKey, ContextKey>);
static_assert(!std::is_constructible_v<ContextKey, SessionKey>);
static_assert(!std::is_constructible_v<ContextKey, std::string>);
static_assert(!std::is_constructible_v<SessionKey, ContextKey>);

SessionKey session(std::string_view text) {
  return SessionKey::parse(text).value_or_throw();
}

TEST(ContextKey, NamesTheMemoryOfOneHeartbeat) {
  const auto key = ContextKey::for_run(session("agent:main:main:heartbeat"), "Run-7_a");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->str(), "agent:main:main:heartbeat-run:Run-7_a");
  EXPECT_EQ(key->session(), session("agent:main:main"));
  EXPECT_EQ(key->id(), "Run-7_a");
  EXPECT_TRUE(key->is_heartbeat_run());
  EXPECT_EQ(*ContextKey::for_run(session("agent:main:main"), "Run-7_a"), *key);
  EXPECT_NE(*ContextKey::for_run(session("agent:main:main:heartbeat"), "Run-8"), *key);
}

TEST(ContextKey, TakesOneHeartbeatOffANamedHeartbeatBase) {
  const auto key = ContextKey::for_run(session("agent:a:alerts:heartbeat:heartbeat"), "1");
  EXPECT_EQ(key->str(), "agent:a:alerts:heartbeat:heartbeat-run:1");
}

TEST(ContextKey, NamesOneTranscriptOfASession) {
  const auto key = ContextKey::for_epoch(session("agent:a:slack:channel:c1"), "3");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->str(), "agent:a:slack:channel:c1:epoch:3");
  EXPECT_EQ(key->id(), "3");
  EXPECT_FALSE(key->is_heartbeat_run());
  const auto isolated = ContextKey::for_epoch(session("agent:a:main:heartbeat"), "3");
  EXPECT_EQ(isolated->str(), "agent:a:main:heartbeat:epoch:3");
}

TEST(ContextKey, ReferenceRoutingKeyIsTheSessionKeyItself) {
  const ContextKey key = ContextKey::reference_routing_key(session("agent:a:main:heartbeat"));
  EXPECT_EQ(key.str(), "agent:a:main:heartbeat");
  EXPECT_EQ(key.id(), "");
  EXPECT_FALSE(key.is_heartbeat_run());
  EXPECT_EQ(*ContextKey::parse(key.str()), key);
}

TEST(ContextKey, RefusesIdsOutsideItsAlphabet) {
  for (const std::string id : {"", "a:b", "a b", "é", "a.b", "a/b", "\xff", "epoch:1"}) {
    const auto run = ContextKey::for_run(session("agent:a:main"), id);
    const auto epoch = ContextKey::for_epoch(session("agent:a:main"), id);
    ASSERT_FALSE(run) << id;
    ASSERT_FALSE(epoch) << id;
    EXPECT_EQ(run.error().code, ErrorCode::invalid_key);
    EXPECT_EQ(run.error().field, "run_id");
    EXPECT_EQ(epoch.error().field, "epoch");
    EXPECT_EQ(run.error().value, quote_clipped(id));
  }
  EXPECT_TRUE(ContextKey::for_run(session("agent:a:main"), std::string(64, 'x')));
  EXPECT_FALSE(ContextKey::for_run(session("agent:a:main"), std::string(65, 'x')));
}

TEST(ContextKey, RefusesTheEmptySession) {
  EXPECT_EQ(ContextKey::for_run(SessionKey(), "1").error().field, "session_key");
  EXPECT_EQ(ContextKey::for_epoch(SessionKey(), "1").error().field, "session_key");
  EXPECT_TRUE(ContextKey().empty());
}

TEST(ContextKey, ParseCutsAtTheLastInfix) {
  const auto nested = ContextKey::parse("agent:x:main:epoch:5:heartbeat-run:6");
  ASSERT_TRUE(nested);
  EXPECT_EQ(nested->session().str(), "agent:x:main:epoch:5");
  EXPECT_TRUE(nested->is_heartbeat_run());
  const auto epochs = ContextKey::parse("agent:x:main:epoch:5:epoch:6");
  EXPECT_EQ(epochs->session().str(), "agent:x:main:epoch:5");
  EXPECT_EQ(epochs->id(), "6");
  const auto mixed = ContextKey::parse(" Agent:X:Main:heartbeat-run:AbC ");
  EXPECT_EQ(mixed->str(), "agent:x:main:heartbeat-run:AbC");
}

TEST(ContextKey, ParseRefusesWhatIsNoContextKey) {
  for (const std::string text :
       {"", "main", "global:epoch:5", ":epoch:5", "agent:x:main:epoch:", "agent:x:main:epoch:é",
        "agent:x:main:heartbeat-run:a b", "agent:日本:main:epoch:1", "agent:x:\xff:epoch:1"}) {
    const auto key = ContextKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code, ErrorCode::invalid_key);
    EXPECT_EQ(key.error().field, "context_key");
  }
  EXPECT_FALSE(ContextKey::parse(std::string(10'000'000, 'x')));
  EXPECT_FALSE(ContextKey::parse("agent:x:" + std::string(10'000'000, 'x') + ":epoch:1"));
}

TEST(ContextKey, ReadsBackWhatItWrites) {
  Nasty nasty(5);
  int keys = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto base = SessionKey::parse("agent:a:" + nasty.text(8));
    if (!base) continue;
    ++keys;
    const std::string id = "Id-" + std::to_string(nasty.below(1'000));
    for (const auto& key : {*ContextKey::for_run(*base, id), *ContextKey::for_epoch(*base, id)}) {
      const auto again = ContextKey::parse(key.str());
      ASSERT_TRUE(again) << key.str();
      ASSERT_EQ(*again, key);
      ASSERT_EQ(again->id(), id);
    }
  }
  EXPECT_GT(keys, 1'000);
}

}  // namespace
}  // namespace vagus
