#include <nlohmann/json.hpp>

#include "engine/host.hpp"
#include "vagus/wakes/backoff.hpp"

namespace vagus::testing_engine {
namespace {

// When the first wake of an engine, tried at the start, is tried again after so many failures.
Millis retry_after(std::int64_t failures) {
  Millis at = kStart;
  for (std::int64_t i = 1; i <= failures; ++i) at += jittered_backoff(i, 0, 1);
  return at;
}

// ---- back-off

TEST(EngineFailures, AnEventWakeIsTriedAgainWithBackOffUntilItsAttemptsAreUsedUp) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
    "limits": {"wake_attempts": 5}})");
  host.model = fails("the model is down");
  std::vector<Effect> effects = host.send(exec_event(main_key(), "exit 0"));
  const auto more = host.advance(kHour);
  effects.insert(effects.end(), more.begin(), more.end());

  const auto ended = all<RunEnded>(effects);
  ASSERT_EQ(ended.size(), 5U);
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(ended[static_cast<std::size_t>(i)].retry_at_ms, retry_after(i + 1));
  }
  EXPECT_FALSE(ended[4].retry_at_ms.has_value());
  for (const RunEnded& each : ended) {
    EXPECT_EQ(each.outcome, RunOutcome::failed);
    EXPECT_EQ(each.error, "the model is down");
  }
  for (const CallModel& call : all<CallModel>(effects)) {
    EXPECT_TRUE(holds(prompt_of(call), "exit 0")) << "every attempt shows the event";
  }
  host.model = says("ok");
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(host.send(message_to(main_key(), "Hi.")))), "exit 0"))
      << "the wake was given up, the event was not";
}

TEST(EngineFailures, EveryAskedForKindIsTriedAgain) {
  for (const WakeKind kind : {WakeKind::wake, WakeKind::cron, WakeKind::task, WakeKind::other,
                              WakeKind::exec, WakeKind::hook, WakeKind::manual}) {
    Host host(kQuietTrent);
    host.model = fails();
    host.send(news(main_key(), "exit 0"));
    EXPECT_EQ(only<RunEnded>(host.send(wake_of(main_key(), kind))).retry_at_ms, retry_after(1))
        << name_of(kind);
  }
}

TEST(EngineFailures, AnOutageOfAnHourLosesNothing) {
  Host host(kQuietTrent);
  host.model = fails("the model is down");
  for (int i = 0; i < 5; ++i) {
    host.now += 1;
    host.send(exec_event(main_key(), "exit " + std::to_string(i)));
  }
  host.advance(kHour);
  host.model = says("Noted.");
  const auto effects = host.advance(kRetryLongestMillis * 5 / 4);
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  const std::string prompt = prompt_of(only<CallModel>(effects));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(holds(prompt, "exit " + std::to_string(i)));
  EXPECT_LE(all<CallModel>(host.log).size(), 70U) << "the back-off holds for all requests";
}

TEST(EngineFailures, AnAmbientTickIsNotTheNextSlotIsItsRetry) {
  for (const WakeKind kind : {WakeKind::interval, WakeKind::retry}) {
    Host host(kQuietTrent);
    host.model = fails();
    EXPECT_FALSE(only<RunEnded>(host.send(wake_of(main_key(), kind))).retry_at_ms.has_value());
    EXPECT_TRUE(all<RunStarted>(host.advance(kHour)).empty());
  }
}

TEST(EngineFailures, ABrokenSessionDelaysOnlyItself) {
  Host host(kQuietTrent);
  host.model = [](const CallModel& call) -> Command {
    if (call.session_key == main_key()) return ModelFailed{call.run_id, "broken"};
    return ModelReplied{call.run_id, "ok", {}};
  };
  host.send(wake_of(main_key(), WakeKind::hook));
  const auto other = host.send(wake_of(key("agent:trent:other"), WakeKind::hook));
  EXPECT_EQ(only<RunEnded>(other).outcome, RunOutcome::replied);
}

TEST(EngineFailures, AFailureOfTheFilesEndsTheRunToo) {
  Host host(kQuietTrent);
  host.reads_files = false;
  const auto started = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  const auto effects = host.send(ModelFailed{started.run_id, "the disk is gone"});
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::failed);
  EXPECT_FALSE(only<RunEnded>(effects).ledger.has_value());
}

