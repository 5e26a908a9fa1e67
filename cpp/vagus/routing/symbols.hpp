#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/routing/hash_index.hpp"

namespace vagus {

/// A small number for a text; 0 for none.
using Symbol = std::uint32_t;

/// Texts as small numbers: equal texts, equal symbols. So a place that has several parts is found
/// by comparing a few numbers, and no two places are confused by how their parts are joined.
class Symbols {
 public:
  /// The symbol of `text`, a new one if it has none.
  Symbol add(std::string_view text);

  /// 0 when `text` was never added.
  Symbol find(std::string_view text) const;

  /// REQUIRES: a symbol of this table.
  const std::string& text(Symbol symbol) const { return texts_[symbol - 1]; }

  std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string> texts_;
  HashIndex index_;
};

}  // namespace vagus
