#include "engine/host.hpp"

/// A reply goes to one place, so no run mixes the events of two.
namespace vagus::testing_engine {
namespace {

const DeliveryRoute kAnn = route_to("slack", "ANN");
const DeliveryRoute kBob = route_to("slack", "BOB");

PostEvent later(PostEvent post) {
  post.coalesce_ms = 250;
  return post;
}

Model repeats_the_prompt() {
  return [](const CallModel& call) { return ModelReplied{call.run_id, prompt_of(call), {}}; };
}

TEST(EngineEventRoutes, EveryoneHearsOfTheirOwnEventAndNoOther) {
  Host host(kQuietTrent);
  host.model = repeats_the_prompt();
  host.send(later(exec_event(main_key(), "Ann's payroll", kAnn)));
  host.send(later(exec_event(main_key(), "Bob's build", kBob)));
  host.send(later(exec_event(main_key(), "Ann's second", kAnn)));
  host.send(later(exec_event(main_key(), "for nobody")));
  const auto effects = host.advance(kSecond);
  const auto sent = all<Deliver>(effects);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].route, kAnn);
  EXPECT_TRUE(holds(sent[0].text, "Ann's payroll") && holds(sent[0].text, "Ann's second"));
  EXPECT_TRUE(holds(sent[0].text, "for nobody"));
  EXPECT_FALSE(holds(sent[0].text, "Bob"));
  EXPECT_EQ(sent[1].route, kBob);
  EXPECT_TRUE(holds(sent[1].text, "Bob's build"));
  EXPECT_FALSE(holds(sent[1].text, "Ann") || holds(sent[1].text, "nobody"));
}

TEST(EngineEventRoutes, OnePlaceUnderTwoSpellingsIsOnePlace) {
  Host host(kQuietTrent);
  host.send(later(exec_event(main_key(), "a", kAnn)));
  DeliveryRoute again{" Slack", "default", "ANN ", std::nullopt};
  host.send(later(exec_event(main_key(), "b", again)));
  EXPECT_EQ(all<RunStarted>(host.advance(kSecond)).size(), 1U);
}

TEST(EngineEventRoutes, TheSecondRunSaysWhyItRuns) {
  Host host(kQuietTrent);
  host.send(later(exec_event(main_key(), "a", kAnn)));
  host.send(later(exec_event(main_key(), "b", kBob)));
  const auto runs = all<RunStarted>(host.advance(kSecond));
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].requests, 2);
  EXPECT_EQ(runs[1].reason, "other-route");
  EXPECT_NE(runs[0].wake, runs[1].wake);
}

TEST(EngineEventRoutes, ATickWithEventsIsFollowedByEventsOnly) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m"}}]}})");
  host.workspace["HEARTBEAT.md"] = "- Water the roses\n";
  PostEvent ann = news(main_key(), "a");
  ann.route = kAnn;
  PostEvent bob = news(main_key(), "b");
  bob.route = kBob;
  host.send(ann);
  host.send(bob);
  const auto calls = all<CallModel>(host.advance(5 * kMinute));
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_TRUE(holds(prompt_of(calls[0]), "roses"));
  EXPECT_FALSE(holds(prompt_of(calls[1]), "roses"));
}

TEST(EngineEventRoutes, AFailedRunKeepsBothForLater) {
  Host host(kQuietTrent);
  host.model = fails();
  host.send(later(exec_event(main_key(), "a", kAnn)));
  host.send(later(exec_event(main_key(), "b", kBob)));
  host.advance(kSecond);
  host.model = repeats_the_prompt();
  const auto sent = all<Deliver>(host.advance(kMinute));
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].route, kAnn);
  EXPECT_EQ(sent[1].route, kBob);
}

TEST(EngineEventRoutes, APersonsTurnLeavesWhatAWakeWillAnswerElsewhere) {
  Host host(kQuietTrent);
  host.model = repeats_the_prompt();
  const auto room = only<RunStarted>(host.send(message_from("C1", "Hi."))).session_key;
  host.send(later(exec_event(room, "Ann's payroll", kAnn)));
  host.send(later(exec_event(room, "the room's build", route_to("discord", "C1"))));
  const auto turn = only<Deliver>(host.send(message_from("C1", "And?")));
  EXPECT_FALSE(holds(turn.text, "payroll"));
  EXPECT_TRUE(holds(turn.text, "the room's build"));
  const auto answer = only<Deliver>(host.advance(kSecond));
  EXPECT_EQ(answer.route, kAnn);
  EXPECT_TRUE(holds(answer.text, "payroll"));
}

TEST(EngineEventRoutes, APersonsTurnShowsWhatNobodyWillAnswer) {
  Host host(kQuietTrent);
  PostEvent post = news(main_key(), "exit 0");
  post.route = kAnn;
  host.send(post);
  EXPECT_TRUE(
      holds(prompt_of(only<CallModel>(host.send(message_to(main_key(), "Hi.")))), "exit 0"));
}

TEST(EngineEventRoutes, AWakeWhoseEventsWereShownDoesNotCallTheModel) {
  Host host(kQuietTrent);
  host.send(later(exec_event(main_key(), "exit 0")));
  EXPECT_TRUE(
      holds(prompt_of(only<CallModel>(host.send(message_to(main_key(), "Hi.")))), "exit 0"));
  const auto effects = host.advance(kSecond);
  EXPECT_EQ(only<RunEnded>(effects).skip, SkipReason::no_pending_event);
  EXPECT_TRUE(all<CallModel>(effects).empty());
}

TEST(EngineEventRoutes, AnEventForTheRunOfACronJobGoesToTheMainSession) {
  Host host(kQuietTrent);
  for (const bool wakes : {false, true}) {
    PostEvent post = news(key("agent:trent:cron:report:run:1"), wakes ? "one" : "two");
    if (wakes) post.wake = WakeKind::cron;
    EXPECT_EQ(only<EventPosted>(host.send(post)).session_key, main_key());
  }
}

}  // namespace
}  // namespace vagus::testing_engine
