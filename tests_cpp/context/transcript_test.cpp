#include "vagus/context/transcript.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "build.hpp"
#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

// Tokens: 5 each. Turns start at 1, 3 and 6.
Transcript sample() {
  return Transcript(Profile::vagus, {says("a"), user("b"), says("c"), user("d"), says("e"),
                                     says("f"), user("g"), says("h")});
}

TEST(Transcript, SumsPrices) {
  const Transcript transcript = sample();
  EXPECT_EQ(transcript.size(), 8u);
  EXPECT_EQ(transcript.tokens_from(0), 40);
  EXPECT_EQ(transcript.tokens_from(6), 10);
  EXPECT_EQ(transcript.tokens_from(8), 0);
  EXPECT_EQ(Transcript(Profile::reference, {user("abcde")}).tokens_from(0), 2);
}

TEST(Transcript, FindsTurns) {
  const Transcript transcript = sample();
  EXPECT_EQ(transcript.turn_at_or_after(0), 1u);
  EXPECT_EQ(transcript.turn_at_or_after(1), 1u);
  EXPECT_EQ(transcript.turn_at_or_after(2), 3u);
  EXPECT_EQ(transcript.turn_at_or_after(7), 8u);
  EXPECT_EQ(transcript.turn_at_or_after(8), 8u);
  EXPECT_EQ(transcript.turn_after(1, 0), 1u);
  EXPECT_EQ(transcript.turn_after(1, 2), 6u);
  EXPECT_EQ(transcript.turn_after(1, 3), 8u);
  EXPECT_EQ(transcript.turns_before(6), 2u);
  EXPECT_EQ(transcript.turns_before(7), 3u);
  EXPECT_EQ(transcript.newest_turn(), 6u);
}

TEST(Transcript, FindsTheEarliestTurnWithinTokens) {
  const Transcript transcript = sample();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const struct {
    std::int64_t tokens;
    std::size_t start;
  } cases[] = {{-1, 8}, {0, 8},  {9, 8},  {10, 6}, {24, 6},   {25, 3},
               {34, 3}, {35, 1}, {40, 1}, {99, 1}, {kMost, 1}};
  for (const auto& each : cases) {
    EXPECT_EQ(transcript.turn_within(each.tokens), each.start) << each.tokens;
  }
}

TEST(Transcript, HasNoTurnWithoutAUser) {
  const Transcript none(Profile::vagus);
  const Transcript talk(Profile::vagus, {says("a"), says("b")});
  EXPECT_EQ(none.turn_within(100), 0u);
  EXPECT_EQ(none.newest_turn(), 0u);
  EXPECT_EQ(talk.turn_within(100), 2u);
  EXPECT_EQ(talk.newest_turn(), 2u);
}

TEST(Transcript, ForgettingEqualsNeverHavingHad) {
  for (std::size_t count = 0; count <= 8; ++count) {
    Transcript transcript = sample();
    const Transcript rest(Profile::vagus, transcript.messages_from(count));
    transcript.forget(count);
    EXPECT_EQ(transcript.messages(), rest.messages());
    for (std::size_t i = 0; i <= rest.size(); ++i) {
      EXPECT_EQ(transcript.tokens_from(i), rest.tokens_from(i));
      EXPECT_EQ(transcript.turn_at_or_after(i), rest.turn_at_or_after(i));
    }
  }
}

}  // namespace
}  // namespace vagus
