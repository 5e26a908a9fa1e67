#include "vagus/context/history.hpp"

#include <gtest/gtest.h>

#include "build.hpp"
#include "vagus/context/history_limit.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

Message shows(std::string text) {
  return Message{Role::user, {text_part(std::move(text)), image_part()}};
}

std::vector<Message> turns_with_images(int count) {
  std::vector<Message> messages;
  for (int i = 0; i < count; ++i) {
    messages.push_back(shows(std::to_string(i)));
    messages.push_back(says("seen"));
  }
  return messages;
}

// ---- images

TEST(HistoryImages, OnlyTheNewestAnsweredTurnsKeepThem) {
  EXPECT_EQ(prune_history_images(turns_with_images(3)).messages, turns_with_images(3));
  const std::vector<Message> given = turns_with_images(5);
  const ReducedHistory reduced = prune_history_images(given);
  EXPECT_EQ(reduced.removed, 2);
  EXPECT_GT(reduced.tokens, 3'900);
  EXPECT_EQ(reduced.messages[0].parts[1], text_part(std::string(kImageRemoved)));
  EXPECT_EQ(reduced.messages[4], given[4]);
  EXPECT_EQ(prune_history_images(reduced.messages).messages, reduced.messages);
  EXPECT_EQ(prune_history_images(given, 0).removed, 5);
  EXPECT_EQ(prune_history_images(given, -1).removed, 5);
}

TEST(HistoryImages, ATurnWithoutAnswerIsNotCounted) {
  std::vector<Message> messages = turns_with_images(3);
  messages.push_back(shows("new"));
  EXPECT_EQ(prune_history_images(messages).removed, 0);
  messages.push_back(says("seen"));
  EXPECT_EQ(prune_history_images(messages).removed, 1);
}

TEST(HistoryImages, ToolsImagesGoToo) {
  Message shot = result("1");
  shot.parts.push_back(image_part());
  std::vector<Message> messages = {shot, says("seen")};
  for (const Message& each : turns_with_images(3)) messages.push_back(each);
  EXPECT_EQ(prune_history_images(messages).removed, 1);
}

// ---- turns

TEST(LimitTurns, CountsUsersMessagesFromTheEnd) {
  const std::vector<Message> messages = {user("1"),   says("a"), user("2"), calls({"x"}),
                                         result("x"), says("b"), user("3"), says("c")};
  const auto left = [&](std::optional<std::int64_t> limit) {
    return limit_turns(messages, limit).messages.size();
  };
  EXPECT_EQ(left(std::nullopt), 8u);
  EXPECT_EQ(left(0), 8u);
  EXPECT_EQ(left(-1), 8u);
  EXPECT_EQ(left(1), 2u);
  EXPECT_EQ(left(2), 6u);
  EXPECT_EQ(left(3), 8u);
  const ReducedHistory reduced = limit_turns(messages, 2);
  EXPECT_EQ(reduced.removed, 2);
  EXPECT_GT(reduced.tokens, 0);
}

TEST(LimitTurns, LeadingMessagesGoOnlyWithACut) {
  const std::vector<Message> messages = {text_message(Role::system, "s"), says("hi"), user("1")};
  EXPECT_EQ(limit_turns(messages, 1).messages, messages);
  std::vector<Message> longer = messages;
  longer.push_back(user("2"));
  EXPECT_EQ(short_form(limit_turns(longer, 1).messages), "S U");
  EXPECT_EQ(limit_turns({says("a")}, 1).messages.size(), 1u);
}

TEST(HistoryLimit, FollowsTheKey) {
  ChannelHistory telegram{30, 10, {{"123", 5}, {"a:b", 6}}};
  const std::map<std::string, ChannelHistory> channels = {{"telegram", telegram}};
  const auto limit = [&](std::string_view key) { return history_limit(key, channels); };
  for (const char* key :
       {"telegram:dm:123", "agent:main:telegram:direct:123", "TELEGRAM:DM:123",
        "telegram:dm:123:thread:77", "telegram:dm:123:TOPIC:1", "telegram::dm::123"}) {
    EXPECT_EQ(limit(key), 5) << key;
  }
  EXPECT_EQ(limit("telegram:dm:a:b"), 6);
  EXPECT_EQ(limit("telegram:dm:9"), 10);
  EXPECT_EQ(limit("telegram:dm"), 10);
  EXPECT_EQ(limit("agent:x:telegram:group:-100"), 30);
  EXPECT_EQ(limit("agent:x:telegram:channel:c"), 30);
  for (const char* key : {"", ":", "agent:main:main", "agent:main:main:heartbeat", "discord:dm:1",
                          "telegram", "telegram:cron:1"}) {
    EXPECT_EQ(limit(key), std::nullopt) << key;
  }
}

// ---- heartbeats

std::vector<Message> poll(std::vector<Message> answer) {
  std::vector<Message> messages = {user("before"), says("yes"), user(" Read HEARTBEAT.md now")};
  for (Message& each : answer) messages.push_back(std::move(each));
  messages.push_back(user("after"));
  return messages;
}

const HeartbeatTurns kTurns{{"", "Read HEARTBEAT.md"}, 300, true};

TEST(DropHeartbeats, ThatFoundNothing) {
  for (const char* nothing : {"HEARTBEAT_OK", "**HEARTBEAT_OK** all good", "NO_REPLY"}) {
    const ReducedHistory reduced = drop_heartbeats(poll({says(nothing)}), kTurns);
    EXPECT_EQ(short_form(reduced.messages), "U A:text U") << nothing;
    EXPECT_EQ(reduced.removed, 2);
    EXPECT_GT(reduced.tokens, 8);
  }
  for (const char* something : {"The disk is full.", "HEARTBEAT_OKAY", ""}) {
    EXPECT_EQ(drop_heartbeats(poll({says(something)}), kTurns).removed, 0) << something;
  }
  EXPECT_EQ(drop_heartbeats({user("Hello"), says("HEARTBEAT_OK")}, kTurns).removed, 0);
  EXPECT_EQ(drop_heartbeats({user("Read HEARTBEAT.md")}, kTurns).removed, 0);
}

TEST(DropHeartbeats, WithToolsOrWithout) {
  const std::vector<Message> messages =
      poll({calls({"1"}), result("1", "a file"), says("HEARTBEAT_OK")});
  EXPECT_EQ(drop_heartbeats(messages, kTurns).removed, 4);
  HeartbeatTurns pairs = kTurns;
  pairs.with_tools = false;
  EXPECT_EQ(drop_heartbeats(messages, pairs).messages, messages);
  const auto goes_on = poll({says("HEARTBEAT_OK"), says("wait: the disk is full")});
  EXPECT_EQ(drop_heartbeats(goes_on, kTurns).removed, 0);
  EXPECT_EQ(short_form(drop_heartbeats(goes_on, pairs).messages), "U A:text A:text U");
}

// ---- conversations

TEST(RealConversation, SaysMoreThanAnAcknowledgement) {
  const auto real = [](Message message) {
    return is_real_conversation(std::vector<Message>{std::move(message)}, 0);
  };
  EXPECT_TRUE(real(user("hello")));
  EXPECT_TRUE(real(Message{Role::user, {image_part()}}));
  EXPECT_TRUE(real(says("HEARTBEAT_OK but the disk is full")));
  for (const char* nothing : {"HEARTBEAT_OK", "NO_REPLY", " ", "<b>HEARTBEAT_OK</b>"}) {
    EXPECT_FALSE(real(says(nothing))) << nothing;
  }
  EXPECT_FALSE(real(calls({"1"})));
  EXPECT_FALSE(real(text_message(Role::system, "hello")));
  EXPECT_FALSE(real(result("1")));
  EXPECT_FALSE(is_real_conversation({}, 0));
}

TEST(RealConversation, AResultNeedsAUserNearby) {
  std::vector<Message> messages = {user("hello")};
  for (int i = 0; i < 30; ++i) messages.push_back(result("1"));
  EXPECT_TRUE(is_real_conversation(messages, 20));
  EXPECT_FALSE(is_real_conversation(messages, 21));
}

}  // namespace
}  // namespace vagus
