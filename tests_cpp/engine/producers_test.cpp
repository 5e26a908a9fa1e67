#include "engine/host.hpp"

/// Whoever brings news names its session once, and both the event and the wake have it.
namespace vagus::testing_engine {
namespace {

const std::string kRoom = "agent:trent:discord:channel:42";
const std::string kHooked = R"({"agents": {"list": [{"id": "trent"}]}, "hooks": {"enabled": true,
  "allow_request_session_key": true, "allowed_session_key_prefixes": ["hook:", "discord:"]}})";

ExecReport finished(std::string_view session = kRoom, std::string output = "done") {
  ExecReport report;
  report.session_key = key(session);
  report.exec_id = "9f2c";
  report.exit_code = 0;
  report.output = std::move(output);
  return report;
}

WebhookReceived wake_hook(std::optional<std::string> session, std::string text = "ping") {
  WebhookReceived hook;
  hook.path = "wake";
  hook.wake.emplace();
  hook.wake->text = std::move(text);
  hook.wake->session_key = std::move(session);
  return hook;
}

WebhookReceived agent_hook(std::string message = "do it") {
  WebhookReceived hook;
  hook.path = "agent";
  hook.agent.emplace();
  hook.agent->message = std::move(message);
  return hook;
}

CronFired cron(CronRun run) {
  CronFired fired;
  fired.job_id = "job-1";
  fired.text = "look around";
  fired.run = run;
  return fired;
}

SubagentReported subagent() {
  SubagentReported ended;
  ended.parent_key = key(kRoom);
  ended.session_key = key("agent:trent:subagent:s1");
  ended.task_id = "t1";
  ended.result = "found it";
  return ended;
}

/// The one session that the event and the wake of `effects` are for.
std::string heard_by(const std::vector<Effect>& effects) {
  const std::string session = only<EventPosted>(effects).session_key.str();
  EXPECT_EQ(only<WakeQueued>(effects).session_key.str(), session);
  return session;
}

TEST(EngineProducers, EventAndWakeHaveOneKey) {
  NodeEvent node{"n1", "exec.denied", R"({"sessionKey": ")" + kRoom + R"(", "command": "ls"})"};
  CronFired job = cron(CronRun::event);
  job.session_key = key(kRoom);
  const Command commands[] = {finished(), node, job, subagent(), wake_hook("discord:channel:42")};
  for (const Command& command : commands) {
    Host host(kHooked);
    EXPECT_EQ(heard_by(host.apply(command)), kRoom) << command_to_json(command);
  }
}

TEST(EngineProducers, TheAnswerGoesWhereTheSessionIs) {
  const Command commands[] = {finished(), subagent(), wake_hook("discord:channel:42")};
  for (const Command& command : commands) {
    Host host(kHooked);
    host.model = says("well");
    host.send(command);
    host.advance(kSecond);
    const Deliver sent = only<Deliver>(host.log);
    EXPECT_EQ(sent.route, route_to("discord", "42")) << command_to_json(command);
  }
}

TEST(EngineProducers, WhereTheLastMessageCameFromIsBetterThanTheKey) {
  Host host(kHooked);
  host.model = says("well");
  host.send(message_from("ABC", "hi"));
  host.send(finished("agent:trent:discord:channel:abc"));
  host.advance(kSecond);
  EXPECT_EQ(all<Deliver>(host.log).back().route.to, "ABC");
}

TEST(EngineProducers, NewsThatWaitsWakesNobodyTwice) {
  Host host(kHooked);
  host.model = thinks_for_ever();
  host.send(message_to(key(kRoom), "hi"));
  host.send(finished());
  const auto again = host.apply(finished());
  EXPECT_EQ(only<EventPosted>(again).receipt, EventReceipt::duplicate);
  EXPECT_EQ(all<WakeQueued>(again).size(), 0U);
  EXPECT_EQ(only<ProducerHeard>(again).hearing, Hearing::duplicate);
}

TEST(EngineProducers, NewsThatWasLeftToWaitIsWokenFor) {
  Host host(kHooked);
  WebhookReceived later = wake_hook(std::nullopt);
  later.wake->mode = HookMode::next_heartbeat;
  EXPECT_EQ(all<WakeQueued>(host.apply(later)).size(), 0U);
  const auto again = host.apply(wake_hook(std::nullopt));
  EXPECT_EQ(only<EventPosted>(again).receipt, EventReceipt::duplicate);
  EXPECT_EQ(all<WakeQueued>(again).size(), 1U);
}

