#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "vagus/keys/session_key.hpp"

namespace vagus {

/// The memory identity of a run: what context assembly may read and write. It is a different type
/// from `SessionKey`, and no constructor turns one into the other, because memory that was keyed by
/// the routing key is the bug this project began with (spec: context, section 0).
class ContextKey {
 public:
  /// An empty key, a placeholder inside records; no engine accepts it.
  ContextKey() = default;

  /// `<base>:heartbeat-run:<run id>`: the memory of one isolated heartbeat, where `<base>` is
  /// `session` without its `:heartbeat`. Fresh for every run.
  /// Errors: `invalid_key` unless `run_id` is 1 to 64 of `[A-Za-z0-9_-]`.
  static Result<ContextKey> for_run(const SessionKey& session, std::string_view run_id);

  /// `<session>:epoch:<epoch>`: one transcript of a session; a reset starts the next epoch.
  /// Errors: as for `for_run`.
  static Result<ContextKey> for_epoch(const SessionKey& session, std::string_view epoch);

  /// The routing key itself, which never changes: what the reference system hands to its memory.
  /// Exists so that the reference profile can reproduce the defect; nothing else calls it.
  static ContextKey reference_routing_key(const SessionKey& session);

  /// Reads back what the functions above wrote. Errors: `invalid_key`.
  static Result<ContextKey> parse(std::string_view text);

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  /// The session whose memory this is (the base session for an isolated heartbeat).
  const SessionKey& session() const { return session_; }
  /// The run id or epoch at the end; empty for a reference routing key.
  const std::string& id() const { return id_; }
  bool is_heartbeat_run() const;

  auto operator<=>(const ContextKey&) const = default;

 private:
  ContextKey(SessionKey session, std::string_view infix, std::string_view id);

  std::string text_;
  SessionKey session_;
  std::string id_;
};

}  // namespace vagus
