#pragma once

#include <compare>
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

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  auto operator<=>(const AgentId&) const = default;

 private:
  explicit AgentId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// An account id by the reference's rule: sanitised like `AgentId::lenient`, but empty results and
/// JavaScript prototype names become `default` (spec: keys, section 1.4).
std::string normalize_account(std::string_view text);

}  // namespace vagus
