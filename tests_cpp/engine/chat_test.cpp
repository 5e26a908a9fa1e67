#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/host.hpp"

/// What those who follow the engine's runs are told.
namespace vagus::testing_engine {
namespace {

Inbound followed(std::string text, std::string client, std::string subscriber = "tab") {
  Inbound message = message_to(main_key(), std::move(text));
  message.client_run_id = std::move(client);
  message.subscriber = std::move(subscriber);
  return message;
}

StreamModel piece(const std::string& run_id, std::string delta) {
  StreamModel command;
  command.run_id = run_id;
  command.delta = std::move(delta);
  return command;
}

/// The run in flight whose model was asked last.
std::string run_asked(const std::vector<Effect>& effects) {
  return only<CallModel>(effects).run_id;
}

/// `state client text` of each event, in order.
std::vector<std::string> told(const std::vector<Effect>& effects) {
  std::vector<std::string> lines;
  for (const ChatEvent& event : all<ChatEvent>(effects)) {
    lines.push_back(std::string(name_of(event.state)) + " " + event.client_run_id + " " +
                    event.text);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(EngineChat, ARunIsToldAsItIsWrittenAndEndsOnce) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const std::string run = run_asked(host.send(followed("Hi.", "c1")));
  EXPECT_EQ(told(host.apply(piece(run, "Hello"))), Lines{"delta c1 Hello"});
  EXPECT_EQ(told(host.apply(piece(run, ", you"))), Lines{});
  EXPECT_EQ(host.alarm(), kStart + 75);
  EXPECT_EQ(told(host.advance(kSecond)), Lines{"delta c1 Hello, you"});
  const auto ended = host.apply(ModelReplied{run, "Hello, you there.", {}});
  EXPECT_EQ(told(ended), (Lines{"delta c1 Hello, you there.", "final c1 Hello, you there."}));
  EXPECT_EQ(kinds(ended), "ChatEvent ChatEvent RunEnded");
  EXPECT_EQ(only<RunEnded>(ended).outcome, RunOutcome::replied);
  EXPECT_EQ(kinds(host.apply(piece(run, "late"))), "");
}

TEST(EngineChat, WithoutFollowersNothingIsTold) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const std::string run = run_asked(host.send(message_to(main_key(), "Hi.")));
  const std::optional<Millis> before = host.alarm();
  EXPECT_EQ(kinds(host.apply(piece(run, "Hello"))), "");
  EXPECT_EQ(kinds(host.apply(piece(run, " again"))), "");
  EXPECT_EQ(host.alarm(), before);
  EXPECT_EQ(kinds(host.apply(ModelReplied{run, "Hello", {}})), "RunEnded");
}

TEST(EngineChat, EveryWayToEndIsTold) {
  const std::vector<std::pair<Model, std::string>> endings = {
      {says("Fine."), "final c1 Fine."},
      {says("NO_REPLY"), "final c1 "},
      {fails("rate limit"), "error c1 "},
      {thinks_for_ever(), "error c1 "},
  };
  for (const auto& [model, line] : endings) {
    Host host(kQuietTrent);
    host.model = model;
    std::vector<Effect> effects = host.send(followed("Hi.", "c1"));
    const auto later = host.advance(kHour);
    effects.insert(effects.end(), later.begin(), later.end());
    ASSERT_FALSE(told(effects).empty());
    EXPECT_EQ(told(effects).back(), line);
    EXPECT_EQ(all<RunEnded>(effects).size(), 1U);
  }
}

TEST(EngineChat, AFailureAndALateAnswerSayWhatKindOfErrorTheyAre) {
  Host host(kQuietTrent);
  host.model = fails("429 Too many requests");
  const ChatEvent failed = only<ChatEvent>(host.send(followed("Hi.", "c1")));
  EXPECT_EQ(failed.error_kind, ErrorKind::rate_limit);
  EXPECT_EQ(failed.error, "429 Too many requests");
  host.model = thinks_for_ever();
  host.send(followed("Hi.", "c2"));
  EXPECT_EQ(only<ChatEvent>(host.advance(kHour)).error_kind, ErrorKind::timeout);
}

TEST(EngineChat, SubscribersHearOfTheirSessionOnly) {
  Host host(kQuietTrent);
  host.model = says("Fine.");
  host.apply(Subscribe{"desk", main_key()});
  host.apply(Subscribe{"other", key("agent:trent:other")});
  for (const ChatEvent& event : all<ChatEvent>(host.send(followed("Hi.", "c1")))) {
    EXPECT_EQ(event.subscribers, (std::vector<std::string>{"tab", "desk"}));
    EXPECT_EQ(event.session_key, main_key());
  }
  host.apply(Unsubscribe{"desk", main_key()});
  EXPECT_EQ(told(host.send(message_to(main_key(), "Hi."))), Lines{});
  host.apply(Subscribe{"desk", main_key()});
  host.apply(Unsubscribe{"desk", std::nullopt});
  EXPECT_EQ(told(host.send(message_to(main_key(), "Hi."))), Lines{});
}

TEST(EngineChat, AHeartbeatIsToldAtItsEnd) {
  Host host(kQuietTrent);
  host.model = says("Disk is full");
  host.apply(Subscribe{"desk", main_key()});
  EXPECT_EQ(all<ChatEvent>(host.send(wake_of(main_key(), WakeKind::manual))).size(), 1U);
  host.model = says("HEARTBEAT_OK");
  EXPECT_EQ(only<ChatEvent>(host.send(wake_of(main_key(), WakeKind::manual))).text, "");
}

TEST(EngineChat, AnEndingIsNotTooLongToBeTold) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m",
    "response_prefix": "[a prefix]"}}]}, "limits": {"text_bytes": 3000}})");
  host.apply(Subscribe{"desk", main_key()});
  host.model = says(std::string(3'000, 'x'));
  const std::string text = only<ChatEvent>(host.send(wake_of(main_key(), WakeKind::manual))).text;
  EXPECT_EQ(text.size(), 3'000U);
}

// ---- aborts

TEST(EngineChat, WhatWasSaidBeforeAnAbortStaysInTheConversation) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const std::string run = run_asked(host.send(followed("Tell me a story.", "c1")));
  host.apply(piece(run, "Once upon"));
  AbortRun abort;
  abort.run_id = "c1";
  abort.requester = ChatPrincipal{"tab", {}, false};
  abort.reason = "stop";
  const auto effects = host.apply(abort);
  EXPECT_EQ(kinds(effects), "ChatEvent RunEnded AbortAnswered");
  EXPECT_EQ(only<ChatEvent>(effects).state, ChatState::aborted);
  EXPECT_EQ(only<ChatEvent>(effects).stop_reason, "stop");
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::aborted);
  EXPECT_EQ(only<RunEnded>(effects).text, "Once upon");
  EXPECT_EQ(host.remembered(main_key()), 2);
  EXPECT_EQ(kinds(host.apply(ModelReplied{run, "too late", {}})), "");
  EXPECT_EQ(only<AbortAnswered>(host.apply(abort)).verdict, AbortVerdict::unknown);
  EXPECT_EQ(host.remembered(main_key()), 2);
}

