#include "vagus/runs/chat_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vagus/runs/chat_endings.hpp"

namespace vagus {
namespace {

std::string merged(std::string so_far, const std::string& text, const std::string& delta,
                   bool exact = true) {
  const TextChange change = change_by(so_far, text, delta, exact);
  if (change.replaces) so_far.clear();
  return so_far + std::string(change.text);
}

TEST(ChatText, SnapshotsAndIncrementsMerge) {
  EXPECT_EQ(merged("", "Hello", ""), "Hello");
  EXPECT_EQ(merged("Hello", "Hello world", " world"), "Hello world");
  EXPECT_EQ(merged("abcdef", "abc", ""), "abcdef");
  EXPECT_EQ(merged("Part one", "Part two", "\nPart two"), "Part one\nPart two");
  EXPECT_EQ(merged("one", "two", ""), "two");
  EXPECT_EQ(merged("", "all of it", "it"), "all of it");
  EXPECT_EQ(merged("kept", "", ""), "kept");
}

TEST(ChatText, ARepetitionIsKeptUnlessTheProfileDropsWhatOverlaps) {
  EXPECT_EQ(merged("ha", "", "ha"), "haha");
  EXPECT_EQ(merged("ha", "", "ha", false), "ha");
  EXPECT_EQ(merged("Hello wor", "", "world", false), "Hello world");
  EXPECT_EQ(merged("abc", "", "xyz", false), "abcxyz");
}

struct Shown {
  std::string raw;
  std::string text;
  bool is_held;
};

void expect_shown(const StreamProfile& profile, const std::vector<Shown>& rows) {
  for (const Shown& row : rows) {
    const ShownText shown = shown_text(row.raw, profile);
    EXPECT_EQ(shown.text, row.text) << row.raw;
    EXPECT_EQ(shown.is_held, row.is_held) << row.raw;
  }
}

TEST(ChatText, ControlTokensAreNotShown) {
  expect_shown(StreamProfile{}, {
                                    {"NO_REPLY", "", true},
                                    {" no_reply\n", "", true},
                                    {"Announce_Skip", "", true},
                                    {"REPLY_SKIP", "", true},
                                    {"NO_REPLYHello", "Hello", false},
                                    {"NO_REPLY NO_REPLYé", "é", false},
                                    {"NO_REPLY Hello", "NO_REPLY Hello", false},
                                    {"All done. NO_REPLY", "All done.", false},
                                    {"Done.\nREPLY_SKIP", "Done.", false},
                                    {"Not NO_REPLY but", "Not NO_REPLY but", false},
                                    {"N", "N", true},
                                    {"rep", "rep", true},
                                    {"A plan", "A plan", false},
                                    {"", "", true},
                                });
  expect_shown(StreamProfile::april(), {
                                           {"All done. NO_REPLY", "All done. NO_REPLY", false},
                                           {"N", "N", false},
                                           {"No", "No", true},
                                           {"AN", "AN", false},
                                           {"ANN", "ANN", true},
                                           {"ann", "ann", false},
                                           {"announce_", "announce_", true},
                                           {"REP", "REP", true},
                                       });
}

TEST(ChatText, DirectiveTagsAreTakenOut) {
  expect_shown(StreamProfile{}, {
                                    {"a [[reply_to_current]] b", "a  b", false},
                                    {"[[ Reply_To: 123 ]]c", "c", false},
                                    {"[[audio_as_voice]]NO_REPLY", "", true},
                                    {"[[reply_to:]]d", "[[reply_to:]]d", false},
                                    {"[[link]] e", "[[link]] e", false},
                                    {"[[[audio_as_voice]]", "[", false},
                                });
  EXPECT_EQ(without_open_tag("text [[reply_"), "text ");
  EXPECT_EQ(without_open_tag("text [[reply_to: 12"), "text ");
  EXPECT_EQ(without_open_tag("text ["), "text ");
  EXPECT_EQ(without_open_tag("text [[other"), "text [[other");
  EXPECT_EQ(without_open_tag("text [[link]]"), "text [[link]]");
}

TEST(ChatEndings, ErrorsAreTold) {
  EXPECT_EQ(error_kind_of("Too many requests"), ErrorKind::rate_limit);
  EXPECT_EQ(error_kind_of("blocked by CONTENT_FILTER"), ErrorKind::refusal);
  EXPECT_EQ(error_kind_of("request timeout after 429"), ErrorKind::timeout);
  EXPECT_EQ(error_kind_of("exceeds the context_window"), ErrorKind::context_length);
  EXPECT_EQ(error_kind_of("no", "ETIMEDOUT"), ErrorKind::timeout);
  EXPECT_EQ(error_kind_of("no", "429"), ErrorKind::rate_limit);
  EXPECT_EQ(error_kind_of("kaboom", "500"), std::nullopt);
}

TEST(ChatEndings, AnEndSaysHowItCame) {
  EXPECT_EQ(ending_of("", "", false).state, ChatState::final);
  EXPECT_EQ(ending_of("", "length", false).state, ChatState::final);
  EXPECT_EQ(ending_of("", "", true).state, ChatState::aborted);
  EXPECT_EQ(ending_of("Cancelled", "", false).state, ChatState::aborted);
  EXPECT_EQ(ending_of("", "superseded", false).state, ChatState::aborted);
  EXPECT_EQ(ending_of("timeout", "", true).kind, ErrorKind::timeout);
  EXPECT_EQ(ending_of("failed", "", false).state, ChatState::error);
}

TEST(ChatEndings, ARunExpiresAMinuteAfterItsTimeout) {
  EXPECT_EQ(run_expiry(0, 0), 2 * kMinute);
  EXPECT_EQ(run_expiry(0, -5), 2 * kMinute);
  EXPECT_EQ(run_expiry(0, kMinute), 2 * kMinute);
  EXPECT_EQ(run_expiry(5, 10 * kMinute), 11 * kMinute + 5);
  EXPECT_EQ(run_expiry(0, kMaxMillis), kDay);
}

TEST(ChatEndings, PeopleAskToStopInManyWays) {
  for (const char* text : {"stop", "/stop", " STOP!! ", "Arrête.", "止めて。", "Стоп",
                           "please stop", "Stop don’t do anything", "stop the agent"}) {
    EXPECT_TRUE(is_stop_text(text)) << text;
  }
  for (const char* text : {"", "stopping", "stop the music", "\xFF", "do not stop"}) {
    EXPECT_FALSE(is_stop_text(text)) << text;
  }
}

}  // namespace
}  // namespace vagus
