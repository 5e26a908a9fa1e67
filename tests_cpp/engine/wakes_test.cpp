#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

TEST(EngineWakes, KeepTheirSessionFromRequestToRun) {
  for (const std::string_view text :
       {"agent:trent:main", "agent:trent:discord:channel:c1:thread:t9",
        "agent:trent:telegram:direct:77", "agent:trent:cron:nightly", "agent:trent:hook:9f2c"}) {
    Host host(kQuietTrent);
    const auto effects = host.send(wake_of(key(text), WakeKind::hook, "hook:x"));
    EXPECT_EQ(only<WakeQueued>(effects).session_key.str(), text);
    EXPECT_EQ(only<RunStarted>(effects).session_key.str(), text);
    EXPECT_EQ(only<RunEnded>(effects).session_key.str(), text);
  }
}

TEST(EngineWakes, OfASubagentGoToTheMainSession) {
  Host host(kQuietTrent);
  const auto effects = host.send(wake_of(key("agent:trent:subagent:helper"), WakeKind::task));
  EXPECT_EQ(only<RunStarted>(effects).session_key, main_key());
}

TEST(EngineWakes, OfAnAgentGoToItsHeartbeatSession) {
  Host host(R"({"agents": {"list": [{"id": "trent",
    "heartbeat": {"every": "0m", "session": "discord:channel:c1"}}]}})");
  RequestWake request;
  request.agent = *AgentId::parse("trent");
  request.coalesce_ms = 0;
  EXPECT_EQ(only<RunStarted>(host.send(request)).session_key.str(),
            "agent:trent:discord:channel:c1");
}

TEST(EngineWakes, HaveALabel) {
  Host host(kQuietTrent);
  EXPECT_EQ(only<WakeQueued>(host.send(wake_of(main_key(), WakeKind::exec, " "))).reason, "exec");
  EXPECT_EQ(only<WakeQueued>(host.send(wake_of(main_key(), WakeKind::hook, " a b "))).reason,
            "a b");
}

TEST(EngineWakes, WaitAMomentForOthers) {
  Host host(kQuietTrent);
  RequestWake request = wake_of(main_key(), WakeKind::other);
  request.coalesce_ms.reset();
  const auto queued = host.send(request);
  EXPECT_EQ(kinds(queued), "WakeQueued");
  EXPECT_EQ(only<WakeQueued>(queued).due_ms, kStart + kCoalesceMillis);
  EXPECT_EQ(only<SetAlarm>(queued).at_ms, kStart + kCoalesceMillis);

  host.now += 100;
  const auto urgent = only<WakeQueued>(host.send(wake_of(main_key(), WakeKind::manual, "me", 50)));
  EXPECT_TRUE(urgent.merged);
  EXPECT_EQ(urgent.due_ms, kStart + 150);
  const auto started = only<RunStarted>(host.advance(50));
  EXPECT_EQ(started.reason, "me") << "the most urgent one's label";
  EXPECT_EQ(started.requests, 2);
  EXPECT_EQ(started.causes.size(), 2U);
  EXPECT_TRUE(all<RunStarted>(host.advance(kHour)).empty());
}

TEST(EngineWakes, AStormIsOneRun) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const auto first = only<RunStarted>(host.send(wake_of(main_key(), WakeKind::hook)));
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(kinds(host.send(wake_of(main_key(), WakeKind::hook, std::to_string(i)))),
              "WakeQueued");
  }
  const auto effects = host.send(ModelReplied{first.run_id, "HEARTBEAT_OK", {}});
  EXPECT_EQ(only<RunStarted>(effects).requests, 1'000);
  EXPECT_EQ(only<RunStarted>(effects).causes.size(), 16U);
}

TEST(EngineWakes, WaitWhileTheirLaneIsBusyAndOthersDoNot) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const auto turn = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  const auto queued = host.send(wake_of(main_key(), WakeKind::hook));
  EXPECT_EQ(kinds(queued), "WakeQueued");
  EXPECT_EQ(host.alarm(), kStart + kUserTurnTimeout) << "a wake that is held sets no alarm";
  EXPECT_EQ(all<RunStarted>(host.send(wake_of(key("agent:trent:other"), WakeKind::hook))).size(),
            1U);
  const auto after = host.send(ModelReplied{turn.run_id, "Hello.", {}});
  EXPECT_EQ(kinds(after), "RunEnded RunStarted ReadFiles CallModel");
}

