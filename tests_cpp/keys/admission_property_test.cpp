#include <algorithm>

#include <gtest/gtest.h>

#include "keys/nasty.hpp"
#include "vagus/keys/admission.hpp"
#include "vagus/text/unicode.hpp"

// Whatever text comes in, a key that comes out is within what its caller may reach. The oracle
// reads the key that came out, and only that.
namespace vagus {
namespace {

using namespace std::string_literals;

const std::vector<std::string> kAgents = {"ops", "home"};

const std::array<std::string, 16> kKeys = {
    "hook:x",
    "agent:ops:hook:x",
    "agent:home:mail:k1",
    "main",
    "agent:ops:main",
    "agent:ops:webchat:alice",
    "agent:home:webchat:alice",
    "agent:ops:subagent:k",
    "agent:ops:cron:daily",
    "agent:ops:cron:daily:run:1",
    "agent:ops:harness:x",
    "agent:ops:internal-session-effects:x",
    "agent:ops:dashboard:incognito-1",
    "agent:ops:agent:home:main",
    "agent:home:slack:channel:c1:thread:2",
    "agent:ops:matrix:channel:!AbC:s",
};

const std::array<std::string, 26> kInsertions = {
    ":",          "::",          " ",         "\u3000", "\0"s,      "\u200b", "\u212a",
    "\u0130",     "\u017f",      "\uff41",    "%3a",    "%25",      "%73",    "agent:",
    "agent:ops:", "Agent:Home:", "subagent:", "cron:",  "harness:", "hook:",  ":heartbeat",
    ":thread:1",  ":topic:1",    ":run:1",    "\n",     "alice"};

std::string adversarial(Nasty& random) {
  std::string text = random.below(8) == 0 ? random.text(6) : random.pick(kKeys);
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    const std::size_t at = random.below(3) == 0 ? text.size() : random.below(text.size() + 1);
    text.insert(at, random.pick(kInsertions));
  }
  for (char& c : text) {
    if (c >= 'a' && c <= 'z' && random.below(8) == 0) c = static_cast<char>(c - 'a' + 'A');
  }
  const std::size_t k = text.find('k');
  if (k != std::string::npos && random.below(3) == 0) text.replace(k, 1, "\u212a");
  return text;
}

struct Parts {
  std::string owner;
  std::string rest;
};

Parts parts_of(const std::string& key) {
  const std::size_t colon = key.find(':', 6);
  return {key.substr(6, colon - 6), key.substr(colon + 1)};
}

bool starts_with_any(const std::string& text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return text.starts_with(prefix); });
}

