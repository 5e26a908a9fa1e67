#include "vagus/keys/admission.hpp"

#include <algorithm>

#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/main_session.hpp"
#include "vagus/keys/namespaces.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kKeyField = "session_key";
constexpr std::string_view kAgentField = "agent";
constexpr std::array<std::string_view, 2> kSharedKeys = {"global", "unknown"};

struct Refusal {
  AdmissionCode code;
  std::string reason;
};

Refusal refuse(AdmissionCode code, std::string_view field, std::string_view value,
               std::string_view message) {
  return {code, make_error(ErrorCode::invalid_key, field, value, message).what()};
}

// A value, or why the key is refused.
template <class T>
using Step = std::variant<T, Refusal>;
using Check = std::optional<Refusal>;

template <class T>
const Refusal* refusal(const Step<T>& step) {
  return std::get_if<Refusal>(&step);
}

Admission answer(Refusal refusal) {
  return {false, refusal.code, std::nullopt, std::move(refusal.reason)};
}

Admission answer(SessionKey key) {
  return {true, AdmissionCode::admitted, std::move(key), ""};
}

// ---- which session a text names

// Control characters are in no id of any network, but split the lines of logs and stores.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next < 0xA0)) return true;
  }
  return false;
}

bool is_agent_key(std::string_view text) {
  return lower_ascii(text.substr(0, kAgentPrefix.size())) == kAgentPrefix;
}

// The key that `text` spells. `owner` takes keys without an agent.
Step<SessionKey> spelled(std::string_view text, const std::optional<AgentId>& owner) {
  if (has_control(text)) {
    return refuse(AdmissionCode::malformed_key, kKeyField, text, "holds a control character");
  }
  if (std::count(kSharedKeys.begin(), kSharedKeys.end(), token(text)) > 0) {
    return refuse(AdmissionCode::shared_key, kKeyField, text, "belongs to no agent");
  }
  const bool complete = is_agent_key(text);
  if (!complete && !owner) {
    return refuse(AdmissionCode::agent_required, kKeyField, text,
                  "names no agent, and there are several; name one");
  }
  const auto key = SessionKey::parse(complete ? std::string(text)
                                              : std::string(kAgentPrefix) + owner->str() + ":" +
                                                    std::string(text));
  if (!key) return Refusal{AdmissionCode::malformed_key, key.error().what()};
  if (trim(key->rest()).size() == key->rest().size()) return *key;
  return refuse(AdmissionCode::malformed_key, kKeyField, text, "is padded with white space");
}

/// Reads keys for one caller, who may have named an agent.
class Reader {
 public:
  explicit Reader(const AdmissionPolicy& policy) : policy_(policy) {}

  // The agent that is meant when a key names none: `given`, else the default.
  Step<std::optional<AgentId>> owner(const std::optional<std::string>& given) const {
    if (!given) return policy_.default_agent();
    const auto agent = AgentId::parse(*given);
    if (!agent) {
      return Refusal{AdmissionCode::malformed_agent, renamed(agent.error(), kAgentField).what()};
    }
    if (auto refused = known(*agent, kAgentField)) return *refused;
    return std::optional(*agent);
  }

  // The canonical key of a configured agent. Keys without an agent are `owner`'s.
  Step<SessionKey> read(std::string_view text, const std::optional<AgentId>& owner) const {
    if (is_blank(text)) {
      return refuse(AdmissionCode::missing_key, kKeyField, text, "must not be blank");
    }
    const auto key = spelled(trim(text), owner);
    if (refusal(key)) return key;
    const SessionKey& found = std::get<SessionKey>(key);
    if (auto refused = known(found.agent(), kKeyField)) return *refused;
    return with_main_key(found, policy_.main_key());
  }

  // The same for a caller who may have named an agent, which then must be the key's.
  Step<SessionKey> read_for(std::string_view text, const std::optional<std::string>& given) const {
    const auto agent = owner(given);
    if (const Refusal* refused = refusal(agent)) return *refused;
    const auto& meant = std::get<0>(agent);
    auto key = read(text, meant);
    if (refusal(key) || !given || std::get<SessionKey>(key).agent() == *meant) return key;
    return refuse(AdmissionCode::agent_mismatch, kKeyField, text,
                  "belongs to another agent than '" + meant->str() + "'");
  }

 private:
  Check known(const AgentId& agent, std::string_view field) const {
    if (policy_.knows(agent)) return std::nullopt;
    return refuse(AdmissionCode::unknown_agent, field, agent.str(), "no such agent is configured");
  }