TEST(EngineProducers, WhatNobodyNeedsToHearIsSilent) {
  Host host(kHooked);
  const auto effects = host.apply(finished(kRoom, " "));
  EXPECT_EQ(only<ProducerHeard>(effects).hearing, Hearing::silent);
  EXPECT_EQ(only<ProducerHeard>(effects).reason, "empty-success");
  ExecReport seen = finished();
  seen.quiet = true;
  EXPECT_EQ(only<ProducerHeard>(host.apply(seen)).reason, "notify-off");
}

TEST(EngineProducers, AMalformedCommandChangesNothing) {
  Host host(kHooked);
  host.apply(Tick{});
  const std::string before = snapshot_of(host.engine);
  const auto field = [&](const Command& command) {
    const auto failed = host.engine.apply(command, host.now);
    return failed ? "nothing" : failed.error().field;
  };
  EXPECT_EQ(field(finished("agent:nobody:main")), "session_key");
  ExecReport report = finished();
  report.exec_id = " ";
  EXPECT_EQ(field(report), "exec_id");
  report = finished();
  report.exit_code.reset();
  EXPECT_EQ(field(report), "exit_code");
  report = finished();
  report.route = DeliveryRoute{"", std::nullopt, "x", std::nullopt};
  EXPECT_EQ(field(report), "route.channel");
  CronFired job = cron(CronRun::turn);
  job.job_id = "a:run:b";
  EXPECT_EQ(field(job), "job_id");
  job = cron(CronRun::event);
  job.text = " ";
  EXPECT_EQ(field(job), "text");
  job = cron(CronRun::event);
  job.agent = AgentId::lenient("nobody");
  EXPECT_EQ(field(job), "agent");
  SubagentReported ended = subagent();
  ended.parent_key = ended.session_key;
  EXPECT_EQ(field(ended), "parent_key");
  EXPECT_EQ(field(NodeEvent{" ", "exec.started", "{}"}), "node_id");
  EXPECT_EQ(field(WebhookReceived{"wake", "", std::nullopt, std::nullopt}), "wake");
  EXPECT_EQ(snapshot_of(host.engine), before);
}

TEST(EngineProducers, ForeignMistakesAreAnsweredAndChangeNothing) {
  Host host(kHooked);
  host.apply(Tick{});
  const std::string before = snapshot_of(host.engine);
  for (const char* payload :
       {"{bad", R"({"sessionKey": "agent:nobody:x"})", R"({"sessionKey": "global"})"}) {
    EXPECT_EQ(only<ProducerHeard>(host.apply(NodeEvent{"n", "exec.started", payload})).hearing,
              Hearing::refused);
  }
  WebhookReceived unknown = agent_hook();
  unknown.agent->agent_id = "nobody";
  WebhookReceived outside = agent_hook();
  outside.agent->session_key = "slack:channel:c1";
  WebhookReceived long_key = agent_hook();
  long_key.agent->idempotency_key = std::string(257, 'k');
  const std::pair<WebhookReceived, std::string> refused[] = {
      {unknown, "unknown-agent"},
      {outside, "prefix-not-allowed"},
      {long_key, "invalid-hook"},
      {agent_hook(" "), "invalid-hook"},
      {wake_hook(std::nullopt, " "), "invalid-hook"},
      {wake_hook("main"), "prefix-not-allowed"}};
  for (const auto& [hook, code] : refused) {
    const WebhookAnswered answered = only<WebhookAnswered>(host.apply(hook));
    EXPECT_EQ(answered.code, code);
    EXPECT_EQ(answered.response.status, 400);
  }
  EXPECT_EQ(snapshot_of(host.engine), before);
}

// ---- turns that nobody typed

