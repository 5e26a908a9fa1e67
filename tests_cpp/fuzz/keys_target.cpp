// What any bytes at all must not break: reading and building keys, by type and as text. In the
// form that libFuzzer calls; generated_main.cpp drives it where libFuzzer is not at hand.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/keys/admission.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/context_key.hpp"
#include "vagus/keys/conversation.hpp"
#include "vagus/keys/heartbeat_key.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// Aborts, which fuzzers and test runners notice.
void require(bool holds, const char* promise, std::string_view text) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s, by %s\n", promise, quote_clipped(text).c_str());
  std::abort();
}

void check_session_key(std::string_view text) {
  const auto key = SessionKey::parse(text);
  if (!key) {
    require(key.error().code == ErrorCode::invalid_key, "a refusal says what is wrong", text);
    return;
  }
  require(SessionKey::parse(key->view()).value_or_throw() == *key, "parsing is idempotent", text);
  const SessionKey isolated = key->isolated();
  require(isolated.isolated() == isolated, "isolation is idempotent", text);
  require(key->agent() == isolated.agent(), "isolation keeps the agent", text);
  const auto made = SessionKey::from_parts(key->parts());
  if (made) require(made->parts().kind == key->kind(), "parts keep the kind", text);
  (void)key->thread_id();
  (void)key->thread_parent();
}

// Every id survives the key that it went into, and never becomes structure.
void check_builders(std::string_view id) {
  const AgentId agent = AgentId::lenient("a");
  for (const PeerKind kind : {PeerKind::direct, PeerKind::group, PeerKind::channel}) {
    const auto key =
        SessionKey::for_peer(agent, "x", "", {kind, std::string(id)}, DmScope::per_channel_peer);
    if (!key) continue;
    const std::string spelled = is_blank(id) ? "unknown" : token(id);
    require(key->parts().id == spelled, "an id comes back from its key", id);
    require(key->parts().threads.empty() && !key->parts().isolated, "an id is no suffix", id);
  }
  const SessionKey base = SessionKey::main(agent);
  const auto thread = base.thread(id);
  if (thread && !is_blank(id)) require(thread->thread_id() == token(id), "so do threads", id);
  (void)SessionKey::cron_run(agent, id, id);
  (void)ContextKey::parse(id);
  (void)AgentId::parse(id);
  (void)normalize_account(id);
}

void check_readings(std::string_view text) {
  const std::string canonical = canonical_case(text);
  require(canonical_case(canonical) == canonical, "case is settled once", text);
  const auto split = split_key(text);
  require(split.has_value() == (key_shape(text) == TextShape::agent), "shape and split agree",
          text);
  const std::string stored = store_key("a", text, "main");
  require(store_key("b", stored, "main") == stored || !split_key(stored), "wrapping is idempotent",
          text);
  require(subagent_depth(text) >= 0, "depth is counted", text);
  (void)chat_type(text);
  (void)conversation(text);
  (void)delivery_route(text);
  (void)thread_suffix(text);
  (void)cron_run_suffix(text);
  (void)telegram_topic(text);
  (void)feishu_conversation(text);
  (void)event_key(text);
  (void)is_incognito_key(text);
  (void)isolated_heartbeat({.key = text, .configured = text});
}

void check_admission(std::string_view text) {
  static const AdmissionPolicy policy = [] {
    AdmissionRules rules;
    rules.agents = {AgentId::lenient("a"), AgentId::lenient("b")};
    rules.allow_request_session_key = true;
    rules.allowed_session_key_prefixes = {"hook:"};
    return AdmissionPolicy::create(rules).value_or_throw();
  }();
  HookCaller caller;
  caller.agent = "a";
  const Admission admission = admit(text, caller, policy, "id");
  if (!admission.allowed) return;
  require(admission.session_key->view().starts_with("agent:a:hook:"), "hooks stay in their space",
          text);
}

}  // namespace
}  // namespace vagus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  vagus::check_session_key(text);
  if (vagus::is_valid_utf8(text)) {
    vagus::check_builders(text);
    vagus::check_readings(text);
  }
  vagus::check_admission(text);
  return 0;
}
