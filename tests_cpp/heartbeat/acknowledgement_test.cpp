#include "vagus/heartbeat/acknowledgement.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "vagus/heartbeat/reply.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kDefault = 300;

HeartbeatReply read(std::string_view text, std::int64_t ack_max_chars) {
  ReplyInput input;
  input.text = text;
  input.ack_max_chars = ack_max_chars;
  return read_heartbeat_reply(input);
}

void expect_acknowledged(std::string_view text, std::int64_t ack_max_chars = kDefault) {
  const HeartbeatReply reply = read(text, ack_max_chars);
  EXPECT_EQ(reply.verdict, ReplyVerdict::acknowledged) << text;
  EXPECT_TRUE(reply.stripped) << text;
  EXPECT_FALSE(reply.quiet) << text;
  EXPECT_EQ(reply.text, "") << text;
}

void expect_silent(std::string_view text) {
  const HeartbeatReply reply = read(text, 0);
  EXPECT_EQ(reply.verdict, ReplyVerdict::silent) << text;
  EXPECT_TRUE(reply.quiet) << text;
  EXPECT_EQ(reply.text, "") << text;
}

void expect_delivered(std::string_view text, std::string_view left,
                      std::int64_t ack_max_chars = kDefault) {
  const HeartbeatReply reply = read(text, ack_max_chars);
  EXPECT_EQ(reply.verdict, ReplyVerdict::says) << text;
  EXPECT_FALSE(reply.quiet) << text;
  EXPECT_EQ(reply.text, left) << text;
}

TEST(HeartbeatReply, TokenAloneIsAnAcknowledgementWhateverTheAllowance) {
  for (const std::string_view text : {"HEARTBEAT_OK",
                                      " HEARTBEAT_OK \n",
                                      "HEARTBEAT_OK.",
                                      "HEARTBEAT_OK!!!!",
                                      "HEARTBEAT_OK!!!!!",
                                      "**HEARTBEAT_OK**",
                                      "~~HEARTBEAT_OK~~",
                                      "_HEARTBEAT_OK_",
                                      "`HEARTBEAT_OK`",
                                      "```\nHEARTBEAT_OK\n```",
                                      "**HEARTBEAT_OK.**",
                                      "<b>HEARTBEAT_OK</b>",
                                      "<p class=\"x\">\n<b>HEARTBEAT_OK</b></p>",
                                      "<p>HEARTBEAT_OK",
                                      "HEARTBEAT_OK</p>",
                                      "&nbsp;HEARTBEAT_OK&NBSP;",
                                      "- HEARTBEAT_OK",
                                      "# HEARTBEAT_OK",
                                      "\"HEARTBEAT_OK\"",
                                      "(HEARTBEAT_OK)",
                                      "HEARTBEAT_OK**",
                                      "HEARTBEAT_OK HEARTBEAT_OK",
                                      "HEARTBEAT_OKHEARTBEAT_OK",
                                      "HEARTBEAT_OK\n\n**HEARTBEAT_OK**."}) {
    expect_acknowledged(text, 0);
    expect_acknowledged(text);
  }
}

TEST(HeartbeatReply, BlankIsEmpty) {
  for (const std::string_view text : {"", "   ", "\n\t", "\u00a0\ufeff"}) {
    EXPECT_EQ(read(text, 0).verdict, ReplyVerdict::empty) << text;
    EXPECT_FALSE(read(text, 0).quiet) << text;
  }
}

TEST(HeartbeatReply, ReasoningIsNeverSaid) {
  for (const std::string_view text : {"Reasoning:", " Reasoning:\nthe disk looks full"}) {
    EXPECT_EQ(read(text, 0).verdict, ReplyVerdict::empty) << text;
    EXPECT_EQ(read(text, 0).text, "") << text;
  }
  expect_delivered("My reasoning: none", "My reasoning: none");
}

TEST(HeartbeatReply, NoReplyMustBeTheWholeReply) {
  for (const std::string_view text :
       {"NO_REPLY", " no_reply ", "No_Reply\n", "{\"action\":\"NO_REPLY\"}",
        " {\n  \"action\" : \"NO_REPLY\"\n} "}) {
    expect_silent(text);
  }
  expect_acknowledged("HEARTBEAT_OK\nNO_REPLY", 0);
  for (const std::string_view text :
       {"NO_REPLY more", "no NO_REPLY", "NO_REPLY.", "{\"action\":\"NO_REPLY\"} more",
        "{\"action\":\"NO_REPLY\",\"x\":1}", "{\"action\":\"NO_REPLY\"",
        "{\"action\":\"no_reply\"}", "{\"actions\":\"NO_REPLY\"}"}) {
    expect_delivered(text, text);
  }
}

