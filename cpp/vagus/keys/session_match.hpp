#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"

namespace vagus {

/// One session of a store that holds a certain session id.
struct SessionEntry {
  std::string key;
  std::int64_t updated_ms = 0;

  static constexpr std::string_view kName = "SessionEntry";
  static constexpr auto fields() {
    return field_list(required("key", &SessionEntry::key, "the session's key, as it is stored"),
                      field("updated_ms", &SessionEntry::updated_ms, "when it was last used"));
  }
};

enum class SessionIdMatchKind { none, selected, ambiguous };
constexpr std::array<std::string_view, 3> enum_names(SessionIdMatchKind) {
  return {"none", "selected", "ambiguous"};
}

/// The session that a session id means.
struct SessionIdMatch {
  SessionIdMatchKind kind = SessionIdMatchKind::none;
  std::optional<std::string> key;
  std::vector<std::string> keys;

  static constexpr std::string_view kName = "SessionIdMatch";
  static constexpr auto fields() {
    return field_list(required("kind", &SessionIdMatch::kind, "none, selected or ambiguous"),
                      field("key", &SessionIdMatch::key, "the one that is meant"),
                      field("keys", &SessionIdMatch::keys, "those that could be, in given order"));
  }
};

/// Which of the sessions that hold `session_id` it means (spec: keys, section 1.12). Spellings of
/// one request key count once: the freshest, else the canonical one, else the first in text order.
/// Of several, those whose key ends with the id come first; among them, or else among all, the
/// freshest is meant if no other is as fresh. Never a guess.
SessionIdMatch match_session_id(const std::vector<SessionEntry>& candidates,
                                std::string_view session_id);

}  // namespace vagus