  const AdmissionPolicy& policy_;
};

// ---- what nobody but the operator reaches

Check check_nested(const SessionKey& key) {
  if (!key.rest().starts_with(kAgentPrefix)) return std::nullopt;
  return refuse(AdmissionCode::nested_key, kKeyField, key.str(), "wraps another agent's key");
}

Check check_finished_run(const SessionKey& key) {
  if (key.kind() != SessionKind::cron_run) return std::nullopt;
  return refuse(AdmissionCode::finished_run, kKeyField, key.str(),
                "is one run of a cron job, which is not resumed");
}

Check check_reserved(const SessionKey& key, Reserved most) {
  if (reserved_for(key.rest()) <= most) return std::nullopt;
  return refuse(AdmissionCode::reserved_namespace, kKeyField, key.str(),
                "is in a namespace that the engine keeps for itself");
}

Check check_incognito(const SessionKey& key) {
  if (!is_incognito(key.rest())) return std::nullopt;
  return refuse(AdmissionCode::incognito_not_permitted, kKeyField, key.str(),
                "is an incognito session");
}

// What holds for everybody; `most` is how much of the engine's own they reach.
Check check_shape(const SessionKey& key, Reserved most) {
  if (auto refused = check_nested(key)) return refused;
  if (auto refused = check_finished_run(key)) return refused;
  return check_reserved(key, most);
}

// ---- webhooks

Refusal hook_refusal(AdmissionCode code, std::string_view key) {
  const bool disabled = code == AdmissionCode::request_key_disabled;
  return refuse(code, kKeyField, key,
                disabled ? "hook requests may not name a session here"
                         : "begins with no prefix that hooks may name");
}

// The text that a hook stands for, as a session of `agent`. Checked before and after it changes
// owner, so that a prefix that names an agent means that agent.
Step<std::string> hook_text(std::string_view supplied, const HookCaller& caller,
                            const AdmissionPolicy& policy, const std::optional<AgentId>& agent,
                            std::string_view new_id) {
  const HookKeyRules& rules = policy.hooks();
  const HookKey chosen = hook_session_key(caller.source, supplied, rules, new_id);
  if (!chosen.key) return hook_refusal(chosen.code, supplied);
  std::string text = rescope(*chosen.key, agent ? agent->str() : "");
  if (has_hook_prefix(rules.allowed_session_key_prefixes, *chosen.key) &&
      has_hook_prefix(rules.allowed_session_key_prefixes, text)) {
    return text;
  }
  return hook_refusal(AdmissionCode::prefix_not_allowed, text);
}

Check check_hook_key(const SessionKey& key, const AdmissionPolicy& policy) {
  if (auto refused = check_shape(key, Reserved::no)) return refused;
  if (auto refused = check_incognito(key)) return refused;
  if (!policy.allows_hook_agent(key.agent())) {
    return refuse(AdmissionCode::agent_not_permitted, kKeyField, key.str(),
                  "belongs to an agent that hooks may not reach");
  }
  if (policy.allows_hook(key)) return std::nullopt;
  return hook_refusal(AdmissionCode::prefix_not_allowed, key.str());
}

// Requests fill a template's key, so that without prefixes they could name any session.
bool is_unbounded(const HookCaller& caller, std::string_view supplied,
                  const AdmissionPolicy& policy) {
  return caller.source == HookSource::mapping_templated && !is_blank(supplied) &&
         !policy.restricts_hooks();
}

bool names_nothing(std::string_view supplied, const AdmissionPolicy& policy,
                   std::string_view new_id) {
  return is_blank(supplied) && is_blank(new_id) &&
         is_blank(policy.hooks().default_session_key.value_or(""));
}

Step<SessionKey> read_hook(std::string_view supplied, const HookCaller& caller,
                           const AdmissionPolicy& policy, std::string_view new_id) {
  if (names_nothing(supplied, policy, new_id)) {
    return refuse(AdmissionCode::missing_key, kKeyField, supplied,
                  "a hook without a key needs an id for a new one");
  }
  const Reader reader(policy);
  const auto agent = reader.owner(caller.agent);
  if (const Refusal* refused = refusal(agent)) return *refused;
  const auto text = hook_text(supplied, caller, policy, std::get<0>(agent), new_id);
  if (const Refusal* refused = refusal(text)) return *refused;
  if (is_unbounded(caller, supplied, policy)) {
    return hook_refusal(AdmissionCode::prefix_not_allowed, supplied);
  }
  return reader.read_for(std::get<std::string>(text), caller.agent);
}