TEST(EngineFailures, TheQueueGoesOnAfterAFailure) {
  Host host(kPromptTrent);
  host.model = thinks_for_ever();
  const auto first = only<RunStarted>(host.send(message_to(main_key(), "one")));
  host.send(message_to(main_key(), "two"));
  host.model = says("ok");
  const auto effects = host.send(ModelFailed{first.run_id, "down"});
  EXPECT_EQ(kinds(effects), "RunEnded RunStarted ReadFiles CallModel RunEnded");
  const auto call = only<CallModel>(effects);
  ASSERT_EQ(call.messages.size(), 2U) << "what the person said before is not lost";
  EXPECT_EQ(text_of(call.messages[0]), "one");
  EXPECT_EQ(text_of(call.messages[1]), "two");
}

// ---- deadlines

TEST(EngineDeadlines, EndARunAndFreeItsLane) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  host.send(message_to(main_key(), "one"));
  host.send(message_to(main_key(), "two"));
  EXPECT_EQ(host.alarm(), kStart + kUserTurnTimeout);
  host.now = kStart + kUserTurnTimeout - 1;
  EXPECT_EQ(only<SetAlarm>(host.send(Tick{})).at_ms, host.now + 1);
  host.now += 1;
  const auto effects = host.send(Tick{});
  EXPECT_EQ(kinds(effects), "RunEnded RunStarted ReadFiles CallModel");
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::timed_out);
  EXPECT_EQ(only<SetAlarm>(effects).at_ms, host.now + kUserTurnTimeout);
}

TEST(EngineDeadlines, CountAFailedAttemptOfAnEventWake) {
  Host host(R"({"agents": {"list": [{"id": "trent",
    "heartbeat": {"every": "0m", "timeout": "30s"}}]}})");
  host.model = thinks_for_ever();
  host.send(wake_of(main_key(), WakeKind::hook));
  const auto effects = host.advance(30 * kSecond);
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::timed_out);
  EXPECT_EQ(only<RunEnded>(effects).retry_at_ms, retry_after(1) + 30 * kSecond);
}

TEST(EngineDeadlines, AHeartbeatIsOverBeforeItsNextSlot) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "1m"}}]}})");
  host.model = thinks_for_ever();
  const auto effects = host.advance(10 * kMinute);
  EXPECT_EQ(all<RunStarted>(effects).size(), 10U);
  EXPECT_EQ(all<RunEnded>(effects).size(), 9U);
}

TEST(EngineDeadlines, AnAnswerOnTimeCounts) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const auto run = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  host.now = kStart + kUserTurnTimeout;
  const auto effects = host.send(ModelReplied{run.run_id, "Hello.", {}});
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
}

TEST(EngineDeadlines, ALateAnswerIsIgnoredWhetherOrNotSomebodyTicked) {
  for (const bool ticked : {true, false}) {
    Host host(kQuietTrent);
    host.model = thinks_for_ever();
    const auto run = only<RunStarted>(host.send(message_from("C1", "Hi.")));
    host.now = kStart + kUserTurnTimeout + 1;
    if (ticked) host.send(Tick{});
    const auto effects = host.send(ModelReplied{run.run_id, "Hello.", {}});
    EXPECT_TRUE(all<Deliver>(effects).empty());
    EXPECT_EQ(only<RunEnded>(host.log).outcome, RunOutcome::timed_out);
  }
}

// ---- after the end

TEST(EngineLateAnswers, ToARunThatEndedChangeNothing) {
  Host host(kQuietTrent);
  host.model = says("Hello.");
  const auto run = only<RunStarted>(host.send(message_from("C1", "Hi.")));
  const std::string before = snapshot_of(host.engine);
  const Command late[] = {ModelReplied{run.run_id, "Hello again.", {}},
                          ModelFailed{run.run_id, "down"}, FilesRead{run.run_id, {}},
                          FilesRead{run.run_id, {{"anything", "at all"}}}};
  for (const Command& command : late) {
    EXPECT_TRUE(host.send(command).empty());
    EXPECT_EQ(snapshot_of(host.engine), before);
  }
}

TEST(EngineLateAnswers, AreRecognisedWithinTheLimit) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}, "limits": {"ended_runs": 2}})");
  std::vector<std::string> runs;
  for (int i = 0; i < 3; ++i) {
    runs.push_back(only<RunStarted>(host.send(message_to(main_key(), "Hi."))).run_id);
  }
  EXPECT_TRUE(host.engine.apply(ModelFailed{runs[2], ""}, host.now).ok());
  EXPECT_TRUE(host.engine.apply(ModelFailed{runs[1], ""}, host.now).ok());
  EXPECT_EQ(host.engine.apply(ModelFailed{runs[0], ""}, host.now).error().code,
            ErrorCode::unknown_run);
}

