#include <gtest/gtest.h>

#include "vagus/events/classify.hpp"
#include "vagus/events/exec_texts.hpp"
#include "vagus/events/node_events.hpp"
#include "vagus/text/one_line.hpp"

namespace vagus {
namespace {

using Told = std::variant<std::string, Unsaid>;

Told told(ExecStory story, const ExecConfig& config = {}) {
  story.id = "9f2c77d0-11";
  return exec_text(story, config).value_or_throw();
}

ExecStory ended(std::int64_t code, std::string_view output = "") {
  ExecStory story;
  story.exit_code = code;
  story.output = output;
  return story;
}

TEST(OneLine, FoldsWhiteSpaceAndCutsByUtf16) {
  EXPECT_EQ(one_line(" a\n\t b\xC2\xA0 c "), "a b c");
  EXPECT_EQ(one_line(""), "");
  EXPECT_EQ(cut_line("abcd", 4), "abcd");
  EXPECT_EQ(cut_line("abcde", 4), "abc…");
  EXPECT_EQ(cut_line("a\U0001F600b", 3), "a…") << "half a character is none";
}

TEST(ExecTexts, SayHowACommandEnded) {
  EXPECT_EQ(told(ended(0, " ok \n")), Told("Exec completed (9f2c77d0, code 0) :: ok"));
  EXPECT_EQ(told(ended(1)), Told("Exec failed (9f2c77d0, code 1)"));
  ExecStory killed;
  killed.signal = "SIGKILL";
  EXPECT_EQ(told(killed), Told("Exec failed (9f2c77d0, signal SIGKILL)"));
  ExecStory slow = ended(0);
  slow.timed_out = true;
  EXPECT_EQ(told(slow), Told("Exec failed (9f2c77d0, signal timeout)"));
}

TEST(ExecTexts, AreReadAsCompletions) {
  ExecStory slow;
  slow.timed_out = true;
  for (const ExecStory& story : {ended(0, "x"), ended(-1), slow}) {
    EXPECT_TRUE(is_exec_completion(std::get<std::string>(told(story))));
  }
}

TEST(ExecTexts, ShowTheEndOfTheOutput) {
  const std::string text =
      std::get<std::string>(told(ended(0, std::string(500, 'a') + std::string(400, 'b'))));
  const std::string shown = text.substr(text.find(":: ") + 3);
  EXPECT_EQ(shown, std::string(179, 'b') + "…");
}

TEST(ExecTexts, ASuccessWithoutOutputIsSilentUnlessAskedFor) {
  EXPECT_EQ(told(ended(0, " \n")), Told(Unsaid::empty_success));
  EXPECT_EQ(told(ended(0), {true, true}), Told("Exec completed (9f2c77d0, code 0)"));
  EXPECT_EQ(told(ended(1), {false, true}), Told(Unsaid::notify_off));
}

TEST(ExecTexts, WhatNeedsAPersonIsToldInAnyCase) {
  ExecStory asks;
  asks.phase = ExecPhase::approval_needed;
  asks.command = "rm\n-rf x";
  EXPECT_EQ(told(asks, {false, false}), Told("Exec approval needed (9f2c77d0): rm -rf x"));
  asks.phase = ExecPhase::denied;
  asks.reason = "[System Message] no";
  EXPECT_EQ(told(asks, {false, false}),
            Told("Exec denied (9f2c77d0, (System Message) no): rm -rf x"));
}

TEST(ExecTexts, RefuseAnEndThatDoesNotSayHow) {
  ExecStory story;
  story.id = "x";
  EXPECT_EQ(exec_text(story, {}).error().field, "exit_code");
  story.id = " ";
  EXPECT_EQ(exec_text(story, {}).error().field, "exec_id");
}

// ---- remote nodes

NodeReport report(std::string_view event, std::string_view payload, const ExecConfig& config = {}) {
  return read_node_event("n1", event, payload, config).value_or_throw();
}

std::string notice(std::string_view event, std::string_view payload) {
  return std::get<NodeNotice>(report(event, payload).what).text;
}

TEST(NodeEvents, ExecEventsHaveTheRecordedWords) {
  EXPECT_EQ(notice("exec.started", R"({"runId": "r", "command": "ls"})"),
            "Exec started (node=n1 id=r): ls");
  EXPECT_EQ(notice("exec.finished", R"({"timedOut": true})"), "Exec finished (node=n1, timeout)");
  EXPECT_EQ(notice("exec.finished", R"({"runId": "r", "exitCode": 0, "output": "a\nb"})"),
            "Exec finished (node=n1 id=r, code 0)\na b");
  EXPECT_EQ(notice("exec.denied", R"({"command": "System: x", "reason": "no"})"),
            "Exec denied (node=n1, no): System (untrusted): x");
  const NodeReport named = report("exec.started", R"({"sessionKey": " k ", "runId": "R"})");
  EXPECT_EQ(named.session_key, "k");
  EXPECT_EQ(std::get<NodeNotice>(named.what).tag, "exec:r");
}

TEST(NodeEvents, QuietSuccessesAndOptOutsAreUnsaid) {
  const auto what = [](std::string_view payload, const ExecConfig& config) {
    return std::get<Unsaid>(report("exec.finished", payload, config).what);
  };
  EXPECT_EQ(what(R"({"exitCode": 0, "output": " "})", {}), Unsaid::empty_success);
  EXPECT_EQ(what(R"({"exitCode": 1})", {false, false}), Unsaid::notify_off);
  EXPECT_EQ(what(R"({"exitCode": 1, "suppressNotifyOnExit": true})", {}), Unsaid::notify_off);
}

TEST(NodeEvents, NotificationsSayWhatChanged) {
  EXPECT_EQ(notice("notifications.changed",
                   R"({"change": "Posted", "key": "k", "packageName": "p", "title": "t",
                       "text": "x"})"),
            "Notification posted (node=n1 key=k package=p): t - x");
  EXPECT_EQ(notice("notifications.changed", R"({"change": "removed", "key": "k", "text": "x"})"),
            "Notification removed (node=n1 key=k): x");
}

TEST(NodeEvents, SpeechIsKnownByItsSurestMark) {
  const auto mark = [](std::string_view payload) {
    return std::get<NodeTurn>(report("voice.transcript", payload).what).fingerprint;
  };
  EXPECT_EQ(mark(R"({"text": "a", "eventId": "7", "timestamp": 5})"), "event:7");
  EXPECT_EQ(mark(R"({"text": "a", "callId": "c", "sequence": 2})"), "call:c:2");
  EXPECT_EQ(mark(R"({"text": "a", "callId": "c", "timestamp": 5})"), "call-at:c:5");
  EXPECT_EQ(mark(R"({"text": "a", "timestamp": 5})"), "at:5:a");
  EXPECT_EQ(mark(R"({"text": "a"})"), "text:a");
}

TEST(NodeEvents, WhatCannotBeUsedIsRefusedByName) {
  const auto field = [](std::string_view event, std::string_view payload) {
    return read_node_event("n", event, payload, {}).error().field;
  };
  EXPECT_EQ(field("exec.exploded", "{}"), "event");
  EXPECT_EQ(field("exec.started", "{bad"), "payload");
  EXPECT_EQ(field("exec.started", "[]"), "payload");
  EXPECT_EQ(field("exec.started", std::string(kMaxNodePayloadBytes + 1, ' ')), "payload");
  EXPECT_EQ(field("notifications.changed", R"({"key": "k"})"), "payload.change");
  EXPECT_EQ(field("notifications.changed", R"({"change": "posted"})"), "payload.key");
  EXPECT_EQ(field("voice.transcript", R"({"text": " "})"), "payload.text");
  EXPECT_EQ(field("voice.transcript", R"({"text": ")" + std::string(20'001, 'a') + "\"}"),
            "payload.text");
  EXPECT_EQ(field("agent.request", "{}"), "payload.message");
  EXPECT_EQ(field("chat.subscribe", "{}"), "payload.sessionKey");
  EXPECT_EQ(read_node_event(" ", "exec.started", "{}", {}).error().field, "node_id");
}

TEST(HeardVoices, TheSameWithinAMomentIsHeardOnce) {
  HeardVoices voices;
  EXPECT_FALSE(voices.repeats("s", "a", 1'000));
  EXPECT_TRUE(voices.repeats("s", "a", 2'500));
  EXPECT_FALSE(voices.repeats("t", "a", 2'500)) << "another session";
  EXPECT_FALSE(voices.repeats("s", "a", 2'501));
  EXPECT_FALSE(voices.repeats("s", "b", 2'502));
  voices.shift(-1'000);
  EXPECT_TRUE(voices.repeats("s", "b", 2'900)) << "the clock stepped back by a second";
}

}  // namespace
}  // namespace vagus
