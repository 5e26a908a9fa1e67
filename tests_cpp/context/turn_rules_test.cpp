#include "vagus/context/turn_rules.hpp"

#include <gtest/gtest.h>

#include "build.hpp"
#include "vagus/base/json.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/tool_calls.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

constexpr std::array<TurnRules, 3> kAllRules = {TurnRules::openai, TurnRules::anthropic,
                                                TurnRules::google};

Part thinking_part(std::string text) {
  Part part = text_part(std::move(text));
  part.kind = PartKind::thinking;
  return part;
}

std::vector<TurnFault> faults(const std::vector<Message>& messages, TurnRules rules) {
  std::vector<TurnFault> found;
  for (const TurnViolation& each : check_turns(messages, rules)) found.push_back(each.fault);
  return found;
}

struct Refusal {
  std::string name;
  std::vector<Message> given;
  TurnRules rules;
  std::int64_t message;
  TurnFault fault;
  std::string repaired;
};

class RefusedTurns : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedTurns, AreNamedAndRepaired) {
  const Refusal& refusal = GetParam();
  const std::vector<TurnViolation> found = check_turns(refusal.given, refusal.rules);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message, refusal.message);
  EXPECT_EQ(name_of(found[0].fault), name_of(refusal.fault));
  EXPECT_FALSE(found[0].reason.empty());
  const std::vector<Message> repaired = repair_turns(refusal.given, refusal.rules);
  EXPECT_EQ(short_form(repaired), refusal.repaired);
  EXPECT_TRUE(faults(repaired, refusal.rules).empty());
}

const auto kOpenAi = TurnRules::openai;
const auto kAnthropic = TurnRules::anthropic;
const auto kGoogle = TurnRules::google;

INSTANTIATE_TEST_SUITE_P(
    TurnRules, RefusedTurns,
    testing::Values(
        Refusal{"Nothing", {}, kOpenAi, 0, TurnFault::no_messages, "U"},
        Refusal{"SystemOnly",
                {text_message(Role::system, "s")},
                kAnthropic,
                0,
                TurnFault::no_messages,
                "S U"},
        Refusal{"NoParts",
                {user("q"), Message{Role::assistant, {}}},
                kOpenAi,
                1,
                TurnFault::empty_message,
                "U"},
        Refusal{"OnlyThinking",
                {user("q"), Message{Role::assistant, {thinking_part("hm")}}},
                kGoogle,
                1,
                TurnFault::empty_message,
                "U"},
        Refusal{"ThinkingLast",
                {user("q"), Message{Role::assistant, {text_part("a"), thinking_part("hm")}}},
                kAnthropic,
                1,
                TurnFault::trailing_thinking,
                "U A:text"},
        Refusal{"BlankText",
                {Message{Role::user, {text_part(" \n"), text_part("q")}}},
                kAnthropic,
                0,
                TurnFault::blank_text,
                "U"},
        Refusal{"TrailingSpace",
                {user("q"), says("so ")},
                kAnthropic,
                1,
                TurnFault::trailing_space,
                "U A:text"},
        Refusal{"ImageOfTheSystem",
                {Message{Role::system, {text_part("s"), image_part()}}, user("q")},
                kOpenAi,
                0,
                TurnFault::misplaced_part,
                "S U"},
        Refusal{"ImageOfTheAssistant",
                {user("q"), Message{Role::assistant, {text_part("a"), image_part()}}},
                kOpenAi,
                1,
                TurnFault::misplaced_part,
                "U A:text"},
        Refusal{"LateSystem",
                {user("q"), text_message(Role::system, "s")},
                kGoogle,
                1,
                TurnFault::misplaced_system,
                "S U"},
        Refusal{"AssistantFirst", {says("a")}, kGoogle, 0, TurnFault::first_role, "U A:text"},
        Refusal{"TwoUsers", {user("a"), user("b")}, kAnthropic, 1, TurnFault::repeated_role, "U"},
        Refusal{"TwoAssistants",
                {user("q"), says("a"), calls({"1"}), result("1")},
                kGoogle,
                2,
                TurnFault::repeated_role,
                "U A:1 R:1"},
        Refusal{"Unanswered",
                {user("q"), calls({"1"}), user("n")},
                kOpenAi,
                1,
                TurnFault::unanswered_call,
                "U A:1 R:1! U"},
        Refusal{"Orphan", {user("q"), result("1")}, kOpenAi, 1, TurnFault::orphan_result, "U"},
        Refusal{"SecondResult",
                {user("q"), calls({"1"}), result("1"), result("1")},
                kGoogle,
                3,
                TurnFault::orphan_result,
                "U A:1 R:1"},
        Refusal{"WrongOrder",
                {user("q"), calls({"1", "2"}), result("2"), result("1")},
                kOpenAi,
                2,
                TurnFault::result_order,
                "U A:1+2 R:1 R:2"},
        Refusal{"LongId",
                {user("q"), calls({std::string(41, 'i')}), result(std::string(41, 'i'))},
                kOpenAi,
                1,
                TurnFault::call_id,
                "U A:" + std::string(28, 'i') + "_2 R:" + std::string(28, 'i') + "_2"},
        Refusal{"IdWithABar",
                {user("q"), calls({"a|b"}), result("a|b")},
                kAnthropic,
                1,
                TurnFault::call_id,
                "U A:a_b R:a_b"},
        Refusal{"IdTwiceInOneMessage",
                {user("q"), calls({"1", "1"}), result("1"), result("1")},
                kOpenAi,
                1,
                TurnFault::repeated_call_id,
                "U A:1+1_2 R:1 R:1_2"},
        Refusal{"IdOfAnEarlierTurn",
                {user("q"), calls({"1"}), result("1"), calls({"1"}), result("1")},
                kAnthropic,
                3,
                TurnFault::repeated_call_id,
                "U A:1 R:1 A:1_2 R:1_2"},
        Refusal{"DottedName",
                {user("q"), Message{Role::assistant, {call_part("1", "a.b")}}, result("1")},
                kOpenAi,
                1,
                TurnFault::tool_name,
                "U A:1 R:1"},
        Refusal{"ArgumentsAreAList",
                {user("q"), Message{Role::assistant, {call_part("1", "f", "[1]")}}, result("1")},
                kAnthropic,
                1,
                TurnFault::arguments,
                "U A:1 R:1"}),
    [](const auto& given) { return given.param.name; });