TEST(EngineErrands, AnAgentHookIsARunWhoseIdIsKnownAtOnce) {
  Host host(kHooked);
  host.model = says("did it");
  WebhookReceived hook = agent_hook();
  hook.agent->channel = "slack";
  hook.agent->to = "C1";
  hook.agent->model = "big";
  hook.agent->thinking = "high";
  hook.agent->timeout_seconds = 7;
  const auto effects = host.send(hook);
  const std::string run_id = *only<WebhookAnswered>(effects).run_id;
  const RunStarted run = only<RunStarted>(effects);
  EXPECT_EQ(run.run_id, run_id);
  EXPECT_EQ(run.kind, RunKind::errand);
  EXPECT_EQ(run.session_key.str(), "agent:trent:hook:" + run_id);
  const CallModel call = only<CallModel>(effects);
  EXPECT_EQ(call.model, "big");
  EXPECT_EQ(call.thinking, "high");
  EXPECT_EQ(call.deadline_ms, host.now + 7 * kSecond);
  EXPECT_EQ(only<Deliver>(effects).route, route_to("slack", "C1"));
  EXPECT_EQ(all<EventPosted>(effects).size(), 0U) << "it was delivered";
  EXPECT_EQ(host.remembered(run.session_key), 0) << "nobody can name that session again";
}

TEST(EngineErrands, BothReportsOfAnAgentHookWakeTheSessionThatHearsThem) {
  for (const bool fails_ : {false, true}) {
    Host host(kHooked);
    host.model = fails_ ? fails("no model") : says("did it");
    WebhookReceived hook = agent_hook();
    hook.agent->name = "Deploy";
    const auto effects = host.send(hook);
    EXPECT_EQ(heard_by(effects), "agent:trent:main");
    const std::string events = snapshot_of(host.engine, "/events/agent:trent:main");
    EXPECT_TRUE(holds(events, fails_ ? "Hook Deploy (failed): no model" : "Hook Deploy: did it"))
        << events;
  }
}

TEST(EngineErrands, AnAcknowledgementIsToldNobody) {
  for (const Command& command : {Command(agent_hook()), Command(cron(CronRun::turn))}) {
    Host host(kHooked);
    host.model = says("HEARTBEAT_OK");
    const auto effects = host.send(command);
    EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::acknowledged);
    EXPECT_EQ(all<EventPosted>(effects).size() + all<Deliver>(effects).size(), 0U);
  }
}

TEST(EngineErrands, ARepeatedHookIsTheSameRun) {
  Host host(kHooked);
  WebhookReceived hook = agent_hook();
  hook.agent->idempotency_key = "k";
  const auto first = only<WebhookAnswered>(host.send(hook));
  const auto effects = host.send(hook);
  EXPECT_EQ(only<WebhookAnswered>(effects).run_id, first.run_id);
  EXPECT_TRUE(only<WebhookAnswered>(effects).replayed);
  EXPECT_EQ(all<RunStarted>(effects).size(), 0U);
  host.advance(5 * kMinute + 1);
  EXPECT_NE(only<WebhookAnswered>(host.send(hook)).run_id, first.run_id);
}

TEST(EngineErrands, TooManyTurnsAreAnsweredWithNoRoom) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}, "limits": {"queued_turns": 1},
                "hooks": {"default_session_key": "hook:one"}})");
  host.model = thinks_for_ever();
  host.send(agent_hook("1"));
  host.send(agent_hook("2"));
  const auto answered = only<WebhookAnswered>(host.send(agent_hook("3")));
  EXPECT_EQ(answered.response.status, 503);
  EXPECT_EQ(answered.code, "no-room");
}

TEST(EngineErrands, ACronTurnForgetsWhatItSaid) {
  Host host(kHooked);
  host.model = says("all quiet on disk 7");
  CronFired job = cron(CronRun::turn);
  job.route = route_to("slack", "C1");
  const RunStarted run = only<RunStarted>(host.send(job));
  EXPECT_EQ(run.session_key.str(), "agent:trent:cron:job-1");
  EXPECT_EQ(only<Deliver>(host.log).route, route_to("slack", "C1"));
  host.log.clear();
  host.send(job);
  EXPECT_FALSE(holds(shown_by(only<CallModel>(host.log)), "disk 7"));
}

TEST(EngineErrands, NoProducerChangesWhereASessionAnswers) {
  Host host(kHooked);
  host.model = says("well");
  host.send(message_from("42", "hi"));
  CronFired job = cron(CronRun::turn);
  job.session_key = key(kRoom);
  job.route = route_to("slack", "C1");
  host.send(job);
  host.send(finished());
  host.advance(kSecond);
  EXPECT_EQ(all<Deliver>(host.log).back().route, route_to("discord", "42"));
}

