#include "engine/context_scripts.hpp"

/// Context engines that do not keep to the contract, or to the time, and what becomes of them.
namespace vagus::testing_engine {
namespace {

using testing_messages::calls;
using testing_messages::user;

// ---- what quarantines it

TEST(ContextEngine, EveryBreachOfTheContractQuarantinesIt) {
  const auto made = [](auto change) {
    return but(ContextMethod::assemble, [=](const ContextCall& call) {
      ContextAssembled answer{std::get<ContextAssemble>(call.params).messages, 0, ""};
      change(answer);
      return ContextAnswered{call.call_id, answer};
    });
  };
  const struct {
    std::string name;
    ContextScript script;
    ContextMethod method;
  } cases[] = {
      {"raises", but(ContextMethod::assemble, raises()), ContextMethod::assemble},
      {"raises at once", but(ContextMethod::bootstrap, raises()), ContextMethod::bootstrap},
      {"wrong form", but(ContextMethod::assemble, answers(ContextDone{})), ContextMethod::assemble},
      {"imports less than nothing",
       but(ContextMethod::bootstrap, answers(ContextBootstrapped{true, -1, ""})),
       ContextMethod::bootstrap},
      {"no messages", made([](auto& answer) { answer.messages.clear(); }), ContextMethod::assemble},
      {"no user turn", made([](auto& answer) { answer.messages.back() = user("Other."); }),
       ContextMethod::assemble},
      {"user turn not last", made([](auto& answer) { answer.messages.push_back(user("More.")); }),
       ContextMethod::assemble},
      {"a call alone",
       made([](auto& answer) { answer.messages.insert(answer.messages.begin(), calls({"a"})); }),
       ContextMethod::assemble},
      {"a system message", made([](auto& answer) {
         answer.messages.insert(answer.messages.begin(), text_message(Role::system, "Obey."));
       }),
       ContextMethod::assemble},
      {"a message of nothing", made([](auto& answer) {
         answer.messages.insert(answer.messages.begin(), Message{Role::user, {}});
       }),
       ContextMethod::assemble},
      {"negative tokens", made([](auto& answer) { answer.estimated_tokens = -1; }),
       ContextMethod::assemble},
      {"no text", made([](auto& answer) { answer.system_prompt_addition = "\xFF"; }),
       ContextMethod::assemble},
      {"over budget after success", bloated(false), ContextMethod::assemble},
      {"commit answered wrongly", but(ContextMethod::commit_turn, answers(ContextIngested{1})),
       ContextMethod::commit_turn},
      {"maintain raises", but(ContextMethod::maintain, raises()), ContextMethod::maintain},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    Host host(kOwning);
    host.model = says("Hello.");
    host.context = each.script;
    const auto effects = host.send(message_to(main_key(), "Hi."));
    const auto report = only<ContextEngineQuarantined>(effects);
    EXPECT_EQ(report.engine, "lossless");
    EXPECT_EQ(report.method, each.method);
    EXPECT_EQ(report.context_key, only<RunStarted>(effects).context_key);
    EXPECT_FALSE(report.reason.empty());
    EXPECT_EQ(only<RunEnded>(effects).outcome, RunOutcome::replied);
    EXPECT_EQ(prompt_of(only<CallModel>(effects)), "Hi.");

    // From then on the built-in engine serves everybody, with the history.
    host.context = never();
    const auto next = host.send(message_to(main_key(), "And?"));
    EXPECT_EQ(methods(next), "");
    EXPECT_EQ(shown_by(only<CallModel>(next)), "Hi.\nHello.\nAnd?\n");

    host.context = obliging;
    host.send(RegisterContextEngine{"lossless"});
    const auto again = host.send(message_to(main_key(), "Better?"));
    EXPECT_EQ(methods(again), "bootstrap maintain assemble commit_turn maintain");
    EXPECT_EQ(asked<ContextBootstrap>(again).messages.size(), 4U) << "what it has missed";
  }
}

TEST(ContextEngine, QuarantineHoldsForAllRunsThatWaitForIt) {
  Host host(kServed);
  host.context = never();
  const SessionKey other = key("agent:trent:other");
  host.send(message_to(main_key(), "Hi."));
  host.send(message_to(other, "Hi."));
  const auto first = all<ContextCall>(host.log).front();
  const auto effects = host.send(ContextFailed{first.call_id, "down"});
  EXPECT_EQ(all<ContextFallback>(effects).size(), 2U);
  EXPECT_EQ(all<CallModel>(effects).size(), 2U);
  EXPECT_EQ(snapshot_of(host.engine, "/context_calls"), "0");
  EXPECT_EQ(snapshot_of(host.engine, "/quarantined"), R"({"lossless":"down"})");
}

TEST(ContextEngine, ANewConfigurationIsANewChance) {
  Host host(kServed);
  host.context = but(ContextMethod::assemble, raises());
  host.send(message_to(main_key(), "Hi."));
  host.context = obliging;
  host.send(Reconfigure{read_config(kServed).value_or_throw(), {}});
  EXPECT_TRUE(holds(methods(host.send(message_to(main_key(), "Hi."))), "bootstrap"));
}

TEST(ContextEngine, AnAgentThatGetsAnotherEngineLeavesTheOldOneNothing) {
  Host host(kServed);
  host.send(message_to(main_key(), "Hi."));
  const auto effects = host.send(
      Reconfigure{read_config(R"({"agents": {"list": [{"id": "trent"}]}})").value_or_throw(), {}});
  EXPECT_EQ(asked<ContextDispose>(effects).reason, DisposeReason::engine_changed);
  EXPECT_EQ(methods(host.send(message_to(main_key(), "Hi."))), "");
}

TEST(ContextEngine, NobodyRegistersWhatNoAgentNames) {
  Host host(kServed);
  for (const std::string name : {"", "lossy"}) {
    const auto refused = host.engine.apply(RegisterContextEngine{name}, host.now);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().field, "engine");
  }
}

TEST(ContextEngine, AnEngineThatFallsBehindIsQuarantined) {
  Host host(R"({"context": {"engine": "lossless"}, "limits": {"context_calls": 3},
    "agents": {"list": [{"id": "trent"}]}})");
  host.context = but(ContextMethod::commit_turn, never());
  host.send(message_to(main_key(), "Hi."));
  const auto effects = host.send(message_to(main_key(), "And?"));
  EXPECT_TRUE(all<ContextEngineQuarantined>(effects).empty());
  const SessionKey child = key("agent:trent:subagent:x");
  const auto report =
      only<ContextEngineQuarantined>(host.send(PrepareSubagent{main_key(), child, std::nullopt}));
  EXPECT_TRUE(holds(report.reason, "limits.context_calls"));
}

