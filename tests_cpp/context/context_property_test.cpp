#include <gtest/gtest.h>

#include <algorithm>

#include "build.hpp"
#include "vagus/context/context.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/turn_fit.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

std::string some_text(Dice& dice) {
  const std::string alphabets[] = {"a", "é", "漢", "𠀀", "😀"};
  const std::string& letter = alphabets[dice.roll(5)];
  std::string text;
  for (std::int64_t left = dice.roll(40); left > 0; --left) text += letter;
  return text;
}

// Users, answers, calls with and without results, results without calls, results out of place.
Message some_message(Dice& dice) {
  const std::string id = std::to_string(dice.roll(4));
  switch (dice.roll(6)) {
    case 0:
    case 1:
      return user(some_text(dice));
    case 2:
      return says(some_text(dice));
    case 3:
      return calls({id});
    case 4:
      return calls({id, std::to_string(dice.roll(4))});
    default:
      return result(id, some_text(dice));
  }
}

std::vector<Message> some_messages(Dice& dice, std::int64_t most) {
  std::vector<Message> messages;
  for (std::int64_t left = dice.roll(most + 1); left > 0; --left) {
    messages.push_back(some_message(dice));
  }
  return messages;
}

AssemblyRequest some_request(Dice& dice) {
  AssemblyRequest request;
  if (dice.roll(2) == 0) request.system = some_text(dice);
  if (dice.roll(3) == 0) request.replay = some_messages(dice, 6);
  request.turn = {user(some_text(dice))};
  for (Message& message : some_messages(dice, 3)) request.turn.push_back(std::move(message));
  const std::int64_t window = 1 + dice.roll(2'000);
  request.budget = Budget::of({window, dice.roll(window)}, Profile::vagus);
  return request;
}

std::int64_t price(const std::vector<Message>& messages) {
  std::int64_t tokens = 0;
  for (const Message& message : messages) tokens += estimate_tokens(message, Profile::vagus);
  return tokens;
}

std::int64_t counted(const Ledger& ledger, std::string_view name) {
  for (const LedgerPart& part : ledger.parts) {
    if (part.name == name) return part.messages;
  }
  return 0;
}

bool is_cut(const Ledger& ledger) {
  return !ledger.steps.empty() && ledger.steps.back().rung == Rung::shrink_turn;
}

bool ends_with(const std::vector<Message>& messages, const std::vector<Message>& end) {
  return messages.size() >= end.size() && std::equal(end.rbegin(), end.rend(), messages.rbegin());
}

void expect_invariants(const Assembly& assembly, const AssemblyRequest& request) {
  const Ledger& ledger = assembly.ledger;
  EXPECT_LE(ledger.estimated, ledger.budget);
  EXPECT_EQ(ledger.overflow, 0);
  EXPECT_EQ(ledger.raw, price(assembly.messages));
  EXPECT_TRUE(pairs_intact(assembly.messages)) << short_form(assembly.messages);
  const std::vector<Message> turn = repair_pairs(request.turn);
  if (is_cut(ledger)) {
    EXPECT_EQ(counted(ledger, "prompt"), static_cast<std::int64_t>(turn.size()));
  } else {
    EXPECT_TRUE(ends_with(assembly.messages, turn));
  }
  const auto system = static_cast<std::size_t>(counted(ledger, "system"));
  const auto history =
      static_cast<std::size_t>(counted(ledger, "summary") + counted(ledger, "history"));
  EXPECT_EQ(system, request.system.empty() ? 0u : 1u);
  if (history > 0) {
    EXPECT_EQ(assembly.messages[system].role, Role::user);
  }
  if (counted(ledger, "replay") > 0) {
    EXPECT_EQ(assembly.messages[system + history].role, Role::user);
  }
}

void expect_really_too_big(const Ledger& ledger, const AssemblyRequest& request) {
  EXPECT_GT(ledger.estimated, ledger.budget);
  EXPECT_EQ(ledger.overflow, ledger.estimated - ledger.budget);
  const std::int64_t system =
      request.system.empty() ? 0 : price({text_message(Role::system, request.system)});
  EXPECT_EQ(ledger.raw, system + price(fit_turn(repair_pairs(request.turn), 0)));
}

TEST(ContextProperty, EveryAssemblyKeepsTheInvariants) {
  int assemblies = 0;
  int overflows = 0;
  int cuts = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Dice dice(seed);
    Limits limits;
    limits.transcript_messages = 10 + dice.roll(100);
    Context context(some_key(), Profile::vagus, limits);
    for (int step = 0; step < 20; ++step) {
      for (Message& message : some_messages(dice, 8)) ASSERT_FALSE(context.append(message));
      const AssemblyRequest request = some_request(dice);
      const auto outcome = context.assemble(request);
      if (const auto* assembly = std::get_if<Assembly>(&outcome)) {
        expect_invariants(*assembly, request);
        ++assemblies;
        cuts += assembly->ledger.dropped > 0 ? 1 : 0;
      } else {
        expect_really_too_big(std::get<Overflow>(outcome).ledger, request);
        ++overflows;
      }
      ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
    }
  }
  EXPECT_GT(assemblies, 1'000);
  EXPECT_GT(overflows, 100);
  EXPECT_GT(cuts, 100);
}

TEST(ContextProperty, NewestIsWholePairedAndBounded) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Dice dice(seed);
    Context context(some_key(), Profile::vagus, Limits{});
    for (Message& message : some_messages(dice, 60)) ASSERT_FALSE(context.append(message));
    const ReplayConfig bounds{dice.roll(20), dice.roll(600)};
    const std::vector<Message> newest = context.newest(bounds);
    EXPECT_LE(static_cast<std::int64_t>(newest.size()), bounds.max_messages);
    EXPECT_LE(price(newest), bounds.max_tokens);
    EXPECT_TRUE(pairs_intact(newest));
    EXPECT_TRUE(newest.empty() || newest.front().role == Role::user);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

// Whole turns with their pairs intact, as an engine appends them: the prefix changes only by a cut.
TEST(ContextProperty, WithoutACutThePrefixStays) {
  int stable = 0;
  int cuts = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Dice dice(seed);
    Context context(some_key(), Profile::vagus, Limits{});
    AssemblyRequest request;
    request.system = "You are trent.";
    request.turn = {user("now")};
    request.budget = Budget::of({2'000, 0}, Profile::vagus);
    std::vector<Message> before;
    std::int64_t dropped = 0;
    for (int turn = 0; turn < 60; ++turn) {
      ASSERT_FALSE(context.append(user(some_text(dice))));
      for (std::int64_t left = dice.roll(3); left > 0; --left) {
        ASSERT_FALSE(context.append(calls({"1"})));
        ASSERT_FALSE(context.append(result("1", some_text(dice))));
      }
      ASSERT_FALSE(context.append(says(some_text(dice))));
      auto assembly = std::get<Assembly>(context.assemble(request));
      assembly.messages.pop_back();
      const bool prefix = starts_with(assembly.messages, before);
      ASSERT_EQ(prefix, assembly.ledger.dropped == dropped) << "seed " << seed;
      ++(prefix ? stable : cuts);
      before = std::move(assembly.messages);
      dropped = assembly.ledger.dropped;
    }
  }
  EXPECT_GT(cuts, 50);
  EXPECT_GT(stable, cuts * 3);
}

// Quadratic work on this many messages would take minutes, not milliseconds.
TEST(ContextProperty, ManyMessagesAndAssembliesAreNoTrouble) {
  Limits limits;
  limits.transcript_messages = 10'000;
  Context context(some_key(), Profile::vagus, limits);
  AssemblyRequest request;
  request.turn = {user("now")};
  request.budget = Budget::of({200, 0}, Profile::vagus);
  for (int i = 0; i < 50'000; ++i) {
    ASSERT_FALSE(context.append(i % 2 == 0 ? user("question") : says("answer")));
    ASSERT_TRUE(std::holds_alternative<Assembly>(context.assemble(request)));
  }
  EXPECT_LE(context.messages().size(), 10'000u);
}

}  // namespace
}  // namespace vagus