TEST(EngineErrands, ANodesAnswerHasNoFallback) {
  Host host(kHooked);
  host.model = says("well");
  const auto deliveries = [&](const char* event, const std::string& payload) {
    return all<Deliver>(host.send(NodeEvent{"n", event, payload})).size();
  };
  EXPECT_EQ(deliveries("agent.request", R"({"message": "a", "deliver": true})"), 0U);
  EXPECT_EQ(deliveries("agent.request",
                       R"({"message": "a", "deliver": true, "channel": "slack", "to": "C1"})"),
            1U);
  EXPECT_EQ(deliveries("agent.request", R"({"message": "a", "sessionKey": ")" + kRoom + R"("})"),
            0U);
  EXPECT_EQ(deliveries("agent.request",
                       R"({"message": "a", "deliver": true, "sessionKey": ")" + kRoom + R"("})"),
            1U);
}

TEST(EngineErrands, WhatIsSaidTwiceIsHeardOnce) {
  Host host(kHooked);
  const NodeEvent said{"n", "voice.transcript", R"({"text": "lights on"})"};
  const auto first = only<ProducerHeard>(host.send(said));
  EXPECT_EQ(first.hearing, Hearing::started);
  EXPECT_EQ(first.session_key->str(), "agent:trent:main");
  EXPECT_EQ(only<ProducerHeard>(host.send(said)).hearing, Hearing::duplicate);
}

// ---- news go to those who asked

// Two people share one session; a job that one of them had started ends after the other has
// written.
TEST(EngineProducers, WhatARunStartedIsToldWhereItWasAskedFor) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m",
                "target": "last"}}]}})");
  host.model = says("Fine.");
  const auto person = [&](std::string channel, std::string who) {
    Inbound message = message_from(std::move(who), "Hi.");
    message.channel = std::move(channel);
    message.session_key = main_key();
    return only<RunStarted>(host.send(message)).run_id;
  };
  const std::string asked = person("slack", "U1");
  person("discord", "U2");
  ExecReport report = finished();
  report.session_key = main_key();
  report.caused_by = asked;
  EXPECT_EQ(only<Deliver>(host.send(report)).route.to, "U1");
  host.advance(kMinute);
  report.exec_id = "another";
  report.caused_by.reset();
  EXPECT_EQ(only<Deliver>(host.send(report)).route.to, "U2") << "nobody says whose it is";
}

TEST(EngineProducers, WhatAnErrandStartedIsToldToTheMainSession) {
  for (const char* lane : {"agent:trent:cron:nightly", "agent:trent:hook:4711"}) {
    Host host(kHooked);
    host.model = says("Fine.");
    ExecReport report = finished();
    report.session_key = key(lane);
    EXPECT_EQ(heard_by(host.apply(report)), "agent:trent:main");
    host.send(message_to(key(lane), "Hi."));
    report.exec_id = "another";
    EXPECT_EQ(heard_by(host.apply(report)), lane) << "a session that is kept hears for itself";
  }
}

TEST(EngineErrands, AHookThatNeverRanMayComeAgain) {
  Host host(kHooked);
  host.model = thinks_for_ever();
  host.send(message_to(key(kRoom), "Hi."));
  WebhookReceived hook = agent_hook("look around");
  hook.agent->idempotency_key = "k";
  hook.agent->session_key = "discord:channel:42";
  const auto first = only<WebhookAnswered>(host.apply(hook));
  ASSERT_FALSE(first.replayed);
  EXPECT_TRUE(only<WebhookAnswered>(host.apply(hook)).replayed);
  host.apply(ResetSession{*first.session_key});
  EXPECT_FALSE(only<WebhookAnswered>(host.apply(hook)).replayed);
}

// ---- what cannot be taken is refused before anything has changed