TEST(ContextEngine, OneThatIsQuarantinedByItsFirstCallLeavesAPrompt) {
  Host host(R"({"context": {"engine": "lossless"}, "limits": {"context_calls": 1},
    "agents": {"list": [{"id": "trent"}]}})");
  host.context = never();
  host.apply(ImportTranscript{main_key(), {testing_messages::user("before")}});
  const auto effects = host.send(message_to(main_key(), "Hi."));
  only<ContextEngineQuarantined>(effects);
  only<ContextFallback>(effects);
  EXPECT_TRUE(holds(shown_by(only<CallModel>(effects)), "Hi."));
}

// ---- deadlines

TEST(ContextEngine, ARunDoesNotWaitForEver) {
  Host host(kServed);
  host.context = but(ContextMethod::assemble, never());
  const auto waits = host.send(message_to(main_key(), "Hi."));
  EXPECT_TRUE(all<CallModel>(waits).empty());
  EXPECT_EQ(snapshot_of(host.engine, "/runs/0/waits_for"), "\"context\"");
  EXPECT_EQ(host.alarm(), host.now + 30 * kSecond);
  const auto late = host.advance(30 * kSecond);
  EXPECT_EQ(only<ContextFallback>(late).reason, "no answer before the deadline");
  EXPECT_EQ(all<CallModel>(late).size(), 1U);

  const auto call = asked<ContextAssemble>(waits);
  const auto id = all<ContextCall>(waits).back().call_id;
  EXPECT_TRUE(host.send(ContextAnswered{id, ContextAssembled{call.messages, 0, ""}}).empty())
      << "a late answer is nothing";
  EXPECT_TRUE(host.send(ContextFailed{id, "late"}).empty());
  EXPECT_TRUE(holds(methods(host.send(message_to(main_key(), "And?"))), "assemble"))
      << "one late answer is no reason to give it up";
}

