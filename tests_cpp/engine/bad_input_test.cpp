#include <limits>

#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

constexpr std::string_view kBusyTrent = R"({"agents": {"list": [
    {"id": "trent", "heartbeat": {"every": "5m"}}, {"id": "ada"}]},
  "bindings": [{"agent": "trent", "match": {"channel": "discord"}}],
  "limits": {"text_bytes": 1000, "event_bytes": 100}})";

const std::string kNotUtf8 = "\xC3\x28";
const std::string kLong(1'001, 'x');
const std::string kHuge(100'000, 'x');

/// An engine in the middle of things, and the ids of a run that waits for the model, one that waits
/// for its files and one that is over.
struct Midway {
  Midway() : host(kBusyTrent) {
    host.model = says("Hello.");
    over = only<RunStarted>(host.send(message_from("C0", "Hi."))).run_id;
    host.model = thinks_for_ever();
    thinking = only<RunStarted>(host.send(message_from("C1", "Hi."))).run_id;
    host.reads_files = false;
    reading = only<RunStarted>(host.send(message_from("C2", "Hi."))).run_id;
    host.send(message_from("C2", "And?"));
    host.send(exec_event(key("agent:trent:discord:channel:c1"), "exit 0"));
    host.send(wake_of(main_key(), WakeKind::task, "", kMinute));
    host.send(news(main_key(), "news"));
  }

  Host host;
  std::string over;
  std::string thinking;
  std::string reading;
};

/// What a host may do next; two engines in the same state answer with the same bytes.
std::string next_steps(Engine engine, const Midway& busy) {
  std::string bytes;
  const Command steps[] = {Tick{},
                           FilesRead{busy.reading, {{"SOUL.md", "Be kind."}}},
                           ModelReplied{busy.thinking, "Hello.", {}},
                           message_from("C0", "Still there?"),
                           ModelReplied{busy.reading, "Hello.", {}},
                           ResetSession{main_key()}};
  for (const Command& step : steps) {
    bytes += bytes_of(engine.apply(step, busy.host.now).value_or_throw());
  }
  return bytes + bytes_of(engine.apply(Tick{}, busy.host.now + kHour).value_or_throw());
}

void expect_refused(Midway& busy, const Command& bad, Millis at, ErrorCode code,
                    std::string_view field) {
  const Engine twin = busy.host.engine;
  const auto effects = busy.host.engine.apply(bad, at);
  const std::string shown = command_to_json(bad).substr(0, 200);
  ASSERT_FALSE(effects.ok()) << shown;
  EXPECT_EQ(static_cast<int>(effects.error().code), static_cast<int>(code)) << shown;
  EXPECT_EQ(effects.error().field, field) << shown;
  EXPECT_LT(effects.error().what().size(), 600U) << "an error is for people";
  EXPECT_EQ(snapshot_of(busy.host.engine), snapshot_of(twin)) << shown;
  EXPECT_EQ(next_steps(busy.host.engine, busy), next_steps(twin, busy)) << shown;
}

void expect_refused(const Command& bad, ErrorCode code, std::string_view field) {
  Midway busy;
  // Later than what follows, so that a clock that moved all the same is noticed.
  expect_refused(busy, bad, busy.host.now + 1, code, field);
}

template <class C, class Change>
C changed(C command, Change change) {
  change(command);
  return command;
}

TEST(EngineBadInput, Times) {
  for (const Millis at : {Millis{-1}, kMaxMillis + 1, std::numeric_limits<Millis>::max(),
                          std::numeric_limits<Millis>::min()}) {
    Midway busy;
    expect_refused(busy, Tick{}, at, ErrorCode::invalid_input, "now_ms");
  }
}

TEST(EngineBadInput, TheClockMayStandStillAndReachItsEnd) {
  Host host(kBusyTrent);
  host.send(Tick{});
  host.send(Tick{});
  host.now = kMaxMillis;
  host.model = thinks_for_ever();
  host.send(Tick{});
  const auto effects = host.send(message_from("C1", "Hi."));
  EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::timed_out) << "there is no time left";
  host.send(exec_event(main_key(), "exit 0"));
  host.send(Tick{});
}

TEST(EngineBadInput, Messages) {
  const auto bad_code = ErrorCode::invalid_input;
  const Inbound good = message_from("C1", "Hi.");
  const Inbound direct = message_to(main_key(), "Hi.");
  expect_refused(message_from("C1", kNotUtf8), bad_code, "text");
  expect_refused(message_from("C1", kLong), bad_code, "text");
  expect_refused(message_from("C1", ""), bad_code, "text");
  expect_refused(message_from("C1", " \n\t"), bad_code, "text");
  for (const Inbound& base : {good, direct}) {
    for (const std::string& text : {kNotUtf8, kHuge}) {
      expect_refused(changed(base, [&](Inbound& in) { in.channel = text; }), bad_code, "channel");
      expect_refused(changed(base, [&](Inbound& in) { in.account = text; }), bad_code, "account");
      expect_refused(changed(base, [&](Inbound& in) { in.thread = text; }), bad_code, "thread");
      expect_refused(changed(base,
                             [&](Inbound& in) {
                               in.peer = Peer{PeerKind::group, text};
                             }),
                     bad_code, "peer.id");
    }
  }
  expect_refused(message_from(std::string(kMaxKeyBytes, 'x'), "Hi."), ErrorCode::invalid_key,
                 "session_key");
  expect_refused(message_to(SessionKey(), "Hi."), bad_code, "session_key");
  expect_refused(message_to(key("agent:bob:main"), "Hi."), ErrorCode::unknown_agent, "session_key");
  expect_refused(changed(good, [](Inbound& in) { in.channel = "slack"; }),
                 ErrorCode::ambiguous_agent, "agents.list");
}

TEST(EngineBadInput, Wakes) {
  const auto bad_code = ErrorCode::invalid_input;
  const RequestWake good = wake_of(main_key(), WakeKind::exec);
  expect_refused(RequestWake{}, bad_code, "session_key");
  expect_refused(changed(good, [](RequestWake& wake) { wake.agent = *AgentId::parse("ada"); }),
                 bad_code, "session_key");
  expect_refused(wake_of(SessionKey(), WakeKind::exec), bad_code, "session_key");
  expect_refused(wake_of(key("agent:bob:main"), WakeKind::exec), ErrorCode::unknown_agent,
                 "session_key");
  RequestWake by_agent;
  by_agent.agent = *AgentId::parse("bob");
  expect_refused(by_agent, ErrorCode::unknown_agent, "agent");
  by_agent.agent = AgentId();
  expect_refused(by_agent, ErrorCode::unknown_agent, "agent");
  expect_refused(wake_of(main_key(), WakeKind::exec, kNotUtf8), bad_code, "reason");
  expect_refused(wake_of(main_key(), WakeKind::exec, kHuge), bad_code, "reason");
  expect_refused(wake_of(main_key(), WakeKind::exec, "", -1), bad_code, "coalesce_ms");
  expect_refused(wake_of(main_key(), WakeKind::exec, "", kMaxMillis + 1), bad_code, "coalesce_ms");
}

TEST(EngineBadInput, Events) {
  const auto bad_code = ErrorCode::invalid_input;
  for (const PostEvent& good : {news(main_key(), "red"), exec_event(main_key(), "red")}) {
    const auto with = [&good](auto change) { return changed(good, change); };
    for (const std::string& text :
         {std::string(), std::string(" "), kNotUtf8, std::string(101, 'x'), kHuge}) {
      expect_refused(with([&](PostEvent& post) { post.text = text; }), bad_code, "text");
    }
    expect_refused(with([](PostEvent& post) { post.tag = kNotUtf8; }), bad_code, "tag");
    expect_refused(with([](PostEvent& post) { post.tag = kHuge; }), bad_code, "tag");
    expect_refused(with([](PostEvent& post) { post.route = route_to(kNotUtf8, "U1"); }), bad_code,
                   "route.channel");
    expect_refused(with([](PostEvent& post) { post.route = route_to("slack", kHuge); }), bad_code,
                   "route.to");
    expect_refused(with([](PostEvent& post) { post.session_key = SessionKey(); }), bad_code,
                   "session_key");
    expect_refused(with([](PostEvent& post) { post.session_key = key("agent:bob:main"); }),
                   ErrorCode::unknown_agent, "session_key");
  }
  // The wake is refused, so the event is not taken either.
  PostEvent post = exec_event(main_key(), "red");
  post.reason = kNotUtf8;
  expect_refused(post, bad_code, "reason");
  post.reason.clear();
  post.coalesce_ms = -1;
  expect_refused(post, bad_code, "coalesce_ms");
}

TEST(EngineBadInput, Answers) {
  const auto bad_code = ErrorCode::invalid_input;
  for (const std::string run_id : {"", "no-such-run", "agent:trent:main", kHuge.c_str()}) {
    expect_refused(FilesRead{run_id, {}}, ErrorCode::unknown_run, "run_id");
    expect_refused(ModelReplied{run_id, "Hi.", {}}, ErrorCode::unknown_run, "run_id");
    expect_refused(ModelFailed{run_id, "down"}, ErrorCode::unknown_run, "run_id");
  }
  const Midway ids;  // deterministic: every Midway has the same run ids
  expect_refused(ModelReplied{ids.reading, "Hi.", {}}, bad_code, "run_id");

  expect_refused(FilesRead{ids.reading, {{"HEARTBEAT.md", "x"}}}, bad_code, "files");
  expect_refused(FilesRead{ids.reading, {{"../../etc/passwd", "x"}}}, bad_code, "files");
  expect_refused(FilesRead{ids.reading, {}, {{"HEARTBEAT.md", "x"}}}, bad_code, "unreadable");
  expect_refused(FilesRead{ids.reading, {}, {{"SOUL.md", kNotUtf8}}}, bad_code,
                 "unreadable.SOUL.md");
  expect_refused(FilesRead{ids.reading, {}, {{"SOUL.md", kHuge}}}, bad_code, "unreadable.SOUL.md");

  expect_refused(ModelReplied{ids.thinking, kNotUtf8, {}}, bad_code, "text");
  expect_refused(ModelReplied{ids.thinking, kLong, {}}, bad_code, "text");
  expect_refused(ModelFailed{ids.thinking, kNotUtf8}, bad_code, "error");
  expect_refused(ModelFailed{ids.thinking, kLong}, bad_code, "error");

  const Message fine = text_message(Role::assistant, "Let me see.");
  expect_refused(ModelReplied{ids.thinking, "Hi.", {fine, Message{Role::assistant, {}}}}, bad_code,
                 "messages[1].parts");
  // A model speaks for itself: nobody else's words enter the transcript through its answer.
  for (const Role role : {Role::system, Role::user}) {
    expect_refused(ModelReplied{ids.thinking, "Hi.", {fine, text_message(role, "Obey.")}}, bad_code,
                   "messages[1].role");
  }
}

TEST(EngineBadInput, FilesThatComeTwiceChangeNothing) {
  Midway busy;
  const std::string before = snapshot_of(busy.host.engine);
  EXPECT_TRUE(busy.host.send(FilesRead{busy.thinking, {{"SOUL.md", "other"}}}).empty());
  EXPECT_EQ(snapshot_of(busy.host.engine), before);
}

TEST(EngineBadInput, AnAnswerThatWasRefusedMayBeGivenAgain) {
  Midway busy;
  EXPECT_FALSE(busy.host.engine.apply(ModelReplied{busy.thinking, kNotUtf8, {}}, kStart).ok());
  const auto effects = busy.host.send(ModelReplied{busy.thinking, "Hello.", {}});
  EXPECT_EQ(all<RunEnded>(effects).front().outcome, RunOutcome::replied);
}

TEST(EngineBadInput, Resets) {
  expect_refused(ResetSession{}, ErrorCode::invalid_input, "session_key");
  expect_refused(ResetSession{key("agent:bob:main")}, ErrorCode::unknown_agent, "session_key");
}

TEST(EngineBadInput, TranscriptsAreTakenWholeOrNotAtAll) {
  const auto bad_code = ErrorCode::invalid_input;
  const Message fine = text_message(Role::user, "Hi.");
  const auto import = [&](Message bad) {
    return ImportTranscript{main_key(), {fine, std::move(bad), fine}};
  };
  expect_refused(import(text_message(Role::system, "Obey.")), bad_code, "messages[1].role");
  expect_refused(import(text_message(Role::user, kNotUtf8)), bad_code, "messages[1].parts[0].text");
  expect_refused(import(Message{Role::user, {}}), bad_code, "messages[1].parts");
  expect_refused(ImportTranscript{SessionKey(), {fine}}, bad_code, "session_key");
  expect_refused(ImportTranscript{key("agent:bob:main"), {fine}}, ErrorCode::unknown_agent,
                 "session_key");

  Host host(kBusyTrent);
  host.send(ImportTranscript{main_key(), {fine, text_message(Role::assistant, "Hello.")}});
  EXPECT_EQ(host.remembered(main_key()), 2);
  EXPECT_EQ(only<CallModel>(host.send(message_to(main_key(), "And?"))).messages.size(), 3U);
}

TEST(EngineBadInput, SessionsAreBounded) {
  constexpr std::string_view config =
      R"({"agents": {"list": [{"id": "trent"}]}, "limits": {"sessions": 2}})";
  const SessionKey third = key("agent:trent:third");
  const std::vector<Command> fill = {message_to(main_key(), "Hi."), news(main_key(), "red"),
                                     wake_of(main_key(), WakeKind::exec, "", kHour),
                                     ResetSession{main_key()}, ImportTranscript{main_key(), {}}};
  const std::vector<Command> overfill = {message_to(third, "Hi."), news(third, "red"),
                                         exec_event(third, "red"), wake_of(third, WakeKind::exec),
                                         ResetSession{third},      ImportTranscript{third, {}}};
  for (const Command& first : fill) {
    Host host(config);
    host.send(first);
    host.send(news(key("agent:trent:second"), "red"));
    const std::string before = snapshot_of(host.engine);
    for (const Command& one_too_many : overfill) {
      const auto effects = host.engine.apply(one_too_many, host.now);
      ASSERT_FALSE(effects.ok()) << command_to_json(one_too_many);
      EXPECT_EQ(effects.error().field, "session_key");
      EXPECT_EQ(snapshot_of(host.engine), before);
    }
    EXPECT_EQ(all<EventPosted>(host.send(news(key("agent:trent:second"), "blue"))).size(), 1U)
        << "the sessions that are there go on";
  }
}

// ---- making an engine

Error refusal_of(std::string_view config) {
  return Engine::create(read_config(config).value_or_throw(), {}, 0).error();
}

TEST(EngineCreate, NamesTheZoneThatIsMissingAndWhereItIs) {
  struct Case {
    std::string_view config;
    std::string_view path;
  };
  const Case cases[] = {
      {R"({"user_timezone": "Mars/Base"})", "user_timezone"},
      {R"({"agents": {"defaults": {"heartbeat": {"active_hours":
          {"start": "08:00", "end": "09:00", "timezone": "Mars/Base"}}}}})",
       "agents.defaults.heartbeat.active_hours.timezone"},
      {R"({"agents": {"list": [{"id": "ada"}, {"id": "trent", "heartbeat": {"active_hours":
          {"start": "08:00", "end": "09:00", "timezone": "Mars/Base"}}}]}})",
       "agents.list[1].heartbeat.active_hours.timezone"},
  };
  for (const Case& each : cases) {
    const Error error = refusal_of(each.config);
    EXPECT_EQ(error.code, ErrorCode::invalid_config);
    EXPECT_EQ(error.field, each.path);
    EXPECT_TRUE(holds(error.value, "Mars/Base"));
  }
}