TEST(EngineErrands, WhatIsTooLongForTheModelIsRefusedInWhole) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}, "hooks": {"enabled": true},
                "limits": {"text_bytes": 3000}})");
  // It fits as it is written, but not as it is shown.
  const std::string text = "System: " + std::string(2'992, 'x');
  WebhookReceived hook = agent_hook(text);
  hook.agent->idempotency_key = "k";
  CronFired job = cron(CronRun::turn);
  job.text = text;
  host.apply(Tick{});
  const std::string before = snapshot_of(host.engine);
  EXPECT_EQ(only<WebhookAnswered>(host.apply(hook)).response.status, 400);
  const NodeEvent asked{"n", "agent.request", R"({"message": ")" + text + "\"}"};
  EXPECT_EQ(only<ProducerHeard>(host.apply(asked)).hearing, Hearing::refused);
  const auto failed = host.engine.apply(job, host.now);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().field, "text");
  EXPECT_EQ(snapshot_of(host.engine), before);
  hook.agent->message = "shorter";
  EXPECT_FALSE(only<WebhookAnswered>(host.apply(hook)).replayed) << "it was never accepted";
}

TEST(EngineErrands, LanesThatOnlyWaitTakePlaces) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}, "hooks": {"enabled": true},
                "messages": {"running": 1}, "limits": {"sessions": 2}})");
  host.model = thinks_for_ever();
  host.send(message_to(main_key(), "Hi."));
  const auto status = [&] {
    return only<WebhookAnswered>(host.send(agent_hook())).response.status;
  };
  EXPECT_EQ(status(), 200);
  EXPECT_EQ(status(), 200);
  EXPECT_EQ(status(), 503);
  const std::string before = snapshot_of(host.engine);
  CronFired job = cron(CronRun::turn);
  for (const Command& late : {Command(job), Command(message_from("7", "/queue followup"))}) {
    EXPECT_FALSE(host.engine.apply(late, host.now).ok()) << command_to_json(late);
    EXPECT_EQ(snapshot_of(host.engine), before);
  }
}

TEST(EngineErrands, ErrandsForSessionsToComeTakePlaces) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}, "messages": {"running": 1},
                "limits": {"sessions": 2}})");
  host.model = thinks_for_ever();
  host.send(message_to(main_key(), "Hi."));
  CronFired job = cron(CronRun::turn);
  job.session_key = key("agent:trent:discord:channel:1");
  host.send(job);
  job.session_key = key("agent:trent:discord:channel:2");
  EXPECT_EQ(host.engine.apply(job, host.now).error().field, "session_key");
}

TEST(EngineErrands, ASessionThatNobodyCanNameIsNotKept) {
  Host host(kHooked);
  host.model = [](const CallModel& call) {
    ModelReplied reply{call.run_id, "did it", {}};
    reply.input_tokens = 100;
    return std::optional<Command>(reply);
  };
  WebhookReceived hook = agent_hook();
  hook.agent->channel = "slack";
  hook.agent->to = "C1";
  const std::string before = snapshot_of(host.engine, "/sessions");
  const auto effects = host.send(hook);
  host.apply(DeliveryFailed{only<RunEnded>(effects).run_id, "gone", false});
  EXPECT_EQ(snapshot_of(host.engine, "/sessions"), before);
}

TEST(EngineErrands, WhatWasRefusedMayBeSaidAgain) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}, "limits": {"queued_turns": 1}})");
  host.model = thinks_for_ever();
  const auto first = host.send(message_to(main_key(), "Hi."));
  host.send(message_to(main_key(), "And?"));
  const NodeEvent said{"n", "voice.transcript", R"({"text": "lights on"})"};
  EXPECT_EQ(only<ProducerHeard>(host.send(said)).hearing, Hearing::refused);
  host.model = says("ok");
  host.send(ModelReplied{only<RunStarted>(first).run_id, "Hello.", {}});
  host.advance(kSecond);
  EXPECT_EQ(only<ProducerHeard>(host.send(said)).hearing, Hearing::started);
}

TEST(EngineErrands, AMessageCannotComeFromARunThatHasYetToStart) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  const auto first = host.send(message_to(main_key(), "Hi."));
  CronFired job = cron(CronRun::turn);
  job.session_key = main_key();
  const std::string promised = *only<ProducerHeard>(host.send(job)).run_id;
  Inbound message = message_to(main_key(), "And?");
  message.caused_by = promised;
  host.send(message);
  host.model = says("ok");
  host.send(ModelReplied{only<RunStarted>(first).run_id, "Hello.", {}});
  EXPECT_EQ(all<RunEnded>(host.log).size(), 3U) << "everyone had a run";
  EXPECT_EQ(snapshot_of(host.engine, "/turns"), "{}");
}

}  // namespace
}  // namespace vagus::testing_engine
