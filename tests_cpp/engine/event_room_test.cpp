#include <nlohmann/json.hpp>

#include "engine/host.hpp"

/// Events that do not fit a prompt give way; no event keeps a session from running.
namespace vagus::testing_engine {
namespace {

constexpr std::string_view kSmallModel =
    R"({"models": {"small": {"window": 32000, "reserve": 4000}},
  "agents": {"list": [{"id": "trent", "model": "small", "heartbeat": {"every": "0m"}}]}})";

std::string log_of(int number, std::size_t bytes) {
  std::string text = "log " + std::to_string(number) + "\n";
  while (text.size() + 8 < bytes) text += "ok 12.5\n";
  return text;
}

TEST(EngineEventRoom, EventsThatDoNotFitGiveWayOldestFirst) {
  Host host(kSmallModel);
  host.model = says("Noted.");
  for (int i = 0; i < 12; ++i) host.send(news(main_key(), log_of(i, 16'000)));
  const auto effects = host.send(message_to(main_key(), "Hi."));
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  const auto call = only<CallModel>(effects);
  EXPECT_LE(call.ledger.estimated, call.ledger.budget);
  const std::string prompt = prompt_of(call);
  EXPECT_TRUE(holds(prompt, "older events were dropped."));
  EXPECT_TRUE(holds(prompt, "log 11\n")) << "the newest stays";
  EXPECT_FALSE(holds(prompt, "log 0\n"));
  EXPECT_TRUE(holds(prompt, "Hi."));

  const auto next = host.send(message_to(main_key(), "And now?"));
  EXPECT_FALSE(holds(prompt_of(only<CallModel>(next)), "System")) << "they were shown, or dropped";
}

TEST(EngineEventRoom, OneEventBeyondTheBudgetGivesWayToo) {
  Host host(R"({"models": {"tiny": {"window": 1000, "reserve": 200}},
    "agents": {"list": [{"id": "trent", "model": "tiny", "heartbeat": {"every": "0m"}}]}})");
  host.model = says("Noted.");
  const auto effects = host.send(exec_event(main_key(), log_of(0, 16'000)));
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(effects)), "System: 1 older event was dropped."));
}

TEST(EngineEventRoom, AFailedRunGivesBackWhatItHadRoomFor) {
  Host host(kSmallModel);
  for (int i = 0; i < 12; ++i) host.send(news(main_key(), log_of(i, 16'000)));
  host.model = fails();
  const auto first = only<CallModel>(host.send(message_to(main_key(), "Hi.")));
  const Json waiting = host.engine.snapshot()["events"]["agent:trent:main"];
  EXPECT_LT(waiting["events"].size(), 12U) << "what gave way is gone";
  EXPECT_EQ(waiting["events"].size() + waiting["dropped"].get<std::size_t>(), 12U);
  host.model = says("Noted.");
  const auto second = only<CallModel>(host.send(message_to(main_key(), "Hi?")));
  const std::string events = prompt_of(first).substr(0, prompt_of(first).find("\n\nHi."));
  EXPECT_EQ(prompt_of(second).substr(0, events.size()), events);
}

TEST(EngineEventRoom, EventsAreNotBlamedForWhatIsTooLongWithoutThem) {
  Host host(kSmallModel);
  host.model = says("Noted.");
  host.send(news(main_key(), "exit 0"));
  const auto cut = host.send(message_to(main_key(), std::string(200'000, 'x')));
  EXPECT_EQ(only<RunEnded>(cut).outcome, RunOutcome::replied);
  EXPECT_FALSE(holds(prompt_of(only<CallModel>(cut)), "System"));
  const auto next = host.send(message_to(main_key(), "Shorter, then."));
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(next)), "exit 0"));
  EXPECT_FALSE(holds(prompt_of(only<CallModel>(next)), "dropped"));
}

TEST(EngineEventRoom, EventsWaitForAPromptThatIsNotRefused) {
  Host host(R"({"models": {"tiny": {"window": 1000, "reserve": 200}}, "agents": {"list": [{
    "id": "trent", "model": "tiny", "system_prompt": ")" +
            std::string(10'000, 's') + R"(", "heartbeat": {"every": "0m"}}]}})");
  host.send(news(main_key(), "exit 0"));
  const auto refused = host.send(message_to(main_key(), "Hi."));
  EXPECT_EQ(only<RunEnded>(refused).outcome, RunOutcome::refused);
  const Json waiting = host.engine.snapshot()["events"]["agent:trent:main"];
  EXPECT_EQ(waiting["events"].size(), 1U);
}

TEST(EngineEventRoom, EventsBeyondTheLimitOfATextGiveWay) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
    "limits": {"text_bytes": 300, "event_bytes": 200}})");
  host.model = says("Noted.");
  for (int i = 0; i < 4; ++i) host.send(news(main_key(), log_of(i, 150)));
  const auto effects = host.send(message_to(main_key(), std::string(100, 'x')));
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(effects)), "dropped."));
}

// Twenty events of the size that costs most, under the default limits and model.
TEST(EngineEventRoom, NothingThatOutsidersSendStopsASession) {
  const std::string smile = "\xF0\x9F\x98\x80";
  std::string smiles, lines;
  while (smiles.size() + smile.size() <= 16'000) smiles += smile;
  while (lines.size() + 2 <= 16'000) lines += "a\n";
  for (const std::string& text : {smiles, lines}) {
    Host host(kQuietTrent);
    host.model = says("Noted.");
    for (int i = 0; i < 20; ++i) host.send(news(main_key(), std::to_string(i) + text));
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(only<RunEnded>(host.send(message_to(main_key(), "Hi."))).outcome,
                RunOutcome::replied);
    }
  }
}

}  // namespace
}  // namespace vagus::testing_engine
