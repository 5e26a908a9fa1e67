#include "host.hpp"

/// Runs that wait until older turns are summarised, and prices that providers report.
namespace vagus {
namespace {

using namespace testing_engine;

constexpr std::string_view kSmall = R"({
  "models": {"small": {"window": 4000, "reserve": 0}, "writer": {}},
  "agents": {"list": [{"id": "trent", "model": "small", "heartbeat": {"every": "0m"}}]},
  "context": {"summarise": true, "summary_model": "writer", "summary_timeout": "20s"}})";

constexpr std::string_view kAnswer = "Noted, and filed under deadbeef01. ";

std::string long_text(std::string_view begin) {
  return std::string(begin) + " " + std::string(1'200, 'x');
}

// Turns until one has asked for a summary; the effects of that turn.
std::vector<Effect> talk_until_asked(Host& host) {
  for (int i = 0; i < 40; ++i) {
    std::vector<Effect> effects =
        host.send(message_to(main_key(), long_text("Question " + std::to_string(i))));
    if (!all<Summarize>(effects).empty()) return effects;
  }
  ADD_FAILURE() << "no summary was asked for";
  return {};
}

Host talking() {
  Host host(kSmall);
  host.model = says(long_text(kAnswer));
  return host;
}

TEST(EngineSummaries, ARunWaitsForTheSummaryAndShowsIt) {
  Host host = talking();
  const std::vector<Effect> effects = talk_until_asked(host);
  EXPECT_EQ(kinds(effects).substr(0, 45), "RunStarted ReadFiles Summarize SummarySettled");
  const Summarize asked = all<Summarize>(effects).front();
  EXPECT_EQ(asked.model, "writer");
  EXPECT_EQ(asked.session_key, main_key());
  EXPECT_EQ(asked.deadline_ms, host.now + 20 * kSecond);
  for (const SummarySettled& settled : all<SummarySettled>(effects)) {
    EXPECT_EQ(settled.verdict, SummaryVerdict::adopted);
  }
  const auto call = only<CallModel>(effects);
  EXPECT_EQ(call.context_key, asked.context_key);
  EXPECT_EQ(call.ledger.steps[0].rung, Rung::summarise);
  EXPECT_TRUE(holds(shown_by(call), "Decisions"));
  EXPECT_EQ(call.ledger.dropped, 0);
  EXPECT_FALSE(call.plan.empty());
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
}

TEST(EngineSummaries, NothingIsAskedForUnlessTheHostCanDoIt) {
  Host host(R"({"models": {"small": {"window": 4000, "reserve": 0}},
                "agents": {"list": [{"id": "trent", "model": "small"}]}})");
  host.model = says(long_text(kAnswer));
  for (int i = 0; i < 20; ++i) host.send(message_to(main_key(), long_text("Question")));
  EXPECT_TRUE(all<Summarize>(host.log).empty());
  EXPECT_GT(all<CallModel>(host.log).back().ledger.dropped, 0);
}

TEST(EngineSummaries, AFaultySummaryIsAskedForOnceMoreThenTurnsAreDropped) {
  Host host = talking();
  host.summariser = [](const Summarize& asked) {
    return Summarized{asked.summary_id, "All went well."};
  };
  const std::vector<Effect> effects = talk_until_asked(host);
  const auto settled = all<SummarySettled>(effects);
  ASSERT_EQ(settled.size(), 2u);
  EXPECT_EQ(settled[0].verdict, SummaryVerdict::faulty);
  EXPECT_FALSE(settled[0].faults.empty());
  EXPECT_EQ(all<Summarize>(effects)[1].task.attempt, 2);
  EXPECT_GT(only<CallModel>(effects).ledger.dropped, 0);
}

TEST(EngineSummaries, AFailedSummariserCostsTheRunNothingElse) {
  Host host = talking();
  host.summariser = [](const Summarize& asked) { return SummaryFailed{asked.summary_id, "down"}; };
  const std::vector<Effect> effects = talk_until_asked(host);
  EXPECT_EQ(only<SummarySettled>(effects).error, "down");
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
}

TEST(EngineSummaries, ARunGoesOnAtTheDeadlineAndALateSummaryIsStillUsed) {
  Host host = talking();
  host.summariser = [](const Summarize&) { return std::nullopt; };
  const auto asked = only<Summarize>(talk_until_asked(host));
  ASSERT_EQ(host.alarm(), asked.deadline_ms);
  const std::vector<Effect> effects = host.advance(20 * kSecond);
  EXPECT_EQ(only<SummarySettled>(effects).verdict, SummaryVerdict::failed);
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  const auto late = only<SummarySettled>(host.send(*outlines(asked)));
  EXPECT_TRUE(late.late);
  EXPECT_EQ(late.verdict, SummaryVerdict::adopted);
  host.summariser = outlines;
  const auto next = host.send(message_to(main_key(), "Short question"));
  EXPECT_TRUE(holds(shown_by(only<CallModel>(next)), "Decisions"));
  EXPECT_TRUE(host.send(*outlines(asked)).empty()) << "answered before";
}