TEST(HeartbeatReply, NotifyFalseOnItsOwnLastLineIsQuiet) {
  for (const std::string_view text :
       {"Alert!\nnotify=false", "Alert!\n  NOTIFY=FALSE  \n\n", "Alert!\n\nnotify=false"}) {
    const HeartbeatReply reply = read(text, 0);
    EXPECT_EQ(reply.verdict, ReplyVerdict::says) << text;
    EXPECT_TRUE(reply.quiet) << text;
    EXPECT_EQ(reply.text, "Alert!") << text;
  }
  expect_silent("notify=false");
  expect_silent("NO_REPLY\nnotify=false");
  expect_delivered("Alert notify=false", "Alert notify=false");
  expect_delivered("notify=false\nAlert", "notify=false\nAlert");
  expect_delivered("Alert\nnotify=falsex", "Alert\nnotify=falsex");
}

TEST(HeartbeatReply, TextWithoutATokenIsDeliveredTrimmed) {
  expect_delivered("  Disk is full \n", "Disk is full");
  expect_delivered("heartbeat_ok", "heartbeat_ok");
  expect_delivered("HEARTBEAT<b>_OK</b>", "HEARTBEAT<b>_OK</b>");
  expect_delivered("**", "**");
}

TEST(HeartbeatReply, TokenInTheMiddleIsOrdinaryText) {
  expect_delivered("before HEARTBEAT_OK after", "before HEARTBEAT_OK after");
  expect_delivered("A HEARTBEAT_OK? b", "A HEARTBEAT_OK? b");
  expect_delivered("text HEARTBEAT_OK!!!!!", "text HEARTBEAT_OK!!!!!");
}

TEST(HeartbeatReply, TokenMustStandAlone) {
  for (const std::string_view text :
       {"HEARTBEAT_OKAY", "HEARTBEAT_OK2", "HEARTBEAT_OK_2", "xHEARTBEAT_OK", "my_HEARTBEAT_OK",
        "**HEARTBEAT_OKAY**", "HEARTBEAT_OKdone.", "all quietHEARTBEAT_OK"}) {
    expect_delivered(text, text);
  }
}

TEST(HeartbeatReply, ShortRestBesideTheTokenIsPartOfTheAcknowledgement) {
  expect_acknowledged("HEARTBEAT_OK all quiet");
  expect_acknowledged("all quiet HEARTBEAT_OK");
  expect_acknowledged("**HEARTBEAT_OK** tail");
  expect_delivered("HEARTBEAT_OK all quiet", "all quiet", 0);
  expect_delivered("all quiet. HEARTBEAT_OK", "all quiet.", 9);
  expect_acknowledged("all quiet. HEARTBEAT_OK", 10);
}

TEST(HeartbeatReply, AllowanceCountsCodePoints) {
  // Five code points: 10 bytes, and 6 UTF-16 units.
  const std::string text = "HEARTBEAT_OK d\u00e9j\u00e0\U0001F980";
  expect_acknowledged(text, 5);
  expect_delivered(text, "d\u00e9j\u00e0\U0001F980", 4);
  const std::string report(300, 'a');
  expect_acknowledged(report + " HEARTBEAT_OK", 300);
  expect_delivered(report + "a HEARTBEAT_OK", report + "a", 300);
}

TEST(HeartbeatReply, RestInAnotherScriptIsWords) {
  // "Disk full", in four characters that ASCII rules would take for punctuation.
  expect_delivered("HEARTBEAT_OK \u78c1\u76d8\u5df2\u6ee1", "\u78c1\u76d8\u5df2\u6ee1", 0);
}

