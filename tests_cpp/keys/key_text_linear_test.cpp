// Every function over the text of keys is total and linear: over a lot of adversarial text, a
// quadratic one would hold the tests up for minutes.

#include <gtest/gtest.h>

#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/conversation.hpp"
#include "vagus/keys/heartbeat_key.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/keys/message_key.hpp"
#include "vagus/keys/session_match.hpp"

namespace vagus {
namespace {

std::string repeated(std::string_view unit, std::size_t bytes = 5'000) {
  std::string text;
  while (text.size() < bytes) text += unit;
  return text;
}

// Calls everything; gives how much came back, so that nothing is optimised away.
std::size_t call_everything(const std::string& text) {
  std::size_t bytes = canonical_case(text).size() + key_body(text).size();
  bytes += split_key(text) ? 1 : 0;
  bytes += static_cast<std::size_t>(key_shape(text)) + static_cast<std::size_t>(chat_type(text));
  bytes += agent_of_key(text, "a") ? 1 : 0;
  bytes += request_key(text).value_or("").size() + store_key("a", text, "main").size();
  bytes += scope_to_agent(text, text, text).value_or("").size();
  bytes += canonical_for_agent(text, text).size() + main_alias(text, text, {text}).size();
  bytes += same_request(text, text + "x") ? 1 : 0;
  for (const auto predicate :
       {is_cron_key, is_cron_run_key, is_subagent_key, is_acp_key, is_harness_key, is_incognito_key,
        is_internal_effects_key, needs_case_proof, is_valid_agent_id}) {
    bytes += predicate(text) ? 1 : 0;
  }
  bytes += static_cast<std::size_t>(subagent_depth(text));
  bytes += thread_suffix(text).base.value_or("").size();
  bytes += cron_run_suffix(text).base.value_or("").size();
  bytes += thread_keys(text, text, {.parent = text}).key.size();
  bytes += conversation(text) ? 1 : 0;
  bytes += telegram_topic(text) ? 1 : 0;
  bytes += feishu_conversation(text) ? 1 : 0;
  bytes += delivery_route(text) ? 1 : 0;
  bytes += isolated_heartbeat({text, text, text, text}).key.size();
  bytes += stale_heartbeats({text, text}, {text, text}).size();
  bytes += event_key(text).size() + wake_target(text).session_key.value_or("").size();
  bytes += group_of_message({text, text, text, text}) ? 1 : 0;
  bytes += key_of_message({text}, {text, "a", {text}})->size();
  bytes += group_history_key(text, text, {PeerKind::group, text}).size();
  bytes +=
      optional_account(text).value_or("").size() + sanitized_agent_id(text).value_or("").size();
  bytes += match_session_id({{text, 1}, {text + "x", 1}}, text).keys.size();
  return bytes;
}

TEST(KeyTextLinear, ALotOfAnythingComesBack) {
  for (const char* unit : {":", "agent:", "agent:a:", "subagent:", ":thread:", ":heartbeat",
                           "signal:group:", "::run:", "matrix:group:", " ", "-", "%3a",
                           "direct:", "a", "İ", "Σ", "\u3000", "\xFF", "x@g.us:"}) {
    const std::string text = repeated(unit);
    EXPECT_GT(call_everything(text), text.size()) << unit;
    EXPECT_GT(call_everything("agent:a:" + text), 0u) << unit;
  }
}

TEST(KeyTextLinear, AMegabyteOfColonsComesBack) {
  EXPECT_GT(call_everything(repeated(":", 1'000'000)), 0u);
}

TEST(KeyTextLinear, EveryByteIsAccepted) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& front : {std::string(), std::string("agent:a:"),
                                   std::string("agent:a:matrix:group:"), std::string("x:group:")}) {
    for (std::size_t at = 0; at < all.size(); ++at) {
      EXPECT_GT(call_everything(front + all.substr(at)), 0u);
    }
  }
}

TEST(KeyTextLinear, ALongChainOfSpawnsIsFollowedOnce) {
  const SpawnLookup next = [](const std::string& key) {
    const int at = std::stoi(key.substr(key.rfind(':') + 1));
    if (at == 0) return std::optional<Spawn>();
    return std::optional(Spawn{std::nullopt, "agent:a:x:" + std::to_string(at - 1)});
  };
  EXPECT_EQ(subagent_depth("agent:a:x:100000", next), 100'000);
}

TEST(KeyTextLinear, ManySpellingsAreMatchedInOnePass) {
  std::vector<SessionEntry> entries;
  for (int i = 0; i < 20'000; ++i) entries.push_back({"agent:a:x" + std::to_string(i / 2), i});
  EXPECT_EQ(match_session_id(entries, "s").key, "agent:a:x9999");
}

}  // namespace
}  // namespace vagus
