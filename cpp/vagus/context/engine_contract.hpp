#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/context/message.hpp"
#include "vagus/keys/context_key.hpp"

/// What vagus and a context engine of the host say to each other (spec: context, section 1).
///
/// One number is the budget for both: `token_budget` is what the messages and the addition to the
/// system prompt may cost together in vagus's own estimate, without margin. What fits it is sent.
namespace vagus {

// ---- what the engine is told

/// A context key is used for the first time. `messages`: what was remembered under it before the
/// engine served it, oldest first, pairs intact; empty for a new one.
struct ContextBootstrap {
  std::vector<Message> messages;

  static constexpr std::string_view kName = "ContextBootstrap";
  static constexpr auto fields() {
    return field_list(required("messages", &ContextBootstrap::messages,
                               "what is remembered under this key already, oldest first"));
  }
};

/// A finished turn, for engines that take messages.
struct ContextIngest {
  std::vector<Message> messages;

  static constexpr std::string_view kName = "ContextIngest";
  static constexpr auto fields() {
    return field_list(
        required("messages", &ContextIngest::messages, "the messages of one turn, pairs intact"));
  }
};

/// Make the prompt of a run. `messages` end with the newest user message, and so must the answer.
struct ContextAssemble {
  std::vector<Message> messages;
  std::string prompt;
  std::int64_t token_budget = 0;
  std::string model;
  std::vector<std::string> tools;

  static constexpr std::string_view kName = "ContextAssemble";
  static constexpr auto fields() {
    return field_list(
        required("messages", &ContextAssemble::messages,
                 "the history as the built-in engine has it, and the newest user message"),
        required("prompt", &ContextAssemble::prompt, "the text of the newest user message"),
        required("token_budget", &ContextAssemble::token_budget,
                 "what the answer may cost in vagus's estimate, without margin"),
        required("model", &ContextAssemble::model,
                 "configured model name, or empty for the host's default"),
        required("tools", &ContextAssemble::tools, "names of tools that the run must be offered"));
  }
};

/// What was assembled is beyond the budget: make it smaller for good.
struct ContextCompact {
  std::int64_t token_budget = 0;
  std::int64_t current_tokens = 0;
  std::int64_t target_tokens = 0;
  bool force = false;
  std::string instructions;

  static constexpr std::string_view kName = "ContextCompact";
  static constexpr auto fields() {
    return field_list(
        required("token_budget", &ContextCompact::token_budget, "the number of ContextAssemble"),
        required("current_tokens", &ContextCompact::current_tokens,
                 "what was assembled costs this much, in the same units"),
        required("target_tokens", &ContextCompact::target_tokens,
                 "better go down to this, so that the next compaction is many turns away"),
        required("force", &ContextCompact::force,
                 "compact even if the engine's own count says that it fits"),
        required("instructions", &ContextCompact::instructions, "those of the configuration"));
  }
};

/// An accepted turn. Said again with the same `advancement_key`, after a crash, it is a duplicate.
struct ContextCommitTurn {
  std::string advancement_key;
  std::vector<Message> messages;

  static constexpr std::string_view kName = "ContextCommitTurn";
  static constexpr auto fields() {
    return field_list(required("advancement_key", &ContextCommitTurn::advancement_key,
                               "names this turn: the run id"),
                      required("messages", &ContextCommitTurn::messages,
                               "the turn from the user message to the final answer, pairs intact"));
  }
};

/// The same for engines that cannot tell a duplicate.
struct ContextAfterTurn {
  std::vector<Message> messages;

  static constexpr std::string_view kName = "ContextAfterTurn";
  static constexpr auto fields() {
    return field_list(required("messages", &ContextAfterTurn::messages,
                               "the turn from the user message to the final answer"));
  }
};

enum class MaintainReason { bootstrap, turn, compaction };
constexpr std::array<std::string_view, 3> enum_names(MaintainReason) {
  return {"bootstrap", "turn", "compaction"};
}

/// A good moment to tidy up: no run waits for it.
struct ContextMaintain {
  MaintainReason reason = MaintainReason::turn;

  static constexpr std::string_view kName = "ContextMaintain";
  static constexpr auto fields() {
    return field_list(required("reason", &ContextMaintain::reason, "what came before it"));
  }
};

enum class DisposeReason { tick_ended, reset, forgotten, imported, engine_changed };
constexpr std::array<std::string_view, 5> enum_names(DisposeReason) {
  return {"tick-ended", "reset", "forgotten", "imported", "engine-changed"};
}

/// The context key is over: let go of all that is kept under it. After `imported` it begins anew
/// with a bootstrap.
struct ContextDispose {
  DisposeReason reason = DisposeReason::reset;

  static constexpr std::string_view kName = "ContextDispose";
  static constexpr auto fields() {
    return field_list(required("reason", &ContextDispose::reason, "why it is over"));
  }
};

/// A subagent is about to work for this context key.
struct ContextPrepareSubagent {
  ContextKey child_context_key;
  std::optional<std::int64_t> ttl_ms;

  static constexpr std::string_view kName = "ContextPrepareSubagent";
  static constexpr auto fields() {
    return field_list(required("child_context_key", &ContextPrepareSubagent::child_context_key,
                               "the subagent's own memory"),
                      field("ttl_ms", &ContextPrepareSubagent::ttl_ms,
                            "how long the subagent may live, if that is limited"));
  }
};

enum class SubagentEnd { deleted, completed, swept, released };
constexpr std::array<std::string_view, 4> enum_names(SubagentEnd) {
  return {"deleted", "completed", "swept", "released"};
}

/// The subagent whose memory this context key is has ended.
struct ContextSubagentEnded {
  SubagentEnd reason = SubagentEnd::completed;

