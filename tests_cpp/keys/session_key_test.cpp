#include "vagus/keys/session_key.hpp"

#include <unordered_set>

#include <gtest/gtest.h>

#include "vagus/base/limits.hpp"

namespace vagus {
namespace {

SessionKey key(std::string_view text) {
  return SessionKey::parse(text).value_or_throw();
}

AgentId agent(std::string_view id = "main") {
  return AgentId::parse(id).value_or_throw();
}

void expect_refused(const Result<SessionKey>& result, std::string_view field,
                    std::string_view part_of_message, const std::string& about) {
  ASSERT_FALSE(result) << about << " gave " << result->str();
  EXPECT_EQ(result.error().code, ErrorCode::invalid_key) << about;
  EXPECT_EQ(result.error().field, field) << about;
  EXPECT_NE(result.error().message.find(part_of_message), std::string::npos)
      << about << ": " << result.error().message;
}

TEST(SessionKey, ParsesAgentKeysIntoCanonicalCase) {
  struct Case {
    const char *text, *canonical, *agent, *rest;
  };
  const Case cases[] = {
      {"agent:main:main", "agent:main:main", "main", "main"},
      {"  AGENT:Ops:Slack:Channel:C1 ", "agent:ops:slack:channel:c1", "ops", "slack:channel:c1"},
      {"agent: ops :x", "agent:ops:x", "ops", "x"},
      {"agent:main:foo::bar", "agent:main:foo::bar", "main", "foo::bar"},
      {"agent:main:x:", "agent:main:x:", "main", "x:"},
      {"agent:main:agent:ops:x", "agent:main:agent:ops:x", "main", "agent:ops:x"},
      {"agent:_x:y", "agent:_x:y", "_x", "y"},
      {"agent:a:matrix:channel:!R:Srv", "agent:a:matrix:channel:!R:Srv", "a",
       "matrix:channel:!R:Srv"},
      {"agent:main:global", "agent:main:global", "main", "global"},
      {"agent:thread:x", "agent:thread:x", "thread", "x"},
  };
  for (const Case& one : cases) {
    const auto parsed = SessionKey::parse(one.text);
    ASSERT_TRUE(parsed) << one.text;
    EXPECT_EQ(parsed->str(), one.canonical);
    EXPECT_EQ(parsed->agent().str(), one.agent);
    EXPECT_EQ(parsed->rest(), one.rest);
  }
}

TEST(SessionKey, RefusesWhatIsNotAnAgentKey) {
  for (const char* text :
       {"", "  ", "main", "global", "unknown", "telegram:group:5", "agent", "agent:", "agent:x",
        "agent:x:", "agent:a::b", ":agent:a:b", "agents:main:foo", "agentx:y", "\u200bagent:a:b"}) {
    expect_refused(SessionKey::parse(text), "session_key", "agent:<agent id>:<rest>", text);
  }
}

TEST(SessionKey, RefusesAgentIdsThatWouldBeRewrittenAndSuggestsTheKey) {
  expect_refused(SessionKey::parse("agent:O p s:X"), "session_key", "\"agent:o-p-s:x\"", "O p s");
  expect_refused(SessionKey::parse("agent:café:main"), "session_key", "\"agent:caf:main\"", "café");
  for (const char* text : {"agent:日本:main", "agent::main", "agent: :x", "agent:-:x"}) {
    const auto parsed = SessionKey::parse(text);
    expect_refused(parsed, "session_key", "agent id (at byte 6) must be", text);
    EXPECT_EQ(parsed.error().message.find("did you mean"), std::string::npos) << text;
  }
}

TEST(SessionKey, RefusesInvalidUtf8) {
  for (const char* text :
       {"agent:main:\xff", "agent:\xc3:x", "\xed\xa0\x80", "agent:main:a\xc0\xaf"}) {
    expect_refused(SessionKey::parse(text), "session_key", "UTF-8", text);
  }
}

TEST(SessionKey, KeepsControlCharactersAndNul) {
  const std::string text("agent:main:a\0b\x01", 15);
  const auto parsed = SessionKey::parse(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->str(), text);
}

TEST(SessionKey, BoundsItsSize) {
  const std::string prefix = "agent:main:";
  const std::string longest = prefix + std::string(kMaxKeyBytes - prefix.size(), 'x');
  ASSERT_TRUE(SessionKey::parse(longest));
  expect_refused(SessionKey::parse(longest + "x"), "session_key", "4096 bytes", "one too many");
  expect_refused(SessionKey::parse(std::string(10'000'000, '\xff')), "session_key", "4096 bytes",
                 "huge");
  // U+023A takes two bytes, its lower case three.
  std::string growing = prefix;
  while (growing.size() + 2 <= kMaxKeyBytes) growing += "\u023a";
  expect_refused(SessionKey::parse(growing), "session_key", "4096 bytes", "grows");
}

TEST(SessionKey, TheLongestKeyCanBeIsolatedAndReadBack) {
  const std::string longest = "agent:main:" + std::string(kMaxKeyBytes - 11, 'x');
  const SessionKey isolated = key(longest).isolated();
  EXPECT_EQ(isolated.str(), longest + ":heartbeat");
  EXPECT_EQ(key(isolated.str()), isolated);
  EXPECT_EQ(isolated.isolated(isolated), isolated);
  EXPECT_EQ(isolated.isolated(std::nullopt, isolated), isolated);
}

TEST(SessionKey, DefaultIsAnEmptyPlaceholder) {
  const SessionKey none;
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(none.agent().empty());
  EXPECT_EQ(none.rest(), "");
  EXPECT_EQ(none.isolated(), none);
  EXPECT_FALSE(none.thread_id());
  EXPECT_FALSE(none.without_heartbeat());
  EXPECT_FALSE(none.thread("5"));
  EXPECT_EQ(SessionKey::main(AgentId()), none);
  EXPECT_FALSE(SessionKey::cron(AgentId(), "x"));
}

TEST(SessionKey, OrdersAndHashesByText) {
  EXPECT_LT(key("agent:a:x"), key("agent:b:x"));
  const std::unordered_set<SessionKey> set = {key("agent:a:x"), key("AGENT:A:X"), key("agent:a:y")};
  EXPECT_EQ(set.size(), 2U);
}

TEST(SessionKeyBuilder, WritesTheReferenceShapes) {
  struct Case {
    const char *channel, *account;
    Peer peer;
    DmScope scope;
    const char* rest;
  };
  const auto dm = PeerKind::direct;
  const auto room = PeerKind::channel;
  const auto group = PeerKind::group;
  const Case cases[] = {
      {"whatsapp", "", {dm, "+1555"}, DmScope::main, "main"},
      {"whatsapp", "", {dm, "+1555"}, DmScope::per_peer, "direct:+1555"},
      {"WhatsApp", "Biz 1", {dm, "+1555"}, DmScope::per_channel_peer, "whatsapp:direct:+1555"},
      {"whatsapp",
       "Biz 1",
       {dm, "+1555"},
       DmScope::per_account_channel_peer,
       "whatsapp:biz-1:direct:+1555"},
      {"", "", {dm, "U"}, DmScope::per_account_channel_peer, "unknown:default:direct:u"},
      {" Slack ", "", {room, " C1 "}, DmScope::main, "slack:channel:c1"},
      {" ", "", {group, " "}, DmScope::main, "unknown:group:unknown"},
      {"x", "", {dm, ""}, DmScope::per_peer, "direct:unknown"},
      {"signal", "", {group, "AbC+/="}, DmScope::main, "signal:group:AbC+/="},
      {"matrix", "", {room, "!AbC:Srv.Org"}, DmScope::main, "matrix:channel:!AbC:Srv.Org"},
      {"Matrix", "", {group, "@User:Srv"}, DmScope::main, "matrix:group:@User:Srv"},
      {"matrix", "", {dm, "@U:S"}, DmScope::per_channel_peer, "matrix:direct:@u:s"},
      {"telegram", "", {group, "-100123:topic:7"}, DmScope::main, "telegram:group:-100123:topic:7"},
      {"feishu",
       "",
       {group, "oc_x:topic:T:sender:ou_y"},
       DmScope::main,
       "feishu:group:oc_x:topic:t:sender:ou_y"},
      {"slack", "", {group, "İ"}, DmScope::main, "slack:group:i̇"},
      {"webchat", "", {dm, "user:5"}, DmScope::per_peer, "direct:user:5"},
  };
  for (const Case& one : cases) {
    const auto built = SessionKey::for_peer(agent(), one.channel, one.account, one.peer, one.scope);
    ASSERT_TRUE(built) << one.rest << ": " << built.error().what();
    EXPECT_EQ(built->rest(), one.rest);
    EXPECT_EQ(built->agent().str(), "main");
  }
  EXPECT_EQ(SessionKey::main(agent("ops")).str(), "agent:ops:main");
}

TEST(SessionKeyBuilder, EscapesIdsThatWouldForgeAnotherKey) {
  struct Case {
    const char *id, *rest;
  };
  const Case cases[] = {
      {"a:thread:b", "x:group:a%3athread%3ab"},
      {"5:heartbeat", "x:group:5%3aheartbeat"},
      {"heartbeat", "x:group:%68eartbeat"},
      {"Heartbeat", "x:group:%68eartbeat"},
      {":5", "x:group:%3a5"},
      {"agent:ops:main", "x:group:agent%3aops%3amain"},
      {"direct:5", "x:group:direct%3a5"},
      {"5%3A", "x:group:5%253a"},
  };
  for (const Case& one : cases) {
    const auto built =
        SessionKey::for_peer(agent(), "x", "", {PeerKind::group, one.id}, DmScope::main);
    ASSERT_TRUE(built) << one.id;
    EXPECT_EQ(built->rest(), one.rest);
    EXPECT_EQ(built->kind(), SessionKind::group);
    EXPECT_FALSE(built->thread_id());
    EXPECT_FALSE(built->without_heartbeat());
  }
}

TEST(SessionKeyBuilder, TellsSignalGroupsApartByTheCaseOfTheirFirstSegment) {
  const auto group = [](const char* id) {
    return *SessionKey::for_peer(agent(), "signal", "", {PeerKind::group, id}, DmScope::main);
  };
  EXPECT_NE(group("AbC="), group("abc="));
  EXPECT_EQ(group("AbC=:X"), group("AbC=:x"));
  EXPECT_EQ(group("AbC=:Heartbeat").rest(), "signal:group:AbC=%3aHeartbeat");
}

TEST(SessionKeyBuilder, RefusesNamesOfThePartsOfAKey) {
  const Peer peer{PeerKind::direct, "5"};
  for (const char* channel : {"direct", " DM ", "group", "channel", "agent", "cron", "subagent",
                              "acp", "hook", "node", "thread", "harness"}) {
    expect_refused(SessionKey::for_peer(agent(), channel, "", peer, DmScope::per_channel_peer),
                   "channel", "part of a session key", channel);
    EXPECT_TRUE(SessionKey::for_peer(agent(), channel, "", peer, DmScope::per_peer)) << channel;
  }
  expect_refused(
      SessionKey::for_peer(agent(), "x", "Thread", peer, DmScope::per_account_channel_peer),
      "account", "part of a session key", "thread");
  const auto escaped = SessionKey::for_peer(agent(), "a:b", "", peer, DmScope::per_channel_peer);
  EXPECT_EQ(escaped->rest(), "a%3ab:direct:5");
}

TEST(SessionKeyBuilder, NamesTheArgumentThatIsWrong) {
  const std::string huge(kMaxKeyBytes + 1, 'x');
  const auto scope = DmScope::per_account_channel_peer;
  const auto build = [&](const std::string& channel, const std::string& account,
                         const std::string& id) {
    return SessionKey::for_peer(agent(), channel, account, {PeerKind::direct, id}, scope);
  };
  expect_refused(build("\xff", "", "5"), "channel", "UTF-8", "channel");
  expect_refused(build("x", "\xff", "5"), "account", "UTF-8", "account");
  expect_refused(build("x", "", "\xff"), "peer.id", "UTF-8", "peer");
  expect_refused(build(huge, "", "5"), "channel", "4096", "channel");
  expect_refused(build("x", "", huge), "peer.id", "4096", "peer");
  expect_refused(build("x", "", std::string(kMaxKeyBytes, ':')), "session_key", "4096", "escaped");
  expect_refused(key("agent:a:x").thread("\xff"), "thread id", "UTF-8", "thread");
}

TEST(SessionKeyBuilder, BuildsBackgroundSessions) {
  EXPECT_EQ(SessionKey::subagent(agent(), " U-1 ")->str(), "agent:main:subagent:u-1");
  EXPECT_EQ(SessionKey::cron(agent(), "Job")->str(), "agent:main:cron:job");
  EXPECT_EQ(SessionKey::cron(agent(), "a:b")->str(), "agent:main:cron:a:b");
  EXPECT_EQ(SessionKey::cron_run(agent(), "a:b", "R")->str(), "agent:main:cron:a:b:run:r");
  EXPECT_EQ(SessionKey::cron_run(agent(), "run", "run")->str(), "agent:main:cron:run:run:run");
  EXPECT_EQ(SessionKey::cron(agent(), "a:RUN:b")->str(), "agent:main:cron:a%3arun%3ab");
  EXPECT_EQ(SessionKey::cron(agent(), "a:run")->str(), "agent:main:cron:a%3arun");
  EXPECT_EQ(SessionKey::cron(agent(), "heartbeat")->str(), "agent:main:cron:%68eartbeat");
  expect_refused(SessionKey::subagent(agent(), " "), "subagent id", "blank", "subagent");
  expect_refused(SessionKey::cron(agent(), ""), "cron id", "blank", "cron");
  expect_refused(SessionKey::cron_run(agent(), "\ufeff", "r"), "cron id", "blank", "run");
  expect_refused(SessionKey::cron_run(agent(), "j", "\n"), "cron run id", "blank", "run");
}

TEST(SessionKeyBuilder, BuildsEveryNamedSpace) {
  const std::pair<const char*, const char*> cases[] = {
      {"hook", "hook:u-1"},   {"node", "node-u-1"},           {"dashboard", "dashboard:u-1"},
      {"acp", "acp:u-1"},     {"explicit", "explicit:u-1"},   {"openai-user", "openai-user:u-1"},
      {"voice", "voice:u-1"}, {"recovered", "recovered:u-1"},
  };
  for (const auto& [space, rest] : cases) {
    const auto built = SessionKey::named(agent(), space, " U-1 ");
    ASSERT_TRUE(built) << space;
    EXPECT_EQ(built->rest(), rest);
    EXPECT_EQ(built->parts().space, space);
    EXPECT_EQ(built->parts().id, "u-1");
  }
  expect_refused(SessionKey::named(agent(), "slack", "x"), "space", "ids stand behind", "space");
  expect_refused(SessionKey::named(agent(), "hook", " "), "hook id", "blank", "id");
}

TEST(SessionKeyBuilder, IdsInASpaceCannotBecomePeers) {
  EXPECT_EQ(SessionKey::named(agent(), "voice", "group:5")->rest(), "voice:group%3a5");
  EXPECT_EQ(SessionKey::named(agent(), "voice", "a:direct:5")->rest(), "voice:a%3adirect%3a5");
  EXPECT_EQ(SessionKey::named(agent(), "node", "a:group:5")->rest(), "node-a%3agroup%3a5");
  EXPECT_EQ(SessionKey::named(agent(), "hook", "group:5")->rest(), "hook:group:5");
}

TEST(SessionKeyBuilder, BindsAConversationToAHarness) {
  const auto built = SessionKey::acp_binding(agent(), "Discord", "", " C1 ");
  EXPECT_EQ(built->rest(), "acp:binding:discord:default:45762c3e164a77a0");
  EXPECT_NE(*built, *SessionKey::acp_binding(agent(), "discord", "", "c1"));
  EXPECT_EQ(built->kind(), SessionKind::acp);
  expect_refused(SessionKey::acp_binding(agent(), "x", "", ""), "conversation", "blank", "id");
  expect_refused(SessionKey::acp_binding(agent(), "dm", "", "5"), "channel", "part", "channel");
}

TEST(SessionKeyBuilder, BuildsTheSessionOfNativeCommands) {
  EXPECT_EQ(SessionKey::slash(agent(), "Discord", "U1")->rest(), "discord:slash:u1");
  expect_refused(SessionKey::slash(agent(), "slash", "5"), "channel", "part", "channel");
  expect_refused(SessionKey::slash(agent(), "x", " "), "user", "blank", "user");
}

TEST(SessionKeyParse, SaysWhereReadingFailed) {
  const auto message = [](const char* text) { return SessionKey::parse(text).error().message; };
  EXPECT_NE(message("main").find("at byte 0"), std::string::npos);
  EXPECT_NE(message("agent:main").find("at byte 10"), std::string::npos);
  EXPECT_NE(message("agent:main:").find("at byte 11"), std::string::npos);
  EXPECT_NE(message("agent:main::x").find("at byte 11"), std::string::npos);
  EXPECT_NE(message("agent:main:\xff").find("byte 11"), std::string::npos);
}

TEST(SessionKeyThread, HangsAThreadBelowAnyKey) {
  const SessionKey base = key("agent:main:slack:channel:c1");
  const SessionKey thread = *base.thread(" 1712.5 ");
  EXPECT_EQ(thread.str(), "agent:main:slack:channel:c1:thread:1712.5");
  EXPECT_EQ(thread.thread_id(), "1712.5");
  EXPECT_EQ(thread.thread_parent(), base);
  EXPECT_EQ(*base.thread(" "), base);
  EXPECT_EQ(*base.thread(""), base);
  EXPECT_EQ(base.thread("AbC")->thread_id(), "abc");
  EXPECT_FALSE(base.thread_id());
  EXPECT_FALSE(base.thread_parent());
}

TEST(SessionKeyThread, KeepsCaseWhereTheRoomDoes) {
  const SessionKey room = key("agent:main:matrix:channel:!R:Srv");
  EXPECT_EQ(room.thread("$EvT:Srv")->str(), "agent:main:matrix:channel:!R:Srv:thread:$EvT:Srv");
  EXPECT_EQ(room.thread("$EvT:Srv")->thread_id(), "$EvT:Srv");
  EXPECT_EQ(room.thread("x:Thread:Y")->thread_id(), "x:Thread:Y");
  EXPECT_EQ(room.thread("x:Thread:Y")->thread_parent(), room);
}

TEST(SessionKeyThread, ReadsTheLastThreadOfForeignKeys) {
  EXPECT_EQ(key("agent:a:x:thread:1:thread:2").thread_id(), "2");
  EXPECT_EQ(key("agent:a:x:thread:1:thread:2").thread_parent(), key("agent:a:x:thread:1"));
  EXPECT_EQ(key("agent:a:İx:THREAD:9").thread_id(), "9");
  EXPECT_EQ(key("agent:a:x:thread:5:heartbeat").thread_id(), "5");
  EXPECT_EQ(key("agent:a:x:thread:5:heartbeat").thread_parent(), key("agent:a:x"));
  for (const char* none :
       {"agent:a:x:thread:", "agent:thread:x", "agent:a:thread:x", "agent:a:x:topic:5"}) {
    EXPECT_FALSE(key(none).thread_id()) << none;
    EXPECT_FALSE(key(none).thread_parent()) << none;
  }
}

TEST(SessionKeyThread, IdsCannotForgeADeeperThread) {
  const SessionKey base = key("agent:a:x:group:g");
  for (const char* id :
       {"a:thread:b", "thread:b", "thread", "heartbeat", "x:heartbeat", ":", "a::b", "%3a"}) {
    const auto thread = base.thread(id);
    ASSERT_TRUE(thread) << id;
    EXPECT_EQ(thread->thread_id(), id);
    EXPECT_EQ(thread->thread_parent(), base) << id;
    EXPECT_FALSE(thread->without_heartbeat()) << id;
  }
}

TEST(SessionKeyKind, IsReadFromTheShape) {
  const std::pair<const char*, SessionKind> cases[] = {
      {"main", SessionKind::main},
      {"main:thread:5", SessionKind::main},
      {"main:heartbeat", SessionKind::main},
      {"direct:5", SessionKind::direct},
      {"dm:5", SessionKind::direct},
      {"slack:direct:u1", SessionKind::direct},
      {"slack:dm:u1", SessionKind::direct},
      {"slack:work:direct:u1", SessionKind::direct},
      {"slack:group:direct:u1", SessionKind::direct},
      {"slack:group:g1", SessionKind::group},
      {"slack:channel:c1:thread:5:heartbeat", SessionKind::channel},
      {"slack:group:direct", SessionKind::group},
      {"slack:group:direct:thread:5", SessionKind::group},
      {"subagent:u", SessionKind::subagent},
      {"acp:binding:x", SessionKind::acp},
      {"cron:job", SessionKind::cron},
      {"cron:heartbeat", SessionKind::cron},
      {"cron:job:run:1", SessionKind::cron_run},
      {"cron:a:b:run:1:tail", SessionKind::cron_run},
      {"cron:job:run:", SessionKind::cron},
      {"cron::run:1", SessionKind::cron},
      {"cron:job:thread:x:run:1", SessionKind::cron},
      {"hook:u", SessionKind::hook},
      {"node:n", SessionKind::node},
      {"node-1", SessionKind::node},
      {"telegram:subagent:x", SessionKind::other},
      {"agent:x:direct:5", SessionKind::other},
      {"slack:group:", SessionKind::other},
      {"direct:", SessionKind::other},
      {"mainly", SessionKind::other},
      {"slack:slash:u1", SessionKind::slash},
      {"dashboard:x", SessionKind::dashboard},
      {"internal-session-effects:x-1", SessionKind::internal_effects},
      {"harness:codex:1", SessionKind::harness},
      {"explicit:s1", SessionKind::explicit_session},
      {"openai:u", SessionKind::api},
      {"openresponses-user:u", SessionKind::api},
      {"boot:r", SessionKind::runtime},
      {"voice:c", SessionKind::runtime},
      {"voice:direct:5", SessionKind::direct},
      {"commitments:r", SessionKind::runtime},
      {"recovered:s", SessionKind::repaired},
      {"heartbeat-recovered-2026", SessionKind::repaired},
      {"unknown:x", SessionKind::repaired},
      {"unknown:group:5", SessionKind::group},
      {"global", SessionKind::other},
  };
  for (const auto& [rest, kind] : cases) {
    EXPECT_EQ(key("agent:a:" + std::string(rest)).kind(), kind) << rest;
  }
}

TEST(SessionKeyIsolation, FollowsTheRules) {
  struct Case {
    const char *current, *configured, *stored, *isolated;
  };
  const Case cases[] = {
      {"main", "main", nullptr, "main:heartbeat"},
      {"main:heartbeat", "main", "main", "main:heartbeat"},
      {"main:heartbeat:heartbeat:heartbeat", "main", nullptr, "main:heartbeat"},
      {"global", "global", nullptr, "global:heartbeat"},
      {"global:heartbeat:heartbeat", "global", "global", "global:heartbeat"},
      {"other:heartbeat", "main", "other", "other:heartbeat"},
      // A named base may end in the suffix itself.
      {"alerts:heartbeat", "alerts:heartbeat", nullptr, "alerts:heartbeat:heartbeat"},
      {"alerts:heartbeat", "main", "alerts:heartbeat", "alerts:heartbeat:heartbeat"},
      {"alerts:heartbeat:heartbeat", "alerts:heartbeat", "alerts:heartbeat",
       "alerts:heartbeat:heartbeat"},
      {"alerts:heartbeat:heartbeat:heartbeat", "alerts:heartbeat", nullptr,
       "alerts:heartbeat:heartbeat"},
      // An unnamed one collapses, where the reference would append once more.
      {"other:heartbeat", "main", nullptr, "other:heartbeat"},
      {"a:heartbeat:heartbeat:heartbeat:heartbeat", nullptr, nullptr, "a:heartbeat"},
      {"heartbeat", nullptr, nullptr, "heartbeat:heartbeat"},
  };
  const auto named = [](const char* rest) -> std::optional<SessionKey> {
    if (!rest) return std::nullopt;
    return key("agent:a:" + std::string(rest));
  };
  for (const Case& one : cases) {
    const auto configured = named(one.configured);
    const auto stored = named(one.stored);
    const SessionKey isolated = named(one.current)->isolated(configured, stored);
    EXPECT_EQ(isolated, *named(one.isolated)) << one.current;
    EXPECT_EQ(isolated.isolated(configured, stored), isolated) << one.current;
  }
}

TEST(SessionKeyIsolation, IgnoresOtherAgentsAndLookalikes) {
  EXPECT_EQ(key("agent:a:main").isolated(key("agent:b:main")), key("agent:a:main:heartbeat"));
  EXPECT_EQ(key("agent:a:mainly").isolated(key("agent:a:main")), key("agent:a:mainly:heartbeat"));
}

TEST(SessionKeyIsolation, TakesOffOneHeartbeat) {
  EXPECT_EQ(key("agent:a:x:heartbeat:heartbeat").without_heartbeat(), key("agent:a:x:heartbeat"));
  EXPECT_EQ(key("agent:a:x:heartbeat").without_heartbeat(), key("agent:a:x"));
  for (const char* none :
       {"agent:a:x", "agent:a:heartbeat", "agent:a:xheartbeat", "agent:a: :heartbeat"}) {
    EXPECT_FALSE(key(none).without_heartbeat()) << none;
  }
}

}  // namespace
}  // namespace vagus
