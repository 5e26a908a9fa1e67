#include <nlohmann/json.hpp>

#include "engine/host.hpp"

/// Messages whose session is busy, through the engine (spec: runs, sections 2.2 to 2.4).
namespace vagus::testing_engine {
namespace {

std::string config_with(const std::string& queue) {
  return R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
             "messages": {"queue": )" +
         queue + "}}";
}

Inbound named(Inbound inbound, std::string id) {
  inbound.message_id = std::move(id);
  return inbound;
}

Inbound from_slack(std::string room, std::string text, std::optional<std::string> thread = {}) {
  Inbound inbound = message_from(std::move(room), std::move(text), std::move(thread));
  inbound.channel = "slack";
  return inbound;
}

/// A host whose session is busy with the message `first`.
class Busy {
 public:
  explicit Busy(const std::string& queue) : host(config_with(queue)) {
    host.model = thinks_for_ever();
    run_id = only<RunStarted>(host.send(message_from("C1", "first"))).run_id;
    host.model = says("ok");
  }

  std::vector<Effect> send(const std::string& text) { return host.send(message_from("C1", text)); }
  std::vector<Effect> finish() { return host.send(ModelReplied{run_id, "done", {}}); }

  Host host;
  std::string run_id;
};

std::string states(const std::vector<Effect>& effects) {
  std::string text;
  for (const TurnSettled& each : all<TurnSettled>(effects)) {
    text += (text.empty() ? "" : " ") + std::to_string(each.message) + ":" +
            std::string(name_of(each.state));
  }
  return text;
}

TEST(EngineTurns, AMessageThatRunsAtOnceIsToldSo) {
  Host host(kQuietTrent);
  const auto effects = host.send(named(message_from("C1", "Hi."), "m1"));
  const auto settled = only<TurnSettled>(effects);
  EXPECT_EQ(settled.state, TurnState::run);
  EXPECT_EQ(settled.message_id, "m1");
  EXPECT_EQ(settled.run_id, only<RunStarted>(effects).run_id);
  EXPECT_EQ(host.engine.turn_fate(settled.message)->state, TurnState::run);
  EXPECT_EQ(host.engine.turn_fate(2).error().field, "message");
}

TEST(EngineTurns, CollectsByDefaultAfterAPause) {
  Busy busy("{}");
  EXPECT_EQ(only<TurnQueued>(busy.send("two")).message, 2);
  busy.send("three");
  EXPECT_EQ(states(busy.finish()), "") << "half a second of quiet first";
  EXPECT_EQ(busy.host.alarm(), busy.host.now + 500);
  const auto effects = busy.host.advance(500);
  EXPECT_EQ(states(effects), "2:run 3:merged");
  const std::string prompt = prompt_of(only<CallModel>(effects));
  EXPECT_TRUE(holds(prompt, "(1)\ntwo")) << prompt;
  EXPECT_TRUE(holds(prompt, "(2)\nthree")) << prompt;
  EXPECT_EQ(busy.host.engine.turn_fate(3)->run_id, only<RunStarted>(effects).run_id);
  EXPECT_EQ(snapshot_of(busy.host.engine, "/turns"), "{}");
}

TEST(EngineTurns, ACollectedTurnAnswersWhereItsMessagesCameFrom) {
  Busy busy(R"({"debounce_ms": 0})");
  const auto tell = [&](Inbound inbound, const std::string& id) {
    inbound.session_key = key("agent:trent:discord:channel:c1");
    EXPECT_EQ(all<TurnQueued>(busy.host.send(named(inbound, id))).size(), 1U);
  };
  tell(from_slack("C1", "a1", "T1"), "100.1");
  tell(from_slack("C1", "a2", "T1"), "100.2");
  tell(from_slack("C2", "b1"), "200.1");
  tell(from_slack("C2", "b2"), "200.2");
  const auto sent = all<Deliver>(busy.finish());
  ASSERT_EQ(sent.size(), 3U);
  const Deliver& a = sent[1];
  const Deliver& b = sent[2];
  EXPECT_EQ(a.route, (DeliveryRoute{"slack", std::nullopt, "C1", "T1"}));
  EXPECT_EQ(a.reply_to, "100.2");
  EXPECT_EQ(b.route, (DeliveryRoute{"slack", std::nullopt, "C2", std::nullopt}));
  EXPECT_EQ(b.reply_to, "200.2") << "without a thread the message itself is the anchor";
}

TEST(EngineTurns, AFollowUpKeepsAccountAndThread) {
  Busy busy(R"({"mode": "followup", "debounce_ms": 0})");
  Inbound inbound = message_from("C1", "later", "T9");
  inbound.account = "work";
  inbound.session_key = key("agent:trent:discord:channel:c1");
  busy.host.send(inbound);
  const auto sent = all<Deliver>(busy.finish()).back();
  EXPECT_EQ(sent.route, (DeliveryRoute{"discord", "work", "C1", "T9"}));
  EXPECT_EQ(sent.session_key.str(), "agent:trent:discord:channel:c1");
}

TEST(EngineTurns, SaysWhichMessagesGaveWay) {
  Busy busy(R"({"mode": "followup", "debounce_ms": 0, "cap": 1, "drop": "old"})");
  busy.send("two");
  EXPECT_EQ(states(busy.send("three")), "2:refused");
  EXPECT_EQ(states(busy.finish()), "3:run");

  Busy summing(R"({"mode": "followup", "debounce_ms": 0, "cap": 1})");
  summing.send("two");
  EXPECT_EQ(states(summing.send("three")), "");
  const auto effects = summing.finish();
  EXPECT_EQ(states(effects), "2:summarised 3:run");
  ASSERT_EQ(all<CallModel>(effects).size(), 2U);
  EXPECT_TRUE(holds(prompt_of(all<CallModel>(effects)[0]), "- two"));
  EXPECT_EQ(all<Deliver>(effects).back().route, route_to("discord", "C1"));
}

TEST(EngineTurns, TakesAMessageOnce) {
  Host host(kQuietTrent);
  host.send(named(message_from("C1", "Hi."), "m1"));
  const auto again = host.send(named(message_from("C1", "Hi."), "m1"));
  EXPECT_EQ(kinds(again), "TurnRefused");
  EXPECT_EQ(only<TurnRefused>(again).reason, TurnRefusal::duplicate);
  EXPECT_EQ(kinds(host.send(named(message_from("C2", "Hi."), "m1"))).substr(0, 10), "RunStarted");
}

// ---- steer

TEST(EngineTurns, SteersTheRunThatTheHostCanTell) {
  Busy busy(R"({"mode": "steer", "debounce_ms": 0})");
  const auto offered = busy.host.send(named(message_from("C1", "shorter please"), "m2"));
  EXPECT_EQ(kinds(offered), "TurnQueued SteerRun");
  const auto offer = only<SteerRun>(offered);
  EXPECT_EQ(offer.run_id, busy.run_id);
  EXPECT_EQ(offer.text, "shorter please");
  const auto settled = only<TurnSettled>(busy.host.send(Steered{busy.run_id, offer.message}));
  EXPECT_EQ(settled.state, TurnState::merged);
  EXPECT_EQ(settled.run_id, busy.run_id);
  EXPECT_TRUE(busy.host.send(Steered{busy.run_id, offer.message}).empty()) << "told twice";

  const auto ended = busy.finish();
  EXPECT_EQ(only<Deliver>(ended).reply_to, "m2");
  EXPECT_TRUE(all<RunStarted>(ended).empty()) << "it was answered";
  const auto call = only<CallModel>(busy.send("next"));
  EXPECT_TRUE(holds(shown_by(call), "shorter please")) << "it is part of the conversation";
}

TEST(EngineTurns, WhatIsNotToldToTheRunGetsATurnOfItsOwn) {
  Busy busy(R"({"mode": "steer", "debounce_ms": 0})");
  const auto offer = only<SteerRun>(busy.send("two"));
  const auto effects = busy.finish();
  EXPECT_EQ(states(effects), "2:run");
  EXPECT_TRUE(busy.host.send(Steered{busy.run_id, offer.message}).empty()) << "too late";
  EXPECT_EQ(busy.host.engine.turn_fate(2)->state, TurnState::run);
}

TEST(EngineTurns, OffersNothingToARunThatAnswersElsewhere) {
  Busy busy(R"({"mode": "steer", "debounce_ms": 0})");
  Inbound elsewhere = message_from("C2", "other room");
  elsewhere.session_key = key("agent:trent:discord:channel:c1");
  EXPECT_EQ(kinds(busy.host.send(elsewhere)), "TurnQueued");

  Host host(config_with(R"({"mode": "steer", "debounce_ms": 0})"));
  host.model = thinks_for_ever();
  host.send(wake_of(main_key(), WakeKind::manual));
  EXPECT_EQ(kinds(host.send(message_to(main_key(), "Hi."))), "TurnQueued") << "a heartbeat runs";
}

TEST(EngineTurns, RefusesWordOfWhatWasNotOffered) {
  Busy busy(R"({"mode": "followup"})");
  busy.send("two");
  const auto field = [&](const Steered& steered) {
    const auto refused = busy.host.engine.apply(steered, busy.host.now);
    return refused.ok() ? "" : refused.error().field;
  };
  EXPECT_EQ(field({busy.run_id, 2}), "message");
  EXPECT_EQ(field({busy.run_id, 99}), "message");
  EXPECT_EQ(field({busy.run_id, -1}), "message");
  EXPECT_EQ(field({"nonsense", 2}), "run_id");
  EXPECT_EQ(busy.host.engine.turn_fate(2)->state, TurnState::waiting);
}

// ---- interrupt

TEST(EngineTurns, AnInterruptEndsTheRunAndTakesItsPlace) {
  Busy busy(R"({"mode": "interrupt"})");
  const auto effects = busy.send("stop, this instead");
  EXPECT_EQ(kinds(effects), "TurnQueued RunEnded RunStarted ReadFiles CallModel Deliver RunEnded");
  EXPECT_EQ(all<RunEnded>(effects).front().outcome, RunOutcome::aborted);
  EXPECT_EQ(states(effects), "2:run");
  const std::string shown = shown_by(only<CallModel>(effects));
  EXPECT_TRUE(holds(shown, "first")) << "what was said before stays";
  EXPECT_TRUE(busy.finish().empty()) << "the late answer is ignored";
}

TEST(EngineTurns, AnInterruptLosesNeitherEventsNorWakesOfAHeartbeat) {
  Host host(config_with(R"({"mode": "interrupt"})"));
  host.model = thinks_for_ever();
  host.send(exec_event(main_key(), "exit 7", route_to("slack", "C9")));
  host.model = says("ok");
  const auto effects = host.send(message_to(main_key(), "Hi."));
  EXPECT_EQ(all<RunEnded>(effects).front().outcome, RunOutcome::aborted);
  EXPECT_TRUE(all<RunEnded>(effects).front().retry_at_ms.has_value());
  const auto later = host.advance(kMinute);
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(later)), "exit 7"));
}