// ---- resets

TEST(EngineResets, ARunThatStartedBeforeNeverSeesTheNewTranscript) {
  Host host(kQuietTrent);
  host.reads_files = false;
  host.send(ImportTranscript{main_key(), {text_message(Role::user, "OLD")}});
  const auto started = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  host.send(ResetSession{main_key()});
  host.send(ImportTranscript{main_key(), {text_message(Role::user, "NEW")}});
  const auto call = only<CallModel>(host.send(FilesRead{started.run_id, {}}));
  EXPECT_EQ(call.context_key, started.context_key);
  EXPECT_FALSE(holds(shown_by(call), "NEW")) << "it belongs to another memory";
  EXPECT_FALSE(holds(shown_by(call), "OLD")) << "it was reset";
  EXPECT_EQ(host.remembered(main_key()), 1) << "the old run leaves no trace in the new transcript";
}

TEST(EngineResets, ForgetTheConversationAndKeepTheKey) {
  Host host(kQuietTrent);
  host.model = says("I am Trent.");
  const auto before = only<RunStarted>(host.send(message_from("C1", "Who are you?")));
  const auto reset = only<SessionReset>(host.send(ResetSession{before.session_key}));
  EXPECT_EQ(reset.session_key, before.session_key);
  EXPECT_NE(reset.context_key, before.context_key);
  const auto effects = host.send(message_from("C1", "And now?"));
  EXPECT_EQ(only<RunStarted>(effects).context_key, reset.context_key);
  EXPECT_EQ(only<CallModel>(effects).messages.size(), 1U);
}

TEST(EngineResets, WhileARunIsInFlightKeepItsReplyOutOfTheNewTranscript) {
  for (const bool fails_later : {false, true}) {
    Host host(kQuietTrent);
    host.model = thinks_for_ever();
    const auto run = only<RunStarted>(host.send(message_from("C1", "Old question.")));
    host.send(ResetSession{run.session_key});
    host.model = says("ok");
    const auto effects = fails_later ? host.send(ModelFailed{run.run_id, "down"})
                                     : host.send(ModelReplied{run.run_id, "Old answer.", {}});
    EXPECT_EQ(only<RunEnded>(effects).context_key, run.context_key) << "a run keeps its identity";
    EXPECT_EQ(only<RunEnded>(effects).delivered, !fails_later);
    EXPECT_EQ(host.remembered(run.session_key), 0);
    EXPECT_EQ(shown_by(only<CallModel>(host.send(message_from("C1", "New question.")))),
              "New question.\n");
  }
}

TEST(EngineResets, CancelQueuedTurnsAndKeepWakesAndEvents) {
  Host host(kQuietTrent);
  host.model = thinks_for_ever();
  const auto run = only<RunStarted>(host.send(message_to(main_key(), "one")));
  host.send(message_to(main_key(), "two"));
  host.send(exec_event(main_key(), "exit 0"));
  const auto reset = host.send(ResetSession{main_key()});
  EXPECT_EQ(only<TurnSettled>(reset).state, TurnState::cancelled);
  host.model = says("ok");
  const auto effects = host.send(ModelReplied{run.run_id, "1", {}});
  EXPECT_EQ(all<RunStarted>(effects).size(), 1U);
  EXPECT_TRUE(holds(prompt_of(all<CallModel>(effects).front()), "exit 0"));
}

// ---- overflow

constexpr std::string_view kTinyModel = R"({"models": {"tiny": {"window": 1000, "reserve": 200}},
  "agents": {"list": [{"id": "trent", "model": "tiny", "heartbeat": {"every": "0m"}}]}})";