  static constexpr std::string_view kName = "ContextSubagentEnded";
  static constexpr auto fields() {
    return field_list(required("reason", &ContextSubagentEnded::reason, "how it ended"));
  }
};

/// In the order of `ContextMethod`.
using ContextRequest =
    std::variant<ContextBootstrap, ContextIngest, ContextAssemble, ContextCompact,
                 ContextCommitTurn, ContextAfterTurn, ContextMaintain, ContextDispose,
                 ContextPrepareSubagent, ContextSubagentEnded>;

enum class ContextMethod {
  bootstrap,
  ingest,
  assemble,
  compact,
  commit_turn,
  after_turn,
  maintain,
  dispose,
  prepare_subagent,
  subagent_ended,
};
constexpr std::array<std::string_view, 10> enum_names(ContextMethod) {
  return {"bootstrap",  "ingest",   "assemble", "compact",          "commit_turn",
          "after_turn", "maintain", "dispose",  "prepare_subagent", "subagent_ended"};
}

/// Which method takes `request`.
ContextMethod method_of(const ContextRequest& request);

/// Whom a call is about, for logs and for addressing models; never under what anything is kept.
struct ContextRouting {
  AgentId agent_id;
  SessionKey session_key;
  std::optional<std::string> run_id;

  static constexpr std::string_view kName = "ContextRouting";
  static constexpr auto fields() {
    return field_list(
        required("agent_id", &ContextRouting::agent_id, "the agent"),
        required("session_key", &ContextRouting::session_key, "the lane, which never changes"),
        field("run_id", &ContextRouting::run_id, "the run that it is about, if it is"));
  }
};

// ---- what the engine answers

struct ContextBootstrapped {
  bool bootstrapped = false;
  std::int64_t imported_messages = 0;
  std::string reason;

  static constexpr std::string_view kName = "ContextBootstrapped";
  static constexpr auto fields() {
    return field_list(
        required("bootstrapped", &ContextBootstrapped::bootstrapped, "something was taken over"),
        field("imported_messages", &ContextBootstrapped::imported_messages, "how many messages"),
        field("reason", &ContextBootstrapped::reason, "why not"));
  }
};

struct ContextIngested {
  std::int64_t ingested = 0;

  static constexpr std::string_view kName = "ContextIngested";
  static constexpr auto fields() {
    return field_list(required("ingested", &ContextIngested::ingested,
                               "how many of the messages are new; 0: it had all of them"));
  }
};

struct ContextAssembled {
  std::vector<Message> messages;
  std::int64_t estimated_tokens = 0;
  std::string system_prompt_addition;

  static constexpr std::string_view kName = "ContextAssembled";
  static constexpr auto fields() {
    return field_list(
        required("messages", &ContextAssembled::messages,
                 "the prompt without its system message; ends with the newest user message"),
        field("estimated_tokens", &ContextAssembled::estimated_tokens,
              "the engine's own estimate; vagus counts itself"),
        field("system_prompt_addition", &ContextAssembled::system_prompt_addition,
              "stands in front of the system prompt"));
  }
};

struct ContextCompacted {
  bool ok = false;
  bool compacted = false;
  std::string reason;
  std::int64_t tokens_before = 0;
  std::optional<std::int64_t> tokens_after;

  static constexpr std::string_view kName = "ContextCompacted";
  static constexpr auto fields() {
    return field_list(
        required("ok", &ContextCompacted::ok, "nothing went wrong"),
        required("compacted", &ContextCompacted::compacted, "something was made smaller"),
        field("reason", &ContextCompacted::reason, "why not"),
        field("tokens_before", &ContextCompacted::tokens_before, "in the engine's own count"),
        field("tokens_after", &ContextCompacted::tokens_after, "the same, afterwards"));
  }
};

enum class CommitStatus { committed, duplicate };
constexpr std::array<std::string_view, 2> enum_names(CommitStatus) {
  return {"committed", "duplicate"};
}

struct ContextCommitted {
  CommitStatus status = CommitStatus::committed;

  static constexpr std::string_view kName = "ContextCommitted";
  static constexpr auto fields() {
    return field_list(
        required("status", &ContextCommitted::status, "duplicate: it had this turn already"));
  }
};

struct ContextMaintained {
  bool changed = false;
  std::string reason;

  static constexpr std::string_view kName = "ContextMaintained";
  static constexpr auto fields() {
    return field_list(required("changed", &ContextMaintained::changed, "something was tidied up"),
                      field("reason", &ContextMaintained::reason, "what, or why not"));
  }
};

/// The answer of methods that have nothing to say.
struct ContextDone {
  static constexpr std::string_view kName = "ContextDone";
  static constexpr auto fields() { return field_list(); }
};

using ContextAnswer =
    std::variant<ContextDone, ContextBootstrapped, ContextIngested, ContextAssembled,
                 ContextCompacted, ContextCommitted, ContextMaintained>;

/// What is wrong with `answer` to `request`, for people; nothing when it keeps to the contract: it
/// is of the method's kind, counts nothing below zero, and an assembled prompt holds sound
/// messages, none of them the system's, no more than `limits.transcript_messages` and one, each
/// call with its result directly behind it, and ends with the message that the request ends with.
/// What it costs is not looked at.
std::optional<std::string> breach_of(const ContextRequest& request, const ContextAnswer& answer,
                                     const Limits& limits);

/// True when a compaction says that it made something strictly smaller.
bool has_shrunk(const ContextCompacted& answer);

}  // namespace vagus