TEST(EngineSummaries, ASummaryOfAResetSessionIsStale) {
  Host host = talking();
  host.summariser = [](const Summarize&) { return std::nullopt; };
  const auto asked = only<Summarize>(talk_until_asked(host));
  host.send(ResetSession{main_key()});
  const std::vector<Effect> effects = host.send(*outlines(asked));
  EXPECT_EQ(only<SummarySettled>(effects).verdict, SummaryVerdict::stale);
  EXPECT_FALSE(holds(shown_by(only<CallModel>(effects)), "Question 1 "));
}

TEST(EngineSummaries, OnlySoManyAreAskedForByOneRun) {
  Host host = talking();
  std::vector<Message> history;
  for (int i = 0; i < 200; ++i) {
    history.push_back(text_message(Role::user, long_text("Question")));
    history.push_back(text_message(Role::assistant, long_text("Answer")));
  }
  host.apply(ImportTranscript{main_key(), history});
  const std::vector<Effect> effects = host.send(message_to(main_key(), "now"));
  EXPECT_EQ(all<Summarize>(effects).size(), static_cast<std::size_t>(kSummariesPerPrompt));
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
}

TEST(EngineSummaries, UnknownSummariesAreRefused) {
  Host host = talking();
  for (const std::int64_t id : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}}) {
    const std::string before = snapshot_of(host.engine);
    const auto failed = host.engine.apply(Summarized{id, "x"}, host.now);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().field, "summary_id");
    EXPECT_FALSE(host.engine.apply(SummaryFailed{id, "x"}, host.now).ok());
    EXPECT_EQ(snapshot_of(host.engine), before);
  }
}

TEST(EngineSummaries, AJournalWithSummariesReplaysToTheSameEffects) {
  Host host = talking();
  talk_until_asked(host);
  host.send(message_to(main_key(), "one more"));
  Host replayed(kSmall);
  for (const auto& [at, text] : host.journal) {
    replayed.now = at;
    replayed.apply(command_from_json(text).value_or_throw());
  }
  EXPECT_EQ(bytes_of(replayed.log), bytes_of(host.log));
}

// ---- reports

Model reports(std::int64_t percent) {
  return [percent](const CallModel& call) -> std::optional<Command> {
    ModelReplied reply{call.run_id, long_text("Fine."), {}};
    reply.input_tokens = call.ledger.raw * percent / 100;
    return reply;
  };
}

TEST(EnginePrices, AReportAnchorsTheNextPrompt) {
  Host host(kSmall);
  host.model = reports(100);
  host.send(message_to(main_key(), long_text("First")));
  const auto call = only<CallModel>(host.send(message_to(main_key(), long_text("Second"))));
  EXPECT_EQ(call.ledger.source, PriceSource::anchored);
  EXPECT_LT(call.ledger.estimated, with_margin(call.ledger.raw));
}

TEST(EnginePrices, AWrongReportIsRefusedAndTheRunGoesOn) {
  Host host(kSmall);
  host.model = [](const CallModel&) { return std::nullopt; };
  const auto call = only<CallModel>(host.send(message_to(main_key(), "First")));
  ModelReplied reply{call.run_id, "Fine.", {}};
  reply.input_tokens = -5;
  const auto failed = host.engine.apply(reply, host.now);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().field, "input_tokens");
  reply.input_tokens = 5;
  EXPECT_EQ(only<RunEnded>(host.send(reply)).outcome, RunOutcome::replied);
}

TEST(EnginePrices, PromptsKeepTheRulesOfTheirModelsProvider) {
  Host host(R"({"models": {"claude": {"rules": "anthropic"}},
                "agents": {"list": [{"id": "trent", "model": "claude"}]}})");
  host.model = fails();
  host.send(message_to(main_key(), "First"));
  host.model = says("Fine.");
  const auto call = only<CallModel>(host.send(message_to(main_key(), "Second")));
  EXPECT_TRUE(check_turns(call.messages, TurnRules::anthropic).empty());
  EXPECT_EQ(call.messages.size(), 1u) << "two messages of one role became one";
  EXPECT_EQ(host.remembered(main_key()), 3) << "but they are remembered as they were";
}

TEST(EnginePrices, ARoomSendsNoMoreTurnsThanItsLimit) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]},
                "channels": {"discord": {"history": {"history_limit": 4}}}})");
  host.model = says("Fine.");
  for (int i = 0; i < 12; ++i) {
    const auto call =
        only<CallModel>(host.send(message_from("77", "question " + std::to_string(i))));
    std::size_t turns = 0;
    for (const Message& message : call.messages) {
      turns += text_of(message).starts_with("question") ? 1u : 0u;
    }
    EXPECT_LE(turns, 5u);
    EXPECT_GE(turns, std::min<std::size_t>(static_cast<std::size_t>(i) + 1, 4));
  }
}

}  // namespace
}  // namespace vagus
