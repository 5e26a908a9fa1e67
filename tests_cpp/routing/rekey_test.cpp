#include "vagus/routing/rekey.hpp"

#include <gtest/gtest.h>

#include "vagus/routing/router.hpp"

namespace vagus {
namespace {

using Keys = std::vector<std::string>;

Config config(DmScope scope = DmScope::per_channel_peer) {
  Config made;
  made.session.dm_scope = scope;
  return made;
}

Config with_agents(Config made, std::vector<std::string_view> ids, std::string_view marked) {
  for (const std::string_view id : ids) {
    AgentConfig agent;
    agent.id = AgentId::lenient(id);
    agent.is_default = id == marked;
    made.agents.list.push_back(agent);
  }
  return made;
}

BindingConfig binding(std::string_view agent, std::string_view channel) {
  BindingConfig made;
  made.agent = AgentId::lenient(agent);
  made.match.channel = channel;
  made.match.account = "*";
  return made;
}

RekeyPlan plan(const Config& from, const Config& to, const Keys& keys) {
  return plan_rekey(from, to, keys).value_or_throw();
}

// What becomes of one key: `kept`, `-> <new key>`, `conflict <new key>` or `orphan`.
std::string fate(const RekeyStep& step) {
  const std::string to = step.to ? step.to->str() : "";
  switch (step.outcome) {
    case RekeyOutcome::kept:
      EXPECT_EQ(to, step.key);
      return "kept";
    case RekeyOutcome::rename:
      return "-> " + to;
    case RekeyOutcome::conflict:
      return "conflict " + to;
    case RekeyOutcome::orphan:
      EXPECT_FALSE(step.reason.empty());
      EXPECT_FALSE(step.to);
      return "orphan";
  }
  return "";
}

std::string fate(const Config& from, const Config& to, const std::string& key) {
  return fate(plan(from, to, {key}).steps.at(0));
}

TEST(Rekey, NothingChangesWhereRoutingStaysTheSame) {
  const Keys keys = {"agent:main:main", "agent:main:slack:direct:5", "agent:gone:x"};
  const RekeyPlan same = plan(config(), config(), keys);
  EXPECT_EQ(same.kept, 3);
  EXPECT_EQ(same.renames + same.conflicts + same.orphans, 0);
}

TEST(Rekey, AWiderScopeRenames) {
  EXPECT_EQ(fate(config(), config(DmScope::per_peer), "agent:main:slack:direct:5"),
            "-> agent:main:direct:5");
  EXPECT_EQ(fate(config(), config(DmScope::main), "agent:main:slack:direct:5"),
            "-> agent:main:main");
  EXPECT_EQ(
      fate(config(DmScope::per_account_channel_peer), config(), "agent:main:slack:work:direct:5"),
      "-> agent:main:slack:direct:5");
  EXPECT_EQ(fate(config(), config(DmScope::per_peer), "agent:main:slack:group:c1"), "kept");
}

TEST(Rekey, ANarrowerScopeNeedsWhatTheKeySays) {
  const auto step = [](DmScope from, DmScope to, const char* key) {
    return plan(config(from), config(to), {key}).steps.at(0);
  };
  const auto channel = step(DmScope::per_peer, DmScope::per_channel_peer, "agent:main:direct:5");
  EXPECT_EQ(fate(channel), "orphan");
  EXPECT_NE(channel.reason.find("lacks the channel"), std::string::npos) << channel.reason;
  const auto account = step(DmScope::per_channel_peer, DmScope::per_account_channel_peer,
                            "agent:main:slack:direct:5");
  EXPECT_EQ(fate(account), "orphan");
  EXPECT_NE(account.reason.find("lacks the account"), std::string::npos) << account.reason;
  EXPECT_EQ(fate(step(DmScope::main, DmScope::per_peer, "agent:main:main")), "kept");
}

TEST(Rekey, TheMainSessionIsCalledSomethingElse) {
  Config to = config();
  to.session.main_key = MainKey::parse("work").value_or_throw();
  EXPECT_EQ(fate(config(), to, "agent:main:main"), "-> agent:main:work");
  EXPECT_EQ(fate(config(), to, "agent:main:main:thread:7"), "-> agent:main:work:thread:7");
  EXPECT_EQ(fate(to, config(), "agent:main:work:heartbeat"), "-> agent:main:main:heartbeat");
  // Both spellings are stored: somebody has to say which one it is.
  const RekeyPlan both = plan(to, config(), {"agent:main:main", "agent:main:work"});
  EXPECT_EQ(fate(both.steps[0]), "kept");
  EXPECT_EQ(fate(both.steps[1]), "conflict agent:main:main");
  EXPECT_EQ(both.steps[1].others, Keys{"agent:main:main"});
}

TEST(Rekey, RoomsJoinAndLeaveTheMainSession) {
  Config to = config();
  to.session.group_scope = GroupScope::main;
  EXPECT_EQ(fate(config(), to, "agent:main:slack:channel:c1"), "-> agent:main:main");
  EXPECT_EQ(fate(to, config(), "agent:main:main"), "kept");
  EXPECT_EQ(fate(config(), to, "agent:main:slack:channel:c1:thread:1.2:heartbeat"),
            "-> agent:main:main:thread:1.2:heartbeat");
}

TEST(Rekey, ARenameIsNeverToAKeyInUse) {
  const RekeyPlan made =
      plan(config(), config(DmScope::main),
           {"agent:main:slack:direct:1", "agent:main:slack:direct:2", "agent:main:slack:direct:1"});
  for (const RekeyStep& step : made.steps) EXPECT_EQ(fate(step), "conflict agent:main:main");
  EXPECT_EQ(made.conflicts, 3);
  EXPECT_EQ(made.steps[0].others, Keys{"agent:main:slack:direct:2"});
  EXPECT_EQ(made.steps[1].others, Keys{"agent:main:slack:direct:1"});

  const RekeyPlan taken = plan(config(), config(DmScope::per_peer),
                               {"agent:main:slack:direct:1", "agent:main:direct:1"});
  EXPECT_EQ(fate(taken.steps[0]), "conflict agent:main:direct:1");
  EXPECT_EQ(taken.steps[0].others, Keys{"agent:main:direct:1"});
}

TEST(Rekey, AConflictListsTenOfManyKeys) {
  Keys keys;
  for (int i = 0; i < 5'000; ++i) keys.push_back("agent:main:x:direct:" + std::to_string(i));
  const RekeyPlan made = plan(config(), config(DmScope::main), keys);
  EXPECT_EQ(made.conflicts, 5'000);
  for (const RekeyStep& step : made.steps) EXPECT_EQ(step.others.size(), 10u);
}

TEST(Rekey, LinkedPeopleKeepTheirSessionUnderTheirName) {
  Config linked = config(DmScope::per_peer);
  linked.session.identity_links = {{"Alice", {"U1", "telegram:7"}}};
  const Config bare = config(DmScope::per_peer);
  EXPECT_EQ(fate(bare, linked, "agent:main:direct:u1"), "-> agent:main:direct:alice");
  EXPECT_EQ(fate(plan(bare, linked, {"agent:main:direct:u1", "agent:main:direct:alice"}).steps[0]),
            "conflict agent:main:direct:alice");
  // Her messages go to two sessions now.
  EXPECT_EQ(fate(linked, bare, "agent:main:direct:alice"), "orphan");
  Config renamed = linked;
  renamed.session.identity_links = {{"Bob", {"U1", "telegram:7"}}};
  EXPECT_EQ(fate(linked, renamed, "agent:main:direct:alice"), "-> agent:main:direct:bob");
}

TEST(Rekey, ConversationsFollowTheirBinding) {
  Config from = with_agents(config(), {"a", "b"}, "a");
  Config to = from;
  to.bindings = {binding("b", "slack")};
  EXPECT_EQ(fate(from, to, "agent:a:slack:direct:5"), "-> agent:b:slack:direct:5");
  EXPECT_EQ(fate(from, to, "agent:a:slack:channel:c1:thread:9"),
            "-> agent:b:slack:channel:c1:thread:9");
  EXPECT_EQ(fate(from, to, "agent:a:telegram:direct:5"), "kept");
  EXPECT_EQ(fate(from, to, "agent:a:main"), "kept");
  EXPECT_EQ(fate(to, from, "agent:b:slack:direct:5"), "-> agent:a:slack:direct:5");
}

TEST(Rekey, BindingsAreTriedInTheirOwnCase) {
  Config from = with_agents(config(), {"a", "b"}, "a");
  from.bindings = {binding("b", "slack")};
  from.bindings[0].match.peer = Peer{PeerKind::channel, "C1"};
  EXPECT_EQ(fate(from, with_agents(config(), {"a", "b"}, "a"), "agent:b:slack:channel:c1"),
            "-> agent:a:slack:channel:c1");
}

TEST(Rekey, ANewBindingSaysHowMessagesSpellTheId) {
  const Config from = with_agents(config(), {"a", "b"}, "a");
  Config to = from;
  to.bindings = {binding("b", "slack")};
  to.bindings[0].match.peer = Peer{PeerKind::direct, "U1"};
  EXPECT_EQ(fate(from, to, "agent:a:slack:direct:u1"), "-> agent:b:slack:direct:u1");
  EXPECT_EQ(fate(from, to, "agent:a:slack:direct:u2"), "kept");
  // Matrix tells rooms apart by case: this one is another.
  to.bindings[0].match.channel = "matrix";
  to.bindings[0].match.peer = Peer{PeerKind::channel, "!AbC:s"};
  EXPECT_EQ(fate(from, to, "agent:a:matrix:channel:!abc:s"), "kept");
  EXPECT_EQ(fate(from, to, "agent:a:matrix:channel:!AbC:s"), "-> agent:b:matrix:channel:!AbC:s");
}

TEST(Rekey, MessagesThatPartAreNotRenamed) {
  Config from = with_agents(config(), {"a", "b"}, "a");
  Config to = from;
  to.bindings = {binding("b", "slack")};
  to.bindings[0].match.account = "work";
  EXPECT_EQ(fate(from, to, "agent:a:slack:direct:5"), "orphan");
  EXPECT_EQ(fate(
                with_agents(config(DmScope::per_account_channel_peer), {"a", "b"}, "a"),
                [&] {
                  Config wide = to;
                  wide.session.dm_scope = DmScope::per_account_channel_peer;
                  return wide;
                }(),
                "agent:a:slack:work:direct:5"),
            "-> agent:b:slack:work:direct:5");
}

TEST(Rekey, TooManyBindingsAreOnlyTriedWhereTheyMatter) {
  Config from = with_agents(config(DmScope::per_account_channel_peer), {"a", "b"}, "a");
  for (int i = 0; i < 1'000; ++i) {
    from.bindings.push_back(binding("b", "discord"));
    from.bindings.back().match.guild = "g" + std::to_string(i);
  }
  Config wider = from;
  wider.session.dm_scope = DmScope::per_peer;
  EXPECT_EQ(fate(from, wider, "agent:b:discord:default:direct:5"), "-> agent:b:direct:5");
  Config fewer = from;
  fewer.bindings.pop_back();
  const RekeyStep step = plan(from, fewer, {"agent:b:discord:channel:5"}).steps.at(0);
  EXPECT_EQ(fate(step), "orphan");
  EXPECT_NE(step.reason.find("too many bindings"), std::string::npos) << step.reason;
}

TEST(Rekey, AgentsThatAreGoneLeaveOrphans) {
  const Config from = with_agents(config(), {"a", "b"}, "a");
  const Config to = with_agents(config(), {"a"}, "a");
  for (const char* key : {"agent:b:main", "agent:b:cron:daily", "agent:b:subagent:x"}) {
    EXPECT_EQ(fate(from, to, key), "orphan") << key;
  }
  EXPECT_EQ(fate(from, to, "agent:a:cron:daily:run:1"), "kept");
  EXPECT_EQ(fate(from, to, "agent:a:hook:x"), "kept");
}

TEST(Rekey, WhatNoMessageReachedStaysOnlyIfItLooksRight) {
  const Config from = with_agents(config(), {"a", "b"}, "a");
  Config to = from;
  to.session.dm_scope = DmScope::per_peer;
  EXPECT_EQ(fate(from, to, "agent:b:slack:direct:5"), "orphan");
  EXPECT_EQ(fate(from, to, "agent:a:direct:5"), "kept");
}

TEST(Rekey, TextThatIsNoKeyIsAnOrphan) {
  for (const char* text : {"main", "", "agent:a", "\xff", "agent:o p s:x"}) {
    EXPECT_EQ(fate(config(), config(), text), "orphan") << text;
  }
  EXPECT_EQ(fate(config(), config(), "Agent:Main:Slack:Direct:U1"),
            "-> agent:main:slack:direct:u1");
}

TEST(Rekey, SaysWhichConfigurationIsWrong) {
  Config wrong = config();
  wrong.user_timezone = " ";
  const auto old_wrong = plan_rekey(wrong, config(), {});
  ASSERT_FALSE(old_wrong);
  EXPECT_EQ(old_wrong.error().field, "old_config.user_timezone");
  EXPECT_EQ(old_wrong.error().code, ErrorCode::invalid_config);
  EXPECT_EQ(plan_rekey(config(), wrong, {}).error().field, "new_config.user_timezone");
}

}  // namespace
}  // namespace vagus
