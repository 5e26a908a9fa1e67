#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/result.hpp"

namespace vagus {

/// The id of a configured agent: 1 to 64 of `[a-z0-9_-]` (spec: keys, section 1.3).
class AgentId {
 public:
  /// An empty id, a placeholder inside records; no engine accepts it.
  AgentId() = default;

  /// Lower-cases and accepts ids that need nothing else. An id that would have to be rewritten
  /// (`O p s`, `café`) is an `invalid_key` error that suggests the rewritten id, and one that
  /// would be rewritten to nothing (`日本`) is refused rather than silently becoming `main`.
  static Result<AgentId> parse(std::string_view text);

  /// The reference's rule: total, runs of other characters become one `-`, nothing left means
  /// `main`.
  static AgentId lenient(std::string_view text);

  /// True for ids that are canonical and start with a letter or digit, as nearly all do.
  static bool is_plain(std::string_view text);

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  auto operator<=>(const AgentId&) const = default;

 private:
  friend class SessionKey;  // holds the ids that it parsed as text
  explicit AgentId(std::string text) : text_(std::move(text)) {}
  // REQUIRES: the `str()` of an id.
  static AgentId of_canonical(std::string_view text) { return AgentId(std::string(text)); }
  std::string text_;
};

/// An account id by the reference's rule: sanitised like `AgentId::lenient`, but empty results and
/// JavaScript prototype names become `default` (spec: keys, section 1.4).
std::string normalize_account(std::string_view text);

/// As `normalize_account`, but nothing where that gives `default` for want of a usable name.
std::optional<std::string> optional_account(std::string_view text);

/// True when the trimmed text is 1 to 64 of `[a-z0-9_-]` in any case, a letter or digit in front
/// (spec: keys, section 1.3). `AgentId::lenient` keeps such text, lower-cased.
bool is_valid_agent_id(std::string_view text);

/// What `AgentId::lenient` makes of `text`, or nothing where nothing usable is left: the
/// reference's strict variant, for ids that a caller named.
std::optional<std::string> sanitized_agent_id(std::string_view text);

}  // namespace vagus
