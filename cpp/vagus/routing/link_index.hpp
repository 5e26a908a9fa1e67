#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/routing/symbols.hpp"

namespace vagus {

/// Who is behind an id (spec: keys, section 1.11). Compiled from links that `check_config` accepts,
/// so every id belongs to one person.
class LinkIndex {
 public:
  LinkIndex() = default;
  explicit LinkIndex(const IdentityLinks& links);

  /// The person who writes as `peer_id` on `channel`; nullptr when no link knows. A link with the
  /// channel in front (`telegram:5`) is looked for first, then one without (`5`), which counts on
  /// every channel. The reference takes whichever person it lists first.
  const std::string* find(std::string_view channel, std::string_view peer_id) const;

  std::size_t size() const { return ids_.size(); }

 private:
  const std::string* owner(std::string_view id) const;

  Symbols ids_;
  std::vector<std::uint32_t> owners_;  ///< indexes `names_`, by symbol - 1
  std::vector<std::string> names_;
};

}  // namespace vagus