// ---- gateway clients

bool is_below(std::string_view key, std::string_view prefix) {
  if (prefix.empty() || !key.starts_with(prefix)) return false;
  return prefix.ends_with(':') || key.size() == prefix.size() || key[prefix.size()] == ':';
}

template <class T, class Test>
bool any_of(const std::optional<std::vector<T>>& list, Test test) {
  return list && std::any_of(list->begin(), list->end(), test);
}

bool owns(const GatewayClient& client, const SessionKey& key) {
  if (!client.sessions && !client.prefixes) return true;
  const std::string text = key.str();
  return any_of(client.sessions, [&](const SessionKey& own) { return own == key; }) ||
         any_of(client.prefixes,
                [&](const std::string& own) { return is_below(text, canonical_case(own)); });
}

bool may_use(const GatewayClient& client, const AgentId& agent) {
  return !client.agents ||
         any_of(client.agents, [&](const AgentId& each) { return each == agent; });
}

// Incognito sessions leave no trace, so that their parent must leave none either.
bool may_be_incognito(const GatewayClient& client) {
  const bool durable = client.parent && !is_incognito(client.parent->rest());
  return client.admin && client.surface == Surface::web && client.incognito && !durable;
}

Check check_client_key(const SessionKey& key, const GatewayClient& client) {
  if (auto refused = check_shape(key, Reserved::no)) return refused;
  if (!may_use(client, key.agent())) {
    return refuse(AdmissionCode::agent_not_permitted, kKeyField, key.str(),
                  "belongs to an agent that this client may not use");
  }
  if (!owns(client, key)) {
    return refuse(AdmissionCode::session_not_owned, kKeyField, key.str(),
                  "is not a session of this client");
  }
  if (may_be_incognito(client)) return std::nullopt;
  return check_incognito(key);
}

// ---- agents

// Topics of Telegram are threads whose id is part of the peer's (spec: keys, section 1.6).
bool is_thread(const SessionKey& key) {
  const std::string_view rest = key.rest();
  const bool topic =
      rest.starts_with("telegram:group:") && rest.find(":topic:") != std::string_view::npos;
  return topic || key.thread_id().has_value();
}

Check check_agent_key(const SessionKey& key, const AgentCaller& caller) {
  if (auto refused = check_shape(key, Reserved::for_agents)) return refused;
  if (auto refused = check_incognito(key)) return refused;
  if (key.agent() == caller.agent) return std::nullopt;
  if (std::find(caller.agents.begin(), caller.agents.end(), key.agent()) == caller.agents.end()) {
    return refuse(AdmissionCode::agent_not_permitted, kKeyField, key.str(),
                  "belongs to an agent that '" + caller.agent.str() + "' may not reach");
  }
  if (!is_thread(key)) return check_reserved(key, Reserved::no);
  return refuse(AdmissionCode::thread_of_other_agent, kKeyField, key.str(),
                "is a thread of another agent; write to the session that it hangs below");
}

/// One caller at the door.
struct Door {
  std::string_view text;
  const AdmissionPolicy& policy;
  std::string_view new_id;

  template <class Caller>
  Admission decide(const Step<SessionKey>& read, const Caller& check) const {
    if (const Refusal* refused = refusal(read)) return answer(*refused);
    const SessionKey& key = std::get<SessionKey>(read);
    if (auto refused = check(key)) return answer(*std::move(refused));
    return answer(key);
  }

  Admission operator()(const HookCaller& caller) const {
    return decide(read_hook(text, caller, policy, new_id),
                  [&](const SessionKey& key) { return check_hook_key(key, policy); });
  }
  Admission operator()(const GatewayClient& client) const {
    return decide(Reader(policy).read_for(text, client.agent),
                  [&](const SessionKey& key) { return check_client_key(key, client); });
  }
  Admission operator()(const AgentCaller& caller) const {
    return decide(Reader(policy).read(text, caller.agent),
                  [&](const SessionKey& key) { return check_agent_key(key, caller); });
  }
  Admission operator()(const Operator& caller) const {
    return decide(Reader(policy).read_for(text, caller.agent),
                  [](const SessionKey&) { return Check(); });
  }
};

}  // namespace

Admission admit(std::string_view key_text, const Principal& principal,
                const AdmissionPolicy& policy, std::string_view new_id) {
  return std::visit(Door{key_text, policy, new_id}, principal);
}

}  // namespace vagus