TEST(EngineTurns, AnInterruptThatIsRefusedEndsNothing) {
  Busy busy(R"({"mode": "followup", "cap": 1, "drop": "new"})");
  busy.send("two");
  EXPECT_EQ(kinds(busy.send("/queue interrupt now!")), "QueueSet TurnRefused");
  EXPECT_EQ(states(busy.finish()), "");
}

// ---- lanes

TEST(EngineTurns, APersonGoesBeforeAHeartbeatOfTheLane) {
  Busy busy(R"({"mode": "collect", "debounce_ms": 1000})");
  busy.send("two");
  const SessionKey room = key("agent:trent:discord:channel:c1");
  busy.host.send(wake_of(room, WakeKind::manual));
  EXPECT_TRUE(all<RunStarted>(busy.finish()).empty()) << "the heartbeat waits for the person";
  const auto effects = busy.host.advance(1'000);
  ASSERT_EQ(all<RunStarted>(effects).size(), 2U);
  EXPECT_EQ(all<RunStarted>(effects)[0].kind, RunKind::user);
  EXPECT_EQ(all<RunStarted>(effects)[1].kind, RunKind::heartbeat);
}

TEST(EngineTurns, SoManyTurnsRunAtOnce) {
  Host host(R"({"agents": {"list": [{"id": "trent", "default": true}, {"id": "ada"}]},
                "messages": {"running": 2, "running_per_agent": 1}})");
  host.model = thinks_for_ever();
  const auto first = host.send(message_from("C1", "1"));
  EXPECT_EQ(all<RunStarted>(host.send(message_from("C2", "2"))).size(), 0U) << "one of an agent";
  EXPECT_EQ(all<RunStarted>(host.send(message_to(key("agent:ada:main"), "3"))).size(), 1U);
  EXPECT_EQ(all<RunStarted>(host.send(wake_of(main_key(), WakeKind::manual))).size(), 1U)
      << "heartbeats have places of their own";
  const auto rest = host.send(ModelReplied{only<RunStarted>(first).run_id, "ok", {}});
  EXPECT_EQ(only<RunStarted>(rest).session_key.str(), "agent:trent:discord:channel:c2");
}

