#include "vagus/keys/conversation.hpp"

#include <gtest/gtest.h>

#include "vagus/keys/session_key.hpp"

namespace vagus {
namespace {

std::string or_none(const std::optional<std::string>& text) {
  return text.value_or("none");
}

std::string thread(std::string_view key) {
  const ThreadSuffix suffix = thread_suffix(key);
  return or_none(suffix.base) + "|" + or_none(suffix.thread_id);
}

std::string run(std::string_view key) {
  const CronRunSuffix suffix = cron_run_suffix(key);
  return or_none(suffix.base) + "|" + or_none(suffix.run_id);
}

TEST(KeyConversation, SplitsAtTheLastThread) {
  EXPECT_EQ(thread(" agent:a:X:Thread:AbC "), "agent:a:X|AbC");
  EXPECT_EQ(thread("x:thread:1:thread: 2"), "x:thread:1|2");
  EXPECT_EQ(thread("x:thread: "), "x|none");
  EXPECT_EQ(thread("thread:1"), "thread:1|none");
  EXPECT_EQ(thread(":thread:1"), "none|1");
  EXPECT_EQ(thread("  "), "none|none");
}

TEST(KeyConversation, CutsWhereTheMarkerIs) {
  EXPECT_EQ(thread("İx:Thread:9"), "İx|9");  // its lower case is longer
  EXPECT_EQ(run("agent:a:cron:İ:run:9"), "agent:a:cron:İ|9");
}

TEST(KeyConversation, SplitsOneRunOffACronJob) {
  EXPECT_EQ(run(" Agent:A:Cron:J 1:RUN:R1"), "Agent:A:Cron:J 1|R1");
  for (const char* key : {"agent:a:cron:j", "agent:a:cron:j:run:", "agent:a:cron:j:run:a:b",
                          "cron:j:run:r", "agent:a:x:group:x:run:y"}) {
    EXPECT_EQ(run(key), std::string(key) + "|none");
  }
  EXPECT_EQ(run(" "), "none|none");
}

TEST(KeyConversation, MakesTheKeysOfAThread) {
  EXPECT_EQ(thread_keys("agent:a:x", " AbC ").key, "agent:a:x:thread:abc");
  EXPECT_EQ(thread_keys("agent:a:x", "AbC", {.parent = "p", .keep_case = true}).key,
            "agent:a:x:thread:AbC");
  const ThreadKeys plain = thread_keys("agent:a:x", "1", {.parent = "p", .use_suffix = false});
  EXPECT_EQ(plain.key, "agent:a:x");
  EXPECT_EQ(plain.parent, "p");
  EXPECT_EQ(thread_keys("agent:a:x", " ", {.parent = "p"}).parent, std::nullopt);
}

TEST(KeyConversation, AThreadIdCannotOpenAnotherThread) {
  const std::string key = thread_keys("agent:a:x", "1:thread:2").key;
  EXPECT_EQ(thread(key), "agent:a:x|1%3athread%3a2");
  EXPECT_EQ(SessionKey::parse(key)->thread_id(), "1:thread:2");
}

TEST(KeyConversation, FindsTheRoomOfAKey) {
  const auto room = raw_conversation(" agent:Ops:Slack:CHANNEL:C1::D ");
  ASSERT_TRUE(room);
  EXPECT_EQ(room->channel, "slack");
  EXPECT_EQ(room->kind, PeerKind::channel);
  EXPECT_EQ(room->raw_id, "C1::D");
  EXPECT_EQ(room->prefix, "agent:Ops:Slack:CHANNEL");
  EXPECT_EQ(raw_conversation("x:group:y")->prefix, "x:group");
}

TEST(KeyConversation, RefusesWhatNamesNoRoom) {
  for (const char* key :
       {"", "main", "agent:a:slack:direct:5", "agent::slack:group:g", "agent:a:agent:b:group:g",
        "agent:a:slack:channel:", "agent:a:slack:channel: ", "agent:a::channel:c", "group:x:y",
        "agent:group:x", "slack:channel"}) {
    EXPECT_FALSE(raw_conversation(key)) << key;
    EXPECT_FALSE(conversation(key)) << key;
  }
}

TEST(KeyConversation, TellsTheThreadFromTheRoom) {
  const auto room = conversation("agent:a:Zulip:Group:C1:D:Thread:AbC");
  ASSERT_TRUE(room);
  EXPECT_EQ(room->raw_id, "C1:D:Thread:AbC");
  EXPECT_EQ(room->id, "C1:D");
  EXPECT_EQ(room->thread_id, "AbC");
  EXPECT_EQ(room->base_key, "agent:a:Zulip:Group:C1:D");
  EXPECT_EQ(room->base_id, "C1:D");
  EXPECT_EQ(room->parents, std::vector<std::string>{"C1:D"});
  EXPECT_TRUE(conversation("agent:a:zulip:group:c1")->parents.empty());
}

TEST(KeyConversation, TakesTopicsApartWhenAsked) {
  const std::string key = "agent:a:telegram:group:-100:topic:7";
  const auto topic = conversation(key);
  EXPECT_EQ(topic->id, "-100:topic:7");
  EXPECT_EQ(topic->thread_id, "7");
  EXPECT_EQ(topic->base_id, "-100");
  EXPECT_EQ(topic->base_key, key);
  EXPECT_EQ(topic->parents, std::vector<std::string>{"-100"});
  EXPECT_EQ(conversation(key, /*topics=*/false)->thread_id, std::nullopt);
  const auto sender = conversation("agent:a:feishu:group:oc:topic:t:sender:ou");
  EXPECT_EQ(sender->thread_id, "t");
  EXPECT_EQ(sender->parents, (std::vector<std::string>{"oc:topic:t", "oc"}));
  EXPECT_EQ(conversation("agent:a:feishu:group:oc")->base_id, "oc");
}

TEST(KeyConversation, ReadsTelegramTopics) {
  const auto text = [](std::string_view raw) {
    const auto topic = telegram_topic(raw);
    return topic ? topic->chat + "|" + topic->thread_id : "none";
  };
  EXPECT_EQ(text(" -100 :TOPIC:007"), "-100|7");
  EXPECT_EQ(text("5:0"), "5|0");
  EXPECT_EQ(text("5:direct-topic:3"), "5|direct-topic:3");
  for (const char* raw : {"", "5", "abc:topic:5", "5:topic:", "5:topic:x", "5:topic:1:topic:2",
                          "5:sender:6", "5:direct-topic:0", "5:topic:-1", ":topic:1", "-:1"}) {
    EXPECT_EQ(text(raw), "none") << raw;
  }
}

TEST(KeyConversation, ReadsFeishuRooms) {
  const auto text = [](std::string_view raw) {
    const auto room = feishu_conversation(raw);
    return room ? room->chat + "|" + or_none(room->topic) + "|" + or_none(room->sender) : "none";
  };
  EXPECT_EQ(text(" Oc_1 "), "Oc_1|none|none");
  EXPECT_EQ(text("oc:Topic:T1"), "oc|T1|none");
  EXPECT_EQ(text("oc:sender:ou"), "oc|none|ou");
  EXPECT_EQ(text("oc:topic:t:sender:ou"), "oc|t|ou");
  for (const char* raw : {"", ":topic:t", "oc:", "oc:topic:", "oc:topic", "oc:sender:ou:topic:t",
                          "oc:topic:t:sender:", "oc:x"}) {
    EXPECT_EQ(text(raw), "none") << raw;
  }
}

TEST(KeyConversation, KnowsTheKindOfChat) {
  const std::pair<const char*, ChatType> cases[] = {
      {"agent:a:direct:5", ChatType::direct},
      {"agent:a:dm:5", ChatType::direct},
      {"agent:a:slack:direct:5", ChatType::direct},
      {"agent:a:slack:work:direct:5", ChatType::direct},
      {"Slack:GROUP:5", ChatType::group},
      {"agent:a:slack:work:channel:5", ChatType::channel},
      {"agent:a:slack:direct:group", ChatType::direct},
      {"group:5", ChatType::group},
      {"agent:a:group:channel:5", ChatType::group},    // two readings, one of them legacy
      {"agent:a:direct:direct:5", ChatType::unknown},  // two readings
      {"123@g.us", ChatType::group},
      {"whatsapp:123@g.us", ChatType::group},
      {"discord:guild-1:channel-2", ChatType::channel},
      {"discord:acc:guild-1:channel-2", ChatType::channel},
  };
  for (const auto& [key, kind] : cases) EXPECT_EQ(chat_type(key), kind) << key;
  for (const char* key :
       {"", "agent:a:main", "agent:a:agent:b:direct:5", "agent:a::slack:group:5", "agent:a",
        "slack:direct:", "slack:direct: ", "discord:guild-1:channel-2:heartbeat", "@g.us",
        "discord:guild-:channel-2", "x:123@g.us"}) {
    EXPECT_EQ(chat_type(key), ChatType::unknown) << key;
  }
}

std::string route(std::string_view key) {
  const auto found = delivery_route(key);
  if (!found) return "none";
  return found->channel + "|" + or_none(found->account) + "|" +
         std::string(name_of(found->peer_kind)) + "|" + found->peer_id + "|" +
         or_none(found->thread_id);
}

TEST(KeyConversation, FindsWhereARepliesGoes) {
  EXPECT_EQ(route("agent:a:Telegram:DM:5:topic:7"), "telegram|none|dm|5:topic:7|none");
  EXPECT_EQ(route("agent:a: SLACK :acc:direct:U1:Thread:T1"), "slack|acc|direct|u1|T1");
  EXPECT_EQ(route("agent:a:matrix:channel:!R:S:thread:$E"), "matrix|none|channel|!R:S|$E");
  EXPECT_EQ(route("agent:a:x:direct:direct:5"), "x|direct|direct|5|none");
  for (const char* key : {"", "agent:a:main", "agent:a:direct:5", "telegram:direct:5",
                          "agent:a:slack:x:group:5", "agent:a::direct:5", "agent:a:x:direct:",
                          "agent:a:agent:b:direct:5", "agent:a:main:heartbeat"}) {
    EXPECT_EQ(route(key), "none") << key;
  }
}

TEST(KeyConversation, AnIsolatedSessionRepliesWhereItsBaseDoes) {
  EXPECT_EQ(route("agent:a:telegram:direct:5:heartbeat:heartbeat"), "telegram|none|direct|5|none");
  EXPECT_EQ(route("agent:a:telegram:group:5:thread:7:heartbeat"), "telegram|none|group|5|7");
}

TEST(KeyConversation, IdsThatVagusEscapedComeBackAsTheyWere) {
  const auto key = SessionKey::for_peer(*AgentId::parse("a"), "slack", "",
                                        {PeerKind::channel, "x:thread:1"}, DmScope::main);
  ASSERT_TRUE(key);
  const std::string text(key->thread("5:heartbeat")->str());
  EXPECT_EQ(route(text), "slack|none|channel|x:thread:1|5:heartbeat");
  EXPECT_EQ(conversation(text)->id, "x:thread:1");
  EXPECT_EQ(conversation(text)->thread_id, "5:heartbeat");
  // Text that vagus would have written otherwise holds no escapes of its.
  EXPECT_EQ(conversation("agent:A:slack:channel:x%3ay")->id, "x%3ay");
}

}  // namespace
}  // namespace vagus
