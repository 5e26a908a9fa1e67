#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/keys/session_scope.hpp"

/// Session keys as text: what the keys of stores, logs and other systems say by the reference's
/// rules (spec: keys, sections 1.1 to 1.8). Keys that vagus makes itself are `SessionKey`s.
///
/// Every function here is total over any bytes and takes linear time; none of them checks that a
/// key is one that vagus would make. "The body" of a key is what follows `agent:<id>:`, or the
/// whole canonical key when it has no such front.
namespace vagus {

/// What kind of text a key is (spec: keys, section 1.7).
enum class TextShape { missing, agent, malformed_agent, legacy_or_alias };
constexpr std::array<std::string_view, 4> enum_names(TextShape) {
  return {"missing", "agent", "malformed_agent", "legacy_or_alias"};
}

/// The two parts of an agent key, in canonical case.
struct AgentKeyText {
  std::string agent;
  std::string rest;

  static constexpr std::string_view kName = "AgentKeyText";
  static constexpr auto fields() {
    return field_list(
        required("agent", &AgentKeyText::agent, "the agent id as it is written, not sanitised"),
        required("rest", &AgentKeyText::rest, "everything behind agent:<id>:"));
  }
};

/// How a session came to be, as a store remembers it.
struct Spawn {
  std::optional<std::int64_t> depth;
  std::optional<std::string> spawned_by;

  static constexpr std::string_view kName = "Spawn";
  static constexpr auto fields() {
    return field_list(
        field("depth", &Spawn::depth, "how deep it was spawned; wins over everything else"),
        field("spawned_by", &Spawn::spawned_by, "the key of the session that spawned it"));
  }
};

/// What an installation calls its main sessions.
struct MainNaming {
  std::string main_key = "main";  ///< normalised as by `normalize_main_key`
  SessionScope scope = SessionScope::per_sender;
};

/// The parts of an agent key; nothing when the id is blank, or when what follows is empty or starts
/// with a colon (spec: keys, section 1.1).
std::optional<AgentKeyText> split_key(std::string_view key);

TextShape key_shape(std::string_view key);

/// The body of a key: its `rest`, or the canonical key itself.
std::string key_body(std::string_view key);

/// The agent that owns a key, sanitised by the reference's rule. A key without owner is
/// `fallback`'s. Errors: `invalid_key` (field `key`) for a malformed agent key; `ambiguous_agent`
/// (field `key`) when there is neither an owner nor a fallback.
Result<std::string> agent_of_key(std::string_view key, std::string_view fallback = "");

/// The name that a client uses for a stored session: the rest of an agent key, else the trimmed
/// text, its case kept; nothing for blank text (spec: keys, section 1.8).
std::optional<std::string> request_key(std::string_view key);

/// The stored key that `request` means to `agent`. An owner inside `request` wins.
std::string store_key(std::string_view agent, std::string_view request, std::string_view main_key);

/// `key`, trimmed; `agent`'s store key instead when it has no owner and an agent is given. Nothing
/// for blank text.
std::optional<std::string> scope_to_agent(std::string_view key, std::string_view agent,
                                          std::string_view main_key);

/// `global` and `unknown` as they are, an agent key in canonical case, everything else below
/// `agent`.
std::string canonical_for_agent(std::string_view key, std::string_view agent);

/// `key`, or the agent's main session (`global` where all share one) when it is one of the names
/// that mean it: `main`, the main key, and both below `agent` or below `main`. Compared with case.
std::string main_alias(std::string_view key, std::string_view agent, const MainNaming& naming);

/// In lower case and trimmed; blank text gives `main` (spec: keys, section 1.5).
std::string normalize_main_key(std::string_view text);

/// `agent:<id>:<main key>`, both normalised.
std::string main_session(std::string_view agent, std::string_view main_key);

/// True when two keys are equal but for white space around them, or have the same request key,
/// whoever owns them. Blank text names no session and equals nothing.
bool same_request(std::string_view left, std::string_view right);

// ---- predicates (spec: keys, sections 1.6 and 1.7)

bool is_cron_key(std::string_view key);
/// True also for what hangs below a run, such as its isolated heartbeat.
bool is_cron_run_key(std::string_view key);
bool is_subagent_key(std::string_view key);
bool is_acp_key(std::string_view key);
bool is_harness_key(std::string_view key);
bool is_incognito_key(std::string_view key);
bool is_internal_effects_key(std::string_view key);

/// True when an older system may have stored the key all in lower case, which may be another
/// conversation: the two may only be merged with independent proof (spec: keys, section 1.2).
bool needs_case_proof(std::string_view key);

/// How many times the body says `subagent:<id>`.
std::int64_t subagent_depth(std::string_view key);

/// What a store says about a session, asked for by canonical key.
using SpawnLookup = std::function<std::optional<Spawn>(const std::string& key)>;

/// The depth that the store declares: of this session, else one more than its parent's, else the
/// depth that the key shows. A session that spawned itself, in any number of steps, has no parent
/// (spec: keys, section 1.7).
std::int64_t subagent_depth(std::string_view key, const SpawnLookup& spawn_of);

}  // namespace vagus
