#include <algorithm>

#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

constexpr Millis kEvery = 5 * kMinute;

std::string beating(std::string_view more) {
  return R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m")" +
         std::string(more.empty() ? "" : ", ") + std::string(more) + "}}]}}";
}

TEST(EngineHeartbeats, BeatInTheirSlots) {
  Host host(beating(""));
  host.send(Tick{});
  ASSERT_TRUE(host.alarm().has_value());
  const Millis slot = *host.alarm();
  EXPECT_GT(slot, kStart);
  EXPECT_LE(slot, kStart + kEvery);

  const auto effects = host.advance(slot - kStart + 3 * kEvery);
  const auto started = all<RunStarted>(effects);
  ASSERT_EQ(started.size(), 4U);
  for (const RunStarted& run : started) {
    EXPECT_EQ(run.kind, RunKind::heartbeat);
    EXPECT_EQ(run.session_key, main_key());
    EXPECT_EQ(run.reason, "interval");
    EXPECT_EQ(run.requests, 1);
  }
  EXPECT_EQ(host.alarm(), slot + 4 * kEvery);
  EXPECT_EQ(only<WakeQueued>(host.advance(kEvery)).due_ms, slot + 4 * kEvery);
}

TEST(EngineHeartbeats, AMissedAlarmCostsOneTickAndBreaksNoChain) {
  Host host(beating(""));
  host.send(Tick{});
  const Millis slot = *host.alarm();
  host.now = slot + 100 * kEvery + 1;
  EXPECT_EQ(all<RunStarted>(host.send(Tick{})).size(), 1U);
  EXPECT_EQ(host.alarm(), slot + 101 * kEvery);
}

TEST(EngineHeartbeats, WithoutACadenceThereIsNothingToWaitFor) {
  for (const std::string_view config :
       {kQuietTrent, std::string_view("{}"),
        std::string_view(R"({"agents": {"list": [{"id": "trent"}]}})")}) {
    Host host(config);
    EXPECT_FALSE(only<SetAlarm>(host.apply(Tick{})).at_ms.has_value());
    EXPECT_TRUE(host.advance(30 * kDay).empty());
  }
}

TEST(EngineHeartbeats, OnlyEnrolledAgentsBeat) {
  Host host(
      R"({"agents": {"list": [{"id": "ada"}, {"id": "trent", "heartbeat": {"every": "5m"}}]}})");
  const auto runs = all<RunStarted>(host.advance(kHour));
  EXPECT_EQ(runs.size(), 12U);
  for (const RunStarted& run : runs) EXPECT_EQ(run.agent_id.str(), "trent");
}

TEST(EngineHeartbeats, ShowTheChecklistAndTheWorkspace) {
  Host host(beating(""));
  host.workspace = {{"HEARTBEAT.md", "- water the plants"}, {"SOUL.md", "Be kind."}};
  const auto effects = host.advance(kEvery);
  EXPECT_EQ(only<ReadFiles>(effects).names.size(), 7U);
  const auto call = only<CallModel>(effects);
  EXPECT_TRUE(holds(prompt_of(call), "- water the plants"));
  EXPECT_FALSE(holds(text_of(call.messages.front()), "water the plants"));
  EXPECT_TRUE(holds(text_of(call.messages.front()), "Be kind."));
  EXPECT_TRUE(holds(prompt_of(call), "HEARTBEAT_OK"));
}

TEST(EngineHeartbeats, LightContextReadsTheChecklistAndNothingElse) {
  Host host(beating(R"("light_context": true)"));
  host.workspace = {{"HEARTBEAT.md", "- water the plants"}, {"SOUL.md", "Be kind."}};
  const auto effects = host.advance(kEvery);
  EXPECT_EQ(only<ReadFiles>(effects).names, std::vector<std::string>{"HEARTBEAT.md"});
  const auto call = only<CallModel>(effects);
  ASSERT_EQ(call.messages.size(), 1U);
  EXPECT_TRUE(holds(prompt_of(call), "- water the plants"));
}