TEST(EngineTurns, ARunCannotAskForItsOwnLane) {
  Busy busy("{}");
  Inbound inner = message_from("C1", "ask myself");
  inner.caused_by = busy.run_id;
  EXPECT_EQ(only<TurnRefused>(busy.host.send(inner)).reason, TurnRefusal::reentry);

  busy.host.model = thinks_for_ever();
  Inbound outer = message_from("C2", "ask another");
  outer.caused_by = busy.run_id;
  const std::string other = only<RunStarted>(busy.host.send(outer)).run_id;
  inner.caused_by = other;
  EXPECT_EQ(only<TurnRefused>(busy.host.send(inner)).reason, TurnRefusal::reentry)
      << "nor can what it asked";
}

// One run holds C1, another C2, and each asks the other's lane, where its question would wait.
TEST(EngineTurns, TwoRunsDoNotWaitForEachOther) {
  Busy busy(R"({"mode": "followup", "debounce_ms": 0})");
  busy.host.model = thinks_for_ever();
  const std::string other = only<RunStarted>(busy.host.send(message_from("C2", "mine"))).run_id;
  Inbound there = message_from("C2", "ask");
  there.caused_by = busy.run_id;
  EXPECT_EQ(kinds(busy.host.send(there)), "TurnQueued");
  Inbound back = message_from("C1", "ask back");
  back.caused_by = other;
  EXPECT_EQ(only<TurnRefused>(busy.host.send(back)).reason, TurnRefusal::reentry);

  busy.host.model = says("ok");
  busy.host.send(ModelReplied{other, "done", {}});
  busy.host.model = thinks_for_ever();
  const std::string next = only<RunStarted>(busy.host.send(message_from("C2", "mine"))).run_id;
  back.caused_by = next;
  EXPECT_EQ(kinds(busy.host.send(back)), "TurnQueued") << "the first question is answered";
}

