#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/escape.hpp"
#include "vagus/keys/key_parts.hpp"
#include "vagus/keys/key_shape.hpp"
#include "vagus/keys/peer.hpp"
#include "vagus/text/inline_text.hpp"

namespace vagus {

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
  /// `main`, `global` and `unknown` belong to no agent and are refused too. A refusal names the
  /// byte where reading failed. Canonical ASCII text of the usual length allocates nothing.
  static Result<SessionKey> parse(std::string_view text);

  /// The agent's main session, `agent:<id>:main`; an empty key for an empty agent.
  static SessionKey main(const AgentId& agent, const MainKey& main_key = {});

  /// The session of one peer (spec: keys, sections 1.6 and 2, "key builder"). Direct messages and
  /// rooms follow `scopes`; a blank channel or peer id reads `unknown`. `account` is normalised.
  /// Different conversations give different keys, up to white space around ids and letter case.
  /// Errors, `invalid_key`: text that is not UTF-8 or too long; a channel or account that the shape
  /// needs and that is named like a part of a key (`direct`, `cron`, `thread`).
  static Result<SessionKey> for_peer(const AgentId& agent, std::string_view channel,
                                     std::string_view account, const Peer& peer,
                                     const SessionScopes& scopes);

  /// The session of the native commands of one user, `agent:<id>:<channel>:slash:<user>`.
  static Result<SessionKey> slash(const AgentId& agent, std::string_view channel,
                                  std::string_view user);

  /// A session that an id behind a fixed word names: `named(agent, "hook", id)` is
  /// `agent:<agent>:hook:<id>`. Errors, `invalid_key`: a word that is no space (see key_shape.cpp);
  /// ids that are blank, not UTF-8 or too long.
  static Result<SessionKey> named(const AgentId& agent, std::string_view space,
                                  std::string_view id);
  static Result<SessionKey> subagent(const AgentId& agent, std::string_view id);
  static Result<SessionKey> cron(const AgentId& agent, std::string_view job);
  /// `…:cron:<job>:run:<run id>`.
  static Result<SessionKey> cron_run(const AgentId& agent, std::string_view job,
                                     std::string_view run_id);

  /// The session of a conversation that is bound to an agent-client-protocol harness:
  /// `acp:binding:<channel>:<account>:<16 hex>`, the hex from the SHA-256 of all three.
  static Result<SessionKey> acp_binding(const AgentId& agent, std::string_view channel,
                                        std::string_view account, std::string_view conversation);

  /// The key of which `parts()` gives `parts`. Errors, `invalid_key`: as for the builders; parts
  /// that the kind does not have, or lacks; an id of kind `other` that reads as another kind.
  static Result<SessionKey> from_parts(const KeyParts& parts);

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

  /// The text of this key; valid as long as the key is.
  std::string_view view() const { return text_.view(); }
  std::string str() const { return std::string(view()); }
  bool empty() const { return view().empty(); }

  AgentId agent() const;
  /// Everything after `agent:<id>:`; valid as long as the key is.
  std::string_view rest() const;
  /// A thread or an isolated session is of its base's kind.
  SessionKind kind() const { return read_shape(rest()).kind; }

  /// What the key was made of. Of a key that a builder wrote, `from_parts` makes it again; text
  /// that no builder writes (`slack:dm:5`) is read as the nearest thing that one does.
  KeyParts parts() const;

  /// The id after the last `:thread:`, unescaped; nothing when the key has no thread. The isolated
  /// session of a thread has the thread's id and parent.
  std::optional<std::string> thread_id() const;
  /// The key in front of the last `:thread:`; nothing when the key has no thread.
  std::optional<SessionKey> thread_parent() const;

  bool operator==(const SessionKey& other) const { return view() == other.view(); }
  auto operator<=>(const SessionKey& other) const { return view() <=> other.view(); }

 private:
  // REQUIRES: `canonical` is what `parse` would give, its agent id of `agent_bytes` bytes.
  SessionKey(std::string_view canonical, std::size_t agent_bytes)
      : text_(canonical), agent_bytes_(static_cast<std::uint8_t>(agent_bytes)) {}

  static Result<SessionKey> read_canonical(std::string_view text, std::string_view given);
  static Result<SessionKey> build(const AgentId& agent, std::string_view rest);
  SessionKey with_text(std::string_view canonical) const { return {canonical, agent_bytes_}; }
  SessionKey with_heartbeat() const;
  SessionKey stem() const;

  InlineText text_;
  std::uint8_t agent_bytes_ = 0;
};

}  // namespace vagus

template <>
struct std::hash<vagus::SessionKey> {
  std::size_t operator()(const vagus::SessionKey& key) const noexcept {
    return std::hash<std::string_view>{}(key.view());
  }
};
