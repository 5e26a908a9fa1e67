#include <string>

#include <gtest/gtest.h>

#include "vagus/config/config.hpp"

namespace vagus {
namespace {

// A configuration whose only agent has this heartbeat, and what stands beside the agents.
std::string with(const std::string& heartbeat, const std::string& rest = "") {
  return R"({"agents":{"list":[{"id":"a","heartbeat":)" + heartbeat + "}]}" + rest + "}";
}

std::string refusal(const std::string& json) {
  const Result<Config> config = read_config(json);
  if (config) return "";
  EXPECT_EQ(config.error().code, ErrorCode::invalid_config) << json;
  return config.error().what();
}

Heartbeat heartbeat(const std::string& json) {
  const Config config = read_config(json).value_or_throw();
  return heartbeat_of(config, config.agents.list[0]);
}

TEST(HeartbeatConfig, TheNewFieldsAreRead) {
  const Heartbeat read = heartbeat(
      with(R"({"target":"slack","to":"C1","account":"work","thread":"7","direct_policy":"block",
               "response_prefix":" [Bot] ","respond_tool":true,
               "prompts":{"tasks":"{{tasks}}","exec":"e","cron":"c","events":"v"}})"));
  EXPECT_EQ(read.account, "work");
  EXPECT_EQ(read.thread, "7");
  EXPECT_EQ(read.direct_policy, DirectPolicy::block);
  EXPECT_EQ(read.response_prefix, "[Bot]");
  EXPECT_TRUE(read.respond_tool);
  EXPECT_EQ(read.prompts.tasks, "{{tasks}}");
  EXPECT_EQ(read.prompts.exec, "e");
  EXPECT_EQ(read.prompts.cron, "c");
  EXPECT_EQ(read.prompts.events, "v");
}

TEST(HeartbeatConfig, WithoutThemNothingIsBlockedAndWordsAreBuiltIn) {
  const Heartbeat read = heartbeat(with("{}"));
  EXPECT_EQ(read.account, std::nullopt);
  EXPECT_EQ(read.thread, std::nullopt);
  EXPECT_EQ(read.direct_policy, DirectPolicy::allow);
  EXPECT_EQ(read.response_prefix, "");
  EXPECT_FALSE(read.respond_tool);
  EXPECT_EQ(read.prompts, PromptTemplates());
}

TEST(HeartbeatConfig, AnotherTargetBringsItsOwnAccountAndThread) {
  const std::string defaults = R"({"agents":{"defaults":{"heartbeat":
      {"target":"slack","to":"C1","account":"work","thread":"7"}},"list":[{"id":"a","heartbeat":)";
  EXPECT_EQ(heartbeat(defaults + "{}}]}}").account, "work");
  EXPECT_EQ(heartbeat(defaults + "{}}]}}").thread, "7");
  EXPECT_EQ(heartbeat(defaults + R"({"target":"last"}}]}})").account, std::nullopt);
  EXPECT_EQ(heartbeat(defaults + R"({"target":"last"}}]}})").thread, std::nullopt);
}

TEST(HeartbeatConfig, TemplatesAreCheckedWhenTheyAreLoaded) {
  EXPECT_EQ(refusal(with(R"({"prompt":"Hi {{agent}}, {{time}}: {{session}} {{acknowledge}}"})")),
            "");
  EXPECT_EQ(refusal(with(R"({"prompt":"{{tasks}}"})")),
            "agents.list[0].heartbeat.prompt: is no field here; there are {{agent}}, {{session}}, "
            "{{time}}, {{acknowledge}}, got \"tasks\"");
  EXPECT_EQ(refusal(with(R"({"prompts":{"tasks":"Do them."}})")),
            "agents.list[0].heartbeat.prompts.tasks: must have {{tasks}} once; there are "
            "{{agent}}, {{session}}, {{time}}, {{acknowledge}}, {{tasks}}, {{count}}, got "
            "\"Do them.\"");
  EXPECT_EQ(refusal(with(R"({"prompts":{"exec":"{{audience}"}})")),
            "agents.list[0].heartbeat.prompts.exec: braces must pair, around one of {{agent}}, "
            "{{session}}, {{time}}, {{acknowledge}}, {{audience}}, {{count}}, got "
            "\"{{audience}\"");
  EXPECT_EQ(refusal(R"({"agents":{"defaults":{"heartbeat":{"prompts":{"cron":"{{x}}"}}}}})"),
            "agents.defaults.heartbeat.prompts.cron: is no field here; there are {{agent}}, "
            "{{session}}, {{time}}, {{acknowledge}}, {{audience}}, {{count}}, got \"x\"");
  EXPECT_EQ(refusal(with(R"({"prompts":{"tick":"x"}})")).substr(0, 45),
            "agents.list[0].heartbeat.prompts.tick: unknow");
}

TEST(HeartbeatConfig, AnAccountIsOneThatItsChannelLists) {
  const std::string channels = R"(,"channels":{"Slack":{"accounts":{"work":{}}}})";
  const auto target = [](const std::string& account) {
    return R"({"target":"slack","to":"C1","account":")" + account + R"("})";
  };
  EXPECT_EQ(refusal(with(target("work"), channels)), "");
  EXPECT_EQ(refusal(with(target("Work "), channels)), "");
  EXPECT_EQ(refusal(with(target("home"))), "");
  EXPECT_EQ(refusal(with(target("home"), channels)),
            "agents.list[0].heartbeat.account: must be an account of the channel \"slack\", got "
            "\"home\"");
  EXPECT_EQ(refusal(with(target(" "))),
            "agents.list[0].heartbeat.account: must not be blank, got \" \"");
}

TEST(OwnerConfig, IsNeededWhereItIsTheTarget) {
  const std::string owner = R"(,"owner":{"channel":"slack","to":"U1"})";
  EXPECT_EQ(refusal(with(R"({"target":"owner"})", owner)), "");
  EXPECT_EQ(refusal(with(R"({"target":"owner"})")),
            "owner: is required, because it is the target of agent 'a'");
  EXPECT_EQ(refusal(with(R"({"target":"Owner","direct_policy":"block"})", owner)),
            "agents.list[0].heartbeat.direct_policy: nothing could reach the owner, who is the "
            "target of agent 'a', got \"block\"");
}

TEST(OwnerConfig, IsReachedInPrivate) {
  const auto owner = [](const std::string& fields) {
    return refusal(R"({"owner":{)" + fields + "}}");
  };
  EXPECT_EQ(owner(R"("channel":"slack","to":"user:U1","account":"work")"), "");
  EXPECT_EQ(owner(R"("channel":"slack")"), "owner.to: is required");
  EXPECT_EQ(owner(R"("channel":" ","to":"U1")"), "owner.channel: must not be blank, got \" \"");
  EXPECT_EQ(owner(R"("channel":"slack","to":"")"), "owner.to: must not be blank, got \"\"");
  for (const std::string to : {"channel:1", " Group:1", "thread:1"}) {
    EXPECT_EQ(owner(R"("channel":"slack","to":")" + to + "\""),
              "owner.to: must be a person's own id, not a room's, got \"" + to + "\"");
  }
  EXPECT_EQ(refusal(R"({"owner":{"channel":"slack","to":"U1","account":"home"},
                        "channels":{"slack":{"accounts":{"work":{}}}}})"),
            "owner.account: must be an account of the channel \"slack\", got \"home\"");
}

TEST(ChannelsConfig, NamesAreSpelledOneWay) {
  EXPECT_EQ(refusal(R"({"channels":{"defaults":{"heartbeat":{"show_ok":true}},"slack":{}}})"), "");
  EXPECT_EQ(refusal(R"({"channels":{"Slack":{},"slack ":{}}})"),
            "channels[\"slack \"]: is another spelling of \"Slack\", got \"slack \"");
  EXPECT_EQ(refusal(R"({"channels":{" ":{}}})"), "channels[\" \"]: must have a name, got \" \"");
  EXPECT_EQ(refusal(R"({"channels":{"slack":{"accounts":{"A":{},"a":{}}}}})"),
            "channels.slack.accounts.a: is another spelling of \"A\", got \"a\"");
  EXPECT_EQ(refusal(R"({"channels":{"defaults":{"accounts":{"a":{}}}}})"),
            "channels.defaults.accounts: accounts belong to one channel, got \"a\"");
  EXPECT_EQ(refusal(R"({"channels":{"slack":{"heartbeat":{"showOk":true}}}})").substr(0, 32),
            "channels.slack.heartbeat.showOk:");
}

TEST(Enrolled, AreThoseWithAHeartbeatOfTheirOwnElseAllWhenThereAreDefaults) {
  const auto enrolled = [](const std::string& agents) {
    const Config config = read_config(R"({"agents":)" + agents + "}").value_or_throw();
    std::string ids;
    for (const AgentConfig& each : enrolled_agents(config)) ids += each.id.str() + " ";
    return ids;
  };
  EXPECT_EQ(enrolled("{}"), "");
  EXPECT_EQ(enrolled(R"({"list":[{"id":"a"},{"id":"b"}]})"), "");
  EXPECT_EQ(enrolled(R"({"defaults":{"heartbeat":{}}})"), "main ");
  EXPECT_EQ(enrolled(R"({"defaults":{"heartbeat":{}},"list":[{"id":"a"},{"id":"b"}]})"), "a b ");
  EXPECT_EQ(enrolled(R"({"list":[{"id":"a"},{"id":"b","heartbeat":{"every":"0m"}}]})"), "b ");
}

}  // namespace
}  // namespace vagus
