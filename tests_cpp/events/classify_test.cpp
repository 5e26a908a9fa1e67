#include "vagus/events/classify.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vagus {
namespace {

struct Reading {
  std::string text;
  bool completion;
  bool relayable;
};

TEST(ExecCompletion, IsTheLineThatTellsTheEndOfACommand) {
  const std::string id_of_64(64, 'a');
  const std::vector<Reading> readings = {
      {"Exec finished: ok", true, true},
      {"  EXEC FINISHED  (x)", true, true},
      {"Exec finished", false, false},
      {"Exec finished - x", false, false},
      {"Exec completed (9f2c, code 0)", true, false},
      {"exec COMPLETED (9F2C, Code 000)", true, false},
      {"Exec completed (9f2c, code 0) :: ", true, true},
      {"Exec completed (9f2c, code 0) :: a\nb", true, true},
      {"Exec completed (9f2c, code -0)", true, true},
      {"Exec completed (9f2c, code 1)", true, true},
      {"Exec failed (9f2c, code 0)", true, true},
      {"Exec failed (9f2c, signal SIGKILL)", true, true},
      {"\n\xC2\xA0"
       "Exec failed (a_b-1, signal SIGHUP) :: out",
       true, true},
      {"Exec failed (a_b-1, signal)", false, false},
      {"Exec failed (a_b-1, signal )", false, false},
      {"Exec completed (9f2c, code x)", false, false},
      {"Exec completed (9f2c, code -)", false, false},
      {"Exec completed (9f2c, code 0", false, false},
      {"Exec completed (9f2c,code 0)", false, false},
      {"Exec completed (9f2c, code 0) trailing", false, false},
      {"Exec completed (9f2c, code 0)\nout", false, false},
      {"Exec completed (, code 0)", false, false},
      {"Exec completed (x y, code 0)", false, false},
      {"Exec completed (\xC3\xA9, code 0)", false, false},
      {"Exec completed (" + id_of_64 + ", code 0)", true, false},
      {"Exec completed (" + id_of_64 + "a, code 0)", false, false},
      {"Exec started (node=x)", false, false},
      {"He said: Exec finished: ok", false, false},
      {"", false, false},
      {"\xE2\x28", false, false},
  };
  for (const Reading& each : readings) {
    EXPECT_EQ(is_exec_completion(each.text), each.completion) << each.text;
    EXPECT_EQ(is_relayable_exec_completion(each.text), each.relayable) << each.text;
  }
}

TEST(Noise, IsWhatTellsNothing) {
  for (const char* text :
       {"", " \n", "HEARTBEAT_OK", "  heartbeat_ok!", "HEARTBEAT_OK \xC3\xA9", "HEARTBEAT_OK-1",
        "no_reply", " NO_REPLY ", "{\"action\":\"NO_REPLY\"}", "{ \"action\" : \" no_reply\" }",
        "the Heartbeat Poll came", "heartbeat wake"}) {
    EXPECT_TRUE(is_noise(text)) << text;
    EXPECT_FALSE(is_cron_event(text)) << text;
  }
}

TEST(Noise, IsNotWhatOnlyResemblesIt) {
  for (const char* text :
       {"HEARTBEAT_OKAY", "heartbeat_ok1", "heartbeat_ok_", "all fine HEARTBEAT_OK",
        "NO_REPLY more", "{\"action\":\"NO_REPLY\",\"x\":1}", "{\"action\":1}",
        "{\"action\":\"NO_REPLY\"", "{\"other\":\"NO_REPLY\"}", "[\"NO_REPLY\"]", "heartbeat",
        "Reminder: water the plants"}) {
    EXPECT_FALSE(is_noise(text)) << text;
    EXPECT_TRUE(is_cron_event(text)) << text;
  }
}

TEST(EventClass, FollowsFromTextAndTag) {
  const auto class_of_event = [](std::string text, std::optional<std::string> tag) {
    SystemEvent event;
    event.text = std::move(text);
    event.tag = std::move(tag);
    return class_of(event);
  };
  EXPECT_EQ(class_of_event("Exec finished: ok", "cron:a"), EventClass::exec);
  EXPECT_EQ(class_of_event("HEARTBEAT_OK", "cron:a"), EventClass::noise);
  EXPECT_EQ(class_of_event("water the plants", "cron:a"), EventClass::cron);
  EXPECT_EQ(class_of_event("water the plants", "cron"), EventClass::other);
  EXPECT_EQ(class_of_event("water the plants", std::nullopt), EventClass::other);
}

TEST(EventClass, HostileTextIsReadOnce) {
  const std::string many(2'000'000, '(');
  EXPECT_FALSE(is_exec_completion("Exec completed (" + many));
  EXPECT_TRUE(is_exec_completion("Exec failed (a, signal " + many + ")"));
  EXPECT_FALSE(is_noise("{" + many));
  EXPECT_FALSE(is_noise(std::string(200, '[')));
}

}  // namespace
}  // namespace vagus