TEST(HeartbeatReply, RestKeepsItsLayoutAndLosesOnlyTheTokensWrapping) {
  expect_delivered("HEARTBEAT_OK\n\n- one\n- two", "- one\n- two", 0);
  expect_delivered("**HEARTBEAT_OK**\n\n**one** and <i>two</i>", "**one** and <i>two</i>", 0);
  expect_delivered("HEARTBEAT_OK **one**", "**one**", 0);
  expect_delivered("<b>HEARTBEAT_OK</b> tail", "tail", 0);
  expect_delivered("**one**\n\n**HEARTBEAT_OK**", "**one**", 0);
  expect_delivered("one <b>HEARTBEAT_OK</b>", "one", 0);
  expect_delivered("HEARTBEAT_OK**one**", "**one**", 0);
  expect_delivered("1 < 2 > 0 HEARTBEAT_OK", "1 < 2 > 0", 0);
  expect_delivered("see <a> b>**HEARTBEAT_OK**", "see <a> b>", 0);
  expect_delivered("HEARTBEAT_OKHEARTBEAT_OK one", "one", 0);
}

TEST(HeartbeatReply, PunctuationBehindAnEndingTokenStays) {
  expect_delivered("All done HEARTBEAT_OK.", "All done.", 0);
  expect_delivered("done\u2014HEARTBEAT_OK\u2014", "done\u2014\u2014", 0);
  expect_delivered("one HEARTBEAT_OK! HEARTBEAT_OK!!", "one!!!", 0);
  expect_delivered("one HEARTBEAT_OK!!! HEARTBEAT_OK!!", "one HEARTBEAT_OK!!!!!",
                   0);  // four in all
  expect_delivered("HEARTBEAT_OK: nothing to report", ": nothing to report", 0);
}

TEST(HeartbeatReply, ASmallerAllowanceNeverSilencesMore) {
  const std::vector<std::string> pieces = {"HEARTBEAT_OK",
                                           "NO_REPLY",
                                           "notify=false",
                                           "\n",
                                           " ",
                                           "*",
                                           "_",
                                           "`",
                                           "<b>",
                                           "</b>",
                                           "<",
                                           ">",
                                           "&nbsp;",
                                           "!",
                                           ".",
                                           "\u00e9",
                                           "x",
                                           "alert",
                                           "\xff",
                                           "\u2014"};
  std::uint64_t state = 7;
  int acknowledged = 0;
  int delivered = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 7; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text += pieces[(state >> 33) % pieces.size()];
    }
    const HeartbeatReply strict = read(text, 0);
    const HeartbeatReply lenient = read(text, 5);
    const bool says = strict.verdict == ReplyVerdict::says;
    const bool leniently = lenient.verdict == ReplyVerdict::says;
    EXPECT_EQ(says, !strict.text.empty()) << text;
    EXPECT_EQ(leniently, !lenient.text.empty()) << text;
    EXPECT_TRUE(!leniently || lenient.text == strict.text) << text;
    EXPECT_EQ(strict.text, trim(strict.text));
    EXPECT_LE(strict.text.size(), text.size()) << text;
    if (text.find(kHeartbeatOk) == std::string::npos && says && !strict.quiet) {
      EXPECT_EQ(strict.text, trim(text)) << text;
    }
    leniently ? ++delivered : ++acknowledged;
  }
  EXPECT_GT(acknowledged, 500);
  EXPECT_GT(delivered, 1000);
}

TEST(HeartbeatReply, LongRepliesTakeLinearTime) {
  std::string tokens;
  for (int i = 0; i < 100'000; ++i) tokens += "HEARTBEAT_OK ";
  expect_acknowledged(tokens, 0);
  expect_acknowledged(std::string(1'000'000, '*') + tokens, 0);
  const std::string brackets(1'000'000, '<');
  expect_delivered(brackets + "x HEARTBEAT_OK", brackets + "x", 0);
}

TEST(UserReply, OnlySilenceIsSilent) {
  for (const std::string_view text :
       {"", " \n", "NO_REPLY", "no_reply ", "{\"action\":\"NO_REPLY\"}"}) {
    EXPECT_TRUE(read_user_reply(text).acknowledged) << text;
    EXPECT_EQ(read_user_reply(text).text, "") << text;
  }
  for (const std::string_view text :
       {"HEARTBEAT_OK", "Hello", "NO_REPLY more", "Hi\nnotify=false"}) {
    EXPECT_FALSE(read_user_reply(text).acknowledged) << text;
    EXPECT_EQ(read_user_reply(text).text, text) << text;
  }
  EXPECT_EQ(read_user_reply("  Hello\n").text, "Hello");
}

}  // namespace
}  // namespace vagus