TEST(EngineTurns, ACircleOfThreeLanesIsFound) {
  Host host(config_with("{}"));
  host.model = thinks_for_ever();
  std::vector<std::string> runs;
  for (const char* room : {"C1", "C2", "C3"}) {
    runs.push_back(only<RunStarted>(host.send(message_from(room, "mine"))).run_id);
  }
  const auto ask = [&](std::size_t from, const char* room) {
    Inbound inner = message_from(room, "ask");
    inner.caused_by = runs[from];
    return kinds(host.send(inner));
  };
  EXPECT_EQ(ask(0, "C2"), "TurnQueued");
  EXPECT_EQ(ask(1, "C3"), "TurnQueued");
  EXPECT_EQ(ask(2, "C1"), "TurnRefused");
  EXPECT_EQ(ask(2, "C4"), "RunStarted ReadFiles CallModel") << "no circle";
}

TEST(EngineTurns, WhatARunWritesIsNoPersonsWord) {
  Busy busy("{}");
  Inbound asked = message_from("C2", "from a run");
  asked.caused_by = busy.run_id;
  asked.session_key = key("agent:trent:main");
  busy.host.send(asked);
  const Json sessions = busy.host.engine.snapshot()["sessions"];
  for (const auto& session : sessions) {
    if (session["session_key"] != "agent:trent:main") continue;
    EXPECT_FALSE(session.contains("last_route"));
    EXPECT_FALSE(session.contains("last_active_ms"));
  }
}

TEST(EngineTurns, HeartbeatsChangeNeitherRouteNorModelOfTheSession) {
  Host host(R"({"models": {"big": {}, "small": {}}, "agents": {"list": [{"id": "trent",
      "model": "big", "heartbeat": {"every": "0m", "model": "small", "target": "last"}}]}})");
  host.model = says("news");
  Inbound person = from_slack("C1", "Hi.", "T1");
  person.session_key = main_key();
  host.send(person);
  const auto beat = host.send(exec_event(main_key(), "exit 1", route_to("discord", "D9")));
  EXPECT_EQ(only<CallModel>(beat).model, "small");
  EXPECT_EQ(only<Deliver>(beat).route, route_to("discord", "D9"));
  const auto tick = host.send(wake_of(main_key(), WakeKind::manual));
  EXPECT_EQ(only<RunEnded>(tick).route, (DeliveryRoute{"slack", std::nullopt, "C1", "T1"}))
      << "still where the person wrote";
  EXPECT_EQ(only<CallModel>(host.send(message_to(main_key(), "And?"))).model, "big");
}

TEST(EngineTurns, TheHostsOwnClientLeavesTheRememberedRoute) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m",
                "target": "last"}}]}})");
  host.model = says("news");
  Inbound person = from_slack("C1", "Hi.");
  person.session_key = main_key();
  host.send(person);
  person.channel = "webchat";
  EXPECT_EQ(only<Deliver>(host.send(person)).route.channel, "webchat");
  const auto tick = host.send(wake_of(main_key(), WakeKind::manual));
  EXPECT_EQ(only<RunEnded>(tick).route, route_to("slack", "C1"));
}

// ---- the session

