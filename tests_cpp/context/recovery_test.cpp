#include "vagus/context/recovery.hpp"

#include <gtest/gtest.h>

#include "build.hpp"
#include "vagus/context/context.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/turn_fit.hpp"

/// A prompt that does not fit is made to fit, rung by rung.
namespace vagus {
namespace {

using namespace testing_messages;

// Costs at least `tokens`, and hardly more.
std::string long_text(std::int64_t tokens, char letter = 'x') {
  return std::string(static_cast<std::size_t>(tokens) * 4, letter);
}

std::int64_t price(const std::vector<Message>& messages) {
  std::int64_t tokens = 0;
  for (const Message& message : messages) tokens += estimate_tokens(message, Profile::vagus);
  return tokens;
}

Budget window_of(std::int64_t tokens) {
  return Budget::of({tokens, 0}, Profile::vagus);
}

AssemblyRequest asking(std::string text, std::int64_t window) {
  AssemblyRequest request;
  request.turn = {user(std::move(text))};
  request.budget = window_of(window);
  return request;
}

Context context_with(const std::vector<Message>& messages, Profile profile = Profile::vagus) {
  Context context(some_key(), profile, Limits{});
  for (const Message& message : messages) EXPECT_FALSE(context.append(message));
  return context;
}

Assembly assembled(Context& context, const AssemblyRequest& request) {
  auto outcome = context.assemble(request);
  EXPECT_TRUE(std::holds_alternative<Assembly>(outcome));
  return std::get<Assembly>(std::move(outcome));
}

std::string rungs(const Ledger& ledger) {
  std::string names;
  for (const RecoveryStep& step : ledger.steps) {
    names += (names.empty() ? "" : " ") + std::string(name_of(step.rung));
  }
  return names;
}

std::vector<Message> tool_turn(const std::string& id, std::int64_t tokens, char letter = 'x') {
  return {user("look"), calls({id}), result(id, long_text(tokens, letter)), says("seen")};
}

std::vector<Message> joined(std::vector<Message> left, const std::vector<Message>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

bool is_cut(const std::string& text) {
  return text.find("more characters were cut off here") != std::string::npos;
}

TEST(Recovery, NothingIsDoneToWhatFits) {
  Context context = context_with(tool_turn("1", 2'000));
  const Assembly assembly = assembled(context, asking("now", 4'000));
  EXPECT_TRUE(assembly.ledger.steps.empty());
  EXPECT_EQ(assembly.messages[2], result("1", long_text(2'000)));
}

// One result may have 30 % of the window.
TEST(Recovery, ResultsAreCutBeforeATurnIsDropped) {
  Context context = context_with(joined({user("first"), says("hello")}, tool_turn("1", 4'000)));
  const Assembly assembly = assembled(context, asking("now", 4'000));
  EXPECT_EQ(rungs(assembly.ledger), "shrink-results");
  EXPECT_EQ(short_form(assembly.messages), "U A:text U A:1 R:1 A:text U");
  EXPECT_EQ(assembly.ledger.dropped, 0);
  EXPECT_TRUE(is_cut(text_of(assembly.messages[4])));
  const RecoveryStep& step = assembly.ledger.steps[0];
  EXPECT_GT(step.before, assembly.ledger.budget);
  EXPECT_EQ(step.after, assembly.ledger.estimated);
  EXPECT_EQ(text_of(context.messages()[4]), long_text(4'000)) << "the memory itself is whole";
}

TEST(Recovery, WhatWasCutStaysCutInTheSameWay) {
  Context context = context_with(tool_turn("1", 4'000));
  Assembly first = assembled(context, asking("now", 4'000));
  ASSERT_EQ(rungs(first.ledger), "shrink-results");
  first.messages.pop_back();
  for (const Message& message : {user("now"), says("then")}) ASSERT_FALSE(context.append(message));
  const Assembly second = assembled(context, asking("and now", 4'000));
  EXPECT_TRUE(second.ledger.steps.empty());
  EXPECT_TRUE(starts_with(second.messages, first.messages));
}

TEST(Recovery, OneBudgetsCutsAreNotAnothers) {
  Context context = context_with(tool_turn("1", 4'000));
  EXPECT_EQ(rungs(assembled(context, asking("now", 4'000)).ledger), "shrink-results");
  const Assembly large = assembled(context, asking("now", 40'000));
  EXPECT_TRUE(large.ledger.steps.empty());
  EXPECT_EQ(text_of(large.messages[2]), long_text(4'000));
}

TEST(Recovery, TurnsAreDroppedWhenShorterResultsAreNotEnough) {
  std::vector<Message> history;
  for (int i = 0; i < 6; ++i) {
    const auto letter = static_cast<char>('a' + i);
    history = joined(std::move(history), tool_turn(std::to_string(i), 2'000, letter));
    history.push_back(says(long_text(500, letter)));
  }
  Context context = context_with(history);
  const Assembly assembly = assembled(context, asking("now", 4'000));
  EXPECT_EQ(rungs(assembly.ledger), "shrink-results drop-turns");
  EXPECT_EQ(assembly.ledger.steps[0].after, assembly.ledger.steps[1].before);
  EXPECT_EQ(assembly.ledger.steps[1].after, assembly.ledger.estimated);
  EXPECT_GT(assembly.ledger.dropped, 0);
  const Assembly again = assembled(context, asking("now", 4'000));
  EXPECT_EQ(again.messages, assembly.messages);
  EXPECT_TRUE(again.ledger.steps.empty());
}

// A result that is alike in an older turn must not lend its size to a newer one later on.
TEST(Recovery, TheSameResultTwiceStaysAsItWasShown) {
  std::vector<Message> history;
  for (int i = 0; i < 12; ++i) history = joined(std::move(history), tool_turn("1", 2'000));
  Context context = context_with(history);
  Assembly before = assembled(context, asking("now", 8'000));
  ASSERT_FALSE(before.ledger.steps.empty());
  for (int i = 0; i < 20; ++i) {
    before.messages.pop_back();
    for (const Message& message : tool_turn("1", 50)) ASSERT_FALSE(context.append(message));
    const Assembly after = assembled(context, asking("now", 8'000));
    if (after.ledger.steps.empty()) {
      EXPECT_TRUE(starts_with(after.messages, before.messages)) << i;
    }
    before = after;
  }
}

TEST(Recovery, TheTurnsOwnResultsAreCutBeforeItsTexts) {
  Context context = context_with({user("old"), says("old")});
  AssemblyRequest request = asking(long_text(300, 'q'), 2'000);
  request.turn = joined(std::move(request.turn), {calls({"1"}), result("1", long_text(5'000))});
  const Assembly assembly = assembled(context, request);
  EXPECT_EQ(rungs(assembly.ledger), "drop-turns shrink-turn");
  EXPECT_EQ(short_form(assembly.messages), "U A:1 R:1");
  EXPECT_EQ(assembly.messages[0], request.turn[0]);
  EXPECT_TRUE(is_cut(text_of(assembly.messages[2])));
  EXPECT_GT(assembly.ledger.estimated, assembly.ledger.budget * 8 / 10) << "no more than needed";
}

TEST(Recovery, TheLongestTextsOfATurnAreCutToOneSize) {
  const std::vector<Message> turn = {user(long_text(60)), user(long_text(3'000, 'a')),
                                     user(long_text(1'000, 'b'))};
  const std::vector<Message> fitted = fit_turn(turn, 1'000);
  EXPECT_LE(price(fitted), 1'000);
  EXPECT_EQ(fitted[0], turn[0]);
  EXPECT_EQ(text_of(fitted[1]).size(), text_of(fitted[2]).size());
}

TEST(Recovery, ShortTextsThinkingAndCallsAreLeftAlone) {
  Message thought = says("so");
  thought.parts[0].kind = PartKind::thinking;
  thought.parts[0].text = long_text(500);
  thought.parts.push_back(call_part("1", "exec", "\"" + long_text(500) + "\""));
  const std::vector<Message> turn = {user(long_text(40)), thought, result("1", long_text(40))};
  EXPECT_EQ(fit_turn(turn, 0), turn);
}

TEST(Recovery, WhatIsCutOfEmojiAndIdeographsCostsWhatItMay) {
  std::string smiles, signs;
  for (int i = 0; i < 5'000; ++i) smiles += "\xF0\x9F\x98\x80";
  for (int i = 0; i < 5'000; ++i) signs += "\xE6\xBC\xA2";
  for (std::int64_t room = 120; room < 3'000; room += 71) {
    const std::vector<Message> fitted = fit_turn({user(smiles), user(signs)}, room);
    EXPECT_LE(price(fitted), room);
    EXPECT_FALSE(text_of(fitted[0]).empty());
    EXPECT_FALSE(text_of(fitted[1]).empty());
  }
}

// There is no room beside a turn that is cut, so the prompt that follows has its history again.
TEST(Recovery, ATurnBeyondTheBudgetCostsNoMemory) {
  const std::vector<Message> history = {user("my name is in here"), says("noted")};
  Context context = context_with(history);
  const Assembly cut = assembled(context, asking(long_text(250'000), 4'000));
  EXPECT_EQ(rungs(cut.ledger), "drop-turns shrink-turn");
  EXPECT_EQ(cut.messages.size(), 1u);
  const Assembly next = assembled(context, asking("now", 4'000));
  EXPECT_TRUE(starts_with(next.messages, history));
  EXPECT_TRUE(next.ledger.steps.empty());
}

TEST(Recovery, AnOverflowNamesWhatCannotBeReduced) {
  Context context = context_with({user("old")});
  AssemblyRequest request = asking(long_text(5'000), 1'000);
  request.system = long_text(900);
  const auto outcome = context.assemble(request);
  ASSERT_TRUE(std::holds_alternative<Overflow>(outcome));
  const Ledger& ledger = std::get<Overflow>(outcome).ledger;
  ASSERT_EQ(ledger.parts.size(), 2u);
  EXPECT_EQ(ledger.parts[0].tokens, price({text_message(Role::system, request.system)}));
  EXPECT_LE(ledger.parts[1].tokens, 4 + kLeastCutTokens);
  EXPECT_EQ(rungs(ledger), "drop-turns shrink-turn");
  EXPECT_EQ(ledger.steps.back().after, ledger.estimated);
  EXPECT_EQ(ledger.overflow, ledger.estimated - ledger.budget);
}

TEST(Recovery, ACallerMayKeepTheTurnWhole) {
  Context context = context_with({});
  AssemblyRequest request = asking(long_text(5'000), 1'000);
  request.may_cut_turn = false;
  const auto outcome = context.assemble(request);
  ASSERT_TRUE(std::holds_alternative<Overflow>(outcome));
  EXPECT_EQ(std::get<Overflow>(outcome).ledger.raw, price(request.turn));
  EXPECT_TRUE(std::get<Overflow>(outcome).ledger.steps.empty());
}

TEST(Recovery, TheReferenceProfileCutsNoText) {
  Context context = context_with(tool_turn("1", 4'000), Profile::reference);
  EXPECT_EQ(rungs(assembled(context, asking("now", 4'000)).ledger), "drop-turns");
  EXPECT_TRUE(std::holds_alternative<Overflow>(context.assemble(asking(long_text(9'000), 4'000))));
}

std::string some_text(Dice& dice) {
  const std::string letters[] = {"a", "a b\n", "é", "漢", "𠀀", "😀"};
  const std::string& letter = letters[dice.roll(6)];
  const std::int64_t sizes[] = {0, 3, 40, 400, 4'000};
  std::string text;
  for (std::int64_t left = dice.roll(1 + sizes[dice.roll(5)]); left > 0; --left) text += letter;
  return text;
}

// A question, some rounds of tools with results, in part alike, an answer.
std::vector<Message> some_turn(Dice& dice) {
  std::vector<Message> turn = {user(some_text(dice))};
  for (std::int64_t left = dice.roll(3); left > 0; --left) {
    const std::string text = dice.roll(4) == 0 ? long_text(300) : some_text(dice);
    turn = joined(std::move(turn),
                  {calls({"1", "2"}), result("1", text), result("2", some_text(dice))});
  }
  if (dice.roll(2) == 0) turn.push_back(says(some_text(dice)));
  return turn;
}

void expect_shape(const std::vector<Message>& messages, const std::vector<Message>& turn) {
  ASSERT_GE(messages.size(), turn.size());
  const std::size_t start = messages.size() - turn.size();
  for (std::size_t i = 0; i < turn.size(); ++i) {
    const Message& shown = messages[start + i];
    EXPECT_EQ(shown.role, turn[i].role);
    ASSERT_EQ(shown.parts.size(), turn[i].parts.size());
    for (std::size_t j = 0; j < turn[i].parts.size(); ++j) {
      EXPECT_EQ(shown.parts[j].kind, turn[i].parts[j].kind);
      if (shown.parts[j] == turn[i].parts[j]) continue;
      EXPECT_LT(price({user(shown.parts[j].text)}), price({user(turn[i].parts[j].text)}));
    }
  }
}

void expect_progress(const Ledger& ledger) {
  if (ledger.steps.empty()) return;
  EXPECT_GT(ledger.steps.front().before, ledger.budget);
  EXPECT_EQ(ledger.steps.back().after, ledger.estimated);
  for (std::size_t i = 0; i < ledger.steps.size(); ++i) {
    EXPECT_LT(ledger.steps[i].after, ledger.steps[i].before);
    if (i > 0) {
      EXPECT_EQ(ledger.steps[i].before, ledger.steps[i - 1].after);
      EXPECT_GT(ledger.steps[i].rung, ledger.steps[i - 1].rung);
    }
  }
}

struct Tally {
  int rungs[enum_names(Rung{}).size()] = {};
  int refused = 0;
  int stable = 0;
};

void expect_refusal(const Ledger& ledger, const AssemblyRequest& request, Tally& tally) {
  const std::vector<Message> system = {text_message(Role::system, request.system)};
  const std::vector<Message> least = fit_turn(request.turn, 0);
  EXPECT_EQ(ledger.raw, (request.system.empty() ? 0 : price(system)) + price(least));
  EXPECT_GT(with_margin(ledger.raw), ledger.budget);
  ++tally.refused;
}

void one_context(std::uint64_t seed, Tally& tally) {
  Dice dice(seed);
  Context context(some_key(), Profile::vagus, Limits{});
  const std::int64_t windows[] = {30 + dice.roll(200), 500 + dice.roll(3'000), 20'000};
  std::vector<Message> before[3];
  for (int step = 0; step < 24; ++step) {
    const std::int64_t which = dice.roll(3);
    AssemblyRequest request = asking("", windows[which]);
    request.system = seed % 3 == 0 ? "" : "You are trent.";
    request.turn = some_turn(dice);
    const auto outcome = context.assemble(request);
    if (const auto* overflow = std::get_if<Overflow>(&outcome)) {
      expect_refusal(overflow->ledger, request, tally);
      expect_progress(overflow->ledger);
      continue;
    }
    const Assembly& assembly = std::get<Assembly>(outcome);
    EXPECT_LE(assembly.ledger.estimated, assembly.ledger.budget);
    EXPECT_EQ(assembly.ledger.raw, price(assembly.messages));
    EXPECT_TRUE(pairs_intact(assembly.messages));
    expect_shape(assembly.messages, request.turn);
    expect_progress(assembly.ledger);
    for (const RecoveryStep& each : assembly.ledger.steps) {
      ++tally.rungs[static_cast<std::size_t>(each.rung)];
    }
    if (assembly.ledger.steps.empty()) {
      EXPECT_TRUE(starts_with(assembly.messages, before[which]));
      ++tally.stable;
    }
    EXPECT_EQ(assembled(context, request).messages, assembly.messages);
    before[which].assign(
        assembly.messages.begin(),
        assembly.messages.end() - static_cast<std::ptrdiff_t>(request.turn.size()));
    for (Message& message : request.turn) ASSERT_FALSE(context.append(std::move(message)));
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
  }
}

TEST(RecoveryProperty, EveryStepIsProgressAndNothingLessIsEnough) {
  Tally tally;
  for (std::uint64_t seed = 0; seed < 150 && !testing::Test::HasFailure(); ++seed) {
    one_context(seed, tally);
  }
  for (const Rung rung : {Rung::shrink_results, Rung::drop_turns, Rung::shrink_turn}) {
    EXPECT_GT(tally.rungs[static_cast<std::size_t>(rung)], 100) << name_of(rung);
  }
  EXPECT_GT(tally.refused, 100);
  EXPECT_GT(tally.stable, 300);
}

}  // namespace
}  // namespace vagus
