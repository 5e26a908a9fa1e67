#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/escape.hpp"
#include "vagus/keys/peer.hpp"

namespace vagus {

/// What the shape of a session key says that it is for.
enum class SessionKind {
  main,
  direct,
  group,
  channel,
  subagent,
  acp,
  cron,
  cron_run,
  hook,
  node,
  other
};
constexpr std::array<std::string_view, 11> enum_names(SessionKind) {
  return {"main", "direct",   "group", "channel", "subagent", "acp",
          "cron", "cron_run", "hook",  "node",    "other"};
}

/// The routing identity of a conversation: `agent:<agent id>:<rest>`, in canonical case.
///
/// A key is only ever made by `parse` or by a builder below, so that equal conversations have equal
/// bytes and no foreign id can forge another key: builders escape ids that would be read back as
/// structure (see escape.hpp). Ordinary ids, colons included, keep the reference's bytes.
/// Immutable; cheap to copy, order and hash.
class SessionKey {
 public:
  /// An empty key, a placeholder inside records; no engine accepts it.
  SessionKey() = default;

  /// Total over any bytes. Refuses (`invalid_key`) invalid UTF-8, more than `kMaxKeyBytes` (one
  /// `:heartbeat` at the end not counted, so that every key can be isolated), and text that is not
  /// an agent key (spec: keys, section 1.1) or whose agent id is not an `AgentId`. Bare keys,
  /// `main`, `global` and `unknown` belong to no agent and are refused too.
  static Result<SessionKey> parse(std::string_view text);

  /// The agent's main session, `agent:<id>:main`; an empty key for an empty agent.
  static SessionKey main(const AgentId& agent);

  /// The session of one peer (spec: keys, sections 1.6 and 2, "key builder"). Direct messages
  /// follow `scope`; a blank channel or peer id reads `unknown`. `account` is normalised. Different
  /// conversations give different keys, up to white space around ids and letter case.
  /// Errors, `invalid_key`: text that is not UTF-8 or too long; a channel or account that the shape
  /// needs and that is named like a part of a key (`direct`, `cron`, `thread`).
  static Result<SessionKey> for_peer(const AgentId& agent, std::string_view channel,
                                     std::string_view account, const Peer& peer, DmScope scope);

  /// `agent:<id>:subagent:<id>`, `…:cron:<job>` and `…:cron:<job>:run:<run id>`. Errors:
  /// `invalid_key` for ids that are blank, not UTF-8 or too long.
  static Result<SessionKey> subagent(const AgentId& agent, std::string_view id);
  static Result<SessionKey> cron(const AgentId& agent, std::string_view job);
  static Result<SessionKey> cron_run(const AgentId& agent, std::string_view job,
                                     std::string_view run_id);

  /// The thread `id` below this session, `<key>:thread:<id>`; this key itself when `id` is blank.
  Result<SessionKey> thread(std::string_view id) const;

  /// The isolated heartbeat session of this one (spec: keys, section 1.9): `<base>:heartbeat`. The
  /// base is the first of `stored_base` and `configured` that this key is already the isolated
  /// session of, however often the suffix was appended; else this key when it is one of the two;
  /// else this key without any `:heartbeat`. Isolating the result gives it again, unless it is
  /// itself one of the two. The reference appends one more suffix when neither fits, which is how
  /// its keys grew; a base that itself ends in `:heartbeat` is therefore only kept when named.
  SessionKey isolated(const std::optional<SessionKey>& configured = std::nullopt,
                      const std::optional<SessionKey>& stored_base = std::nullopt) const;

  /// This key without one trailing `:heartbeat`; nothing when it has none.
  std::optional<SessionKey> without_heartbeat() const;

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  AgentId agent() const;
  /// Everything after `agent:<id>:`.
  std::string_view rest() const;
  /// A thread or an isolated session is of its base's kind.
  SessionKind kind() const;

  /// The id after the last `:thread:`, unescaped; nothing when the key has no thread. The isolated
  /// session of a thread has the thread's id and parent.
  std::optional<std::string> thread_id() const;
  /// The key in front of the last `:thread:`; nothing when the key has no thread.
  std::optional<SessionKey> thread_parent() const;

  auto operator<=>(const SessionKey&) const = default;

 private:
  explicit SessionKey(std::string canonical) : text_(std::move(canonical)) {}
  static Result<SessionKey> build(const AgentId& agent, std::string_view rest);
  bool is_isolated_from(const SessionKey& base) const;
  SessionKey with_heartbeat() const;
  SessionKey stem() const;

  std::string text_;
};

}  // namespace vagus

template <>
struct std::hash<vagus::SessionKey> {
  std::size_t operator()(const vagus::SessionKey& key) const noexcept {
    return std::hash<std::string>{}(key.str());
  }
};