TEST(EngineTurns, AResetCancelsWhatWaits) {
  Busy busy("{}");
  busy.send("two");
  const auto effects = busy.host.send(ResetSession{key("agent:trent:discord:channel:c1")});
  EXPECT_EQ(states(effects), "2:cancelled");
  EXPECT_EQ(busy.host.engine.turn_fate(2)->reason, "the session was reset");
  busy.finish();
  EXPECT_TRUE(all<RunStarted>(busy.host.advance(kMinute)).empty());
  EXPECT_EQ(kinds(busy.send("again")).substr(0, 10), "RunStarted");
}

TEST(EngineTurns, ForgettingASessionCancelsWhatWaits) {
  Busy busy("{}");
  busy.send("two");
  busy.finish();
  const SessionKey room = key("agent:trent:discord:channel:c1");
  EXPECT_EQ(states(busy.host.send(ForgetSession{room})), "2:cancelled");
  EXPECT_EQ(busy.host.alarm(), std::nullopt);
}

TEST(EngineTurns, AStepOfTheClockKeepsThePause) {
  Busy busy(R"({"debounce_ms": 1000})");
  busy.send("two");
  busy.finish();
  busy.host.now -= kMinute;
  busy.host.send(Tick{});
  EXPECT_EQ(busy.host.alarm(), busy.host.now + 1'000);
  EXPECT_EQ(all<RunStarted>(busy.host.advance(1'000)).size(), 1U);
}

// ---- /queue

TEST(EngineTurns, ADirectiveAloneIsForTheSession) {
  Busy busy("{}");
  const auto set = only<QueueSet>(busy.send("/queue followup debounce:0 cap:999"));
  EXPECT_EQ(set.settings, (QueueSettings{QueueMode::followup, 0, 200, DropPolicy::summarize}));
  EXPECT_EQ(set.error, "");
  EXPECT_EQ(set.route, route_to("discord", "C1"));
  busy.send("two");
  busy.send("three");
  EXPECT_EQ(states(busy.finish()), "2:run 3:run");
  EXPECT_EQ(only<QueueSet>(busy.send("/queue")).settings.mode, QueueMode::followup);
  EXPECT_EQ(only<QueueSet>(busy.send("/queue default")).settings, QueueSettings{});
}

TEST(EngineTurns, ADirectiveBesideWordsIsForThatMessage) {
  Busy busy("{}");
  const auto effects = busy.send("/queue interrupt  now this");
  EXPECT_EQ(only<QueueSet>(effects).settings, QueueSettings{});
  EXPECT_EQ(all<RunEnded>(effects).front().outcome, RunOutcome::aborted);
  EXPECT_EQ(prompt_of(only<CallModel>(effects)), "now this");
}

TEST(EngineTurns, ABadDirectiveChangesNothingAndSaysWhy) {
  Busy busy("{}");
  for (const std::string option : {"cap:0", "debounce:-1", "drop:everything"}) {
    const auto set = only<QueueSet>(busy.send("/queue steer " + option));
    EXPECT_EQ(set.settings, QueueSettings{});
    EXPECT_TRUE(holds(set.error, "queue.")) << set.error;
  }
  EXPECT_EQ(kinds(busy.send("/queue sideways")), "QueueSet TurnQueued")
      << "an unknown word is text";
}

TEST(EngineTurns, RefusesNamesThatAreTooLong) {
  Host host(kQuietTrent);
  const auto refused =
      host.engine.apply(named(message_from("C1", "Hi."), std::string(5'000, 'x')), host.now);
  EXPECT_EQ(refused.error().field, "message_id");
}

TEST(EngineTurns, RefusesSettingsOutOfRange) {
  const std::pair<const char*, const char*> bad[] = {
      {R"({"cap": 0})", "messages.queue.cap"},
      {R"({"debounce_ms": -1})", "messages.queue.debounce_ms"},
      {R"({"mode": "sideways"})", "messages.queue.mode"},
      {R"({"drop": "all"})", "messages.queue.drop"},
      {R"({"by_channel": {" ": "steer"}})", R"(messages.queue.by_channel[" "])"},
      {R"({"by_channel": {"a": "steer", "A": "collect"}})", "messages.queue.by_channel.a"},
      {R"({"debounce_ms_by_channel": {"a": -5}})", "messages.queue.debounce_ms_by_channel.a"}};
  for (const auto& [queue, field] : bad) {
    const auto read = read_config(config_with(queue));
    ASSERT_FALSE(read.ok()) << queue;
    EXPECT_EQ(read.error().field, field);
  }
  EXPECT_EQ(read_config(R"({"messages": {"running": 0}})").error().field, "messages.running");
}

}  // namespace
}  // namespace vagus::testing_engine