TEST(EngineHeartbeats, UseTheirOwnModelInstructionAndTimeout) {
  Host host(R"({"models": {"big": {}, "small": {"window": 32000, "reserve": 8000}},
    "agents": {"list": [{"id": "trent", "model": "big", "heartbeat": {"every": "5m",
      "model": "small", "prompt": "Look around.", "timeout": "90s"}}]}})");
  const auto effects = host.advance(kEvery);
  const auto call = only<CallModel>(effects);
  EXPECT_EQ(call.model, "small");
  EXPECT_EQ(call.ledger.window, 32'000);
  EXPECT_TRUE(prompt_of(call).starts_with("Look around."));
  EXPECT_EQ(call.deadline_ms, only<WakeQueued>(effects).due_ms + 90 * kSecond);
  EXPECT_EQ(only<CallModel>(host.send(message_from("C1", "Hi."))).model, "big");
}

TEST(EngineHeartbeats, RunInTheConfiguredSession) {
  Host host(beating(R"("session": "discord:channel:c1")"));
  EXPECT_EQ(only<RunStarted>(host.advance(kEvery)).session_key.str(),
            "agent:trent:discord:channel:c1");
}

// ---- the empty checklist

TEST(EngineHeartbeats, AChecklistThatAsksForNothingSavesTheCall) {
  Host host(beating(""));
  host.workspace = {{"HEARTBEAT.md", "# Duties\n\n- [ ]\n"}};
  const auto effects = host.advance(kEvery);
  EXPECT_EQ(kinds(effects), "WakeQueued RunStarted ReadFiles RunEnded");
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::skipped);
  EXPECT_EQ(only<RunEnded>(effects).skip, SkipReason::empty_heartbeat_file);
  EXPECT_FALSE(only<RunEnded>(effects).ledger.has_value());
}

TEST(EngineHeartbeats, AMissingChecklistDoesNot) {
  Host host(beating(""));
  EXPECT_EQ(all<CallModel>(host.advance(kEvery)).size(), 1U);
}

TEST(EngineHeartbeats, AnAskedForWakePassesTheEmptyChecklist) {
  for (const WakeKind kind : {WakeKind::wake, WakeKind::cron, WakeKind::task, WakeKind::other,
                              WakeKind::hook, WakeKind::manual}) {
    Host host(kQuietTrent);
    host.workspace = {{"HEARTBEAT.md", ""}};
    EXPECT_EQ(all<CallModel>(host.send(wake_of(main_key(), kind))).size(), 1U) << name_of(kind);
  }
  for (const WakeKind kind : {WakeKind::interval, WakeKind::retry}) {
    Host host(kQuietTrent);
    host.workspace = {{"HEARTBEAT.md", ""}};
    EXPECT_EQ(only<RunEnded>(host.send(wake_of(main_key(), kind))).skip,
              SkipReason::empty_heartbeat_file);
  }
}

TEST(EngineHeartbeats, AWaitingEventPassesTheEmptyChecklist) {
  Host host(beating(""));
  host.workspace = {{"HEARTBEAT.md", ""}};
  host.send(news(main_key(), "the build is red"));
  EXPECT_TRUE(holds(prompt_of(only<CallModel>(host.advance(kEvery))), "the build is red"));
}

TEST(EngineHeartbeats, AWakeThatReportsAnEventLeavesTheChecklistAlone) {
  for (const WakeKind kind : {WakeKind::exec, WakeKind::hook, WakeKind::cron, WakeKind::task}) {
    Host host(kQuietTrent);
    host.workspace = {{"HEARTBEAT.md", "- water the plants"}};
    host.send(news(main_key(), "exit 0"));
    const auto effects = host.send(wake_of(main_key(), kind));
    const auto& names = only<ReadFiles>(effects).names;
    EXPECT_EQ(std::count(names.begin(), names.end(), "HEARTBEAT.md"), 0) << name_of(kind);
    EXPECT_FALSE(holds(shown_by(only<CallModel>(effects)), "water the plants"));
  }
}

TEST(EngineHeartbeats, AWakeThatCouldReportAnEventAndHasNoneIsATick) {
  for (const WakeKind kind : {WakeKind::hook, WakeKind::cron, WakeKind::task}) {
    Host host(kQuietTrent);
    host.workspace = {{"HEARTBEAT.md", "- water the plants"}};
    const auto call = only<CallModel>(host.send(wake_of(main_key(), kind)));
    EXPECT_TRUE(holds(shown_by(call), "water the plants")) << name_of(kind);
  }
}

