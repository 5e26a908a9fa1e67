// Builders are injective: different conversations never share a key. Each builder call is paired
// with a plain description of the conversation, after the canonicalisation that the header allows
// (case, outer white space, blank names, sanitised accounts); a key must never have two of them.

#include <map>

#include <gtest/gtest.h>

#include "keys/nasty.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

const AgentId kAgent = AgentId::lenient("a");

std::string joined(std::initializer_list<std::string> parts) {
  std::string out;
  for (const std::string& part : parts) out += part + '\n';
  return out;
}

std::string or_unknown(const std::string& text) {
  return text.empty() ? "unknown" : text;
}

// Keeps what every key was built from, and fails on the second meaning of one key and on the second
// key of one meaning.
class Meanings {
 public:
  void add(const Result<SessionKey>& key, const std::string& meaning) {
    if (!key) return;
    ASSERT_EQ(SessionKey::parse(key->str()).value_or_throw().str(), key->str());
    const std::string& known = meaning_.emplace(key->str(), meaning).first->second;
    ASSERT_EQ(known, meaning) << key->str();
    if (meaning.starts_with(kFoldedSignal)) return;
    ASSERT_EQ(key_.emplace(meaning, key->str()).first->second, key->str()) << meaning;
  }
  std::size_t size() const { return meaning_.size(); }

  // Only the first segment of a Signal group keeps its case, so its meaning is blurred.
  static constexpr std::string_view kFoldedSignal = "signal room";

 private:
  std::map<std::string, std::string> meaning_;
  std::map<std::string, std::string> key_;
};

std::string peer_meaning(const std::string& channel, const std::string& account, const Peer& peer,
                         DmScope scope) {
  const std::string kind(name_of(peer.kind));
  const std::string name = or_unknown(token(channel));
  const bool keep = keeps_id_case(token(channel), kind);
  const std::string id = or_unknown(keep ? std::string(trim(peer.id)) : token(peer.id));
  if (peer.kind != PeerKind::direct) {
    if (name == "signal") return joined({std::string(Meanings::kFoldedSignal), kind, lower(id)});
    return joined({"room", name, kind, id});
  }
  switch (scope) {
    case DmScope::main:
      return "main";
    case DmScope::per_peer:
      return joined({"peer", id});
    case DmScope::per_channel_peer:
      return joined({"channel peer", name, id});
    case DmScope::per_account_channel_peer:
      return joined({"account peer", name, normalize_account(account), id});
  }
  return "";
}

// The key itself, a thread below it, and the isolated session of both.
void add_family(Meanings& meanings, const Result<SessionKey>& key, const std::string& meaning,
                const std::string& thread) {
  meanings.add(key, meaning);
  if (!key) return;
  meanings.add(key->isolated(), meaning + "isolated");
  const std::string folded =
      keeps_tail_case(key->str()) ? std::string(trim(thread)) : token(thread);
  if (folded.empty()) return;
  const auto child = key->thread(thread);
  meanings.add(child, meaning + "thread " + folded);
  if (!child) return;
  ASSERT_EQ(child->thread_id(), folded) << child->str();
  ASSERT_EQ(child->thread_parent(), *key) << child->str();
  ASSERT_EQ(child->kind(), key->kind()) << child->str();
  meanings.add(child->isolated(), meaning + "thread " + folded + "isolated");
}

constexpr std::array<PeerKind, 3> kKinds = {PeerKind::direct, PeerKind::group, PeerKind::channel};
constexpr std::array<DmScope, 4> kScopes = {
    DmScope::main, DmScope::per_peer, DmScope::per_channel_peer, DmScope::per_account_channel_peer};

std::vector<std::string> short_ids() {
  const std::vector<std::string> words = {"", "a", "thread", "heartbeat", "direct", "group", "%3a"};
  std::vector<std::string> ids = words;
  for (const std::string& first : words) {
    for (const std::string& second : words) {
      ids.push_back(first + ":" + second);
      for (const std::string& third : words) ids.push_back(first + ":" + second + ":" + third);
    }
  }
  return ids;
}

