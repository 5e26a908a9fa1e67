#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

constexpr std::string_view kTwoAgents = R"({"agents": {"list": [
    {"id": "trent", "default": true, "heartbeat": {"every": "5m", "isolated_session": true,
      "replay": {"max_messages": 4, "max_tokens": 1000}}},
    {"id": "ada", "heartbeat": {"every": "7m", "target": "last"}}]},
  "bindings": [{"agent": "ada", "match": {"channel": "slack"}}]})";

/// A quarter of an hour with everything in it.
void live(Host& host) {
  int call_number = 0;
  host.workspace = {{"HEARTBEAT.md", "- Check status"}, {"SOUL.md", "Be kind."}};
  host.model = [&call_number](const CallModel& call) -> std::optional<Command> {
    switch (++call_number % 4) {
      case 0:
        return ModelFailed{call.run_id, "down"};
      case 1:
        return ModelReplied{call.run_id, "News.", {text_message(Role::assistant, "Let me see.")}};
      case 2:
        return std::nullopt;
      default:
        return ModelReplied{call.run_id, "HEARTBEAT_OK", {}};
    }
  };
  const SessionKey ada = key("agent:ada:main");
  host.advance(5 * kMinute);
  host.send(message_from("C1", "Hi.", "T1"));
  host.send(exec_event(main_key(), "exit 0", route_to("discord", "C1")));
  host.send(message_to(ada, "Hi."));
  host.send(message_to(ada, "And?"));
  host.send(ImportTranscript{key("agent:ada:other"), {text_message(Role::user, "Earlier.")}});
  host.send(wake_of(key("agent:ada:other"), WakeKind::hook, "hook:7"));
  host.advance(5 * kMinute);
  host.send(ResetSession{ada});
  host.advance(20 * kMinute);
}

TEST(EngineDeterminism, TheSameCommandsGiveTheSameBytes) {
  Host first(kTwoAgents);
  Host second(kTwoAgents);
  live(first);
  live(second);
  ASSERT_GT(first.log.size(), 50U);
  EXPECT_EQ(bytes_of(first.log), bytes_of(second.log));
  EXPECT_EQ(snapshot_of(first.engine), snapshot_of(second.engine));
}

TEST(EngineDeterminism, AJournalReplaysToTheSameState) {
  Host host(kTwoAgents, {}, 7);
  live(host);
  Host after_crash(kTwoAgents, {}, 7);
  for (const auto& [at, json] : host.journal) {
    after_crash.now = at;
    const Result<Command> command = command_from_json(json);
    ASSERT_TRUE(command.ok()) << json;
    EXPECT_EQ(command_to_json(*command), json);
    after_crash.apply(*command);
  }
  EXPECT_EQ(bytes_of(after_crash.log), bytes_of(host.log));
  EXPECT_EQ(snapshot_of(after_crash.engine), snapshot_of(host.engine));
}

TEST(EngineDeterminism, AnotherSeedGivesOtherIdsAndNothingElse) {
  Host first(kTwoAgents, {}, 1);
  Host second(kTwoAgents, {}, 2);
  live(first);
  live(second);
  EXPECT_EQ(kinds(first.log), kinds(second.log));
  std::set<std::string> ids;
  for (const RunStarted& run : all<RunStarted>(first.log)) ids.insert(run.run_id);
  EXPECT_EQ(ids.size(), all<RunStarted>(first.log).size());
  for (const RunStarted& run : all<RunStarted>(second.log)) EXPECT_EQ(ids.count(run.run_id), 0U);
}

TEST(EngineDeterminism, ACopyGoesItsOwnWay) {
  Host host(kQuietTrent);
  Engine copy = host.engine;
  host.send(message_to(main_key(), "Hi."));
  EXPECT_NE(snapshot_of(copy), snapshot_of(host.engine));
  EXPECT_EQ(snapshot_of(copy), snapshot_of(Host(kQuietTrent).engine));
}

// ---- the JSON forms

ExecReport exec_report() {
  ExecReport report;
  report.session_key = main_key();
  report.exec_id = "e1";
  return report;
}

CronFired cron_fired() {
  CronFired fired;
  fired.job_id = "job";
  fired.text = "text";
  return fired;
}

SubagentReported subagent_reported() {
  SubagentReported report;
  report.parent_key = main_key();
  report.session_key = key("agent:trent:subagent:x");
  report.task_id = "t1";
  return report;
}

