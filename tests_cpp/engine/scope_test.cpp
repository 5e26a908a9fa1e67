#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

constexpr std::string_view kShared = R"({"agents": {"list": [{"id": "trent",
  "heartbeat": {"every": "10m", "isolated_session": true}}]}, "session": {"scope": "global"}})";

TEST(EngineGlobalScope, EveryoneSharesTheAgentsOneSession) {
  Host host(kShared);
  host.send(message_from("C1", "Hi."));
  EXPECT_EQ(only<RunStarted>(host.log).session_key.str(), "agent:trent:global");
  const auto named =
      only<RunStarted>(host.send(message_to(key("agent:trent:slack:channel:c2"), "Hi.")));
  EXPECT_EQ(named.session_key.str(), "agent:trent:global");
}

TEST(EngineGlobalScope, TicksAreIsolatedFromIt) {
  Host host(kShared);
  const auto started = only<RunStarted>(host.advance(10 * kMinute));
  EXPECT_EQ(started.session_key.str(), "agent:trent:global:heartbeat");
  EXPECT_EQ(started.home_key.str(), "agent:trent:global");
}

TEST(EngineGlobalScope, EventsForAnySessionReachIt) {
  Host host(kShared);
  for (const char* session : {"agent:trent:main", "agent:trent:global:heartbeat",
                              "agent:trent:cron:daily:run:1", "agent:trent:subagent:x"}) {
    EXPECT_EQ(only<EventPosted>(host.send(news(key(session), session))).session_key.str(),
              "agent:trent:global");
  }
}

}  // namespace
}  // namespace vagus::testing_engine
