#include "vagus/heartbeat/reply.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "vagus/heartbeat/acknowledgement.hpp"

namespace vagus {
namespace {

constexpr Millis kNow = 1'779'056'100'000;

HeartbeatResult result(HeartbeatOutcome outcome, bool notify) {
  HeartbeatResult result;
  result.outcome = outcome;
  result.notify = notify;
  result.summary = "Looked at the disk.";
  return result;
}

ReplyInput with_result(HeartbeatResult said) {
  ReplyInput input;
  input.text = "HEARTBEAT_OK";
  input.result = std::move(said);
  return input;
}

HeartbeatReply read(std::string_view text, std::string_view prefix) {
  ReplyInput input;
  input.text = text;
  input.response_prefix = prefix;
  return read_heartbeat_reply(input);
}

TEST(HeartbeatReply, AStructuredResultCountsBeforeTheText) {
  const HeartbeatReply said =
      read_heartbeat_reply(with_result(result(HeartbeatOutcome::needs_attention, true)));
  EXPECT_EQ(said.verdict, ReplyVerdict::says);
  EXPECT_EQ(said.text, "Looked at the disk.");
  EXPECT_FALSE(said.quiet);
  HeartbeatResult worded = result(HeartbeatOutcome::done, true);
  worded.notification_text = "The disk is full.";
  ReplyInput input = with_result(worded);
  input.response_prefix = "[Bot]";
  EXPECT_EQ(read_heartbeat_reply(input).text, "[Bot] The disk is full.");
}

TEST(HeartbeatReply, AResultThatAsksForSilenceIsNotSent) {
  for (const HeartbeatOutcome outcome :
       {HeartbeatOutcome::done, HeartbeatOutcome::blocked, HeartbeatOutcome::progress,
        HeartbeatOutcome::needs_attention}) {
    const HeartbeatReply said = read_heartbeat_reply(with_result(result(outcome, false)));
    EXPECT_EQ(said.verdict, ReplyVerdict::silent) << name_of(outcome);
    EXPECT_EQ(said.text, "");
    EXPECT_TRUE(said.quiet);
  }
  const HeartbeatReply nothing =
      read_heartbeat_reply(with_result(result(HeartbeatOutcome::no_change, false)));
  EXPECT_EQ(nothing.verdict, ReplyVerdict::acknowledged);
  EXPECT_TRUE(nothing.quiet);
}

TEST(HeartbeatReply, ThePrefixStandsInFrontOnce) {
  EXPECT_EQ(read("Alert!", "[P]").text, "[P] Alert!");
  EXPECT_EQ(read("[P] Alert!", "[P]").text, "[P] Alert!");
  EXPECT_EQ(read("[p] Alert!", "[P]").text, "[P] Alert!");
  EXPECT_EQ(read("Alert!", " ").text, "Alert!");
  EXPECT_EQ(read("Alert!\nnotify=false", "[P]").text, "[P] Alert!");
  EXPECT_TRUE(read("Alert!\nnotify=false", "[P]").quiet);
}

TEST(HeartbeatReply, AnAcknowledgementBehindThePrefixIsOne) {
  EXPECT_EQ(read("[P] HEARTBEAT_OK", "[P]").verdict, ReplyVerdict::acknowledged);
  EXPECT_EQ(read("[P] NO_REPLY", "[P]").verdict, ReplyVerdict::silent);
  EXPECT_EQ(read("[P]", "[P]").verdict, ReplyVerdict::empty);
}

TEST(HeartbeatReply, AnAttachmentIsSentWhateverTheTextIs) {
  for (const std::string_view text : {"", "HEARTBEAT_OK", "NO_REPLY", "notify=false"}) {
    ReplyInput input;
    input.text = text;
    input.has_media = true;
    const HeartbeatReply reply = read_heartbeat_reply(input);
    EXPECT_EQ(reply.verdict, ReplyVerdict::says) << text;
    EXPECT_EQ(reply.text, "") << text;
  }
}

TEST(Prefix, EndsWhereAWordDoes) {
  struct Case {
    std::string_view text, prefix, left;
  };
  const Case cases[] = {
      {"[Bot] HEARTBEAT_OK", "[Bot]", "HEARTBEAT_OK"},
      {"[BOT]\n\nHi", "[Bot]", "Hi"},
      {"Hi", "Hi", ""},
      {"Hi \n", "Hi", ""},
      {"  Hi x", "Hi", "  Hi x"},
      {"Hi_x", "Hi", "_x"},
      {"Hi: x", "hi", ": x"},
      {"Hix", "Hi", "Hix"},
      {"Hi5", "Hi", "Hi5"},
      {"Hi\u00e9", "Hi", "Hi\u00e9"},
      {"Hi\u2014x", "Hi", "\u2014x"},
      {"\U0001F99E ok", "\U0001F99E", "ok"},
      {"\u00c9t\u00e9 ok", "\u00e9T\u00c9", "ok"},
      {"x", "", "x"},
      {"x", "longer than the text", "x"},
      {"Hi\xff", "Hi", "Hi\xff"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(without_prefix(each.text, each.prefix), each.left) << each.text;
  }
}

TEST(Prefix, ReadingAgainWhatWasSaidChangesNothing) {
  const std::vector<std::string> pieces = {"HEARTBEAT_OK", "[P]", " ",  "\n",  "notify=false",
                                           "NO_REPLY",     "x",   "**", "[p]", "\u2014"};
  std::uint64_t state = 3;
  int said = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 6; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text += pieces[(state >> 33) % pieces.size()];
    }
    const HeartbeatReply once = read(text, "[P]");
    if (once.verdict != ReplyVerdict::says) continue;
    ++said;
    EXPECT_TRUE(once.text.starts_with("[P]")) << text;
    EXPECT_EQ(with_prefix(once.text, "[P]"), once.text) << text;
  }
  EXPECT_GT(said, 1'000);
}

TEST(Repeat, IsTheSameTextWithinADay) {
  EXPECT_TRUE(is_repeat("Disk full", " Disk full\n", kNow - 1, kNow));
  EXPECT_TRUE(is_repeat("Disk full", "Disk full", kNow, kNow));
  EXPECT_TRUE(is_repeat("Disk full", "Disk full", kNow - kRepeatWindow + 1, kNow));
  EXPECT_FALSE(is_repeat("Disk full", "Disk full", kNow - kRepeatWindow, kNow));
  EXPECT_FALSE(is_repeat("Disk full", "disk full", kNow - 1, kNow));
  EXPECT_FALSE(is_repeat(" ", "", kNow - 1, kNow));
}

TEST(Repeat, AClockThatWentBackRepeatsNothing) {
  EXPECT_FALSE(is_repeat("Disk full", "Disk full", kNow + 1, kNow));
}

}  // namespace
}  // namespace vagus
