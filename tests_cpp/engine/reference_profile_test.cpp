#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

// The incident: isolated ticks on a small model whose memory is found under the routing key.
std::string incident(std::string_view profile) {
  return R"({"profile": ")" + std::string(profile) + R"(", "models": {"small": {"window": 4000,
    "reserve": 1000}}, "agents": {"list": [{"id": "trent", "model": "small", "heartbeat": {
    "every": "5m", "isolated_session": true, "light_context": true}}]}})";
}

const SessionKey kTickLane = key("agent:trent:main:heartbeat");

Message tool_call() {
  Part part;
  part.kind = PartKind::tool_call;
  part.call_id = "call-1";
  part.name = "exec";
  part.arguments = "{}";
  return Message{Role::assistant, {part}};
}

Message tool_result(std::size_t bytes) {
  Part part;
  part.kind = PartKind::tool_result;
  part.call_id = "call-1";
  part.name = "exec";
  part.text = std::string(bytes, 'x');
  return Message{Role::tool, {part}};
}

TEST(EngineReferenceProfile, KeepsMemoryUnderTheRoutingKey) {
  Host host(incident("reference"));
  host.model = says("News.");
  const auto started = all<RunStarted>(host.advance(10 * kMinute));
  ASSERT_EQ(started.size(), 2U);
  EXPECT_EQ(started[0].context_key, started[1].context_key);
  EXPECT_EQ(started[0].context_key.str(), kTickLane.str());
  EXPECT_EQ(all<CallModel>(host.log)[1].messages.size(), 3U) << "the first tick is in the second";
}

TEST(EngineReferenceProfile, RemembersAcknowledgedTicksThatUsedATool) {
  Host host(incident("reference"));
  host.model = says("HEARTBEAT_OK");
  host.advance(5 * kMinute);
  EXPECT_EQ(host.remembered(kTickLane), 0);
  host.model = says("HEARTBEAT_OK", {tool_call(), tool_result(10)});
  host.advance(5 * kMinute);
  EXPECT_EQ(host.remembered(kTickLane), 4);
}

TEST(EngineReferenceProfile, OverflowsFourTimesAndRestartsWithoutEnd) {
  Host host(incident("reference"));
  host.model = says("HEARTBEAT_OK", {tool_call(), tool_result(3'000)});
  host.advance(kHour);
  const auto overflows = all<OverflowDetected>(host.log);
  const auto resets = all<SessionReset>(host.log);
  ASSERT_GE(resets.size(), 2U);
  ASSERT_EQ(overflows.size(), 4 * resets.size());
  for (std::size_t i = 0; i < overflows.size(); ++i) {
    EXPECT_EQ(overflows[i].attempt, static_cast<std::int64_t>(i % 4) + 1);
    EXPECT_EQ(overflows[i].messages, overflows[0].messages) << "no compaction removed anything";
    EXPECT_EQ(overflows[i].ledger.estimated, overflows[0].ledger.estimated);
    EXPECT_GT(overflows[i].ledger.overflow, 0);
  }
  for (const SessionReset& reset : resets) {
    EXPECT_EQ(reset.session_key, kTickLane);
    EXPECT_EQ(reset.context_key.str(), kTickLane.str()) << "a restart finds the old memory again";
  }
  const auto last = all<RunEnded>(host.log).back();
  EXPECT_EQ(last.outcome, RunOutcome::restarted);
  EXPECT_TRUE(last.ledger.has_value());
  EXPECT_GT(host.remembered(kTickLane), 0);
}

TEST(EngineReferenceProfile, TheSameTicksAreNoTroubleInVagus) {
  Host host(incident("vagus"));
  host.model = says("HEARTBEAT_OK", {tool_call(), tool_result(3'000)});
  host.advance(kDay);
  EXPECT_TRUE(all<OverflowDetected>(host.log).empty());
  EXPECT_TRUE(all<SessionReset>(host.log).empty());
  EXPECT_EQ(host.remembered(kTickLane), 0);
  EXPECT_EQ(all<RunEnded>(host.log).size(), 288U);
  for (const RunEnded& ended : all<RunEnded>(host.log)) {
    EXPECT_EQ(ended.outcome, RunOutcome::acknowledged);
  }
}

TEST(EngineReferenceProfile, AResetOfASessionFindsTheOldMemory) {
  Host host(R"({"profile": "reference", "agents": {"list": [{"id": "trent"}]}})");
  host.model = says("I am Trent.");
  host.send(message_to(main_key(), "Who are you?"));
  host.send(ResetSession{main_key()});
  EXPECT_EQ(only<CallModel>(host.send(message_to(main_key(), "And now?"))).messages.size(), 3U);
}

}  // namespace
}  // namespace vagus::testing_engine