TEST(ContextEngine, AnEngineThatIsLateThreeTimesInARowIsQuarantined) {
  Host host(kServed);
  host.context = but(ContextMethod::assemble, never());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(all<ContextEngineQuarantined>(host.log).empty());
    host.send(message_to(main_key(), "Hi."));
    host.advance(kMinute);
  }
  EXPECT_EQ(only<ContextEngineQuarantined>(host.log).method, ContextMethod::assemble);
}

TEST(ContextEngine, ALateBootstrapIsTriedAgainByTheNextRun) {
  Host host(kServed);
  host.context = never();
  EXPECT_EQ(methods(host.send(message_to(main_key(), "Hi."))), "bootstrap");
  EXPECT_EQ(methods(host.advance(kMinute)), "") << "nothing without a bootstrap";
  EXPECT_EQ(methods(host.send(message_to(main_key(), "Hi."))), "bootstrap");
}

TEST(ContextEngine, TheWaitLastsAsLongAfterTheClockWasSetBack) {
  Host host(kServed);
  host.context = never();
  host.send(message_to(main_key(), "Hi."));
  host.now -= kHour;
  host.send(Tick{});
  EXPECT_EQ(host.alarm(), host.now + 30 * kSecond);
  EXPECT_EQ(all<CallModel>(host.advance(30 * kSecond)).size(), 1U);
}

TEST(ContextEngine, ARunThatEndsWhileItWaitsAsksForNothingMore) {
  Host host(kServed);
  host.context = never();
  const auto run = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  host.send(ModelFailed{run.run_id, "the host gave up"});
  const auto bootstrap = only<ContextCall>(host.log);
  EXPECT_EQ(methods(host.send(ContextAnswered{bootstrap.call_id, ContextBootstrapped{}})), "");
}

TEST(ContextEngine, AnswersToNoCallAreRefused) {
  Host host(kServed);
  host.context = but(ContextMethod::commit_turn, never());
  host.send(message_to(main_key(), "Hi."));
  const auto commit = all<ContextCall>(host.log).back().call_id;
  for (const std::int64_t id : {std::int64_t{-1}, std::int64_t{0}, commit + 1, commit + 9}) {
    const std::string before = snapshot_of(host.engine);
    const auto refused = host.engine.apply(ContextAnswered{id, ContextDone{}}, host.now);
    ASSERT_FALSE(refused.ok()) << id;
    EXPECT_EQ(refused.error().field, "call_id");
    EXPECT_EQ(snapshot_of(host.engine), before);
  }
}

TEST(ContextEngine, SayingItTwiceChangesNothing) {
  Host host(kServed);
  host.model = says("Hello.");
  host.send(message_to(main_key(), "Hi."));
  const std::string before = snapshot_of(host.engine);
  for (const ContextCall& call : all<ContextCall>(host.log)) {
    EXPECT_TRUE(host.send(*obliging(call)).empty());
    EXPECT_TRUE(host.send(ContextFailed{call.call_id, "crashed"}).empty());
  }
  EXPECT_EQ(snapshot_of(host.engine), before);
  host.context =
      but(ContextMethod::commit_turn, answers(ContextCommitted{CommitStatus::duplicate}));
  EXPECT_TRUE(all<ContextEngineQuarantined>(host.send(message_to(main_key(), "And?"))).empty());
}

}  // namespace
}  // namespace vagus::testing_engine
