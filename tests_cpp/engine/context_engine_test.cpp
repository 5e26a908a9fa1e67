#include <set>

#include "engine/context_scripts.hpp"
#include "vagus/base/json_codec.hpp"
#include "vagus/context/estimate.hpp"

/// Context engines of the host: what they are told, in which order and under which identity.
namespace vagus::testing_engine {
namespace {

using testing_messages::calls;
using testing_messages::user;

// ---- the order of calls

TEST(ContextEngine, ATurnIsBootstrappedAssembledCommittedAndTidiedUp) {
  Host host(kServed);
  host.model = says("Hello.");
  const auto effects = host.send(message_to(main_key(), "Hi."));
  EXPECT_EQ(methods(effects), "bootstrap assemble commit_turn maintain");
  EXPECT_EQ(kinds(effects),
            "RunStarted ReadFiles ContextCall ContextCall CallModel ContextCall RunEnded "
            "ContextCall");
  EXPECT_EQ(only<CallModel>(effects).context_engine, "lossless");
  const auto commit = asked<ContextCommitTurn>(effects);
  EXPECT_EQ(commit.advancement_key, only<RunStarted>(effects).run_id);
  ASSERT_EQ(commit.messages.size(), 2U);
  EXPECT_EQ(text_of(commit.messages[1]), "Hello.");
  EXPECT_EQ(methods(host.send(message_to(main_key(), "And?"))), "assemble commit_turn maintain");
}

TEST(ContextEngine, EachWayOfReportingATurnIsKept) {
  const std::pair<std::string, std::string> ways[] = {
      {"commit", "commit_turn"}, {"after-turn", "after_turn"}, {"ingest", "ingest"}};
  for (const auto& [word, method] : ways) {
    Host host(served_trent("\"turn\": \"" + word + "\", "));
    host.model = says("Hello.");
    EXPECT_EQ(methods(host.send(message_to(main_key(), "Hi."))),
              "bootstrap assemble " + method + " maintain");
  }
}

TEST(ContextEngine, OnlyAnAcceptedTurnAdvancesIt) {
  Host host(served_trent(""));
  host.model = fails();
  EXPECT_EQ(methods(host.send(message_to(main_key(), "Hi."))), "bootstrap assemble");
  host.model = says("HEARTBEAT_OK");
  EXPECT_EQ(methods(host.send(tick())), "assemble") << "an acknowledgement leaves no trace";
}

TEST(ContextEngine, CallsOfOneKeyAreMadeOneAtATime) {
  Host host(kServed);
  host.model = says("Hello.");
  host.context = but(ContextMethod::commit_turn, never());
  host.send(message_to(main_key(), "Hi."));
  const auto next = host.send(message_to(main_key(), "And?"));
  EXPECT_EQ(methods(next), "") << "the turn before it is not told yet";
  const auto commit = all<ContextCall>(host.log).back();
  EXPECT_EQ(commit.method, ContextMethod::commit_turn);
  const auto after = host.send(ContextAnswered{commit.call_id, ContextCommitted{}});
  EXPECT_EQ(methods(after), "maintain assemble commit_turn");
}

TEST(ContextEngine, WhatWasThereBeforeItIsHandedOver) {
  Host host(kServed);
  host.send(ImportTranscript{main_key(), {user("Old."), calls({"a"})}});
  const auto effects = host.send(message_to(main_key(), "Hi."));
  EXPECT_EQ(methods(effects), "bootstrap maintain assemble commit_turn maintain");
  EXPECT_EQ(asked<ContextBootstrap>(effects).messages.size(), 3U) << "the call has a result";
  EXPECT_EQ(methods(host.send(ImportTranscript{main_key(), {user("Older.")}})), "dispose");
  EXPECT_EQ(methods(host.send(message_to(main_key(), "Hi."))),
            "bootstrap maintain assemble commit_turn maintain");
}

// ---- one identity

// The report that started this project, seen from the engine: every call of one tick names the
// same fresh key, and the next tick another one.
TEST(ContextEngine, ATickHasOneMemoryAndTheNextAnother) {
  Host host(kOwningTicks);
  host.model = says("Disk 91% full.");
  std::set<ContextKey> keys;
  for (int i = 0; i < 3; ++i) {
    host.context = bloated(true);
    const auto effects = host.send(tick());
    EXPECT_EQ(methods(effects),
              "bootstrap assemble compact assemble maintain commit_turn maintain dispose");
    const RunStarted run = only<RunStarted>(effects);
    for (const ContextCall& call : all<ContextCall>(effects)) {
      EXPECT_EQ(call.context_key, run.context_key);
      EXPECT_TRUE(call.is_heartbeat) << name_of(call.method);
      EXPECT_EQ(call.routing.session_key, run.session_key);
      EXPECT_EQ(call.routing.run_id, run.run_id);
      EXPECT_EQ(call.engine, "lossless");
    }
    EXPECT_TRUE(asked<ContextBootstrap>(effects).messages.empty());
    EXPECT_EQ(asked<ContextDispose>(effects).reason, DisposeReason::tick_ended);
    keys.insert(run.context_key);
  }
  EXPECT_EQ(keys.size(), 3U);
  EXPECT_EQ(snapshot_of(host.engine, "/contexts"), "0");
}

TEST(ContextEngine, AKeyThatIsOverIsDisposedOf) {
  Host host(kServed);
  host.model = says("Hello.");
  const ContextKey first = only<RunStarted>(host.send(message_to(main_key(), "Hi."))).context_key;
  const auto reset = only<ContextCall>(host.send(ResetSession{main_key()}));
  EXPECT_EQ(reset.context_key, first);
  EXPECT_EQ(reset.method, ContextMethod::dispose);
  const auto again = host.send(message_to(main_key(), "Hi."));
  EXPECT_EQ(methods(again), "bootstrap assemble commit_turn maintain");
  EXPECT_NE(only<RunStarted>(again).context_key, first);
  EXPECT_EQ(asked<ContextDispose>(host.send(ForgetSession{main_key()})).reason,
            DisposeReason::forgotten);
  EXPECT_EQ(snapshot_of(host.engine, "/contexts"), "0");
}

TEST(ContextEngine, ATurnOfAResetSessionIsNotTold) {
  Host host(kServed);
  host.model = thinks_for_ever();
  const auto run = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  host.send(ResetSession{main_key()});
  EXPECT_EQ(methods(host.send(ModelReplied{run.run_id, "SECRET", {}})), "");
}

// ---- one budget

// The longest prompt within the budget, or one of `more` tokens beyond it.
ContextScript fills_its_budget(std::int64_t more) {
  return but(ContextMethod::assemble, [=](const ContextCall& call) {
    const auto& request = std::get<ContextAssemble>(call.params);
    ContextAssembled made{request.messages, 0, ""};
    std::int64_t others = 0;
    for (const Message& each : made.messages) others += estimate_tokens(each, Profile::vagus);
    const auto cost = [&](std::size_t length) {
      return estimate_tokens(user(std::string(length, 'x')), Profile::vagus) + others;
    };
    std::size_t length = 1;
    while (cost(length + 64) < request.token_budget) length += 64;
    while (cost(length) < request.token_budget + more) ++length;
    const std::string text(length, 'x');
    made.messages.insert(made.messages.begin(), user(text));
    return ContextAnswered{call.call_id, made};
  });
}

TEST(ContextEngine, TheNumberThatItIsToldIsTheOneItIsHeldTo) {
  for (const bool one_more : {false, true}) {
    Host host(kOwning);
    host.context = fills_its_budget(one_more ? 1 : 0);
    const auto effects = host.send(message_to(main_key(), "Hi."));
    EXPECT_EQ(holds(methods(effects), "compact"), one_more);
    if (one_more) {
      EXPECT_EQ(asked<ContextCompact>(effects).current_tokens,
                asked<ContextCompact>(effects).token_budget + 1);
    }
  }
}

TEST(ContextEngine, ItsBudgetIsWhatTheProviderCounts) {
  Host host(kOwning);
  host.context = fills_its_budget(0);
  host.model = [](const CallModel& call) -> std::optional<Command> {
    ModelReplied reply{call.run_id, "Fine.", {}};
    reply.input_tokens = call.ledger.raw * 2;
    return reply;
  };
  const auto first = host.send(message_to(main_key(), "Hi."));
  const auto second = host.send(message_to(main_key(), "Hi."));
  EXPECT_FALSE(holds(methods(second), "compact")) << "what fits is enough";
  const CallModel call = only<CallModel>(second);
  EXPECT_LE(call.ledger.raw * 2, call.ledger.budget);
  const std::int64_t before = asked<ContextAssemble>(first).token_budget;
  const std::int64_t after = asked<ContextAssemble>(second).token_budget;
  EXPECT_NEAR(static_cast<double>(after), static_cast<double>(before) / 2, 2);
}

TEST(ContextEngine, ItsAdditionStandsInFrontOfTheSystemPromptAndCosts) {
  Host host(kOwning);
  host.workspace = {{"SOUL.md", "Be kind."}};
  host.context = but(ContextMethod::assemble, [](const ContextCall& call) {
    const auto& request = std::get<ContextAssemble>(call.params);
    return ContextAnswered{call.call_id, ContextAssembled{request.messages, 0, "You know Ada."}};
  });
  const auto call = only<CallModel>(host.send(message_to(main_key(), "Hi.")));
  EXPECT_EQ(text_of(call.messages[0]).rfind("You know Ada.\n\n", 0), 0U);
  EXPECT_TRUE(holds(text_of(call.messages[0]), "Be kind."));
}

TEST(ContextEngine, WithoutCompactionOfItsOwnWhatItMadeIsCut) {
  Host host(kServed);
  host.context = but(ContextMethod::assemble, [](const ContextCall& call) {
    const auto& request = std::get<ContextAssemble>(call.params);
    ContextAssembled made{request.messages, 0, ""};
    for (int i = 0; i < 40; ++i)
      made.messages.insert(made.messages.begin(), user("old " + std::string(4'000, 'x')));
    return ContextAnswered{call.call_id, made};
  });
  const auto effects = host.send(message_to(main_key(), "Hi."));
  const auto call = only<CallModel>(effects);
  EXPECT_EQ(call.context_engine, "lossless");
  EXPECT_GT(call.messages.size(), 1U) << "its own messages, as many as fit";
  EXPECT_LE(call.ledger.estimated, call.ledger.budget);
  EXPECT_FALSE(holds(methods(effects), "compact"));
}

TEST(ContextEngine, ACompactionThatRemovesNothingIsNotTriedAgain) {
  const ContextCompacted nothing[] = {{true, false, "already under target", 10, 10},
                                      {true, true, "", 10, 10},
                                      {true, true, "", 10, 11},
                                      {true, true, "", 10, std::nullopt},
                                      {false, true, "lost the store", 10, 5}};
  for (const ContextCompacted& answer : nothing) {
    Host host(kOwning);
    const ContextScript too_much = bloated(false);
    host.context = [&](const ContextCall& call) {
      return call.method == ContextMethod::compact ? answers(answer)(call) : too_much(call);
    };
    const auto effects = host.send(message_to(main_key(), "Hi."));
    EXPECT_EQ(methods(effects), "bootstrap assemble compact commit_turn maintain");
    EXPECT_EQ(only<ContextFallback>(effects).run_id, only<RunStarted>(effects).run_id);
    EXPECT_FALSE(only<CallModel>(effects).context_engine.has_value());
    EXPECT_TRUE(all<ContextEngineQuarantined>(effects).empty());
  }
}

// ---- one decision

TEST(ContextEngine, TheDecisionIsMadeOncePerRun) {
  Host host(R"({"agents": {"list": [{"id": "trent"}]}})");
  host.reads_files = false;
  const auto run = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  host.send(Reconfigure{read_config(kServed).value_or_throw(), {}});
  host.reads_files = true;
  EXPECT_EQ(methods(host.send(FilesRead{run.run_id, {}})), "") << "it began without the engine";
  EXPECT_TRUE(holds(methods(host.send(message_to(main_key(), "Hi."))), "assemble"));
}

TEST(ContextEngine, ARunKeepsItsEngineAndTheNextHasTheNewOne) {
  Host host(kServed);
  host.reads_files = false;
  const auto run = only<RunStarted>(host.send(message_to(main_key(), "Hi.")));
  const Config other =
      read_config(R"({"context": {"engine": "other"}, "agents": {"list": [{"id": "trent"}]}})")
          .value_or_throw();
  host.send(Reconfigure{other, {}});
  host.reads_files = true;
  for (const ContextCall& call : all<ContextCall>(host.send(FilesRead{run.run_id, {}}))) {
    EXPECT_EQ(call.engine, "lossless");
  }
  const auto calls = all<ContextCall>(host.send(message_to(main_key(), "Hi.")));
  ASSERT_GT(calls.size(), 2U);
  EXPECT_EQ(calls[0].engine, "lossless");
  EXPECT_EQ(calls[0].method, ContextMethod::dispose);
  EXPECT_EQ(calls[1].engine, "other");
  EXPECT_EQ(calls[1].method, ContextMethod::bootstrap);
}

TEST(ContextEngine, AnAgentMayHaveItsOwn) {
  Host host(R"({"context": {"engine": "lossless"}, "agents": {"list": [
    {"id": "trent", "context": {}}, {"id": "ada", "context": {"engine": "other"}},
    {"id": "bob"}]}})");
  EXPECT_EQ(methods(host.send(message_to(main_key(), "Hi."))), "");
  EXPECT_EQ(all<ContextCall>(host.send(message_to(key("agent:ada:main"), "Hi.")))[0].engine,
            "other");
  EXPECT_EQ(all<ContextCall>(host.send(message_to(key("agent:bob:main"), "Hi.")))[0].engine,
            "lossless");
}

// ---- subagents

TEST(ContextEngine, IsToldOfSubagents) {
  Host host(kServed);
  const SessionKey child = key("agent:trent:subagent:x");
  const auto prepared = host.send(PrepareSubagent{main_key(), child, 60'000});
  EXPECT_EQ(methods(prepared), "bootstrap prepare_subagent");
  const auto request = asked<ContextPrepareSubagent>(prepared);
  EXPECT_EQ(request.ttl_ms, 60'000);
  const auto run = only<RunStarted>(host.send(message_to(child, "Look it up.")));
  EXPECT_EQ(run.context_key, request.child_context_key);
  const auto ended = only<ContextCall>(host.send(SubagentEnded{child, SubagentEnd::swept}));
  EXPECT_EQ(ended.context_key, request.child_context_key);
  EXPECT_EQ(std::get<ContextSubagentEnded>(ended.params).reason, SubagentEnd::swept);

  EXPECT_FALSE(host.engine.apply(PrepareSubagent{main_key(), child, 0}, host.now).ok());
  EXPECT_FALSE(host.engine.apply(PrepareSubagent{{}, child, 1}, host.now).ok());
  EXPECT_FALSE(host.engine.apply(SubagentEnded{key("agent:bob:main"), {}}, host.now).ok());
  Host builtin(kQuietTrent);
  EXPECT_EQ(kinds(builtin.send(PrepareSubagent{main_key(), child, 60'000})), "");
  EXPECT_EQ(kinds(builtin.send(SubagentEnded{child, SubagentEnd::swept})), "");
  EXPECT_EQ(snapshot_of(builtin.engine, "/sessions"), "[]");
}

// ---- every parameter is delivered

/// The names of fields that had another value than the record's default.
void note(const Json& value, const std::string& name, std::set<std::string>& seen) {
  if (value.is_object()) {
    for (const auto& [field, inner] : value.items()) {
      if (inner == Json(false) || inner == Json(0) || inner == Json("") || inner.empty()) continue;
      seen.insert(name + "." + field);
    }
  }
}

template <class... R>
std::set<std::string> declared(const std::variant<R...>*) {
  std::set<std::string> names;
  (for_each_field<R>([&](const auto& each) {
     names.insert(std::string(R::kName) + "." + std::string(each.name));
   }),
   ...);
  return names;
}

TEST(ContextEngine, EveryDeclaredParameterIsDelivered) {
  std::set<std::string> seen;
  for (const std::string turn : {"commit", "after-turn", "ingest"}) {
    Host host(served_trent(
        R"("owns_compaction": true, "instructions": "Keep names.", "turn": ")" + turn + "\", ",
        R"(, "isolated_session": true, "respond_tool": true)"));
    host.model = says("News.");
    host.context = bloated(true);
    host.send(ImportTranscript{main_key(), {user("Old.")}});
    host.send(tick());
    host.send(message_to(main_key(), "Hi."));
    const SessionKey child = key("agent:trent:subagent:x");
    host.send(PrepareSubagent{main_key(), child, 60'000});
    host.send(SubagentEnded{child, SubagentEnd::deleted});
    for (const ContextCall& call : all<ContextCall>(host.log)) {
      const Json params = to_json(call.params);
      note(params, params["type"].get<std::string>(), seen);
    }
  }
  for (const std::string& name : declared(static_cast<const ContextRequest*>(nullptr))) {
    EXPECT_EQ(seen.count(name), 1U) << name << " is declared and never delivered";
  }
}

// ---- replay

TEST(ContextEngine, AJournalReplaysToTheSameState) {
  Host host(kOwningTicks, {}, 7);
  host.model = says("News.");
  host.context = bloated(true);
  host.send(message_to(main_key(), "Hi."));
  host.send(tick());
  host.context = never();
  host.send(tick());
  host.advance(10 * kSecond);
  host.send(ResetSession{main_key()});
  host.advance(kMinute);
  host.context = but(ContextMethod::assemble, raises());
  host.send(tick());
  host.send(RegisterContextEngine{"lossless"});
  Host after_crash(kOwningTicks, {}, 7);
  for (const auto& [at, json] : host.journal) {
    after_crash.now = at;
    after_crash.apply(command_from_json(json).value_or_throw());
  }
  EXPECT_EQ(bytes_of(after_crash.log), bytes_of(host.log));
  EXPECT_EQ(snapshot_of(after_crash.engine), snapshot_of(host.engine));
}

}  // namespace
}  // namespace vagus::testing_engine
