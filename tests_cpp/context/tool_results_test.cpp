#include "vagus/context/tool_results.hpp"

#include <gtest/gtest.h>

#include "build.hpp"
#include "vagus/context/context_pruning.hpp"
#include "vagus/context/text_cut.hpp"
#include "vagus/context/weighted_chars.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string cut(std::string_view text, std::int64_t max_chars) {
  return cut_text(text, TextCut{.max_chars = max_chars}, CutWords{});
}

std::int64_t size_of(const Message& message) {
  return weighted_chars(message.parts[0].text);
}

// ---- weighted characters

TEST(WeightedChars, CountWhatAScriptCosts) {
  EXPECT_EQ(weighted_chars("abc"), 3);
  EXPECT_EQ(weighted_chars("é"), 1);
  EXPECT_EQ(weighted_chars("漢字"), 8);
  EXPECT_EQ(weighted_chars("한"), 4);
  EXPECT_EQ(weighted_chars("🦊"), 2);
  EXPECT_EQ(weighted_chars("𠀋"), 16);
  EXPECT_EQ(weighted_chars("㐀"), 12);
  EXPECT_EQ(weighted_chars("ｱ"), 8);
  EXPECT_EQ(weighted_chars("\xff\xfe"), 2);
}

TEST(WeightedChars, EndsCutNoCodePoint) {
  EXPECT_EQ(weighted_prefix("a漢b", 4), "a");
  EXPECT_EQ(weighted_prefix("a漢b", 5), "a漢");
  EXPECT_EQ(weighted_suffix("a漢b", 4), "b");
  EXPECT_EQ(weighted_suffix("a漢b", 5), "漢b");
  EXPECT_EQ(weighted_suffix("🦊🦊", 3), "🦊");
  EXPECT_EQ(weighted_prefix("abc", -1), "");
  EXPECT_EQ(weighted_suffix("abc", 99), "abc");
  EXPECT_EQ(weighted_suffix("\x80\x80\x80", 2), "\x80\x80");
}

// ---- one text

TEST(CutText, LeavesWhatFits) {
  EXPECT_EQ(cut("short", 5), "short");
  EXPECT_EQ(cut("", 0), "");
}