TEST(EngineHeartbeats, LightContextAndAnEventNeedNoFileAtAll) {
  Host host(beating(R"("light_context": true)"));
  const auto effects = host.send(exec_event(main_key(), "exit 0"));
  EXPECT_TRUE(all<ReadFiles>(effects).empty());
  EXPECT_EQ(all<CallModel>(effects).size(), 1U);
}

// ---- quiet hours

// Active from 08:00 to 22:30 UTC; the tests begin at 22:00.
const std::string kDaytime = beating(R"("active_hours": {"start": "08:00", "end": "22:30"})");

TEST(EngineQuietHours, TheCadenceSleepsAndWakesInsideTheWindow) {
  Host host(kDaytime);
  const auto started = all<RunStarted>(host.advance(11 * kHour));
  EXPECT_EQ(all<RunEnded>(host.log).size(), started.size());
  EXPECT_EQ(started.size(), 6U + 12U) << "half an hour before the window ends, one after it begins";
  for (const RunEnded& ended : all<RunEnded>(host.log)) {
    EXPECT_EQ(ended.outcome, RunOutcome::acknowledged);
  }
}

TEST(EngineQuietHours, AnAmbientWakeThatWasHeldBeyondTheWindowIsSkipped) {
  Host host(kDaytime);
  host.model = thinks_for_ever();
  host.now = kStart + 24 * kMinute + 30 * kSecond;
  const auto turn = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  host.advance(kEvery);  // a slot passes while the lane is busy
  ASSERT_EQ(host.wakes(), 1U);

  host.now = kStart + 31 * kMinute;
  const auto effects = host.send(ModelReplied{turn.run_id, "Hello.", {}});
  EXPECT_EQ(kinds(effects), "RunEnded RunStarted RunEnded");
  const auto skipped = all<RunEnded>(effects).back();
  EXPECT_EQ(skipped.outcome, RunOutcome::skipped);
  EXPECT_EQ(skipped.skip, SkipReason::quiet_hours);
  EXPECT_FALSE(skipped.retry_at_ms.has_value());
  EXPECT_EQ(host.wakes(), 0U);
}

TEST(EngineQuietHours, DoNotKeepAnEventWaiting) {
  Host host(kDaytime);
  host.now = kStart + 3 * kHour;
  EXPECT_EQ(all<CallModel>(host.send(exec_event(main_key(), "exit 1"))).size(), 1U);
}

TEST(EngineQuietHours, KeepTheEventsOfASkippedTick) {
  Host host(kDaytime);
  host.now = kStart + 3 * kHour;
  host.send(news(main_key(), "the build is red"));
  const auto skipped = only<RunEnded>(host.send(wake_of(main_key(), WakeKind::interval)));
  EXPECT_EQ(skipped.skip, SkipReason::quiet_hours);
  const auto call = only<CallModel>(host.send(wake_of(main_key(), WakeKind::manual)));
  EXPECT_TRUE(holds(prompt_of(call), "the build is red"));
}

// The bounded list of causes may not hold the urgent one; the wake is urgent all the same.
TEST(EngineQuietHours, AnUrgentCauseBeyondTheBoundStillCounts) {
  Host host(R"({"limits": {"wake_causes": 2}, "agents": {"list": [{"id": "trent",
    "heartbeat": {"every": "5m", "active_hours": {"start": "08:00", "end": "09:00"}}}]}})");
  host.send(wake_of(main_key(), WakeKind::retry, "first", kMinute));
  host.send(wake_of(main_key(), WakeKind::retry, "second", kMinute));
  const auto effects = host.send(wake_of(main_key(), WakeKind::hook, "third", 0));
  EXPECT_EQ(only<RunStarted>(effects).reason, "third");
  EXPECT_EQ(all<CallModel>(effects).size(), 1U);
}