TEST(EngineChat, AnAbortBeforeTheFirstWordKeepsOnlyTheQuestion) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  host.send(followed("Hi.", "c1"));
  host.apply(AbortRun{std::nullopt, main_key(), std::nullopt, "rpc"});
  EXPECT_EQ(host.remembered(main_key()), 1);
}

TEST(EngineChat, OnlyWhoAskedMayAbort) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  host.send(followed("Hi.", "c1"));
  AbortRun abort;
  abort.session_key = main_key();
  abort.requester = ChatPrincipal{"stranger", {}, false};
  const auto refused = host.apply(abort);
  EXPECT_EQ(kinds(refused), "AbortAnswered");
  EXPECT_EQ(only<AbortAnswered>(refused).verdict, AbortVerdict::not_permitted);
  abort.requester->admin = true;
  EXPECT_EQ(only<AbortAnswered>(host.apply(abort)).run_ids.size(), 1U);
}

TEST(EngineChat, AnAbortedRunFreesItsLaneAndGivesItsEventsBack) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  const std::string wake = run_asked(host.send(exec_event(main_key(), "exit 0")));
  host.send(message_to(main_key(), "And?"));
  const auto effects = host.send(AbortRun{wake, std::nullopt, std::nullopt, "rpc"});
  EXPECT_EQ(only<RunEnded>(effects).retry_at_ms, std::nullopt);
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(effects)), "exit 0"));
}

