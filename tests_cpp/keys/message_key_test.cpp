#include "vagus/keys/message_key.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

std::string group(const MessageOrigin& message) {
  const auto found = group_of_message(message);
  if (!found) return "none";
  return found->key + "|" + found->channel + "|" + found->id + "|" +
         std::string(name_of(found->kind));
}

TEST(MessageKey, FindsTheRoomOfAMessage) {
  EXPECT_EQ(group({.from = "whatsapp:120@g.us", .chat_type = "group", .provider = "whatsapp"}),
            "whatsapp:group:120@g.us|whatsapp|120@g.us|group");
  EXPECT_EQ(group({.from = "120@G.us"}), "whatsapp:group:120@g.us|whatsapp|120@g.us|group");
  EXPECT_EQ(group({.from = " Slack:Channel:C1 ", .provider = "other"}),
            "slack:channel:c1|slack|c1|channel");
  EXPECT_EQ(group({.from = "telegram:group:-1:topic:5", .provider = "telegram"}),
            "telegram:group:-1:topic:5|telegram|-1:topic:5|group");
  EXPECT_EQ(group({.from = "C1", .chat_type = " CHANNEL ", .provider = "zulip"}),
            "zulip:channel:c1|zulip|c1|channel");
}

TEST(MessageKey, APersonsMessageIsInTheRoomItWasSentTo) {
  EXPECT_EQ(group({.from = "discord:U1",
                   .to = "channel:C9",
                   .chat_type = "channel",
                   .provider = "discord"}),
            "discord:channel:c9|discord|c9|channel");
}

TEST(MessageKey, ARoomIsNamedOnceHoweverUnknownItsChannel) {
  EXPECT_EQ(group({.from = "weird:group:Y", .provider = "weird"}), "weird:group:y|weird|y|group");
}

TEST(MessageKey, RoomsKeepTheCaseThatKeysKeep) {
  EXPECT_EQ(group({.from = "signal:group:AbC=", .provider = "signal"}),
            "signal:group:AbC=|signal|AbC=|group");
  EXPECT_EQ(group({.from = "matrix:channel:!R:S", .provider = "matrix"}),
            "matrix:channel:!R:S|matrix|!R:S|channel");
}

TEST(MessageKey, ADirectMessageHasNoRoom) {
  EXPECT_EQ(group({.from = "+1555", .chat_type = "direct", .provider = "whatsapp"}), "none");
  EXPECT_EQ(group({.from = ""}), "none");
  EXPECT_EQ(group({.from = "telegram:group:", .chat_type = "group", .provider = "telegram"}),
            "none");
  EXPECT_EQ(group({.from = "C1", .chat_type = "group"}), "none");  // of no channel
}

TEST(MessageKey, NamesTheSessionOfAMessage) {
  const MessageOrigin room{.from = "slack:channel:C1", .provider = "slack"};
  const MessageOrigin person{.from = "+1555"};
  EXPECT_EQ(*key_of_message(room, {.agent = "Ops"}), "agent:ops:slack:channel:c1");
  EXPECT_EQ(*key_of_message(person, {.agent = "ops", .naming = {"Work"}}), "agent:ops:work");
  EXPECT_EQ(*key_of_message(room, {.naming = {"main", SessionScope::global}}), "global");
  EXPECT_EQ(*key_of_message(
                room, {.session_key = " Agent:X:Y", .naming = {"main", SessionScope::global}}),
            "agent:x:y");
}

TEST(MessageKey, AnAgentIsNeverGuessed) {
  const auto key = key_of_message({.from = "+1555"}, {.agent = " "});
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, ErrorCode::ambiguous_agent);
  EXPECT_EQ(key.error().field, "agent");
}

TEST(MessageKey, NamesTheHistoryOfARoom) {
  EXPECT_EQ(group_history_key("Signal", "", {PeerKind::group, " AbC= "}),
            "signal:default:group:AbC=");
  EXPECT_EQ(group_history_key("", "A B", {PeerKind::channel, ""}), "unknown:a-b:channel:unknown");
  EXPECT_NE(group_history_key("a", "b", {PeerKind::group, "x"}),
            group_history_key("a:b:group", "b", {PeerKind::group, "x"}));
}

}  // namespace
}  // namespace vagus
