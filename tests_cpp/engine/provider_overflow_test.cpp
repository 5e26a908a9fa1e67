#include <nlohmann/json.hpp>

#include "engine/host.hpp"

/// Prompts that are within the budget and that their provider finds too long all the same.
namespace vagus::testing_engine {
namespace {

const std::string kOneModel = R"({"models": {"small": {"window": 8000, "reserve": 1000}},
  "agents": {"list": [{"id": "trent", "model": "small", "heartbeat": {"every": "0m"}}]}})";

/// A provider that takes prompts of `most` estimated tokens, and says so, or says just that.
Model takes(std::int64_t most, bool with_counts) {
  return [=](const CallModel& call) -> std::optional<Command> {
    if (call.ledger.raw <= most) return ModelReplied{call.run_id, std::string(400, 'y'), {}};
    return ModelFailed{call.run_id, with_counts
                                        ? "prompt is too long: " + std::to_string(call.ledger.raw) +
                                              " tokens > " + std::to_string(most) + " maximum"
                                        : "context_length_exceeded"};
  };
}

Inbound long_message(int number) {
  return message_to(main_key(), "Question " + std::to_string(number) + std::string(1'000, 'x'));
}

TEST(EngineProviderOverflow, ItsWindowIsLearnedAndEveryRunGetsThrough) {
  for (const bool with_counts : {true, false}) {
    Host host(kOneModel);
    host.model = takes(2'500, with_counts);
    std::int64_t refusals = 0;
    for (int i = 0; i < 40; ++i) {
      const auto effects = host.send(long_message(i));
      EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
      refusals += std::ssize(all<OverflowDetected>(effects));
    }
    EXPECT_GE(refusals, 1);
    EXPECT_LE(refusals, with_counts ? 1 : 4) << "what was learned is remembered";
    EXPECT_NE(snapshot_of(host.engine, "/provider_budgets"), "{}");
    const Command again = Reconfigure{read_config(kOneModel).value_or_throw(), {}};
    host.send(again);
    EXPECT_EQ(snapshot_of(host.engine, "/provider_budgets"), "{}");
  }
}

// The report that started this project, with a provider in the part of the precheck.
TEST(EngineProviderOverflow, HeartbeatsDoNotFailForEver) {
  Host host(R"({"models": {"small": {"window": 8000, "reserve": 1000}},
    "agents": {"list": [{"id": "trent", "model": "small", "heartbeat": {"every": "5m"}}]}})");
  host.model = says("Fine.");
  for (int i = 0; i < 30; ++i) host.send(long_message(i));
  host.model = takes(3'000, true);
  const auto effects = host.advance(6 * kHour);
  EXPECT_EQ(all<RunEnded>(effects).size(), 72U);
  EXPECT_LE(all<OverflowDetected>(effects).size(), 2U);
  for (const RunEnded& ended : all<RunEnded>(effects)) {
    EXPECT_NE(ended.outcome, RunOutcome::failed);
  }
}

TEST(EngineProviderOverflow, WhateverTheProviderRefusesTheRunEnds) {
  Host host(kOneModel);
  host.model = says("Fine.");
  for (int i = 0; i < 30; ++i) host.send(long_message(i));
  host.model = takes(0, false);
  for (int i = 0; i < 20; ++i) {
    const auto effects = host.send(long_message(i));
    EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::failed);
    const auto calls = all<CallModel>(effects);
    EXPECT_LE(calls.size(), 4U);
    for (std::size_t k = 1; k < calls.size(); ++k) {
      EXPECT_LT(calls[k].ledger.estimated, calls[k - 1].ledger.estimated);
      EXPECT_EQ(calls[k].run_id, calls[0].run_id);
    }
  }
  host.model = says("Fine.");
  const auto call = only<CallModel>(host.send(message_to(main_key(), "Hi.")));
  EXPECT_GE(call.ledger.budget, 7'000 / 8) << "an eighth stays, whatever was said";
}

TEST(EngineProviderOverflow, OtherFailuresEndTheRun) {
  for (const char* error : {"no quota", "429 rate limit: too many tokens per minute", "timeout"}) {
    Host host(kOneModel);
    host.model = [=](const CallModel& call) { return ModelFailed{call.run_id, error}; };
    const auto effects = host.send(long_message(1));
    EXPECT_EQ(all<CallModel>(effects).size(), 1U) << error;
    EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::failed);
  }
}

TEST(EngineProviderOverflow, WhatWasSaidBeforeDoesNotCount) {
  Host host(kOneModel);
  host.model = says("Fine.");
  for (int i = 0; i < 20; ++i) host.send(long_message(i));
  host.model = thinks_for_ever();
  Inbound message = long_message(20);
  message.client_run_id = "c1";
  message.subscriber = "tab";
  const std::string run = only<CallModel>(host.send(message)).run_id;
  StreamModel piece;
  piece.run_id = run;
  piece.delta = "Well, ";
  host.apply(piece);
  const auto again = host.send(ModelFailed{run, "context_length_exceeded"});
  EXPECT_EQ(only<CallModel>(again).run_id, run);
  const auto ended = host.send(ModelReplied{run, "Hello.", {}});
  EXPECT_EQ(all<ChatEvent>(ended).back().text, "Hello.");
  EXPECT_EQ(all<ChatEvent>(ended).back().state, ChatState::final);
}

}  // namespace
}  // namespace vagus::testing_engine
