#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/roster.hpp"
#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/keys/main_key.hpp"

namespace vagus {

/// What the name of a session in a command, a file or a store means under a configuration (spec:
/// keys, sections 1.8 and 3). Reading and writing through the same names is what keeps a transcript
/// where it was. Text in, text out: names may be bare (`main`), belong to nobody (`global`), or
/// come from another system. Immutable; every function is total and linear in its text.
class SessionNames {
 public:
  /// Errors: as `check_config`.
  static Result<SessionNames> create(const Config& config);

  /// The name under which the session called `name` is stored.
  ///   - blank stays blank, `global` and `unknown` belong to no agent
  ///   - an agent's `main` is its main session, whatever that is called; so is `agent:main:main`
  ///     the default agent's, while no agent is called `main`
  ///   - text that starts with `agent:` and is no key is only brought to canonical case
  ///   - other names are sessions of `agent`, else of the default agent
  /// An owner that the name spells out beats `agent`, whose id is sanitised by the reference's
  /// rule. Errors: `ambiguous_agent` when the owner is not said and cannot be told;
  /// `invalid_key` for text that is not UTF-8, and (field `agent`) for an agent of whose id nothing
  /// usable is left, which the reference takes for `main`.
  Result<std::string> resolve(std::string_view name,
                              const std::optional<std::string>& agent = std::nullopt) const;

  /// `key`, trimmed; or the main session of `agent`, if `key` is one of its spellings, in this very
  /// case. Note that `agent:main:main` is one of them for every agent.
  std::string main_alias(std::string_view key, std::string_view agent) const;

  /// The agent that a request about the session `key` is for: the one it names, which must be
  /// configured, else the owner of the key, else the default agent. Errors: `invalid_key` (field
  /// `session_key`) for text that starts with `agent:` and is no key, or whose agent is none;
  /// `unknown_agent` (field
  /// `agent`); `invalid_input` (field `agent`) when the key belongs to another agent than the one
  /// named; `ambiguous_agent`.
  Result<AgentId> agent_for(std::string_view key,
                            const std::optional<std::string>& agent = std::nullopt) const;

  /// Every spelling that `resolve` takes for the main session of `agent`, sorted, without those
  /// that differ in case or white space only. The first thing to look at when a session was lost.
  std::vector<std::string> aliases(const AgentId& agent) const;

  /// The name under which the main session of `agent` is stored.
  std::string main_session(const AgentId& agent) const;

  /// Errors: `ambiguous_agent`.
  Result<AgentId> default_agent() const { return roster_.default_agent(); }

  /// True for configured agents; with no agents configured, for every agent.
  bool knows(const AgentId& agent) const { return roster_.knows(agent); }

  /// The configured agents, sorted.
  const std::vector<AgentId>& agents() const { return roster_.agents(); }
  const MainKey& main_key() const { return main_key_; }

 private:
  SessionNames() = default;
  MainNaming naming() const;
  bool is_main(std::string_view name) const;
  bool has_agent_main() const;
  Result<AgentId> owner(const std::optional<std::string>& agent) const;

  Roster roster_;
  MainKey main_key_;
  SessionScope scope_ = SessionScope::per_sender;
};

}  // namespace vagus
