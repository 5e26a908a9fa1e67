#include "vagus/context/estimate.hpp"

#include <gtest/gtest.h>

#include "build.hpp"
#include "vagus/context/text_price.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

std::int64_t price(const Message& message) {
  return estimate_tokens(message, Profile::vagus);
}
std::int64_t reference(const Message& message) {
  return estimate_tokens(message, Profile::reference);
}

TEST(Estimate, RoundsUpOncePerText) {
  EXPECT_EQ(price(user("")), 4);
  EXPECT_EQ(price(user("a")), 4 + 1);
  EXPECT_EQ(price(Message{Role::user, {text_part("a"), text_part("b")}}), 4 + 1 + 1);
}

TEST(Estimate, CountsEveryKindOfPart) {
  Part thinking = text_part("12345678");
  thinking.kind = PartKind::thinking;
  Part opaque;
  opaque.kind = PartKind::opaque;
  opaque.data = "1234567";
  EXPECT_EQ(price(Message{Role::assistant, {thinking}}), 4 + text_tokens("12345678"));
  EXPECT_EQ(price(Message{Role::user, {opaque}}), 4 + 3);
  EXPECT_EQ(price(Message{Role::user, {image_part()}}), 4 + 2'000);
  EXPECT_EQ(price(Message{Role::assistant, {call_part("1", "exec", R"({"cmd":"ls"})")}}),
            4 + 8 + text_tokens("1") + text_tokens("exec") + text_tokens(R"({"cmd":"ls"})"));
  EXPECT_EQ(price(Message{Role::tool, {result_part("1", "0123456789")}}),
            4 + 4 + text_tokens("1") + text_tokens("exec") + text_tokens("0123456789"));
}

// The reference lets a system prompt of 55,152 characters go for nothing.
TEST(Estimate, CountsTheSystemPrompt) {
  const Message system = text_message(Role::system, std::string(55'152, 's'));
  EXPECT_EQ(price(system), 4 + text_tokens(system.parts[0].text));
  EXPECT_GT(price(system), 13'000);
  EXPECT_EQ(reference(system), 0);
}

TEST(Estimate, ReferenceCountsUtf16PerMessage) {
  EXPECT_EQ(reference(user("")), 0);
  EXPECT_EQ(reference(user("abcd")), 1);
  EXPECT_EQ(reference(user(std::string(4'000, 'x'))), 1'000);
  EXPECT_EQ(reference(user("漢字漢字")), 1);
  EXPECT_EQ(reference(user("日本語テスト")), 2);
  EXPECT_EQ(reference(user("𠀀𠀁")), 1);
  EXPECT_EQ(reference(user("naïve café")), 3);
  EXPECT_EQ(reference(Message{Role::user, {text_part("hello"), text_part("world!")}}), 3);
  EXPECT_EQ(reference(Message{Role::user, {text_part("hi"), image_part()}}), 1);
  EXPECT_EQ(reference(Message{Role::tool, {result_part("c", ""), image_part()}}), 1'200);
  EXPECT_EQ(reference(Message{Role::assistant, {call_part("c", "exec", R"({"cmd":"ls -la"})")}}),
            5);
}

TEST(Estimate, ReferenceCountsThinkingButNotOpaqueData) {
  Part thinking = text_part(std::string(40, 't'));
  thinking.kind = PartKind::thinking;
  Part opaque;
  opaque.kind = PartKind::opaque;
  opaque.data = std::string(400, 'o');
  EXPECT_EQ(reference(Message{Role::assistant, {thinking, text_part("ok"), opaque}}), 11);
}

TEST(Estimate, MarginIsOneFifthRoundedUp) {
  EXPECT_EQ(with_margin(0), 0);
  EXPECT_EQ(with_margin(1), 2);
  EXPECT_EQ(with_margin(5), 6);
  EXPECT_EQ(with_margin(93'012), 111'615);
  EXPECT_EQ(with_margin(103'624), 124'349);
}

TEST(Estimate, WithoutMarginIsTheMostThatFits) {
  for (std::int64_t budget = 0; budget < 2'000; ++budget) {
    const std::int64_t most = without_margin(budget);
    EXPECT_LE(with_margin(most), budget);
    EXPECT_GT(with_margin(most + 1), budget);
  }
}

}  // namespace
}  // namespace vagus