bool is_in(const std::string& text, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

const std::vector<std::string> kNever = {"agent:", "harness:", "internal-session-effects:"};
const std::vector<std::string> kEngine = {"subagent:", "cron:", "acp:"};

class AdmissionProperty : public testing::Test {
 protected:
  // A well-formed key of a configured agent, and what it names.
  Parts check_form(const Admission& admission) {
    const std::string key = admission.session_key->str();
    EXPECT_EQ(SessionKey::parse(key).value_or_throw().str(), key);
    const Parts parts = parts_of(key);
    EXPECT_TRUE(is_in(parts.owner, kAgents)) << key;
    EXPECT_NE(parts.rest.front(), ' ') << key;
    EXPECT_EQ(key.find('\0'), std::string::npos);
    ++admitted_;
    return parts;
  }

  static AdmissionPolicy policy(std::vector<std::string> prefixes) {
    AdmissionRules rules;
    for (const std::string& id : kAgents) rules.agents.push_back(AgentId::lenient(id));
    rules.default_agent = rules.agents.front();
    rules.allow_request_session_key = true;
    rules.allowed_session_key_prefixes = std::move(prefixes);
    return AdmissionPolicy::create(rules).value_or_throw();
  }

  Nasty random_{7};
  int admitted_ = 0;
};

TEST_F(AdmissionProperty, HooksStayBelowTheirPrefixesAndTheirAgent) {
  const std::vector<std::string> prefixes = {"hook:", "agent:home:mail:"};
  const AdmissionPolicy rules = policy({"HOOK:", "Agent:Home:Mail:"});
  for (int i = 0; i < 40'000; ++i) {
    const std::string target = random_.below(2) == 0 ? "ops" : "home";
    const HookCaller caller{static_cast<HookSource>(random_.below(3)), target};
    const std::string text = adversarial(random_);
    const Admission admission = admit(text, caller, rules, "1");
    if (!admission.allowed) continue;
    const Parts parts = check_form(admission);
    const std::string key = admission.session_key->str();
    EXPECT_EQ(parts.owner, target) << text;
    EXPECT_TRUE(starts_with_any(key, prefixes) || starts_with_any(parts.rest, prefixes)) << key;
  }
  EXPECT_GT(admitted_, 1'000);
}

TEST_F(AdmissionProperty, HooksWithoutPrefixesReachNothingOfTheEngine) {
  const AdmissionPolicy rules = policy({});
  for (int i = 0; i < 40'000; ++i) {
    const std::string text = adversarial(random_);
    const Admission admission = admit(text, HookCaller{}, rules, "1");
    if (!admission.allowed) continue;
    const Parts parts = check_form(admission);
    EXPECT_EQ(parts.owner, "ops") << text;
    EXPECT_FALSE(starts_with_any(parts.rest, kNever)) << text;
    EXPECT_FALSE(starts_with_any(parts.rest, kEngine)) << text;
    EXPECT_FALSE(parts.rest.starts_with("dashboard:incognito-")) << text;
  }
  EXPECT_GT(admitted_, 1'000);
}

TEST_F(AdmissionProperty, ClientsReachOnlyWhatTheyOwn) {
  GatewayClient client;
  client.agents = {AgentId::lenient("ops")};
  client.sessions = {SessionKey::parse("agent:ops:main").value_or_throw()};
  client.prefixes = {"agent:ops:webchat:alice", "agent:ops:subagent:", "agent:home:"};
  for (int i = 0; i < 40'000; ++i) {
    const std::string text = adversarial(random_);
    const Admission admission = admit(text, client, policy({}));
    if (!admission.allowed) continue;
    const Parts parts = check_form(admission);
    EXPECT_EQ(parts.owner, "ops") << text;
    EXPECT_TRUE(parts.rest == "main" || parts.rest == "webchat:alice" ||
                parts.rest.starts_with("webchat:alice:"))
        << text;
  }
  EXPECT_GT(admitted_, 200);
}

TEST_F(AdmissionProperty, ClientsReachNothingOfTheEngine) {
  for (int i = 0; i < 40'000; ++i) {
    GatewayClient client;
    client.admin = random_.below(2) == 0;
    client.surface = static_cast<Surface>(random_.below(2));
    client.incognito = random_.below(2) == 0;
    const std::string text = adversarial(random_);
    const Admission admission = admit(text, client, policy({}));
    if (!admission.allowed) continue;
    const Parts parts = check_form(admission);
    EXPECT_FALSE(starts_with_any(parts.rest, kNever)) << text;
    EXPECT_FALSE(starts_with_any(parts.rest, kEngine)) << text;
    const bool may = client.admin && client.surface == Surface::web && client.incognito;
    EXPECT_TRUE(may || !parts.rest.starts_with("dashboard:incognito-")) << text;
  }
  EXPECT_GT(admitted_, 1'000);
}

TEST_F(AdmissionProperty, AgentsReachTheirOwnWorkAndTheSessionsTheyMay) {
  for (int i = 0; i < 40'000; ++i) {
    AgentCaller caller{AgentId::lenient("home"), {}};
    if (random_.below(2) == 0) caller.agents = {AgentId::lenient("ops")};
    const std::string text = adversarial(random_);
    const Admission admission = admit(text, caller, policy({}));
    if (!admission.allowed) continue;
    const Parts parts = check_form(admission);
    EXPECT_FALSE(starts_with_any(parts.rest, kNever)) << text;
    EXPECT_FALSE(parts.rest.starts_with("dashboard:incognito-")) << text;
    if (parts.owner == "home") continue;
    EXPECT_FALSE(caller.agents.empty()) << text;
    EXPECT_FALSE(starts_with_any(parts.rest, kEngine)) << text;
    EXPECT_FALSE(admission.session_key->thread_id()) << text;
  }
  EXPECT_GT(admitted_, 1'000);
}

TEST_F(AdmissionProperty, ARefusalSaysWhy) {
  int refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Admission admission = admit(adversarial(random_), GatewayClient{}, policy({}));
    if (admission.allowed) continue;
    ++refused;
    EXPECT_NE(admission.code, AdmissionCode::admitted);
    EXPECT_FALSE(admission.session_key);
    EXPECT_TRUE(is_valid_utf8(admission.reason));
    EXPECT_TRUE(admission.reason.starts_with("session_key: ")) << admission.reason;
  }
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace vagus