TEST(CutText, TellsWhatIsMissing) {
  const std::string made = cut(std::string(10'000, 'x'), 5'000);
  EXPECT_EQ(made.size(), 5'000u);
  const std::string notice = cut_notice(5'045, CutWords{});
  ASSERT_EQ(notice.size(), 45u);
  EXPECT_EQ(made, std::string(4'955, 'x') + notice);
}

TEST(CutText, EndsAtALineWhenOneIsNear) {
  const std::string far = std::string(3'000, 'x') + "\n" + std::string(6'000, 'y');
  EXPECT_EQ(cut(far, 5'000).size(), 5'000u);
  const std::string near = std::string(4'500, 'x') + "\n" + std::string(6'000, 'y');
  EXPECT_EQ(cut(near, 5'000), std::string(4'500, 'x') + cut_notice(6'001, CutWords{}));
}

TEST(CutText, KeepsAnEndThatMatters) {
  const std::string text = std::string(30'000, 'x') + "\nerror: boom\n";
  const std::string made = cut(text, 12'000);
  EXPECT_EQ(made.size(), 12'000u);
  EXPECT_NE(made.find("\nerror: boom\n\n[... "), std::string::npos);
  EXPECT_NE(made.find(CutWords{}.omission), std::string::npos);
  const std::size_t shown =
      made.size() - CutWords{}.omission.size() - cut_notice(10'000, CutWords{}).size();
  EXPECT_TRUE(made.ends_with(cut_notice(static_cast<std::int64_t>(text.size() - shown), {})));
  EXPECT_EQ(cut(std::string(30'000, 'x') + " terror", 12'000).find("terror"), std::string::npos);
}

TEST(CutText, KeepsAnEndOnlyBesideABeginning) {
  const std::string text = std::string(9'000, 'x') + "\nerror: boom";
  const TextCut keeps_head{.max_chars = 4'000, .min_head = 2'000};
  EXPECT_EQ(cut_text(text, keeps_head, CutWords{}).find("boom"), std::string::npos);
  EXPECT_NE(cut(text, 4'000).find("boom"), std::string::npos);
}

TEST(CutText, SeesWhichEndsMatter) {
  for (const char* end : {"{\"a\": 1}\n ", "[1, 2]", "Exit code 1", "FATAL", "all tests done."}) {
    EXPECT_TRUE(has_important_end(std::string(5'000, 'x') + " " + end)) << end;
  }
  EXPECT_FALSE(has_important_end("error" + std::string(2'000, ' ') + "x"));
  EXPECT_FALSE(has_important_end("errors, undone"));
}

TEST(CutText, IsWithinAnyLimit) {
  const std::string text = repeated("some 漢字 and 🦊 lines\n", 60) + "Error: {}";
  for (std::int64_t max_chars = 0; max_chars < 2'000; ++max_chars) {
    const std::string made = cut(text, max_chars);
    ASSERT_LE(weighted_chars(made), max_chars);
    ASSERT_TRUE(is_valid_utf8(made));
    ASSERT_EQ(cut(made, max_chars), made);
  }
  EXPECT_EQ(cut("abcdefgh", 5), "ab...");
  EXPECT_EQ(cut("abcdefgh", 2), "ab");
  EXPECT_EQ(cut("abcdefgh", -1), "");
}

TEST(CutText, WordsThatRepeatTheCountFitToo) {
  CutWords words;
  words.notice = repeated("{{count}} ", 20);
  const std::string made = cut_text(std::string(10'040, 'x'), TextCut{.max_chars = 500}, words);
  EXPECT_LE(made.size(), 500u);
  EXPECT_NE(made.find("9640"), std::string::npos);
  EXPECT_TRUE(check_cut_words({.notice = "{{size}}"}).has_value());
  EXPECT_FALSE(check_cut_words(words).has_value());
}

// ---- limits

TEST(ToolResults, LimitsFollowTheWindow) {
  EXPECT_EQ(tool_result_cap(1'000, {}), 1'200);
  EXPECT_EQ(tool_result_cap(33'333, {}), 16'000);
  EXPECT_EQ(tool_result_cap(99'999, {}), 16'000);
  EXPECT_EQ(tool_result_cap(100'000, {}), 32'000);
  EXPECT_EQ(tool_result_cap(200'000, {}), 64'000);
  EXPECT_EQ(tool_result_cap(128'000, 40'000), 40'000);
  EXPECT_EQ(tool_result_cap(-5, {}), 0);
  EXPECT_EQ(all_results_cap(100'000, 32'000), 200'000);
  EXPECT_EQ(all_results_cap(10'000, 12'000), 48'000);
  EXPECT_EQ(loop_result_cap(100), 1'024);
  EXPECT_EQ(loop_result_cap(2'048), 2'048);
}

// ---- all results of a prompt

std::vector<Message> turns_with_results(std::size_t count, std::size_t chars) {
  std::vector<Message> messages;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id = std::to_string(i);
    messages.push_back(user("q" + id));
    messages.push_back(calls({id}));
    messages.push_back(result(id, std::string(chars, 'x')));
  }
  return messages;
}

TEST(ShrinkResults, ResultsWithinTheLimitsStay) {
  const std::vector<Message> messages = turns_with_results(3, 1'000);
  const ShrunkResults shrunk =
      shrink_results(messages, {.result_chars = 1'000, .all_chars = 3'000, .words = {}}, {});
  EXPECT_EQ(shrunk.messages, messages);
  EXPECT_EQ(shrunk.chars, 0);
  EXPECT_EQ(shrunk.tokens, 0);
  EXPECT_TRUE(shrunk.memory.chars.empty());
}

TEST(ShrinkResults, TheOldestGiveWayDownToTheLowWaterMark) {
  const std::vector<Message> messages = turns_with_results(5, 1'000);
  const ResultLimits limits{.result_chars = 2'000, .all_chars = 4'000, .words = {}};
  const ShrunkResults shrunk = shrink_results(messages, limits, {});
  const std::int64_t least = weighted_chars(cut_notice(1'000, limits.words));
  for (const std::size_t cut : {2u, 5u, 8u}) EXPECT_EQ(size_of(shrunk.messages[cut]), least);
  EXPECT_EQ(shrunk.texts, 3);
  EXPECT_EQ(shrunk.chars, 3 * (1'000 - least));
  EXPECT_GT(shrunk.tokens, 700);
  for (const std::size_t kept : {11u, 14u}) EXPECT_EQ(shrunk.messages[kept], messages[kept]);
}

TEST(ShrinkResults, TheNewestTurnIsSparedTheLimitOfAll) {
  std::vector<Message> messages = turns_with_results(2, 1'000);
  messages.push_back(result("1", std::string(3'000, 'y')));
  const ShrunkResults shrunk =
      shrink_results(messages, {.result_chars = 2'500, .all_chars = 100, .words = {}}, {});
  EXPECT_LT(size_of(shrunk.messages[2]), 100);
  EXPECT_EQ(size_of(shrunk.messages[5]), 1'000);
  EXPECT_EQ(size_of(shrunk.messages[6]), 2'500);
}

TEST(ShrinkResults, OneResultOfSeveralTextsSharesItsLimit) {
  Message message = result("1", std::string(6'000, 'a'));
  message.parts.push_back(text_part(std::string(2'000, 'b')));
  message.parts.push_back(image_part());
  const ShrunkResults shrunk =
      shrink_results({message}, {.result_chars = 6'000, .all_chars = 9'000, .words = {}}, {});
  EXPECT_EQ(shrunk.messages[0].parts[0].text.size(), 4'000u);
  EXPECT_EQ(shrunk.messages[0].parts[1].text.size(), 2'000u);
  EXPECT_EQ(shrunk.messages[0].parts[2], image_part());
}

TEST(ShrinkResults, WhatWasShownShortStaysAsItWas) {
  const ResultLimits limits{.result_chars = 800, .all_chars = 4'000, .words = {}};
  Dice dice(7);
  std::vector<Message> messages;
  std::vector<Message> shown;
  ResultMemory memory;
  std::int64_t changed_prefixes = 0;
  for (int turn = 0; turn < 60; ++turn) {
    const std::string id = std::to_string(dice.roll(4));
    const std::string text(static_cast<std::size_t>(dice.roll(1'500)), 'x');
    for (Message& each : std::vector<Message>{user("q"), calls({id}), result(id, text)}) {
      messages.push_back(std::move(each));
    }
    const ShrunkResults shrunk = shrink_results(messages, limits, memory);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      ASSERT_LE(size_of(shrunk.messages[i]), size_of(shown[i])) << turn;
    }
    changed_prefixes += starts_with(shrunk.messages, shown) ? 0 : 1;
    ASSERT_EQ(shrink_results(messages, limits, shrunk.memory).messages, shrunk.messages);
    std::int64_t total = 0;
    for (const Message& each : shrunk.messages)
      total += each.role == Role::tool ? size_of(each) : 0;
    ASSERT_LE(total, limits.all_chars + 60 * 50);
    shown = shrunk.messages;
    memory = shrunk.memory;
  }
  EXPECT_LT(changed_prefixes, 40);
}

TEST(ShrinkResults, ALargerLimitDoesNotBringBackWhatIsGone) {
  const std::vector<Message> messages = turns_with_results(3, 1'000);
  const ShrunkResults small =
      shrink_results(messages, {.result_chars = 500, .all_chars = 9'000, .words = {}}, {});
  const ShrunkResults large = shrink_results(
      messages, {.result_chars = 900, .all_chars = 9'000, .words = {}}, small.memory);
  EXPECT_EQ(large.messages, small.messages);
}

TEST(ShrinkNewestTurn, CutsWhatUsersAndToolsSaid) {
  const std::vector<Message> messages = {user(std::string(900, 'a')),
                                         says("b"),
                                         user(std::string(900, 'c')),
                                         calls({"1"}),
                                         result("1", std::string(3'000, 'd')),
                                         says(std::string(900, 'e')),
                                         result("2", "small")};
  const ShrunkResults shrunk = shrink_newest_turn(messages, 1'305, CutWords{});
  EXPECT_EQ(shrunk.messages[2], messages[2]);
  EXPECT_EQ(size_of(shrunk.messages[4]), 400);
  EXPECT_EQ(shrunk.chars, 3'000 - 400);
  const ShrunkResults smaller = shrink_newest_turn(messages, 500, CutWords{});
  EXPECT_EQ(size_of(smaller.messages[2]), 400);
  EXPECT_EQ(size_of(smaller.messages[4]), 95);
  for (const std::size_t kept : {0u, 1u, 3u, 5u, 6u}) {
    EXPECT_EQ(shrunk.messages[kept], messages[kept]);
  }
  EXPECT_EQ(shrink_newest_turn(messages, 9'000, {}).messages, messages);
  EXPECT_EQ(size_of(shrink_newest_turn(messages, -1, {}).messages[2]), 0);
  EXPECT_EQ(size_of(shrink_newest_turn({result("1", "text")}, 2, {}).messages[0]), 2);
}

TEST(ResultPotential, TellsWhatCuttingWouldTakeAway) {
  const ResultLimits limits{.result_chars = 1'200, .all_chars = 1'200, .words = {}};
  const ResultPotential both = result_potential(
      {result("a", std::string(5'000, 'x')), result("b", std::string(5'000, 'x'))}, limits);
  EXPECT_EQ(both.results, 2);
  EXPECT_EQ(both.chars, 10'000);
  EXPECT_EQ(both.oversized, 2);
  EXPECT_EQ(both.oversized_reducible, 7'600);
  EXPECT_EQ(both.all_reducible, 1'200);
  EXPECT_EQ(result_potential({user("q"), result("a", "")}, limits), ResultPotential{});
}

TEST(GuardToolLoop, CutsResultsAndRefusesTheRest) {
  const std::vector<Message> messages = {user("hi"), result("a", std::string(5'000, 'x'))};
  const GuardedLoop guarded = guard_tool_loop(messages, 2'048, CutWords{});
  EXPECT_TRUE(guarded.fits);
  EXPECT_EQ(guarded.chars, 2 + 2 * 1'024);
  EXPECT_EQ(size_of(guarded.shrunk.messages[1]), 1'024);
  EXPECT_EQ(guarded.shrunk.chars, 5'000 - 1'024);
  EXPECT_TRUE(guard_tool_loop({user(std::string(7'200, 'x'))}, 2'000, {}).fits);
  const GuardedLoop full = guard_tool_loop({user(std::string(7'201, 'x'))}, 2'000, {});
  EXPECT_FALSE(full.fits);
  EXPECT_EQ(full.max_chars, 7'200);
}

// ---- old results

std::vector<Message> two_results_then_three_answers() {
  return {user("q"),
          calls({"1"}),
          result("1", std::string(60'000, 'x')),
          calls({"2"}),
          result("2", std::string(60'000, 'y')),
          says("a"),
          says("b"),
          says("c")};
}

TEST(PruneOldResults, CutsMoreTheLessRoomThereIs) {
  const std::vector<Message> messages = two_results_then_three_answers();
  EXPECT_EQ(prune_old_results(messages, 200'000, {}).messages, messages);
  const ShrunkResults soft = prune_old_results(messages, 60'000, {});
  EXPECT_EQ(soft.messages[2].parts[0].text.substr(0, 1'505), std::string(1'500, 'x') + "\n...\n");
  EXPECT_LT(size_of(soft.messages[2]), 3'100);
  EXPECT_LT(size_of(soft.messages[4]), 3'100);
  EXPECT_EQ(soft.texts, 2);
  PruningSettings settings;
  settings.min_prunable_chars = 0;
  const ShrunkResults hard = prune_old_results(messages, 2'000, settings);
  EXPECT_EQ(hard.messages[2].parts[0].text, settings.placeholder);
  EXPECT_EQ(hard.messages[4], soft.messages[4]);
  settings.hard_clear = false;
  EXPECT_EQ(prune_old_results(messages, 2'000, settings).messages, soft.messages);
}

TEST(PruneOldResults, SparesTheNewestAndWhatMayNotBeCut) {
  std::vector<Message> messages = two_results_then_three_answers();
  messages.resize(5);
  EXPECT_EQ(prune_old_results(messages, 1'000, {}).messages, messages);
  PruningSettings settings;
  settings.keep_last_assistants = 0;
  settings.deny_tools = {"*XE*"};
  EXPECT_EQ(prune_old_results(messages, 1'000, settings).messages, messages);
  settings.deny_tools = {"read*"};
  settings.allow_tools = {"ex*c"};
  EXPECT_NE(prune_old_results(messages, 1'000, settings).messages, messages);
  settings.allow_tools = {"read"};
  EXPECT_EQ(prune_old_results(messages, 1'000, settings).messages, messages);
}

TEST(PruneOldResults, WaitsForTheCacheToBeCold) {
  const PruningSettings settings = bounded_settings({.ttl_ms = 1'000});
  EXPECT_FALSE(pruning_is_due(settings, std::nullopt, 5'000));
  EXPECT_FALSE(pruning_is_due(settings, 4'001, 5'000));
  EXPECT_TRUE(pruning_is_due(settings, 4'000, 5'000));
}

TEST(PruneOldResults, SettingsAreBounded) {
  PruningSettings settings;
  settings.keep_last_assistants = -2;
  settings.soft_percent = 700;
  settings.placeholder = " ";
  const PruningSettings made = bounded_settings(settings);
  EXPECT_EQ(made.keep_last_assistants, 0);
  EXPECT_EQ(made.soft_percent, 100);
  EXPECT_EQ(made.placeholder, PruningSettings{}.placeholder);
}

}  // namespace
}  // namespace vagus
