// `from_parts` and `parts` are inverse for every shape, so no two lists of parts share a key.

#include "vagus/keys/key_parts.hpp"

#include <map>

#include <gtest/gtest.h>

#include "keys/nasty.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

const AgentId kAgent = AgentId::lenient("a");

KeyParts parts_of(SessionKind kind, std::string id) {
  KeyParts parts;
  parts.agent = kAgent;
  parts.kind = kind;
  parts.id = std::move(id);
  return parts;
}

constexpr std::array<std::string_view, 22> kSpaces = {"subagent",
                                                      "acp",
                                                      "cron",
                                                      "hook",
                                                      "node",
                                                      "dashboard",
                                                      "internal-session-effects",
                                                      "harness",
                                                      "explicit",
                                                      "openai",
                                                      "openai-user",
                                                      "openresponses",
                                                      "openresponses-user",
                                                      "boot",
                                                      "voice",
                                                      "sdk",
                                                      "commitments",
                                                      "recovered",
                                                      "unknown",
                                                      "heartbeat-recovered",
                                                      "legacy-main-conflict",
                                                      "legacy-incognito"};

constexpr std::array<std::string_view, 8> kChannels = {"x",       "slack", "signal", "matrix",
                                                       "a:group", "%3a",   "voice",  "heartbeat"};
constexpr std::array<std::string_view, 4> kAccounts = {"default", "direct", "group", "biz-1"};

// Parts of any kind, with nasty ids, spelled as a key spells them.
KeyParts nasty_parts(Nasty& nasty) {
  const auto id = [&nasty]() {
    for (;;) {
      std::string text(trim(nasty.text(5)));
      if (!text.empty()) return text;
    }
  };
  KeyParts parts = parts_of(SessionKind::direct, id());
  const std::uint64_t shape = nasty.below(8);
  if (shape < 5) {
    constexpr std::array<SessionKind, 5> kKinds = {SessionKind::direct, SessionKind::direct,
                                                   SessionKind::group, SessionKind::channel,
                                                   SessionKind::slash};
    parts.kind = kKinds[shape];
    if (parts.kind != SessionKind::direct || nasty.below(2) == 0) {
      parts.channel = std::string(nasty.pick(kChannels));
      if (parts.kind == SessionKind::direct && nasty.below(2) == 0)
        parts.account = std::string(nasty.pick(kAccounts));
    }
  } else if (shape == 5) {
    parts.kind = SessionKind::cron_run;
    parts.space = "cron";
    parts.run_id = token(id());
  } else {
    parts.space = std::string(nasty.pick(kSpaces));
    parts.kind = find_space(*parts.space)->kind;
  }
  const bool kept = parts.channel && keeps_id_case(*parts.channel, name_of(parts.kind));
  // Only the first segment of a Signal group keeps its case.
  if (!kept || parts.channel == "signal") parts.id = lower(parts.id);
  const bool kept_tail = kept && parts.channel == "matrix";
  for (std::uint64_t n = nasty.below(3); n > 0; --n) {
    parts.threads.push_back(kept_tail ? id() : token(id()));
  }
  parts.isolated = nasty.below(3) == 0;
  return parts;
}

TEST(KeyPartsProperty, ComeBackFromTheKeyOfEveryShape) {
  Nasty nasty(41);
  std::map<std::string, KeyParts> made;
  std::array<int, enum_names(SessionKind{}).size()> kinds = {};
  for (int i = 0; i < 20'000; ++i) {
    const KeyParts parts = nasty_parts(nasty);
    const auto key = SessionKey::from_parts(parts);
    ASSERT_TRUE(key) << key.error().what() << name_of(parts.kind) << parts.space.value_or("")
                     << (parts.threads.empty() ? "" : parts.threads[0]) << parts.isolated;
    ASSERT_EQ(key->parts(), parts) << key->view();
    ASSERT_EQ(SessionKey::parse(key->view()).value_or_throw(), *key);
    const auto [same, is_new] = made.emplace(key->str(), parts);
    ASSERT_TRUE(is_new || same->second == parts) << key->view();
    ++kinds[static_cast<std::size_t>(parts.kind)];
  }
  EXPECT_GT(made.size(), 15'000U);
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const auto named = static_cast<SessionKind>(kind);
    if (named == SessionKind::main || named == SessionKind::other) continue;
    EXPECT_GT(kinds[kind], 0) << name_of(named);
  }
}

TEST(KeyParts, OfMainAndOther) {
  for (const char* text : {"agent:a:main", "agent:a:work", "agent:a:main:heartbeat",
                           "agent:a:work:thread:5", "agent:a:global:heartbeat"}) {
    const SessionKey key = SessionKey::parse(text).value_or_throw();
    EXPECT_EQ(SessionKey::from_parts(key.parts()).value_or_throw(), key) << text;
  }
  EXPECT_EQ(SessionKey::parse("agent:a:work").value_or_throw().parts().id, "work");
}

TEST(KeyParts, AreReadFromOrdinaryKeys) {
  const auto read = [](const char* text) {
    return SessionKey::parse(text).value_or_throw().parts();
  };
  const KeyParts direct = read("agent:a:slack:biz:direct:u1:thread:1:thread:2:heartbeat");
  EXPECT_EQ(direct.kind, SessionKind::direct);
  EXPECT_EQ(direct.channel, "slack");
  EXPECT_EQ(direct.account, "biz");
  EXPECT_EQ(direct.id, "u1");
  EXPECT_EQ(direct.threads, (std::vector<std::string>{"1", "2"}));
  EXPECT_TRUE(direct.isolated);
  const KeyParts run = read("agent:a:cron:a:b:run:r");
  EXPECT_EQ(run.id, "a:b");
  EXPECT_EQ(run.run_id, "r");
  const KeyParts legacy = read("agent:a:slack:dm:5");
  EXPECT_EQ(SessionKey::from_parts(legacy)->view(), "agent:a:slack:direct:5");
}

TEST(KeyParts, RefusesWhatNoKeyHolds) {
  const auto refused = [](const KeyParts& parts, std::string_view field) {
    const auto key = SessionKey::from_parts(parts);
    ASSERT_FALSE(key) << field;
    EXPECT_EQ(key.error().code, ErrorCode::invalid_key);
    EXPECT_EQ(key.error().field, field) << key.error().what();
  };
  refused({}, "agent");
  refused(parts_of(SessionKind::direct, " "), "id");
  refused(parts_of(SessionKind::main, "work"), "id");
  refused(parts_of(SessionKind::other, "slack:group:c1"), "id");
  refused(parts_of(SessionKind::other, "x:thread:5"), "id");
  refused(parts_of(SessionKind::hook, "x"), "space");
  refused(parts_of(SessionKind::cron_run, "job"), "cron run id");
  refused(parts_of(SessionKind::group, "5"), "channel");
  KeyParts parts = parts_of(SessionKind::hook, "x");
  parts.space = "cron";
  refused(parts, "id");
  parts = parts_of(SessionKind::direct, "5");
  parts.account = "biz";
  refused(parts, "account");
  parts = parts_of(SessionKind::main, "main");
  parts.channel = "slack";
  refused(parts, "channel");
  parts = parts_of(SessionKind::direct, "5");
  parts.run_id = "r";
  refused(parts, "run_id");
  parts = parts_of(SessionKind::direct, "5");
  parts.threads = {" "};
  refused(parts, "threads");
}

}  // namespace
}  // namespace vagus
