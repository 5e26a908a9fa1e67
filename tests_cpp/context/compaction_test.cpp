#include "vagus/context/compaction.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "vagus/context/pairing.hpp"
#include "vagus/context/pressure.hpp"
#include "vagus/context/reference_settings.hpp"

namespace vagus {
namespace {

Message said(Role role, std::size_t chars) {
  return text_message(role, std::string(chars, 'a'));
}

Message call(const std::string& id) {
  Message message{Role::assistant, {Part{}}};
  message.parts[0].kind = PartKind::tool_call;
  message.parts[0].call_id = id;
  message.parts[0].name = "exec";
  message.parts[0].arguments = "{}";
  return message;
}

Message result(const std::string& id, std::size_t chars) {
  Message message{Role::tool, {Part{}}};
  message.parts[0].kind = PartKind::tool_result;
  message.parts[0].call_id = id;
  message.parts[0].name = "exec";
  message.parts[0].text = std::string(chars, 'x');
  return message;
}

Transcript transcript_of(std::vector<Message> messages) {
  return {Profile::reference, std::move(messages)};
}

// ---- the one number

TEST(Pressure, TheIncidentIsTwelveThousandTokensTooLarge) {
  const Budget budget = Budget::of({128'000, 16'384}, Profile::vagus);
  const Pressure pressure = pressure_of(124'349, budget, 0);
  EXPECT_EQ(pressure.fit, Fit::compact);
  EXPECT_EQ(pressure.budget, 111'616);
  EXPECT_EQ(pressure.overflow, 12'733);
}

TEST(Pressure, TheBudgetItselfFits) {
  const Budget budget = Budget::of({100'000, 20'000}, Profile::vagus);
  EXPECT_EQ(pressure_of(80'000, budget, 0).fit, Fit::fits);
  EXPECT_EQ(pressure_of(80'001, budget, 0).fit, Fit::compact);
  EXPECT_EQ(pressure_of(-5, budget, -5).fit, Fit::fits);
}

TEST(Pressure, ShorterResultsAreEnoughWhenTheyFreeMoreThanIsNeeded) {
  const Budget budget = Budget::of({100'000, 20'000}, Profile::vagus);
  EXPECT_EQ(pressure_of(80'001, budget, 4 + 2'048).fit, Fit::shrink_results);
  EXPECT_EQ(pressure_of(80'001, budget, 4 + 2'047).fit, Fit::compact_then_shrink);
  EXPECT_EQ(pressure_of(90'000, budget, 60'000).fit, Fit::shrink_results);
  EXPECT_EQ(pressure_of(90'000, budget, 59'999).fit, Fit::compact_then_shrink);
}

TEST(Pressure, IsTotal) {
  const Budget budget = Budget::of({1, 0}, Profile::vagus);
  const auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(pressure_of(most, budget, most).fit, Fit::compact_then_shrink);
  EXPECT_EQ(pressure_of(most, budget, 0).overflow, kMaxCount - 1);
}

// ---- the cut

// Regression of spec: context, section 0 (5): there, nothing is cut.
TEST(CutPoint, AHugeNewestResultIsKeptWithItsCall) {
  const Transcript transcript =
      transcript_of({said(Role::user, 400), call("1"), result("1", 4'000)});
  const CutPoint cut = find_cut_point(transcript, 500);
  EXPECT_EQ(cut.first_kept, 1);
  EXPECT_EQ(cut.turn_start, 0);
}

TEST(CutPoint, NothingIsCutFromWhatIsShort) {
  EXPECT_EQ(find_cut_point(transcript_of({said(Role::user, 400)}), 101).first_kept, 0);
  EXPECT_EQ(find_cut_point(transcript_of({}), 1).first_kept, 0);
}

TEST(CutPoint, NeverSeparatesAPairAndKeepsAsMuchAsWasAsked) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    std::vector<Message> messages;
    int calls = 0;
    while (messages.size() < 30) {
      switch (random() % 3) {
        case 0:
          messages.push_back(said(Role::user, random() % 900));
          break;
        case 1:
          messages.push_back(said(Role::assistant, random() % 900));
          break;
        default:
          const std::string id = std::to_string(++calls);
          messages.push_back(call(id));
          messages.push_back(result(id, random() % 4'000));
      }
    }
    const Transcript transcript = transcript_of(messages);
    const auto keep = static_cast<std::int64_t>(1 + random() % 6'000);
    const CutPoint cut = find_cut_point(transcript, keep);
    const auto first = static_cast<std::size_t>(cut.first_kept);
    EXPECT_TRUE(pairs_intact(transcript.messages_from(first)));
    if (first == 0) continue;
    EXPECT_EQ(cut.turn_start.has_value(),
              messages[first].role != Role::user && transcript.turns_before(first) > 0);
    // Up to the call and the results that the wanted place was inside of.
    EXPECT_GE(transcript.tokens_from(first - 1) + 1'000, keep);
  }
}

// ---- portions

TEST(Portions, HoldWhatFitsWithTheMargin) {
  EXPECT_EQ(portions_within({100, 100, 100, 100, 100, 100}, 240),
            (std::vector<std::int64_t>{2, 2, 2}));
  EXPECT_EQ(portions_within({100, 1'000, 100}, 240), (std::vector<std::int64_t>{1, 1, 1}));
  EXPECT_TRUE(portions_within({}, 10).empty());
}

TEST(Portions, OfEqualShareCoverEverythingAndSeparateNoPair) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<Message> messages;
    for (int i = 0; i < 12; ++i) {
      const std::string id = std::to_string(i);
      messages.push_back(said(Role::user, random() % 2'000));
      messages.push_back(call(id));
      messages.push_back(result(id, random() % 2'000));
    }
    const Transcript transcript = transcript_of(messages);
    const auto parts = static_cast<std::int64_t>(1 + random() % 6);
    const std::vector<std::int64_t> sizes = portions_of_equal_share(transcript, parts);
    EXPECT_LE(static_cast<std::int64_t>(sizes.size()), parts);
    EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}), 36);
    std::size_t at = 0;
    for (const std::int64_t size : sizes) {
      EXPECT_GT(size, 0);
      EXPECT_NE(messages[at].role, Role::tool);
      at += static_cast<std::size_t>(size);
    }
  }
}

TEST(KeptShare, DropsOlderHalvesUntilTheRestFits) {
  std::vector<Message> messages;
  for (int i = 0; i < 64; ++i) messages.push_back(said(Role::user, 400));
  const KeptShare kept = keep_share(transcript_of(messages), 2'000, 500);
  EXPECT_LE(kept.kept_tokens, kept.budget);
  EXPECT_EQ(kept.budget, 1'000);
  EXPECT_EQ(kept.kept_tokens + kept.dropped_tokens, 6'400);
  EXPECT_GT(kept.kept_tokens, 400) << "and not more than that takes";
}

TEST(KeptShare, TheNewestPortionStaysWhateverItCosts) {
  const KeptShare kept = keep_share(transcript_of({said(Role::user, 40'000)}), 100, 500);
  EXPECT_EQ(kept.first_kept, 0);
  EXPECT_EQ(kept.rounds, 0);
}

TEST(PortionShare, ShrinksForLargeMessages) {
  EXPECT_EQ(portion_permille(transcript_of({}), 1'000), 400);
  EXPECT_EQ(portion_permille(transcript_of({said(Role::user, 40)}), 1'000), 400);
  EXPECT_EQ(portion_permille(transcript_of({said(Role::user, 4'000)}), 1'000), 150);
}

// ---- the reference's settings

TEST(ReferenceSettings, AWindowIsMadeSmallerAndNeverLarger) {
  EXPECT_EQ(context_window(128'000, 100'000).tokens, 100'000);
  EXPECT_EQ(context_window(128'000, 300'000).source, WindowSource::model);
  EXPECT_EQ(context_window(std::nullopt, std::nullopt).tokens, 200'000);
  EXPECT_FALSE(context_window(0, std::nullopt, 0).is_too_small);
  EXPECT_TRUE(context_window(31'999, std::nullopt).is_small);
  EXPECT_FALSE(context_window(16'000, std::nullopt).is_too_small);
}

TEST(ReferenceSettings, TheReserveIsAtLeastItsFloor) {
  EXPECT_EQ(compaction_settings({}).reserve_tokens, 20'000);
  EXPECT_EQ(compaction_settings({.reserve_floor = 0}).reserve_tokens, 16'384);
  EXPECT_EQ(compaction_settings({.reserve_tokens = 5'000}, {}, 16'000).reserve_tokens, 8'000);
  EXPECT_EQ(compaction_settings({.keep_recent_tokens = -1}).keep_recent_tokens, 20'000);
}

TEST(ReferenceSettings, AMemoryFlushComesOnceForEachCompaction) {
  EXPECT_FALSE(session_upkeep(175'999, 0, std::nullopt, 200'000).compact);
  EXPECT_TRUE(session_upkeep(176'000, 0, std::nullopt, 200'000).flush_memory);
  EXPECT_FALSE(session_upkeep(176'000, 2, 2, 200'000).flush_memory);
  EXPECT_FALSE(session_upkeep(176'000, 0, std::nullopt, 16'000).compact);
}

TEST(ReferenceSettings, DeadlinesAndAttemptsAreBounded) {
  EXPECT_EQ(compaction_deadline(std::nullopt), 900'000);
  EXPECT_EQ(compaction_deadline(0), 900'000);
  EXPECT_EQ(compaction_deadline(std::numeric_limits<std::int64_t>::max()), 2'147'000'000);
  EXPECT_EQ(run_attempts(0), 32);
  EXPECT_EQ(run_attempts(std::numeric_limits<std::int64_t>::max()), 160);
}

}  // namespace
}  // namespace vagus