TEST(EngineWakes, GiveWayToPeopleOnTheirLane) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  const auto heartbeat = only<RunStarted>(host.send(wake_of(main_key(), WakeKind::hook)));
  host.send(wake_of(main_key(), WakeKind::manual));
  host.send(message_to(main_key(), "one"));
  host.send(message_to(main_key(), "two"));

  const auto first = host.send(ModelReplied{heartbeat.run_id, "HEARTBEAT_OK", {}});
  ASSERT_EQ(only<RunStarted>(first).kind, RunKind::user);
  const auto second = host.send(ModelReplied{only<RunStarted>(first).run_id, "1", {}});
  ASSERT_EQ(only<RunStarted>(second).kind, RunKind::user);
  const auto third = host.send(ModelReplied{only<RunStarted>(second).run_id, "2", {}});
  EXPECT_EQ(only<RunStarted>(third).kind, RunKind::heartbeat);
}

TEST(EngineWakes, GiveWayToAPersonWhoComesAtTheSameMoment) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  host.send(wake_of(main_key(), WakeKind::manual, "", 100));
  host.now += 100;
  EXPECT_EQ(only<RunStarted>(host.send(message_to(main_key(), "Hi."))).kind, RunKind::user);
}

TEST(EngineWakes, RunByDueTimeThenUrgencyThenArrival) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
                "wakes": {"running_per_agent": 5}})");
  host.model = thinks_for_ever();
  const auto ask = [&host](const std::string& name, WakeKind kind, Millis coalesce) {
    host.send(wake_of(key("agent:trent:" + name), kind, "", coalesce));
  };
  ask("c", WakeKind::cron, 10);
  ask("b", WakeKind::cron, 10);
  ask("z", WakeKind::hook, 10);
  ask("a", WakeKind::interval, 10);
  ask("y", WakeKind::interval, 5);
  host.now += 10;
  std::string order;
  for (const RunStarted& run : all<RunStarted>(host.send(Tick{}))) order += run.session_key.rest();
  EXPECT_EQ(order, "yzcba");
}

TEST(EngineWakes, TheCadenceJoinsAWakeThatWaits) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m"}}]}})");
  host.send(Tick{});
  const Millis slot = *host.alarm();
  host.send(wake_of(main_key(), WakeKind::task, "task:7", kHour));
  const auto started = only<RunStarted>(host.advance(slot - kStart));
  EXPECT_EQ(started.requests, 2);
  EXPECT_EQ(started.reason, "task:7");
  EXPECT_TRUE(all<RunStarted>(host.advance(5 * kMinute - 1)).empty());
}

TEST(EngineWakes, ATickIsNotLostAmongManyCauses) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m",
    "light_context": true}}]}, "limits": {"wake_causes": 2}})");
  host.workspace = {{"HEARTBEAT.md", "- water the plants"}};
  host.send(Tick{});
  for (int i = 0; i < 9; ++i) {
    PostEvent post = exec_event(main_key(), "exit " + std::to_string(i));
    post.reason = post.text;
    post.coalesce_ms = kHour;
    host.send(post);
  }
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(host.advance(5 * kMinute))), "water the plants"));
}

TEST(EngineWakes, ATickThatJoinsAnEventLooksAtTheChecklist) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m",
    "light_context": true}}]}})");
  host.workspace = {{"HEARTBEAT.md", "- water the plants"}};
  host.send(Tick{});
  PostEvent post = exec_event(main_key(), "exit 0");
  post.coalesce_ms = kHour;
  host.send(post);
  const std::string prompt = prompt_of(only<CallModel>(host.advance(5 * kMinute)));
  EXPECT_TRUE(holds(prompt, "exit 0"));
  EXPECT_TRUE(holds(prompt, "water the plants"));
  EXPECT_TRUE(holds(prompt, "standing duties")) << "the tick's own instruction";
}

}  // namespace
}  // namespace vagus::testing_engine