TEST(EngineOverflow, AMessageBeyondTheBudgetIsShortenedAndAnswered) {
  Host host(kTinyModel);
  host.model = says("Long.");
  const auto effects = host.send(message_to(main_key(), std::string(1'000'000, 'x')));
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  const auto call = only<CallModel>(effects);
  EXPECT_LE(call.ledger.estimated, call.ledger.budget);
  ASSERT_EQ(call.ledger.steps.size(), 1U);
  EXPECT_EQ(call.ledger.steps[0].rung, Rung::shrink_turn);
  EXPECT_GT(call.ledger.steps[0].before, 250'000);
  EXPECT_TRUE(holds(prompt_of(call), "more characters were cut off here"));
}

// The transcript has what the model saw, not what would never fit a prompt.
TEST(EngineOverflow, AShortenedMessageIsRememberedAsItWasShown) {
  Host host(kTinyModel);
  host.model = says("Long.");
  host.send(message_to(main_key(), std::string(1'000'000, 'x')));
  EXPECT_EQ(host.remembered(main_key()), 2);
  const Json snapshot = host.engine.snapshot();
  EXPECT_LE(snapshot["sessions"][0]["tokens"].get<std::int64_t>(), 800);
}

// Neither the message nor its history can be made smaller than the system text leaves room for.
TEST(EngineOverflow, IsRefusedWithTheLedger) {
  Host host(R"({"models": {"tiny": {"window": 1000, "reserve": 200}}, "agents": {"list": [{
    "id": "trent", "model": "tiny", "system_prompt": ")" +
            std::string(10'000, 's') + R"(", "heartbeat": {"every": "0m"}}]}})");
  const auto effects = host.send(message_to(main_key(), std::string(10'000, 'x')));
  EXPECT_EQ(kinds(effects), "RunStarted ReadFiles RunEnded");
  const auto ended = only<RunEnded>(effects);
  EXPECT_EQ(ended.outcome, RunOutcome::refused);
  ASSERT_TRUE(ended.ledger.has_value());
  EXPECT_EQ(ended.ledger->budget, 800);
  EXPECT_EQ(ended.ledger->overflow, ended.ledger->estimated - 800);
  EXPECT_GT(ended.ledger->overflow, 0);
  EXPECT_EQ(ended.error, "the prompt is " + std::to_string(ended.ledger->overflow) +
                             " tokens beyond its budget");
  ASSERT_EQ(ended.ledger->parts.size(), 2U);
  EXPECT_EQ(ended.ledger->parts[0].name, "system");
  EXPECT_EQ(ended.ledger->parts[1].name, "prompt");
  EXPECT_LT(ended.ledger->parts[1].tokens, 60);
}

TEST(EngineOverflow, DoesNotStayInTheWay) {
  Host host(kTinyModel);
  host.model = says("Hello.");
  host.send(message_to(main_key(), std::string(10'000, 'x')));
  const auto effects = host.send(message_to(main_key(), "Shorter, then."));
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  EXPECT_EQ(only<CallModel>(effects).messages.size(), 3U) << "with what was shown of it";
  const auto next = only<CallModel>(host.send(message_to(main_key(), "And now?")));
  EXPECT_EQ(next.messages.size(), 5U);
  EXPECT_TRUE(next.ledger.steps.empty());
}

TEST(EngineOverflow, IsNotTriedAgain) {
  Host host(R"({"models": {"tiny": {"window": 100, "reserve": 20}}, "agents": {"list": [{
    "id": "trent", "model": "tiny", "system_prompt": ")" +
            std::string(2'000, 'x') + R"(", "heartbeat": {"every": "0m"}}]}})");
  const auto ended = only<RunEnded>(host.send(wake_of(main_key(), WakeKind::hook)));
  EXPECT_EQ(ended.outcome, RunOutcome::refused);
  EXPECT_FALSE(ended.retry_at_ms.has_value());
  EXPECT_TRUE(host.advance(kDay).empty());
}

TEST(EngineOverflow, HistoryGivesWayBeforeItComesToThat) {
  Host host(kTinyModel);
  host.model = says(std::string(300, 'y'));
  for (int i = 0; i < 50; ++i) {
    const auto effects = host.send(message_to(main_key(), std::string(300, 'x')));
    const auto call = only<CallModel>(effects);
    EXPECT_LE(call.ledger.estimated, call.ledger.budget);
    EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  }
}

constexpr std::string_view kShortTexts =
    R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
    "limits": {"text_bytes": 100, "event_bytes": 90}})";

TEST(EngineOverflow, TextBeyondTheLimitIsRefusedNotSent) {
  Host host(kShortTexts);
  const auto ended = only<RunEnded>(host.send(wake_of(main_key(), WakeKind::hook)));
  EXPECT_EQ(ended.outcome, RunOutcome::refused);
  EXPECT_TRUE(holds(ended.error.value_or(""), "text_bytes"));
}

TEST(EngineOverflow, EventsWaitForAMessageThatLeavesThemNoRoom) {
  Host host(kShortTexts);
  host.model = says("Noted.");
  host.send(news(main_key(), std::string(90, 'e')));
  const std::string question(100, 'x');
  EXPECT_EQ(prompt_of(only<CallModel>(host.send(message_to(main_key(), question)))), question);
  EXPECT_EQ(host.engine.snapshot()["events"]["agent:trent:main"]["events"].size(), 1U);
}

}  // namespace
}  // namespace vagus::testing_engine