TEST(EngineChat, ClientIdsAreUsedOnce) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  host.send(followed("Hi.", "c1"));
  const auto again = host.engine.apply(followed("Hi.", "c1"), host.now);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().field, "client_run_id");
  host.send(followed("More.", "c2"));
  const auto waits = host.engine.apply(followed("More.", "c2"), host.now);
  ASSERT_FALSE(waits.ok()) << "a message that is sent twice is answered once";
  EXPECT_EQ(waits.error().field, "client_run_id");
  host.model = says("Fine.");
  std::vector<Effect> effects = host.send(AbortRun{std::nullopt, main_key(), std::nullopt, "rpc"});
  EXPECT_EQ(told(effects), (Lines{"aborted c1 ", "delta c2 Fine.", "final c2 Fine."}));
  EXPECT_EQ(all<RunEnded>(effects).size(), 2U);
  EXPECT_FALSE(host.engine.apply(followed("Hi.", "c1"), host.now + 74'999).ok());
  EXPECT_TRUE(host.engine.apply(followed("Hi.", "c1"), host.now + 75'000).ok()) << "forgotten";
}

TEST(EngineChat, ADirectiveAloneIsAnsweredWithoutWords) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  EXPECT_EQ(told(host.send(followed("/queue collect", "c1"))), Lines{"final c1 "});
  EXPECT_EQ(told(host.send(followed("/queue cap:zero", "c2"))), Lines{"final c2 "});
  EXPECT_EQ(told(host.send(followed("Hi.", "c3"))), Lines{});
}

TEST(EngineChat, AnInterruptKeepsWhatWasSaidBefore) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
                "messages": {"queue": {"mode": "interrupt"}}})");
  host.model = thinks_for_ever();
  const std::string run = run_asked(host.send(followed("Hi.", "c1")));
  host.apply(piece(run, "Half an ans"));
  const auto effects = host.send(followed("No, wait.", "c2"));
  EXPECT_EQ(told(effects), Lines{"aborted c1 Half an ans"});
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::aborted);
  const std::vector<Message> next = only<CallModel>(effects).messages;
  ASSERT_GE(next.size(), 3U);
  EXPECT_EQ(text_of(next[next.size() - 2]), "Half an ans");
}

TEST(EngineChat, EachWhoAskedMayStopTheAnswerToAll) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
                "messages": {"queue": {"mode": "collect", "debounce_ms": 0}}})");
  host.model = thinks_for_ever();
  const std::string first = run_asked(host.send(message_to(main_key(), "Hi.")));
  host.send(followed("One.", "c1", "tab"));
  host.send(followed("Two.", "c2", "phone"));
  const std::string run = run_asked(host.send(ModelReplied{first, "ok", {}}));
  const auto stop = [&](std::string who) {
    return only<AbortAnswered>(host.send(AbortRun{run, {}, ChatPrincipal{who, {}, false}, "rpc"}));
  };
  EXPECT_EQ(stop("stranger").verdict, AbortVerdict::not_permitted);
  EXPECT_EQ(stop("phone").verdict, AbortVerdict::aborted);
}

TEST(EngineChat, WhatIsSentIsWhatClientsSee) {
  const std::pair<std::string, std::string> answers[] = {
      {"ANNOUNCE_SKIP", ""}, {"ok NO_REPLY", "ok"}, {"[[reply_to_current]] hello", "hello"}};
  for (const auto& [said, shown] : answers) {
    Host host(kQuietTrent);
    host.model = says(said);
    Inbound message = message_from("C1", "Hi.");
    message.client_run_id = "c1";
    message.subscriber = "tab";
    const auto effects = host.send(message);
    EXPECT_EQ(all<ChatEvent>(effects).back().text, shown);
    const auto sent = all<Deliver>(effects);
    EXPECT_EQ(sent.empty() ? "" : sent.front().text, shown);
  }
}

TEST(EngineChat, AMessageThatComesAgainUnderAnotherNameIsToldSo) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  host.send(message_to(main_key(), "Hi."));
  const auto again = [&](std::string client) {
    Inbound message = followed("More.", std::move(client));
    message.message_id = "m1";
    return told(host.send(message));
  };
  EXPECT_EQ(again("c1"), Lines{});
  EXPECT_EQ(again("c2"), Lines{"error c2 "});
  host.model = says("Fine.");
  const auto effects = host.send(AbortRun{std::nullopt, main_key(), std::nullopt, "rpc"});
  EXPECT_EQ(told(effects), (Lines{"delta c1 Fine.", "final c1 Fine."}));
}

