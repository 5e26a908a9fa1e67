#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vagus/keys/hook_key.hpp"
#include "vagus/keys/session_key.hpp"

/// Admission: the one door for session keys from outside (spec: keys, section 3). A key that comes
/// through is typed, canonical and within what its caller may reach; every rule is applied to the
/// key that comes out, never only to the text that went in. Pure functions of their arguments.
namespace vagus {

// ---- who asks

/// A webhook: somebody outside, whose text may have become a key through a mapping.
struct HookCaller {
  HookSource source = HookSource::request;
  std::optional<std::string> agent;

  static constexpr std::string_view kName = "HookCaller";
  static constexpr auto fields() {
    return field_list(field("source", &HookCaller::source, "where the key was written"),
                      field("agent", &HookCaller::agent,
                            "the agent that the hook is for, as it was given; else the default"));
  }
};

/// Through what a gateway client talks to us.
enum class Surface { api, web };
constexpr std::array<std::string_view, 2> enum_names(Surface) {
  return {"api", "web"};
}

/// A client of the gateway. What it may use is the host's decision, made when the client
/// authenticated; `agent`, `incognito` and `parent` are what it asks for.
struct GatewayClient {
  std::optional<std::vector<AgentId>> agents;
  std::optional<std::vector<SessionKey>> sessions;
  std::optional<std::vector<std::string>> prefixes;
  bool admin = false;
  Surface surface = Surface::api;
  std::optional<std::string> agent;
  bool incognito = false;
  std::optional<SessionKey> parent;

  static constexpr std::string_view kName = "GatewayClient";
  static constexpr auto fields() {
    return field_list(
        field("agents", &GatewayClient::agents, "the agents it may use; None: all of them"),
        field("sessions", &GatewayClient::sessions,
              "the sessions it owns; None, with no prefixes either: all of its agents' sessions"),
        field("prefixes", &GatewayClient::prefixes,
              "beginnings of the keys it owns, such as agent:ops:webchat:"),
        field("admin", &GatewayClient::admin, "whether it is an administrator's"),
        field("surface", &GatewayClient::surface, "api or web"),
        field("agent", &GatewayClient::agent, "the agent it names, as it was given"),
        field("incognito", &GatewayClient::incognito, "whether it asks for an incognito session"),
        field("parent", &GatewayClient::parent, "the session below which it asks for one"));
  }
};

/// An agent that acts on sessions through a tool.
struct AgentCaller {
  AgentId agent;
  std::vector<AgentId> agents;

  static constexpr std::string_view kName = "AgentCaller";
  static constexpr auto fields() {
    return field_list(required("agent", &AgentCaller::agent, "the agent that acts"),
                      field("agents", &AgentCaller::agents, "other agents that it may reach"));
  }
};

/// Whoever runs the installation: reaches every session that a key can name.
struct Operator {
  std::optional<std::string> agent;

  static constexpr std::string_view kName = "Operator";
  static constexpr auto fields() {
    return field_list(field("agent", &Operator::agent, "the agent that is meant, as it was given"));
  }
};

using Principal = std::variant<HookCaller, GatewayClient, AgentCaller, Operator>;

// ---- by what rules

/// What an installation lets in, as it is written.
struct AdmissionRules {
  std::vector<AgentId> agents;
  std::optional<AgentId> default_agent;
  MainKey main_key;
  bool allow_request_session_key = false;
  std::vector<std::string> allowed_session_key_prefixes;
  std::optional<std::vector<std::string>> allowed_agent_ids;
  std::optional<std::string> default_session_key;
  bool templated_mappings = false;

  static constexpr std::string_view kName = "AdmissionPolicy";
  static constexpr auto fields() {
    return field_list(
        field("agents", &AdmissionRules::agents, "the configured agents; empty: any"),
        field("default_agent", &AdmissionRules::default_agent, "answers for keys of no agent"),
        field("main_key", &AdmissionRules::main_key, "what main sessions are called"),
        field("allow_request_session_key", &AdmissionRules::allow_request_session_key,
              "whether requests and templates may name sessions"),
        field("allowed_session_key_prefixes", &AdmissionRules::allowed_session_key_prefixes,
              "beginnings of the keys that hooks may name; empty: any"),
        field("allowed_agent_ids", &AdmissionRules::allowed_agent_ids,
              "the agents whose sessions hooks reach; None or '*' among them: all"),
        field("default_session_key", &AdmissionRules::default_session_key,
              "the key of hooks that name none"),
        field("templated_mappings", &AdmissionRules::templated_mappings,
              "whether any mapping makes keys from what a request says"));
  }
};

/// Rules that fit together. Immutable.
class AdmissionPolicy {
 public:
  /// Errors, all `invalid_config`: a default agent that is not configured; a prefix that does not
  /// end in a colon (`hook` would let `hookx:` in) or begins a reserved namespace; an allowed agent
  /// that is neither `*` nor an agent id; a default key
  /// that no hook could have; prefixes that shut out the generated `hook:` keys, when there is no
  /// default; templated mappings without prefixes (spec: keys, section 3).
  static Result<AdmissionPolicy> create(AdmissionRules rules);

  /// The agent for keys that name none: the default, else the only one, else `main` when no agents
  /// are configured; nothing when several could be meant.
  std::optional<AgentId> default_agent() const;

  /// True for configured agents; with no agents configured, for every agent.
  bool knows(const AgentId& agent) const;

  const MainKey& main_key() const { return main_key_; }
  const HookKeyRules& hooks() const { return hooks_; }

  /// True when hooks may name sessions with some prefixes only.
  bool restricts_hooks() const { return !prefixes_.empty(); }

  /// True when hooks may reach sessions of `agent`.
  bool allows_hook_agent(const AgentId& agent) const;

  /// True when the canonical `key` begins with an allowed prefix, agent included or not. Unlike
  /// `has_hook_prefix`, ids whose channel tells case apart must match with case.
  bool allows_hook(const SessionKey& key) const;

 private:
  AdmissionPolicy() = default;

  std::vector<AgentId> agents_;  ///< sorted
  std::optional<AgentId> default_agent_;
  MainKey main_key_;
  HookKeyRules hooks_;
  std::vector<std::string> prefixes_;  ///< canonical
  std::optional<std::vector<AgentId>> hook_agents_;
};

// ---- what came of it

/// What became of a key from outside.
struct Admission {
  bool allowed = false;
  AdmissionCode code = AdmissionCode::admitted;
  std::optional<SessionKey> session_key;
  std::string reason;

  static constexpr std::string_view kName = "Admission";
  static constexpr auto fields() {
    return field_list(
        required("allowed", &Admission::allowed, "whether the key may be used"),
        required("code", &Admission::code, "admitted, or why not"),
        field("session_key", &Admission::session_key, "the canonical key, if allowed"),
        field("reason", &Admission::reason, "for people: field, rule and value"));
  }
};

/// Whether `principal` may use the session called `key_text`, and which one that is. Keys without
/// an agent belong to the agent that the principal names, else to the default one; `main` means its
/// main session. Blank text from a hook stands for the default key, else for `hook:<new_id>`.
/// Total over any bytes; linear.
Admission admit(std::string_view key_text, const Principal& principal,
                const AdmissionPolicy& policy, std::string_view new_id = "");

}  // namespace vagus
