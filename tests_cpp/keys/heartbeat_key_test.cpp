#include "vagus/keys/heartbeat_key.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

std::string isolate(std::string_view key, std::string_view configured,
                    std::string_view stored_base = "", std::string_view agent = "ops") {
  const IsolatedHeartbeat made = isolated_heartbeat({key, configured, stored_base, agent});
  return made.key + " of " + made.base;
}

TEST(HeartbeatKey, TheSuffixIsThereOnce) {
  EXPECT_EQ(isolate("k", "k"), "k:heartbeat of k");
  EXPECT_EQ(isolate("k:heartbeat:heartbeat", "k"), "k:heartbeat of k");
  EXPECT_EQ(isolate("k:heartbeat:heartbeat", "other", "k"), "k:heartbeat of k");
  EXPECT_EQ(isolate("k", "other", "other"), "k:heartbeat of k");
}

TEST(HeartbeatKey, TheStoredBaseComesFirst) {
  EXPECT_EQ(isolate("k:heartbeat:heartbeat", "k", "k:heartbeat"),
            "k:heartbeat:heartbeat of k:heartbeat");
}

TEST(HeartbeatKey, ABaseThatEndsInTheSuffixHasASessionOfItsOwn) {
  EXPECT_EQ(isolate("k:heartbeat", "k:heartbeat"), "k:heartbeat:heartbeat of k:heartbeat");
  EXPECT_EQ(isolate("k:heartbeat:heartbeat", "k:heartbeat"),
            "k:heartbeat:heartbeat:heartbeat of k:heartbeat:heartbeat");
}

TEST(HeartbeatKey, AnAgentHasItsShareOfTheGlobalSession) {
  EXPECT_EQ(isolate("global", "global", "", "Ops"), "agent:ops:global:heartbeat of global");
  EXPECT_EQ(isolate("agent:ops:global:heartbeat", "global", "global"),
            "agent:ops:global:heartbeat of global");
  EXPECT_EQ(isolate("agent:ops:global:heartbeat:heartbeat", "global", "global"),
            "agent:ops:global:heartbeat of global");
  EXPECT_EQ(isolate("agent:ops:global", "global", "global"),
            "agent:ops:global:heartbeat of agent:ops:global");
  EXPECT_EQ(isolate("global", "agent:ops:main"), "global:heartbeat of global");
  EXPECT_EQ(isolate("global", "global", "", ""), "global:heartbeat of global");
}

TEST(HeartbeatKey, IsolatingWithTheStoredBaseChangesNothing) {
  for (const char* key : {"global", "agent:ops:main", "agent:ops:main:heartbeat", "k",
                          "agent:ops:global:heartbeat", "k:heartbeat:heartbeat"}) {
    for (const char* configured : {"global", "agent:ops:main", "k", "k:heartbeat", ""}) {
      const auto once = isolated_heartbeat({key, configured, "", "ops"});
      const auto twice = isolated_heartbeat({once.key, configured, once.base, "ops"});
      EXPECT_EQ(once, twice) << key << " " << configured;
    }
  }
}

TEST(HeartbeatKey, FindsWhatPiledUp) {
  const std::vector<std::string> keys = {"k", "k:heartbeat", "k:heartbeat:heartbeat",
                                         "kk:heartbeat", "k:heartbeat:heartbeat:heartbeat"};
  EXPECT_EQ(stale_heartbeats(keys, {"k:heartbeat", "k"}),
            (std::vector<std::string>{keys[2], keys[4]}));
  const std::vector<std::string> shared = {
      "global", "global:heartbeat", "agent:ops:global:heartbeat",
      "agent:ops:global:heartbeat:heartbeat", "agent:x:global:heartbeat:heartbeat"};
  EXPECT_EQ(stale_heartbeats(shared, {"agent:ops:global:heartbeat", "global"}),
            (std::vector<std::string>{shared[1], shared[3]}));
}

TEST(HeartbeatKey, EventsOfARunThatIsOverGoToTheAgent) {
  const std::string run = "agent:Ops:cron:j:run:r";
  EXPECT_EQ(event_key(run), "agent:ops:main");
  EXPECT_EQ(event_key(run + ":heartbeat", {"Work"}), "agent:ops:work");
  EXPECT_EQ(event_key(run, {"main", SessionScope::global}), "global");
  for (const char* key : {"agent:Ops:cron:j", " Main ", "", "cron:j:run:r"}) {
    EXPECT_EQ(event_key(key, {"main", SessionScope::global}), key);
  }
}

TEST(HeartbeatKey, AWakeNamesASessionOrAnAgent) {
  EXPECT_EQ(wake_target("agent:ops:cron:j").session_key, "agent:ops:cron:j");
  EXPECT_EQ(wake_target("agent:ops:cron:j:run:r").session_key, "agent:ops:main");
  const WakeTarget shared = wake_target("agent:Ops:cron:j:run:r", {"main", SessionScope::global});
  EXPECT_EQ(shared.session_key, std::nullopt);
  EXPECT_EQ(shared.agent, "ops");
  EXPECT_EQ(wake_target("main"), WakeTarget{});
}

}  // namespace
}  // namespace vagus