TEST(EngineChat, ClientsBeyondTheLimitAreToldThatTheyCannotFollow) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
                "limits": {"run_clients": 2}})");
  host.model = thinks_for_ever();
  const std::string run = run_asked(host.send(followed("Hi.", "c1")));
  for (const char* client : {"c2", "c3", "c4"}) host.send(followed("More.", client));
  host.model = says("Fine.");
  host.send(ModelReplied{run, "Hello.", {}});
  host.log.clear();
  host.advance(kSecond);
  const Lines lines = told(host.log);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "final c2 Fine."), 1);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "final c3 Fine."), 1);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "error c4 "), 1);
}

TEST(EngineChat, WhoIsGoneIsNotToldWhatItWaitedFor) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  const std::string run = run_asked(host.send(followed("Hi.", "c1", "desk")));
  host.send(followed("More.", "c2", "tab"));
  host.send(Unsubscribe{"tab", std::nullopt});
  host.model = says("Fine.");
  host.log.clear();
  host.send(ModelReplied{run, "Hello.", {}});
  for (const ChatEvent& event : all<ChatEvent>(host.log)) {
    EXPECT_EQ(std::count(event.subscribers.begin(), event.subscribers.end(), "tab"), 0);
  }
}

TEST(EngineChat, TheIdOfARunToComeIsNobodyElses) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  host.send(message_to(main_key(), "Hi."));
  CronFired job;
  job.job_id = "job";
  job.text = "look around";
  job.run = CronRun::turn;
  job.session_key = main_key();
  const std::string promised = *only<ProducerHeard>(host.send(job)).run_id;
  const auto taken = host.engine.apply(followed("Hi.", promised), host.now);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().field, "client_run_id");
}

TEST(EngineChat, ARunThatNobodyCanFollowGoesOn) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
                "limits": {"live_runs": 1}})");
  host.model = thinks_for_ever();
  host.send(message_to(main_key(), "Hi."));
  const std::string run = run_asked(host.send(message_from("C1", "Hi.")));
  EXPECT_EQ(kinds(host.apply(piece(run, "Hel"))), "");
  EXPECT_EQ(only<RunEnded>(host.apply(ModelReplied{run, "Hello.", {}})).outcome,
            RunOutcome::replied);
}

// ---- bad input

TEST(EngineChat, BadInputIsRefusedAndChangesNothing) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const std::string run = run_asked(host.send(followed("Hi.", "c1")));
  Inbound nameless = message_to(main_key(), "Hi.");
  nameless.subscriber = "tab";
  StreamModel negative = piece(run, "x");
  negative.seq = -1;
  const SessionKey stranger = key("agent:nobody:main");
  const std::vector<std::pair<Command, std::string>> calls = {
      {nameless, "client_run_id"},
      {followed("Hi.", std::string(513, 'x')), "client_run_id"},
      {followed("Hi.", "c2", "\xFF"), "subscriber"},
      {piece("nobody", "x"), "run_id"},
      {piece("c1", "x"), "run_id"},
      {negative, "seq"},
      {piece(run, std::string(4'194'305, 'x')), "delta"},
      {piece(run, "\xFF"), "delta"},
      {AbortRun{}, "run_id"},
      {AbortRun{run, stranger, {}, "rpc"}, "session_key"},
      {AbortRun{run, {}, {}, ""}, "reason"},
      {Subscribe{"", main_key()}, "subscriber"},
      {Subscribe{"a", SessionKey()}, "session_key"},
      {Subscribe{"a", stranger}, "session_key"},
      {Unsubscribe{"a", stranger}, "session_key"},
  };
  const std::string before = snapshot_of(host.engine);
  for (const auto& [command, field] : calls) {
    const auto failed = host.engine.apply(command, host.now);
    ASSERT_FALSE(failed.ok()) << command_to_json(command).substr(0, 200);
    EXPECT_EQ(failed.error().field, field);
    EXPECT_EQ(snapshot_of(host.engine), before);
  }
}

}  // namespace
}  // namespace vagus::testing_engine