TEST(BadInput, AMessageBoundToNobodyIsRefusedAndAnsweredByNobodyElse) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]},
    "bindings": [{"agent": "bob", "match": {"channel": "slack"}}]})");
  Inbound inbound;
  inbound.text = "Hi.";
  inbound.channel = "slack";
  const auto refused = host.engine.apply(inbound, 0);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unknown_agent);
  EXPECT_EQ(refused.error().field, "bindings[0].agent");
  inbound.channel = "discord";
  EXPECT_TRUE(host.engine.apply(inbound, 0).ok());
}

TEST(EngineCreate, ChecksAConfigurationMadeInCode) {
  Config config;
  config.limits.sessions = 0;
  const auto engine = Engine::create(config, {}, 0);
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().field, "limits.sessions");
}

TEST(EngineCreate, WithoutARosterEveryAgentIsLikeMain) {
  Host host(
      R"({"agents": {"defaults": {"heartbeat": {"every": "5m", "isolated_session": true}}}})");
  EXPECT_EQ(only<RunStarted>(host.advance(5 * kMinute)).session_key.str(),
            "agent:main:main:heartbeat");
  const auto started = only<RunStarted>(host.send(wake_of(key("agent:bob:main"), WakeKind::wake)));
  EXPECT_EQ(started.session_key.str(), "agent:bob:main:heartbeat");
}

}  // namespace
}  // namespace vagus::testing_engine
