#include "vagus/heartbeat/session.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace vagus {
namespace {

AgentId agent(std::string_view id) {
  return AgentId::parse(id).value_or_throw();
}

SessionKey key(std::string_view text) {
  return SessionKey::parse(text).value_or_throw();
}

TEST(HeartbeatSession, IsTheMainSessionUnlessOneIsNamed) {
  for (const std::string_view configured :
       {"", "  ", "main", " Main ", "global", " GLOBAL ", "agent:ops:main"}) {
    EXPECT_EQ(heartbeat_session(agent("ops"), configured).value_or_throw().str(), "agent:ops:main")
        << configured;
  }
}

TEST(HeartbeatSession, RefusesWhatItCannotBe) {
  for (const std::string_view configured :
       {"subagent:9", "agent:ops:subagent:9", "agent:ops", "agent:ops:", "agent::x", "bad \xff",
        "agent:other:main", "agent:other:slack:channel:c1"}) {
    const auto session = heartbeat_session(agent("ops"), configured);
    ASSERT_FALSE(session) << configured;
    EXPECT_EQ(session.error().code, ErrorCode::invalid_config);
    EXPECT_NE(session.error().what().find("of agent 'ops'"), std::string::npos);
  }
}

TEST(HeartbeatSession, ReadsAFullKeyOrItsRest) {
  struct Case {
    std::string_view configured, expected;
  };
  const Case cases[] = {
      {"slack:channel:C1", "agent:ops:slack:channel:c1"},
      {"agent:ops:slack:channel:C1", "agent:ops:slack:channel:c1"},
      {" AGENT:Ops:Slack:channel:C1 ", "agent:ops:slack:channel:c1"},
      {"standup", "agent:ops:standup"},
      {"agentless", "agent:ops:agentless"},
      {"agent:ops:main:heartbeat", "agent:ops:main:heartbeat"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(heartbeat_session(agent("ops"), each.configured).value_or_throw().str(),
              each.expected);
  }
}

TEST(HeartbeatSession, AnswerIsStable) {
  for (const std::string_view configured : {"main", "standup", "slack:channel:C1"}) {
    const SessionKey once = heartbeat_session(agent("ops"), configured).value_or_throw();
    EXPECT_EQ(heartbeat_session(agent("ops"), once.str()).value_or_throw(), once) << configured;
    EXPECT_EQ(once.agent(), agent("ops"));
  }
}

TEST(WakeSession, SubagentsWakeTheirAgentsMainSession) {
  EXPECT_EQ(wake_session(key("agent:ops:subagent:9")).str(), "agent:ops:main");
}

TEST(EventSession, TheRunOfACronJobIsOver) {
  EXPECT_EQ(event_session(key("agent:ops:cron:job:run:1")).str(), "agent:ops:main");
  EXPECT_EQ(wake_session(key("agent:ops:cron:job:run:1")).str(), "agent:ops:main");
  for (const std::string_view text :
       {"agent:ops:cron:job", "agent:ops:subagent:9", "agent:ops:main:heartbeat"}) {
    EXPECT_EQ(event_session(key(text)).str(), text);
  }
}

TEST(WakeSession, EveryOtherKeyIsKept) {
  for (const std::string_view text :
       {"agent:ops:main", "agent:ops:main:heartbeat", "agent:ops:slack:channel:c1:thread:9",
        "agent:ops:cron:job", "agent:ops:standup"}) {
    EXPECT_EQ(wake_session(key(text)).str(), text);
  }
}

TEST(HeartbeatSession, MainIsCalledByItsConfiguredName) {
  const MainKey work = MainKey::parse("work").value_or_throw();
  for (const std::string_view configured :
       {"", "main", " Main ", "global", "agent:ops:main", "work", "agent:ops:work"}) {
    EXPECT_EQ(heartbeat_session(agent("ops"), configured, work).value_or_throw().str(),
              "agent:ops:work")
        << configured;
  }
  for (const std::string_view text :
       {"agent:ops:cron:job:run:1", "agent:ops:main", "agent:ops:work"}) {
    EXPECT_EQ(event_session(key(text), work).str(), "agent:ops:work") << text;
    EXPECT_EQ(wake_session(key(text), work).str(), "agent:ops:work") << text;
  }
  EXPECT_EQ(wake_session(key("agent:ops:subagent:9"), work).str(), "agent:ops:work");
  EXPECT_EQ(event_session(key("agent:ops:subagent:9"), work).str(), "agent:ops:subagent:9");
}

}  // namespace
}  // namespace vagus