TEST(TurnRules, TakeAnOrdinaryConversation) {
  const std::vector<Message> messages = {text_message(Role::system, "s"),
                                         user("q"),
                                         calls({"1", "2"}),
                                         result("1"),
                                         result("2"),
                                         says("a"),
                                         user("next"),
                                         calls({"3"}),
                                         result("3")};
  for (const TurnRules rules : kAllRules) {
    EXPECT_TRUE(faults(messages, rules).empty()) << name_of(rules);
    EXPECT_EQ(repair_turns(messages, rules), messages);
  }
}

TEST(TurnRules, DifferByProvider) {
  const std::vector<Message> messages = {says("a"), user("b"), user(" ")};
  EXPECT_TRUE(faults(messages, kOpenAi).empty());
  const std::vector<TurnFault> expected = {TurnFault::first_role, TurnFault::repeated_role,
                                           TurnFault::blank_text};
  EXPECT_EQ(faults(messages, kAnthropic), expected);
}

TEST(TurnRules, OnlyAConversationIsOpened) {
  EXPECT_EQ(short_form(open_with_user({says("a")})), "U A:text");
  EXPECT_EQ(short_form(open_with_user({text_message(Role::system, "s")})), "S");
  EXPECT_TRUE(open_with_user({}).empty());
}

TEST(TurnRules, ResultsInAnotherRolesMessageAreKept) {
  const std::vector<Message> given = {
      user("q"), calls({"1"}),
      Message{Role::user, {result_part("1", "found"), text_part("go on")}}};
  const std::vector<Message> repaired = repair_turns(given, kAnthropic);
  EXPECT_EQ(short_form(repaired), "U A:1 R:1 U");
  EXPECT_EQ(repaired[2].parts[0].text, "found");
}

TEST(TurnRules, ANewestMessageOfWhiteSpaceIsStillAsked) {
  for (const TurnRules rules : {kAnthropic, kGoogle}) {
    const std::vector<Message> repaired = repair_turns({user("q"), says("a"), user(" \n")}, rules);
    EXPECT_EQ(short_form(repaired), "U A:text U");
    EXPECT_EQ(text_of(repaired.back()), kSaidNothing);
    EXPECT_TRUE(faults(repaired, rules).empty());
    EXPECT_EQ(text_of(repair_turns({user("")}, rules).back()), kSaidNothing);
  }
  // One in front of it, or in a message that says more, is let go as before.
  EXPECT_EQ(short_form(repair_turns({user(" "), says("a"), user("q")}, kAnthropic)), "U A:text U");
}

TEST(TurnRules, UnreadableArgumentsAreWrapped) {
  const std::vector<Message> repaired = repair_turns(
      {user("q"), Message{Role::assistant, {call_part("1", "f", "{\"a\": ")}}, result("1")},
      kOpenAi);
  EXPECT_EQ(repaired[1].parts[0].arguments, R"({"unreadable":"{\"a\": "})");
}

TEST(TurnRules, AnEarlierRepairStaysWhenTheConversationGoesOn) {
  std::vector<Message> messages = {user("q"), calls({"1"}), result("1"), calls({"1"}), result("1")};
  const std::vector<Message> before = repair_turns(messages, kAnthropic);
  messages.insert(messages.end(),
                  {says("a"), user("r"), calls({"1", "1_2"}), result("1"), result("1_2")});
  const std::vector<Message> after = repair_turns(messages, kAnthropic);
  EXPECT_TRUE(starts_with(after, before));
  EXPECT_EQ(short_form(after).substr(short_form(before).size()),
            " A:text U A:1_3+1_2_2 R:1_3 R:1_2_2");
}