TEST(SessionKeyProperty, EveryShortCombinationOfWordsHasItsOwnKey) {
  Meanings meanings;
  for (const std::string& id : short_ids()) {
    for (const std::string channel : {"x", "matrix", "x:direct"}) {
      for (const std::string account : {"direct", "group"}) {
        for (const PeerKind kind : kKinds) {
          for (const DmScope scope : kScopes) {
            const Peer peer{kind, id};
            meanings.add(SessionKey::for_peer(kAgent, channel, account, peer, scope),
                         peer_meaning(channel, account, peer, scope));
          }
        }
      }
    }
    if (is_blank(id)) continue;
    meanings.add(SessionKey::subagent(kAgent, id), joined({"subagent", id}));
    meanings.add(SessionKey::cron(kAgent, id), joined({"cron", id}));
    for (const std::string run : {"a", "run", "a:run:a"}) {
      meanings.add(SessionKey::cron_run(kAgent, id, run), joined({"cron run", id, run}));
    }
  }
  EXPECT_GT(meanings.size(), 8'000U);
}

TEST(SessionKeyProperty, NastyTextsNeverShareAKey) {
  constexpr std::array<std::string_view, 10> kChannels = {
      "x", "Slack", "signal", "matrix", "MATRIX", "a:group", "main", " ", "%3a", "heartbeat"};
  constexpr std::array<std::string_view, 7> kAccounts = {"",   "direct", "group",    "channel",
                                                         "dm", "Biz 1",  "heartbeat"};
  constexpr std::array<SessionKind, 3> kSessionKinds = {SessionKind::direct, SessionKind::group,
                                                        SessionKind::channel};
  Nasty nasty(17);
  Meanings meanings;
  for (int i = 0; i < 2'500; ++i) {
    const std::string channel(nasty.pick(kChannels));
    const std::string account(nasty.pick(kAccounts));
    const Peer peer{nasty.pick(kKinds), nasty.text(5)};
    const DmScope scope = nasty.pick(kScopes);
    const auto key = SessionKey::for_peer(kAgent, channel, account, peer, scope);
    ASSERT_TRUE(key) << key.error().what();
    add_family(meanings, key, peer_meaning(channel, account, peer, scope), nasty.text(4));
    const bool main = peer.kind == PeerKind::direct && scope == DmScope::main;
    const SessionKind kind = kSessionKinds[static_cast<std::size_t>(peer.kind)];
    ASSERT_EQ(key->kind(), main ? SessionKind::main : kind) << key->str();
    if (is_blank(peer.id)) continue;
    const std::string id = token(peer.id);
    const std::string run = nasty.text(3);
    add_family(meanings, SessionKey::cron(kAgent, id), joined({"cron", id}), nasty.text(4));
    if (is_blank(run)) continue;
    add_family(meanings, SessionKey::cron_run(kAgent, id, run),
               joined({"cron run", id, token(run)}), nasty.text(4));
  }
  EXPECT_GT(meanings.size(), 8'000U);
}

TEST(SessionKeyProperty, ParsingIsTotalAndIdempotent) {
  Nasty nasty(23);
  int keys = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = nasty.text(14);
    if (i % 2 == 0) text = "agent:a:" + text;
    if (i % 7 == 0 && !text.empty())
      text[nasty.below(text.size())] = static_cast<char>(nasty.below(256));
    const auto key = SessionKey::parse(text);
    if (!key) continue;
    ++keys;
    ASSERT_EQ(SessionKey::parse(key->str()).value_or_throw(), *key) << text;
    const auto parent = key->thread_parent();
    ASSERT_TRUE(!parent || parent->str().size() < key->str().size()) << text;
    ASSERT_LT(static_cast<std::size_t>(key->kind()), enum_names(SessionKind{}).size());
  }
  EXPECT_GT(keys, 5'000);
}

TEST(SessionKeyProperty, IsolationIsIdempotent) {
  Nasty nasty(29);
  const auto any = [&]() -> std::optional<SessionKey> {
    std::string text = "agent:a:" + std::string(nasty.below(2) == 0 ? "x" : "main");
    for (std::uint64_t n = nasty.below(4); n > 0; --n) text += ":heartbeat";
    return nasty.below(4) == 0 ? std::nullopt
                               : std::optional(SessionKey::parse(text).value_or_throw());
  };
  const auto other = [&]() { return SessionKey::parse("agent:a:" + nasty.text(6)); };
  for (int i = 0; i < 10'000; ++i) {
    const auto foreign = other();
    const auto current = i % 2 == 0 && foreign ? std::optional(*foreign) : any();
    const auto configured = any();
    const auto stored = any();
    if (!current) continue;
    // The isolated session of a key may be named a base of its own; then it has another one.
    const SessionKey isolated = current->isolated(configured, stored);
    if (isolated == configured || isolated == stored) continue;
    ASSERT_EQ(isolated.isolated(configured, stored), isolated) << current->str();
    ASSERT_EQ(SessionKey::parse(isolated.str()).value_or_throw(), isolated);
    ASSERT_TRUE(isolated.without_heartbeat());
  }
}

}  // namespace
}  // namespace vagus
