#include <gtest/gtest.h>

#include <algorithm>

#include "build.hpp"
#include "vagus/context/context.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"

/// What a prompt is made of besides history that fits: tools, pins, limits, rules, prices.
namespace vagus {
namespace {

using namespace testing_messages;

AssemblyRequest asking(std::int64_t window = 4'000) {
  AssemblyRequest request;
  request.turn = {user("now")};
  request.budget = Budget::of({window, 0}, Profile::vagus);
  return request;
}

Context context_with(const std::vector<Message>& messages) {
  Context context(some_key(), Profile::vagus, Limits{});
  for (const Message& message : messages) EXPECT_FALSE(context.append(message));
  return context;
}

Assembly assembled(Context& context, const AssemblyRequest& request) {
  auto made = context.assemble(request);
  EXPECT_TRUE(std::holds_alternative<Assembly>(made));
  return std::get<Assembly>(std::move(made));
}

std::int64_t tokens_of(const Ledger& ledger, std::string_view name) {
  for (const LedgerPart& part : ledger.parts) {
    if (part.name == name) return part.tokens;
  }
  return 0;
}

std::string rungs(const Ledger& ledger) {
  std::string names;
  for (const RecoveryStep& step : ledger.steps) {
    names += (names.empty() ? "" : " ") + std::string(name_of(step.rung));
  }
  return names;
}

std::string long_text(std::int64_t tokens) {
  return std::string(static_cast<std::size_t>(tokens) * 4, 'x');
}

bool has(const Plan& plan, Fate fate, FateReason reason) {
  return std::any_of(plan.begin(), plan.end(), [&](const MessageFate& line) {
    return line.fate == fate && line.reason == reason;
  });
}

// ---- everything that is sent counts

TEST(Assembly, ToolsAndImagesCount) {
  Context context = context_with({});
  AssemblyRequest request = asking();
  request.tools = {{"search", "Finds things.", "{\"type\":\"object\"}", {}}};
  request.turn[0].parts.push_back(image_part());
  const Ledger ledger = assembled(context, request).ledger;
  EXPECT_EQ(tokens_of(ledger, "tools"), estimate_tool(request.tools[0]));
  EXPECT_EQ(ledger.parts[1].images, image_tokens(request.turn[0]));
  request.budget = Budget::of({2'500, 0}, Profile::vagus);
  EXPECT_TRUE(std::holds_alternative<Assembly>(context.assemble(request)));
  request.tools[0].description = long_text(400);
  EXPECT_TRUE(std::holds_alternative<Overflow>(context.assemble(request)));
}

// ---- pins

TEST(Assembly, APinnedMessageIsInEveryPrompt) {
  Context context(some_key(), Profile::vagus, Limits{});
  ASSERT_FALSE(context.append(user("My name is Ada."), {true, nullptr}));
  for (int i = 0; i < 30; ++i) {
    ASSERT_FALSE(context.append(user(long_text(200))));
    ASSERT_FALSE(context.append(says("ok")));
  }
  const Assembly assembly = assembled(context, asking());
  EXPECT_EQ(rungs(assembly.ledger), "drop-turns");
  EXPECT_TRUE(text_of(assembly.messages[0]).ends_with("earlier messages are not shown here.)"));
  EXPECT_EQ(text_of(assembly.messages[1]), "My name is Ada.");
  EXPECT_GT(tokens_of(assembly.ledger, "pinned"), 0);
  EXPECT_TRUE(has(assembly.plan, Fate::kept, FateReason::pinned));
}

TEST(Assembly, OnlyMessagesOfTextCanBePinnedAndNotTooMany) {
  Context context(some_key(), Profile::vagus, Limits{});
  const auto refused = context.append(calls({"1"}), {true, nullptr});
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->field, "pinned");
  for (std::size_t i = 0; i < kPinnedMessages; ++i) {
    ASSERT_FALSE(context.append(user("x"), {true, nullptr}));
  }
  EXPECT_TRUE(context.append(user("x"), {true, nullptr}).has_value());
  EXPECT_EQ(context.messages().size(), kPinnedMessages);
}

// ---- less history

TEST(Assembly, ALimitOfTurnsIsKeptWithRoomToSpare) {
  Context context = context_with({});
  AssemblyRequest request = asking(100'000);
  request.history_turns = 8;
  std::vector<Message> before;
  int moved = 0;
  for (int i = 0; i < 40; ++i) {
    ASSERT_FALSE(context.append(user("question " + std::to_string(i))));
    ASSERT_FALSE(context.append(says("answer")));
    Assembly assembly = assembled(context, request);
    const auto turns = std::count_if(
        assembly.messages.begin(), assembly.messages.end(),
        [](const Message& message) { return text_of(message).starts_with("question"); });
    EXPECT_LE(turns, 8);
    EXPECT_GE(turns, std::min(i + 1, 6));
    assembly.messages.pop_back();
    moved += starts_with(assembly.messages, before) ? 0 : 1;
    before = std::move(assembly.messages);
    if (i > 10) {
      EXPECT_TRUE(has(assembly.plan, Fate::dropped, FateReason::history_limit));
    }
  }
  EXPECT_LE(moved, 14);
}

TEST(Assembly, HeartbeatsWithoutNewsGoFirst) {
  std::vector<Message> history;
  for (int i = 0; i < 20; ++i) {
    history.push_back(user("Look after your duties."));
    history.push_back(calls({std::to_string(i)}));
    history.push_back(result(std::to_string(i), long_text(150)));
    history.push_back(says("HEARTBEAT_OK"));
  }
  history.push_back(user("keep me"));
  history.push_back(says("yes"));
  Context context = context_with(history);
  AssemblyRequest request = asking();
  request.heartbeats.prompts = {"Look after"};
  const Assembly assembly = assembled(context, request);
  EXPECT_EQ(rungs(assembly.ledger), "drop-heartbeats");
  EXPECT_EQ(short_form(assembly.messages), "U A:text U");
  EXPECT_TRUE(has(assembly.plan, Fate::dropped, FateReason::nothing_new));
}

TEST(Assembly, HeartbeatsThatAreNotShownTakeNoTurnsRoom) {
  std::vector<Message> history = {user("the first of all"), says("yes")};
  for (int i = 0; i < 60; ++i) {
    history.push_back(user("Look after your duties. " + long_text(60)));
    history.push_back(says("HEARTBEAT_OK"));
  }
  Context context = context_with(history);
  AssemblyRequest request = asking();
  request.heartbeats.prompts = {"Look after"};
  for (int round = 0; round < 2; ++round) {
    const Assembly assembly = assembled(context, request);
    EXPECT_EQ(rungs(assembly.ledger), round == 0 ? "drop-heartbeats" : "");
    EXPECT_EQ(short_form(assembly.messages), "U A:text U") << "round " << round;
  }
}

TEST(Assembly, OldImagesGoBeforeResultsAreCut) {
  std::vector<Message> history;
  for (int i = 0; i < 6; ++i) {
    Message shown = user("see " + std::to_string(i));
    shown.parts.push_back(image_part());
    history.push_back(std::move(shown));
    history.push_back(says("seen"));
  }
  Context context = context_with(history);
  const Assembly assembly = assembled(context, asking(10'000));
  EXPECT_EQ(rungs(assembly.ledger), "drop-images");
  EXPECT_EQ(text_of(assembly.messages[0]), "see 0\n[An image was shown here]");
  EXPECT_EQ(assembly.messages[6], history[6]) << "the newest three turns keep theirs";
  EXPECT_TRUE(has(assembly.plan, Fate::shortened, FateReason::old_image));
  EXPECT_TRUE(assembled(context, asking(10'000)).ledger.steps.empty());
}

TEST(Assembly, WhatIsLeftOutIsSaidWhereThereIsRoom) {
  std::vector<Message> history;
  for (int i = 0; i < 30; ++i) {
    history.push_back(user(long_text(100)));
    history.push_back(says(long_text(100)));
  }
  Context context = context_with(history);
  const Assembly assembly = assembled(context, asking());
  const std::string said = "(" + std::to_string(assembly.ledger.dropped) + " earlier messages";
  EXPECT_TRUE(text_of(assembly.messages[0]).starts_with(said));
  EXPECT_FALSE(text_of(assembled(context, asking(300)).messages[0]).starts_with("("));
}

// ---- rules

TEST(Assembly, APromptKeepsTheProvidersRules) {
  for (const TurnRules rules : {TurnRules::openai, TurnRules::anthropic, TurnRules::google}) {
    Context context =
        context_with({user("a"), user("b"), calls({"1", "2"}), result("2"), says(" ")});
    AssemblyRequest request = asking();
    request.system = "You are trent.";
    request.rules = rules;
    const Assembly assembly = assembled(context, request);
    EXPECT_TRUE(check_turns(assembly.messages, rules).empty()) << name_of(rules);
    EXPECT_EQ(assembly.turn, request.turn) << "what is remembered is the turn alone";
  }
}

TEST(Assembly, WhatRulesAddIsWithinTheBudget) {
  Dice dice(7);
  int repaired = 0;
  for (int round = 0; round < 300; ++round) {
    Context context(some_key(), Profile::vagus, Limits{});
    for (int i = 0; i < 6; ++i) {
      const std::string id(1 + static_cast<std::size_t>(dice.roll(3)), '!');
      ASSERT_FALSE(context.append(user(long_text(dice.roll(60)))));
      ASSERT_FALSE(context.append(calls({id, id + "?"})));
      if (dice.roll(2) == 0) {
        ASSERT_FALSE(context.append(result(id, long_text(dice.roll(60)))));
      }
    }
    AssemblyRequest request = asking(60 + dice.roll(400));
    request.rules = TurnRules::anthropic;
    const auto made = context.assemble(request);
    if (const auto* assembly = std::get_if<Assembly>(&made)) {
      EXPECT_LE(assembly->ledger.estimated, assembly->ledger.budget);
      EXPECT_TRUE(check_turns(assembly->messages, TurnRules::anthropic).empty());
      repaired += tokens_of(assembly->ledger, "rules") > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(repaired, 0);
}

// ---- prices

Result<std::vector<std::int64_t>> one_each(const std::vector<std::string_view>& texts) {
  return std::vector<std::int64_t>(texts.size(), 1);
}
Result<std::vector<std::int64_t>> negative(const std::vector<std::string_view>& texts) {
  return std::vector<std::int64_t>(texts.size(), -1);
}
Result<std::vector<std::int64_t>> too_few(const std::vector<std::string_view>&) {
  return std::vector<std::int64_t>();
}
Result<std::vector<std::int64_t>> failing(const std::vector<std::string_view>&) {
  return make_error(ErrorCode::invalid_input, "counter", "oops", "raised");
}

TEST(Assembly, ACounterMakesTheLedgerExactAndNeedsNoMargin) {
  const TextCounter counter = &one_each;
  Context context(some_key(), Profile::vagus, Limits{});
  ASSERT_FALSE(context.append(user(long_text(900)), {false, &counter}));
  AssemblyRequest request = asking(100);
  request.counter = &counter;
  request.tools = {{"t", "d", "{}", {}}};
  const Assembly assembly = assembled(context, request);
  EXPECT_EQ(assembly.ledger.source, PriceSource::exact);
  EXPECT_EQ(assembly.ledger.estimated, assembly.ledger.raw);
  EXPECT_EQ(tokens_of(assembly.ledger, "tools"), kToolTokens + 3);
  EXPECT_EQ(context.tokens(), 4 + 1);
  request.turn[0].parts.push_back(image_part());
  request.budget = Budget::of({4'000, 0}, Profile::vagus);
  EXPECT_EQ(assembled(context, request).ledger.source, PriceSource::estimated)
      << "no counter sees an image";
}

TEST(Assembly, ACounterThatFailsChangesNothing) {
  for (const TextCounter& counter :
       {TextCounter(&negative), TextCounter(&too_few), TextCounter(&failing)}) {
    Context context = context_with({user("before")});
    EXPECT_TRUE(context.append(user("x"), {false, &counter}).has_value());
    EXPECT_FALSE(context.commit_turn({"k", {user("x")}, false}, &counter).ok());
    AssemblyRequest request = asking();
    request.counter = &counter;
    EXPECT_THROW(context.assemble(request), Exception);
    EXPECT_EQ(context.messages().size(), 1u);
    EXPECT_EQ(*context.commit_turn({"k", {user("x")}, false}), TurnStatus::committed);
  }
}

TEST(Assembly, WhatACounterSaysCannotBecomeSoMuchThatItFits) {
  const TextCounter counter = [](const std::vector<std::string_view>& texts) {
    return Result<std::vector<std::int64_t>>(std::vector<std::int64_t>(texts.size(), kMaxCount));
  };
  Context context(some_key(), Profile::vagus, Limits{});
  AssemblyRequest request = asking();
  request.counter = &counter;
  request.turn = {Message{Role::user, std::vector<Part>(100, text_part("x"))}};
  EXPECT_TRUE(std::holds_alternative<Overflow>(context.assemble(request)));
}

// A conversation whose provider counts `permille` of what is estimated.
struct Reported {
  Context context{some_key(), Profile::vagus, Limits{}};
  PriceBook prices;

  AssemblyRequest request(std::int64_t window) {
    AssemblyRequest asked = asking(window);
    asked.model = "m";
    asked.prices = &prices;
    return asked;
  }

  Assembly converse(std::int64_t window, std::int64_t permille, std::int64_t words = 100) {
    AssemblyRequest asked = request(window);
    asked.turn = {user(long_text(words))};
    Assembly assembly = assembled(context, asked);
    EXPECT_FALSE(
        prices.observe({"m", assembly.sent.revision, assembly.sent.estimated,
                        std::max<std::int64_t>(1, assembly.sent.estimated * permille / 1'000)}));
    context.observe(assembly.sent);
    for (const Message& message : assembly.turn) EXPECT_FALSE(context.append(message));
    EXPECT_FALSE(context.append(says(long_text(words))));
    return assembly;
  }
};

TEST(Assembly, AReportAnchorsThePromptsThatBeginWithIt) {
  Reported talk;
  EXPECT_EQ(talk.converse(100'000, 500).ledger.source, PriceSource::estimated);
  const Ledger next = talk.converse(100'000, 500).ledger;
  EXPECT_EQ(next.source, PriceSource::anchored);
  EXPECT_LT(next.estimated, next.raw);
}

TEST(Assembly, AnAnchorIsOfOneBeginningOnly) {
  Reported talk;
  for (int i = 0; i < 3; ++i) talk.converse(100'000, 1'000);
  const auto source = [&](const AssemblyRequest& asked) {
    return assembled(talk.context, asked).ledger.source;
  };
  EXPECT_EQ(source(talk.request(100'000)), PriceSource::anchored);
  AssemblyRequest other = talk.request(100'000);
  other.system = "Another one.";
  EXPECT_EQ(source(other), PriceSource::estimated);
  other = talk.request(100'000);
  other.tools = {{"t", "", "", {}}};
  EXPECT_EQ(source(other), PriceSource::estimated);
  other = talk.request(100'000);
  other.model = "n";
  EXPECT_EQ(source(other), PriceSource::estimated);
}

TEST(Assembly, WhatAProviderCountsLowKeepsMoreAndWhatItCountsHighCutsEarlier) {
  const auto turns_before_a_cut = [](std::int64_t permille) {
    Reported talk;
    int turns = 0;
    while (talk.converse(8'000, permille).ledger.dropped == 0 && turns < 200) ++turns;
    return turns;
  };
  const int low = turns_before_a_cut(600);
  const int even = turns_before_a_cut(1'000);
  const int high = turns_before_a_cut(2'000);
  EXPECT_GT(low, even);
  EXPECT_GT(even, high);
}

TEST(Assembly, AReportOfTooMuchIsRecoveredFromAsAnyOther) {
  Reported talk;
  for (int i = 0; i < 60; ++i) {
    const Ledger ledger = talk.converse(6'000, 2'400).ledger;
    EXPECT_LE(ledger.estimated, ledger.budget);
    for (const RecoveryStep& step : ledger.steps) EXPECT_LT(step.after, step.before);
  }
}

// ---- admission

TEST(Assembly, AdmissionSaysWhatAssemblyWillDo) {
  Context context = context_with({});
  for (int i = 0; i < 40; ++i) {
    const AssemblyRequest request = asking();
    const Pressure before = context.admit(request);
    const Assembly made = assembled(context, request);
    EXPECT_EQ(before.fit == Fit::fits, made.ledger.steps.empty()) << i;
    if (before.fit == Fit::fits) {
      EXPECT_EQ(before.tokens, made.ledger.estimated) << i;
    }
    ASSERT_FALSE(context.append(user("question")));
    ASSERT_FALSE(context.append(calls({std::to_string(i)})));
    ASSERT_FALSE(context.append(result(std::to_string(i), long_text(300))));
    ASSERT_FALSE(context.append(says("answer")));
  }
}

// ---- turns

TEST(Assembly, ATurnIsCommittedOnce) {
  Context context = context_with({});
  const CommittedTurn turn{"run-1", {user("a"), says("b")}, false};
  EXPECT_EQ(*context.commit_turn(turn), TurnStatus::committed);
  EXPECT_EQ(*context.commit_turn(turn), TurnStatus::duplicate);
  EXPECT_EQ(context.messages().size(), 2u);
}

TEST(Assembly, AHeartbeatThatFoundNothingIsLeftOut) {
  Context context = context_with({});
  const std::vector<Message> quiet = {user("Look."), calls({"1"}), result("1"),
                                      says("HEARTBEAT_OK")};
  EXPECT_EQ(*context.commit_turn({"1", quiet, true}), TurnStatus::left_out);
  EXPECT_EQ(*context.commit_turn({"1", quiet, true}), TurnStatus::duplicate);
  EXPECT_EQ(*context.commit_turn({"2", {user("Look."), says("Disk full.")}, true}),
            TurnStatus::committed);
  EXPECT_EQ(*context.commit_turn({"3", quiet, false}), TurnStatus::committed)
      << "a person's turn is kept whatever was answered";
  EXPECT_EQ(context.messages().size(), 6u);
}

TEST(Assembly, AWrongTurnAddsNothing) {
  Context context = context_with({});
  const auto failed =
      context.commit_turn({"k", {user("a"), text_message(Role::system, "s")}, false});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().field, "messages[1].role");
  EXPECT_FALSE(context.commit_turn({"", {user("a")}, false}).ok());
  EXPECT_TRUE(context.messages().empty());
}

// ---- the plan

TEST(Assembly, ThePlanTellsOfEveryMessage) {
  std::vector<Message> history = {says("hello"), user("one"), calls({"1"}), result("1"),
                                  result("9"),   user("two"), calls({"2"})};
  Context context = context_with(history);
  AssemblyRequest request = asking();
  request.system = "You are trent.";
  const Assembly assembly = assembled(context, request);
  std::string told;
  for (const MessageFate& line : assembly.plan) {
    told += std::string(name_of(line.section)) + " " + std::to_string(line.first) + " " +
            std::string(name_of(line.fate)) + " " + std::string(name_of(line.reason)) + "\n";
  }
  EXPECT_EQ(told,
            "system 0 kept always-sent\n"
            "history 0 dropped over-budget\n"
            "history 4 dropped unpaired\n"
            "history 1 kept within-budget\n"
            "history 2 kept within-budget\n"
            "history 3 kept within-budget\n"
            "history 5 kept within-budget\n"
            "history 6 kept within-budget\n"
            "history 0 added missing-result\n"
            "prompt 0 kept always-sent\n");
}

TEST(Assembly, ATurnThatIsCutSaysSo) {
  Context context = context_with({});
  AssemblyRequest request = asking(400);
  request.turn = {user(long_text(3'000))};
  const Assembly assembly = assembled(context, request);
  EXPECT_TRUE(has(assembly.plan, Fate::shortened, FateReason::turn_too_long));
}

// ---- admission says what assembly finds

TEST(Assembly, AdmissionCountsPinsAndTheGapOfACutThatIsNew) {
  Context context(some_key(), Profile::vagus, Limits{});
  ASSERT_FALSE(context.append(user(long_text(5'000)), {true, nullptr}));
  for (int i = 0; i < 10; ++i) {
    ASSERT_FALSE(context.append(user("Question")));
    ASSERT_FALSE(context.append(says("Answer")));
  }
  AssemblyRequest request = asking(4'000);
  request.history_turns = 1;
  EXPECT_NE(context.admit(request).fit, Fit::fits);
  EXPECT_TRUE(std::holds_alternative<Overflow>(context.assemble(request)));
  request.budget = Budget::of({20'000, 0}, Profile::vagus);
  const Pressure asked = context.admit(request);
  EXPECT_EQ(asked.tokens, assembled(context, request).ledger.estimated);
}

TEST(Assembly, AdmissionCountsNothingTwiceWhenTurnsAreForgotten) {
  Limits limits;
  limits.transcript_messages = 20;
  Context context(some_key(), Profile::vagus, limits);
  const AssemblyRequest request = asking(100'000);
  for (int i = 0; i < 60; ++i) {
    ASSERT_FALSE(context.append(user(long_text(50))));
    ASSERT_FALSE(context.append(says(long_text(50))));
    const Pressure asked = context.admit(request);
    const Assembly made = assembled(context, request);
    EXPECT_EQ(asked.fit, Fit::fits);
    EXPECT_LE(asked.tokens, made.ledger.estimated * 5 / 4) << i;
  }
}

TEST(Assembly, ThePlanTellsOfPinsApartFromWhatIsAroundThem) {
  Context context(some_key(), Profile::vagus, Limits{});
  for (int i = 0; i < 20; ++i) {
    ASSERT_FALSE(context.append(user(long_text(200)), {i == 2, nullptr}));
    ASSERT_FALSE(context.append(says(long_text(200))));
  }
  const Assembly made = assembled(context, asking());
  std::vector<bool> told(40);
  std::int64_t dropped = 0;
  for (const MessageFate& line : made.plan) {
    if (line.section != Section::history && line.section != Section::pinned) continue;
    for (std::int64_t i = line.first; i < line.first + line.count; ++i) {
      EXPECT_FALSE(told[static_cast<std::size_t>(i)]) << i << " is told of twice";
      told[static_cast<std::size_t>(i)] = true;
      EXPECT_TRUE(line.section == Section::history || i == 4);
    }
    dropped += line.fate == Fate::dropped ? line.count : 0;
  }
  EXPECT_EQ(std::count(told.begin(), told.end(), true), 40);
  EXPECT_EQ(made.ledger.dropped, dropped);
  const std::string gap = text_of(made.messages.front());
  EXPECT_NE(gap.find(std::to_string(dropped) + " earlier messages"), std::string::npos) << gap;
}

}  // namespace
}  // namespace vagus