TEST(EngineQuietHours, AreReadInTheirOwnZone) {
  // Two hours east of UTC it is midnight.
  const Zones zones = {{"Test/East", *Zone::create("Test/East", {{0, 7'200}})}};
  const std::string config =
      beating(R"("active_hours": {"start": "08:00", "end": "22:30", "timezone": "Test/East"})");
  Host host(config, zones);
  EXPECT_EQ(only<RunEnded>(host.send(wake_of(main_key(), WakeKind::interval))).skip,
            SkipReason::quiet_hours);
}

// ---- what stays

TEST(EngineHeartbeats, AcknowledgementsLeaveNoTrace) {
  for (const std::string reply : {"HEARTBEAT_OK", "**HEARTBEAT_OK**", "NO_REPLY", "",
                                  "All well. HEARTBEAT_OK", "notify=false"}) {
    Host host(beating(""));
    host.model = says(reply, {text_message(Role::assistant, "Let me see.")});
    const auto runs = all<RunEnded>(host.advance(kHour));
    EXPECT_EQ(runs.size(), 12U);
    for (const RunEnded& ended : runs) {
      EXPECT_EQ(ended.outcome, RunOutcome::acknowledged) << reply;
      EXPECT_EQ(ended.text, "");
      EXPECT_FALSE(ended.delivered);
    }
    EXPECT_EQ(host.remembered(main_key()), 0) << reply;
  }
}

TEST(EngineHeartbeats, RepliesStayInASharedSession) {
  Host host(beating(""));
  host.model = says("The roof is on fire.");
  host.advance(kEvery);
  const auto call = only<CallModel>(host.send(message_to(main_key(), "What?")));
  EXPECT_TRUE(holds(shown_by(call), "The roof is on fire."));
}

TEST(EngineHeartbeats, ReplyWithoutItsAcknowledgement) {
  Host host(R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m",
    "ack_max_chars": 0}}]}})");
  host.model = says("The roof is on fire. HEARTBEAT_OK");
  const auto ended = only<RunEnded>(host.advance(kEvery));
  EXPECT_EQ(ended.outcome, RunOutcome::replied);
  EXPECT_EQ(ended.text, "The roof is on fire.");
}

// ---- delivery

struct DeliveryCase {
  std::string target;
  bool with_event_route;
  std::string to;  ///< channel/recipient, or nothing
};

TEST(EngineDelivery, FollowsTheEventThenTheTarget) {
  const DeliveryCase cases[] = {
      {R"("target": "event")", true, "slack/U1"},
      {R"("target": "event")", false, ""},
      {R"("target": "none")", true, ""},
      {R"("target": "none")", false, ""},
      {R"("target": "last")", true, "slack/U1"},
      {R"("target": "last")", false, "discord/C1"},
      {R"("target": "telegram", "to": "77")", true, "slack/U1"},
      {R"("target": "telegram", "to": "77")", false, "telegram/77"},
  };
  const SessionKey room = key("agent:trent:discord:channel:c1");
  for (const DeliveryCase& each : cases) {
    Host host(beating(each.target));
    host.model = says("Done.");
    host.send(message_from("C1", "Hi."));
    const auto route =
        each.with_event_route ? std::optional(route_to("slack", "U1")) : std::nullopt;
    const auto effects = host.send(exec_event(room, "exit 0", route));
    std::string to;
    for (const Deliver& sent : all<Deliver>(effects))
      to += sent.route.channel + "/" + sent.route.to;
    EXPECT_EQ(to, each.to) << each.target << each.with_event_route;
    EXPECT_EQ(only<RunEnded>(effects).delivered, !each.to.empty());
  }
}

// Retries included.
TEST(EngineDelivery, AQuietReplyIsSentWithoutASound) {
  Host host(beating(R"("target": "telegram", "to": "77")"));
  host.model = says("Disk at 80 %.\nnotify=false");
  const auto sent = only<Deliver>(host.advance(kEvery));
  EXPECT_EQ(sent.text, "Disk at 80 %.");
  EXPECT_TRUE(sent.silent);
  host.send(DeliveryFailed{sent.run_id, "no network", true});
  const auto again = only<Deliver>(host.advance(2 * kMinute));
  EXPECT_EQ(again.attempt, 2);
  EXPECT_TRUE(again.silent);
}

TEST(EngineDelivery, TellsTheModelWhetherSomebodyListens) {
  const auto prompt_for = [](std::string_view target) {
    Host host(beating(target));
    const auto route = route_to("slack", "U1");
    return prompt_of(only<CallModel>(host.send(exec_event(main_key(), "exit 0", route))));
  };
  EXPECT_TRUE(holds(prompt_for(R"("target": "event")"), "people"));
  EXPECT_TRUE(holds(prompt_for(R"("target": "none")"), "Nobody will read"));
}

}  // namespace
}  // namespace vagus::testing_engine