// ---- properties: any list can be repaired

Part any_part(Dice& dice) {
  static const std::vector<std::string> kIds = {
      "1", "2", "1_2", " ", "", "a|b", std::string(70, 'x'), std::string(69, 'x') + "y"};
  static const std::vector<std::string> kNames = {"exec", "a.b", "bad name", "", " exec "};
  static const std::vector<std::string> kArguments = {"{}", "", "[]", "{\"a\":1,\"a\":2}", "nope"};
  static const std::vector<std::string> kTexts = {"x", "", " \n", "words ", "\xff"};
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[static_cast<std::size_t>(dice.roll(static_cast<std::int64_t>(from.size())))];
  };
  Part part = call_part(pick(kIds), pick(kNames), pick(kArguments));
  part.kind = static_cast<PartKind>(dice.roll(6));
  part.text = pick(kTexts);
  return part;
}

std::vector<Message> any_messages(Dice& dice) {
  std::vector<Message> messages(static_cast<std::size_t>(dice.roll(9)));
  for (Message& message : messages) {
    message.role = static_cast<Role>(dice.roll(4));
    for (std::int64_t left = dice.roll(4); left > 0; --left) {
      message.parts.push_back(any_part(dice));
    }
  }
  return messages;
}

TEST(TurnRules, AnyListCanBeRepaired) {
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Dice dice(seed);
    const std::vector<Message> given = any_messages(dice);
    for (const TurnRules rules : kAllRules) {
      const std::vector<Message> repaired = repair_turns(given, rules);
      const std::vector<TurnViolation> found = check_turns(repaired, rules);
      ASSERT_TRUE(found.empty()) << "seed " << seed << ", " << name_of(rules) << ": message "
                                 << found[0].message << ", " << found[0].reason;
      ASSERT_EQ(repair_turns(repaired, rules), repaired) << seed;
      ASSERT_EQ(check_turns(given, rules).empty(), repaired == given) << seed;
    }
  }
}

TEST(TurnRules, RepeatedIdsCostNoMoreThanTheyAreLong) {
  std::vector<Message> messages = {user("q")};
  for (int i = 0; i < 5'000; ++i) {
    const std::string id = std::string(60, 'x') + std::to_string(i);
    messages.push_back(calls({id}));
    messages.push_back(result(id));
  }
  EXPECT_TRUE(faults(repair_turns(messages, kAnthropic), kAnthropic).empty());
}

// ---- tool calls and pairs

TEST(ToolCalls, UnusableOnesAreLeftOut) {
  const Message mixed{
      Role::assistant,
      {text_part("t"), call_part("1", " exec "), call_part(" "), call_part("2", "bad name!"),
       call_part("3", "exec", " "), call_part("4", std::string(65, 'a')), call_part("5", "READ")}};
  const std::vector<Message> given = {user("q"), mixed, calls({""})};
  const ToolCallRepair any = repair_tool_calls(given, std::nullopt);
  EXPECT_EQ(any.dropped_calls, 5);
  EXPECT_EQ(any.dropped_messages, 1);
  EXPECT_EQ(short_form(any.messages), "U A:1+5");
  EXPECT_EQ(any.messages[1].parts[1].name, "exec");
  const auto listed = repair_tool_calls(given, std::vector<std::string>{"Read "});
  EXPECT_EQ(short_form(listed.messages), "U A:5");
  EXPECT_EQ(repair_tool_calls(any.messages, std::nullopt).messages, any.messages);
}

TEST(Pairing, UnfinishedMessagesGetNoResultThatNobodyGave) {
  const std::vector<Message> given = {calls({"1", "2"}), user("u"), result("1")};
  PairingOptions options;
  options.unfinished = {0, -1, 99};
  const PairRepair kept = repair_pairs(given, options);
  EXPECT_EQ(short_form(kept.messages), "A:1+2 R:1 U");
  EXPECT_TRUE(kept.changed);
  EXPECT_EQ(kept.added, 0);
  EXPECT_EQ(short_form(without_unanswered_calls(kept.messages)), "A:1 R:1 U");
  options.keep_their_results = false;
  const PairRepair dropped = repair_pairs(given, options);
  EXPECT_EQ(short_form(dropped.messages), "A:1+2 U");
  EXPECT_EQ(without_unanswered_calls(dropped.messages)[0],
            text_message(Role::assistant, std::string(kCallsLeftOut)));
}

TEST(Pairing, ReportsWhatItTook) {
  const PairRepair repair = repair_pairs(
      {result("9"), calls({"1"}), result("1"), result("1"), calls({"2"})}, PairingOptions{});
  EXPECT_EQ(repair.orphans, 1);
  EXPECT_EQ(repair.duplicates, 1);
  EXPECT_EQ(repair.added, 1);
  EXPECT_TRUE(repair.changed);
  EXPECT_FALSE(repair_pairs(repair.messages, PairingOptions{}).changed);
}

}  // namespace
}  // namespace vagus
