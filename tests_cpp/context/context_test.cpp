#include "vagus/context/context.hpp"

#include <gtest/gtest.h>

#include "build.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

// A message of this text, which begins with `text`, costs exactly `tokens`.
std::string text_costing(std::int64_t tokens, std::string text = "") {
  while (estimate_tokens(user(text), Profile::vagus) < tokens) text += 'x';
  return text;
}

// A budget for exactly `raw` tokens before the margin; `raw` must be a multiple of 5.
Budget budget_for(std::int64_t raw) {
  return {with_margin(raw), 0, with_margin(raw)};
}

Context context_with(const std::vector<Message>& messages, const Limits& limits = {}) {
  Context context(some_key(), Profile::vagus, limits);
  for (const Message& message : messages) EXPECT_FALSE(context.append(message));
  return context;
}

AssemblyRequest asking(std::int64_t turn_tokens, std::int64_t raw_budget) {
  AssemblyRequest request;
  request.turn = {user(text_costing(turn_tokens))};
  request.budget = budget_for(raw_budget);
  return request;
}

// `turns` turns of a question and an answer, 10 tokens each message.
std::vector<Message> talk(int turns) {
  std::vector<Message> messages;
  for (int i = 0; i < turns; ++i) {
    messages.push_back(user(text_costing(10, std::to_string(1'000 + i))));
    messages.push_back(says(text_costing(10)));
  }
  return messages;
}

Assembly assembled(Context& context, const AssemblyRequest& request) {
  auto outcome = context.assemble(request);
  EXPECT_TRUE(std::holds_alternative<Assembly>(outcome));
  return std::get<Assembly>(std::move(outcome));
}

std::vector<std::string> part_names(const Ledger& ledger) {
  std::vector<std::string> names;
  for (const LedgerPart& part : ledger.parts) names.push_back(part.name);
  return names;
}

TEST(Context, SendsEverythingThatFits) {
  Context context = context_with(talk(2));
  AssemblyRequest request = asking(10, 1'000);
  request.system = "You are trent.";
  request.replay = {user("tick"), says("earlier")};
  const Assembly assembly = assembled(context, request);
  EXPECT_EQ(short_form(assembly.messages), "S U A:text U A:text U A:text U");
  EXPECT_EQ(assembly.messages.front(), text_message(Role::system, "You are trent."));
  EXPECT_EQ(assembly.messages[5], user("tick"));
  EXPECT_EQ(assembly.messages.back(), request.turn[0]);
  EXPECT_EQ(part_names(assembly.ledger),
            (std::vector<std::string>{"system", "history", "replay", "prompt"}));
  EXPECT_EQ(assembly.ledger.parts[1].messages, 4);
  EXPECT_EQ(assembly.ledger.parts[1].tokens, 40);
  EXPECT_EQ(assembly.ledger.raw, 9 + 40 + 5 + 6 + 10);
  EXPECT_EQ(assembly.ledger.dropped, 0);
}

TEST(Context, EmptyPartsAreNotInTheLedger) {
  Context context = context_with({});
  const Assembly assembly = assembled(context, asking(10, 100));
  EXPECT_EQ(part_names(assembly.ledger), std::vector<std::string>{"prompt"});
  EXPECT_EQ(short_form(assembly.messages), "U");
}

TEST(Context, FillsTheBudgetToTheLastToken) {
  Context context = context_with(talk(9));
  const Assembly full = assembled(context, asking(20, 200));
  EXPECT_EQ(full.ledger.raw, 200);
  EXPECT_EQ(full.ledger.estimated, full.ledger.budget);
  EXPECT_EQ(full.ledger.dropped, 0);
}

// Room for history is 180; at 181 tokens in all it is cut to 75 %, 135, which holds six turns.
TEST(Context, CutsToTheLowWaterMarkAtATurn) {
  Context context = context_with(talk(9));
  const Assembly assembly = assembled(context, asking(21, 200));
  EXPECT_EQ(assembly.ledger.dropped, 6);
  EXPECT_EQ(assembly.ledger.parts[0].tokens, 120);
  EXPECT_EQ(assembly.messages.front(), talk(9)[6]);
}

TEST(Context, KeepsTheCutSoThatThePrefixIsStable) {
  Context context = context_with(talk(9));
  Assembly before = assembled(context, asking(40, 200));
  int cuts = 0;
  for (int i = 0; i < 200; ++i) {
    for (const Message& message : talk(1)) ASSERT_FALSE(context.append(message));
    const Assembly after = assembled(context, asking(40, 200));
    before.messages.pop_back();
    const bool prefix = starts_with(after.messages, before.messages);
    EXPECT_EQ(prefix, after.ledger.dropped == before.ledger.dropped);
    cuts += prefix ? 0 : 1;
    before = after;
  }
  EXPECT_EQ(cuts, 66);  // 160 tokens of room cut to 120: at every third turn of 20, not at each
}

TEST(Context, ASmallModelTakesNothingFromALargeOne) {
  Context context = context_with(talk(9));
  EXPECT_EQ(assembled(context, asking(20, 100)).ledger.dropped, 12);
  EXPECT_EQ(assembled(context, asking(20, 200)).ledger.dropped, 0);
  EXPECT_EQ(assembled(context, asking(20, 100)).ledger.dropped, 12);
}

// A remembered cut shows in that history does not come back when there is room for more of it.
TEST(Context, RemembersCutsForABoundedNumberOfBudgets) {
  Context context = context_with(talk(9));
  EXPECT_EQ(assembled(context, asking(60, 100)).ledger.dropped, 16);
  for (std::size_t i = 1; i < kRememberedCuts; ++i) {
    assembled(context, asking(60, 200 + 5 * static_cast<std::int64_t>(i)));
  }
  EXPECT_EQ(assembled(context, asking(20, 100)).ledger.dropped, 16);
  assembled(context, asking(60, 500));
  EXPECT_EQ(assembled(context, asking(20, 100)).ledger.dropped, 16) << "used just before";
  for (std::size_t i = 1; i <= kRememberedCuts; ++i) {
    assembled(context, asking(60, 600 + 5 * static_cast<std::int64_t>(i)));
  }
  EXPECT_EQ(assembled(context, asking(20, 100)).ledger.dropped, 12);
}

TEST(Context, KeepsTheNewestTurnThoughAboveTheMark) {
  Context context = context_with({user(text_costing(100)), user(text_costing(90))});
  const Assembly assembly = assembled(context, asking(10, 110));
  EXPECT_EQ(assembly.ledger.parts[0].tokens, 90);
  EXPECT_EQ(assembly.ledger.dropped, 1);
}

TEST(Context, LeavesHistoryOutWhenNoTurnFits) {
  Context context = context_with({user(text_costing(100)), says(text_costing(50))});
  const Assembly assembly = assembled(context, asking(10, 100));
  EXPECT_EQ(short_form(assembly.messages), "U");
  EXPECT_EQ(assembly.ledger.dropped, 2);
}

TEST(Context, HistoryStartsAtAUserMessage) {
  Context context = context_with({says("hello"), user("q"), says("a")});
  const Assembly assembly = assembled(context, asking(10, 1'000));
  EXPECT_EQ(short_form(assembly.messages), "U A:text U");
  EXPECT_EQ(assembly.ledger.dropped, 1);
}

TEST(Context, OverflowNamesEveryTokenAndChangesNothing) {
  Context context = context_with(talk(9));
  AssemblyRequest request = asking(54, 200);  // the longest turn that is not cut
  request.system = text_costing(147);
  request.replay = {user("tick")};
  const auto outcome = context.assemble(request);
  ASSERT_TRUE(std::holds_alternative<Overflow>(outcome));
  const Ledger& ledger = std::get<Overflow>(outcome).ledger;
  EXPECT_EQ(part_names(ledger), (std::vector<std::string>{"system", "prompt"}));
  EXPECT_EQ(ledger.raw, 201);
  EXPECT_EQ(ledger.budget, 240);
  EXPECT_EQ(ledger.overflow, 2);
  EXPECT_EQ(ledger.dropped, 19);
  EXPECT_EQ(context.messages(), talk(9));
  EXPECT_EQ(assembled(context, asking(20, 200)).ledger.dropped, 0);
}

TEST(Context, SystemAndTurnMayFillTheBudgetAlone) {
  Context context = context_with(talk(9));
  AssemblyRequest request = asking(100, 200);
  request.system = text_costing(100);
  const Assembly assembly = assembled(context, request);
  EXPECT_EQ(short_form(assembly.messages), "S U");
  EXPECT_EQ(assembly.ledger.estimated, assembly.ledger.budget);
}

TEST(Context, ReplayGivesWayBeforeTheTurnOldestFirst) {
  Context context = context_with({});
  AssemblyRequest request = asking(50, 85);
  request.replay = talk(3);
  const Assembly assembly = assembled(context, request);
  EXPECT_EQ(assembly.ledger.parts[0].name, "replay");
  EXPECT_EQ(assembly.ledger.parts[0].messages, 2);
  EXPECT_EQ(assembly.messages.front(), talk(3)[4]);
  EXPECT_EQ(assembly.ledger.dropped, 4);
}

TEST(Context, RepairsTheTurnAndTheReplay) {
  Context context = context_with({});
  AssemblyRequest request = asking(10, 1'000);
  request.turn.push_back(calls({"1"}));
  request.replay = {user("u"), result("9"), calls({"2"})};
  EXPECT_EQ(short_form(assembled(context, request).messages), "U A:2 R:2! U A:1 R:1!");
}

// Error results that repair inserts may push a history that fitted beyond the room.
TEST(Context, CutsAgainForWhatRepairAdds) {
  std::vector<Message> messages;
  for (int i = 0; i < 5; ++i) {
    messages.push_back(user(text_costing(10)));
    messages.push_back(calls({"1"}));
  }
  Context context = context_with(messages);
  const std::int64_t tokens = context.tokens();
  const std::int64_t room = tokens + 5 - tokens % 5;
  const Assembly assembly = assembled(context, asking(10, room + 10));
  EXPECT_LE(assembly.ledger.estimated, assembly.ledger.budget);
  EXPECT_EQ(short_form(assembly.messages), "U A:1 R:1! U A:1 R:1! U");
  EXPECT_EQ(assembly.ledger.dropped, 6);
  EXPECT_EQ(assembled(context, asking(10, room + 10)).messages, assembly.messages);
}

TEST(Context, RefusesWhatIsNoHistory) {
  Context context = context_with({user("q")});
  const MaybeError system = context.append(text_message(Role::system, "rules"));
  ASSERT_TRUE(system);
  EXPECT_EQ(system->field, "message.role");
  const MaybeError bad = context.append(user("\xFF"));
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->field, "message.parts[0].text");
  EXPECT_EQ(context.messages(), std::vector<Message>{user("q")});
  EXPECT_EQ(context.tokens(), 5);
}

TEST(Context, KnowsItsKeyAndPrice) {
  const Context context = context_with(talk(3));
  EXPECT_EQ(context.key(), some_key());
  EXPECT_EQ(context.tokens(), 60);
}

TEST(Context, ForgetsOldestTurnsBeyondTheLimit) {
  Limits limits;
  limits.transcript_messages = 20;
  Context context = context_with(talk(10), limits);
  EXPECT_EQ(context.messages().size(), 20u);
  ASSERT_FALSE(context.append(user("next")));
  EXPECT_EQ(context.messages().size(), 17u);  // 18 would be 90 %, but a turn has two
  EXPECT_EQ(context.messages().front(), talk(10)[4]);
  EXPECT_EQ(context.tokens(), 16 * 10 + 6);
}

TEST(Context, ForgettingMovesTheCutAlong) {
  Limits limits;
  limits.transcript_messages = 20;
  Context context = context_with(talk(10), limits);
  const Assembly before = assembled(context, asking(40, 150));
  EXPECT_EQ(before.ledger.dropped, 12);
  ASSERT_FALSE(context.append(user("next")));
  const Assembly after = assembled(context, asking(40, 150));
  EXPECT_EQ(after.ledger.dropped, 8);
  EXPECT_EQ(after.messages.front(), before.messages.front());
}

TEST(Context, ForgetsWithinATurnOnlyWhenItAloneIsTooLong) {
  Limits limits;
  limits.transcript_messages = 10;
  Context context = context_with({user("old"), user("new")}, limits);
  for (int i = 0; i < 9; ++i) ASSERT_FALSE(context.append(says("more")));
  EXPECT_EQ(context.messages().size(), 10u);
  EXPECT_EQ(context.messages().front(), user("new"));
  ASSERT_FALSE(context.append(says("more")));
  EXPECT_EQ(context.messages().size(), 9u);
  EXPECT_EQ(short_form(assembled(context, asking(10, 1'000)).messages), "U");
  ASSERT_FALSE(context.append(user("again")));
  EXPECT_EQ(short_form(assembled(context, asking(10, 1'000)).messages), "U U");
}

TEST(Context, NeverHoldsMoreThanTheLimit) {
  for (std::int64_t limit = 1; limit < 25; ++limit) {
    Limits limits;
    limits.transcript_messages = limit;
    Context context(some_key(), Profile::vagus, limits);
    Dice dice(static_cast<std::uint64_t>(limit));
    for (int i = 0; i < 200; ++i) {
      const Message message = dice.roll(4) == 0 ? user("u") : says("a");
      ASSERT_FALSE(context.append(message));
      ASSERT_LE(static_cast<std::int64_t>(context.messages().size()), limit);
      ASSERT_EQ(context.messages().back(), message);
    }
  }
}

TEST(Context, NewestKeepsWithinBothBounds) {
  const Context context = context_with(talk(5));
  const struct {
    ReplayConfig replay;
    std::size_t messages;
  } cases[] = {{{0, 100}, 0},  {{100, 0}, 0},  {{-1, 100}, 0},  {{100, -1}, 0},
               {{1, 100}, 0},  {{2, 100}, 2},  {{3, 100}, 2},   {{4, 100}, 4},
               {{100, 19}, 0}, {{100, 20}, 2}, {{100, 59}, 4},  {{100, 60}, 6},
               {{4, 60}, 4},   {{6, 40}, 4},   {{10, 100}, 10}, {{99, 999}, 10}};
  for (const auto& each : cases) {
    const std::vector<Message> newest = context.newest(each.replay);
    const std::vector<Message> all = talk(5);
    const auto start = static_cast<std::ptrdiff_t>(all.size() - each.messages);
    EXPECT_EQ(newest, std::vector<Message>(all.begin() + start, all.end()))
        << each.replay.max_messages << " " << each.replay.max_tokens;
  }
}

TEST(Context, NewestWithoutTokensIsNoneThoughATurnCostsNothing) {
  Context context(some_key(), Profile::reference, Limits{});
  ASSERT_FALSE(context.append(user("")));
  EXPECT_EQ(context.newest({5, 1}).size(), 1u);
  EXPECT_TRUE(context.newest({5, 0}).empty());
}

TEST(Context, NewestIsPairedAndStaysWithinBounds) {
  const Context context =
      context_with({user("a"), calls({"1"}), result("1"), user("b"), calls({"2"}), user("c")});
  EXPECT_EQ(short_form(context.newest({7, 1'000})), "U A:1 R:1 U A:2 R:2! U");
  EXPECT_EQ(short_form(context.newest({6, 1'000})), "U A:2 R:2! U");
  EXPECT_EQ(short_form(context.newest({3, 1'000})), "U");
  EXPECT_EQ(short_form(context.newest({4, 1'000})), "U A:2 R:2! U");
}

}  // namespace
}  // namespace vagus