TEST(EngineCodec, EveryCommandComesBack) {
  RequestWake by_agent;
  by_agent.agent = *AgentId::parse("trent");
  Part result;
  result.kind = PartKind::tool_result;
  result.call_id = "call-1";
  result.text = "çöçö \xE6\x97\xA5\xE6\x9C\xAC \"quoted\" \n\t\x01";
  result.is_error = true;
  Inbound inbound = message_from("C1", "Hi.", "T1");
  inbound.account = "bot";
  inbound.message_id = "17.1";
  inbound.caused_by = "run";
  PostEvent post = exec_event(main_key(), "exit 0", route_to("slack", "U1"));
  post.tag = "exec:1";
  post.trusted = true;
  const Command commands[] = {inbound,
                              message_to(main_key(), "Hi."),
                              Steered{"run", 7},
                              by_agent,
                              wake_of(main_key(), WakeKind::manual, "me", 5),
                              post,
                              news(main_key(), "red"),
                              Tick{},
                              FilesRead{"run", {{"A", "text"}, {"B", std::nullopt}}, {{"C", "?"}}},
                              ModelReplied{"run", "Hi.", {Message{Role::tool, {result}}}},
                              ModelFailed{"run", "down"},
                              ResetSession{main_key()},
                              ForgetSession{main_key()},
                              ImportTranscript{main_key(), {text_message(Role::user, "Hi.")}},
                              Delivered{"run"},
                              DeliveryFailed{"run", "down", false},
                              SetHeartbeats{false},
                              Reconfigure{Config{}, {{"Europe/Paris", {{0, 3600}}}}},
                              ContextAnswered{7, ContextCompacted{true, true, "", 9, 5}},
                              ContextFailed{7, "down"},
                              RegisterContextEngine{"lossless"},
                              PrepareSubagent{main_key(), key("agent:trent:subagent:x"), 5},
                              SubagentEnded{key("agent:trent:subagent:x"), SubagentEnd::swept},
                              Summarized{1, "text"},
                              SummaryFailed{1, "down"},
                              StreamModel{},
                              AbortRun{},
                              Subscribe{"tab", main_key()},
                              Unsubscribe{"tab", std::nullopt},
                              exec_report(),
                              NodeEvent{"node", "exec.finished", "{}"},
                              WebhookReceived{},
                              cron_fired(),
                              subagent_reported()};
  std::set<std::size_t> kinds_seen;
  for (const Command& command : commands) {
    const std::string json = command_to_json(command);
    const Result<Command> back = command_from_json(json);
    ASSERT_TRUE(back.ok()) << json << back.error().what();
    EXPECT_TRUE(*back == command) << json;
    EXPECT_EQ(command_to_json(*back), json);
    kinds_seen.insert(command.index());
  }
  EXPECT_EQ(kinds_seen.size(), std::variant_size_v<Command>);
}

TEST(EngineCodec, RefusesWhatIsNoCommand) {
  struct Case {
    std::string json;
    std::string_view field;
  };
  const Case cases[] = {
      {"", "$"},
      {"{", "$"},
      {"[]", "$"},
      {"null", "$"},
      {"{}", "type"},
      {R"({"type": 1})", "type"},
      {R"({"type": "Explode"})", "type"},
      {R"({"type": "Inbound"})", "text"},
      {R"({"type": "Inbound", "text": 1})", "text"},
      {R"({"type": "Inbound", "text": "Hi.", "txt": 1})", "txt"},
      {R"({"type": "Inbound", "text": "Hi.", "text": "Ho."})", "$"},
      {R"({"type": "Inbound", "text": "Hi.", "session_key": "main"})", "session_key"},
      {R"({"type": "Inbound", "text": "Hi.", "peer": {"kind": "crowd", "id": "1"}})", "peer.kind"},
      {R"({"type": "RequestWake", "coalesce_ms": 1.5})", "coalesce_ms"},
      {R"({"type": "RequestWake", "coalesce_ms": true})", "coalesce_ms"},
      {R"({"type": "RequestWake", "coalesce_ms": 99999999999999999999})", "coalesce_ms"},
      {R"({"type": "RequestWake", "agent": "O p s"})", "agent"},
      {R"({"type": "FilesRead", "run_id": "r", "files": []})", "files"},
      {R"({"type": "ModelReplied", "run_id": "r", "text": "", "messages": [{"role": "user"}]})",
       "messages[0].parts"},
      {"{\"type\": \"Inbound\", \"text\": \"\xC3\x28\"}", "$"},
      {std::string(100'000, '['), "$"},
  };
  for (const Case& each : cases) {
    const Result<Command> command = command_from_json(each.json);
    ASSERT_FALSE(command.ok()) << each.json;
    EXPECT_EQ(command.error().code, ErrorCode::invalid_input) << each.json;
    EXPECT_EQ(command.error().field, each.field) << each.json.substr(0, 100);
  }
}

TEST(EngineCodec, EffectsNameTheirKindFirst) {
  EXPECT_EQ(effect_to_json(SetAlarm{5}), R"({"type":"SetAlarm","at_ms":5})");
  EXPECT_EQ(effect_to_json(SetAlarm{}), R"({"type":"SetAlarm"})");
  EXPECT_EQ(effect_to_json(TurnQueued{main_key(), 2, 7, "m"}),
            R"({"type":"TurnQueued","session_key":"agent:trent:main","waiting":2,"message":7,)"
            R"("message_id":"m"})");
}

}  // namespace
}  // namespace vagus::testing_engine
