#include "vagus/context/pairing.hpp"

#include <gtest/gtest.h>

#include "build.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

struct Repair {
  std::string name;
  std::vector<Message> given;
  std::string expected;
};

class RepairPairs : public testing::TestWithParam<Repair> {};

TEST_P(RepairPairs, GivesEveryCallItsResult) {
  const Repair& repair = GetParam();
  const std::vector<Message> repaired = repair_pairs(repair.given);
  EXPECT_EQ(short_form(repaired), repair.expected);
  EXPECT_TRUE(pairs_intact(repaired));
  EXPECT_EQ(repair_pairs(repaired), repaired);
  EXPECT_EQ(pairs_intact(repair.given), repaired == repair.given);
}

INSTANTIATE_TEST_SUITE_P(
    Pairing, RepairPairs,
    testing::Values(
        Repair{"Empty", {}, ""},
        Repair{"Clean", {user("q"), calls({"1"}), result("1"), says("ok")}, "U A:1 R:1 A:text"},
        Repair{"Missing", {user("q"), calls({"1"}), user("next")}, "U A:1 R:1! U"},
        Repair{"MissingAtTheEnd", {user("q"), calls({"1", "2"})}, "U A:1+2 R:1! R:2!"},
        Repair{"OrderByCall", {calls({"1", "2"}), result("2"), result("1")}, "A:1+2 R:1 R:2"},
        Repair{"SecondMissing", {calls({"1", "2"}), result("2")}, "A:1+2 R:1! R:2"},
        Repair{"DisplacedAfterUser", {calls({"1"}), user("u"), result("1")}, "A:1 R:1 U"},
        Repair{"OrphanFirst", {result("9"), user("q")}, "U"},
        Repair{"OrphanInside", {calls({"1"}), result("1"), result("9"), user("q")}, "A:1 R:1 U"},
        Repair{"ResultBeforeCall", {result("1"), calls({"1"})}, "A:1 R:1!"},
        Repair{"DuplicateInSpan", {calls({"1"}), result("1"), result("1")}, "A:1 R:1"},
        Repair{"DuplicateLater", {calls({"1"}), result("1"), user("u"), result("1")}, "A:1 R:1 U"},
        Repair{"IdUsedAgain",
               {calls({"1"}), result("1", "a"), calls({"1"}), result("1", "b")},
               "A:1 R:1 A:1 R:1"},
        Repair{"IdUsedAgainAfterNoResult",
               {calls({"1"}), user("u"), calls({"1"}), result("1")},
               "A:1 R:1! U A:1 R:1"},
        Repair{"SameIdTwiceInOneMessage", {calls({"1", "1"}), result("1")}, "A:1+1 R:1 R:1!"},
        Repair{"AfterNextAssistant", {calls({"1"}), says("x"), result("1")}, "A:1 R:1 A:text"},
        Repair{"ResultsInOneMessage",
               {calls({"1", "2"}), Message{Role::tool, {result_part("1"), result_part("2")}}},
               "A:1+2 R:1+2"},
        Repair{"ResultsInOneMessageWrongOrder",
               {calls({"1", "2"}), Message{Role::tool, {result_part("2"), result_part("1")}}},
               "A:1+2 R:1 R:2"},
        Repair{
            "ToolWithoutResult", {calls({"1"}), Message{Role::tool, {image_part()}}}, "A:1 R:1!"},
        Repair{"ToolWithoutParts", {user("u"), Message{Role::tool, {}}}, "U"}),
    [](const auto& given) { return given.param.name; });

TEST(Pairing, FirstResultWins) {
  const std::vector<Message> repaired =
      repair_pairs({calls({"1"}), result("1", "first"), result("1", "second")});
  ASSERT_EQ(repaired.size(), 2u);
  EXPECT_EQ(repaired[1], result("1", "first"));
}

TEST(Pairing, ReusedIdKeepsEachTurnsResult) {
  const std::vector<Message> given = {calls({"1"}), user("u"), result("1", "a"), calls({"1"}),
                                      result("1", "b")};
  const std::vector<Message> expected = {calls({"1"}), result("1", "a"), user("u"), calls({"1"}),
                                         result("1", "b")};
  EXPECT_EQ(repair_pairs(given), expected);
}

TEST(Pairing, InsertedResultSaysThatThereIsNone) {
  const std::vector<Message> repaired =
      repair_pairs({Message{Role::assistant, {call_part("1", "read")}}});
  ASSERT_EQ(repaired.size(), 2u);
  ASSERT_EQ(repaired[1].parts.size(), 1u);
  const Part& part = repaired[1].parts[0];
  EXPECT_EQ(repaired[1].role, Role::tool);
  EXPECT_EQ(part.kind, PartKind::tool_result);
  EXPECT_EQ(part.name, "read");
  EXPECT_TRUE(part.is_error);
  EXPECT_NE(part.text.find("No result"), std::string::npos);
}

TEST(Pairing, ImagesMoveWithTheirResult) {
  const Message both{Role::tool, {result_part("2"), image_part("two"), result_part("1")}};
  const std::vector<Message> repaired = repair_pairs({calls({"1", "2"}), both});
  ASSERT_EQ(repaired.size(), 3u);
  EXPECT_EQ(repaired[2], (Message{Role::tool, {result_part("2"), image_part("two")}}));
}

TEST(Pairing, KeepsEverythingElseInOrder) {
  Dice dice(7);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Message> given;
    std::vector<Message> others;
    const std::int64_t size = dice.roll(12);
    for (std::int64_t i = 0; i < size; ++i) {
      const std::string id = std::to_string(dice.roll(3));
      const std::string text = std::to_string(i);
      const Message choices[] = {user(text), says(text), calls({id}),
                                 calls({id, std::to_string(dice.roll(3))}), result(id, text)};
      given.push_back(choices[dice.roll(5)]);
      if (given.back().role != Role::tool) others.push_back(given.back());
    }
    const std::vector<Message> repaired = repair_pairs(given);
    ASSERT_TRUE(pairs_intact(repaired)) << short_form(given);
    ASSERT_EQ(repair_pairs(repaired), repaired) << short_form(given);
    ASSERT_EQ(pairs_intact(given), repaired == given) << short_form(given);
    std::vector<Message> left;
    for (const Message& message : repaired) {
      if (message.role != Role::tool) left.push_back(message);
    }
    ASSERT_EQ(left, others) << short_form(given);
  }
}

}  // namespace
}  // namespace vagus
