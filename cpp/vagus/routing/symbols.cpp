#include "vagus/routing/symbols.hpp"

namespace vagus {
namespace {

std::size_t hash_of(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

}  // namespace

Symbol Symbols::add(std::string_view text) {
  if (const Symbol known = find(text)) return known;
  index_.add(hash_of(text), static_cast<std::uint32_t>(texts_.size()));
  texts_.emplace_back(text);
  return static_cast<Symbol>(texts_.size());
}

Symbol Symbols::find(std::string_view text) const {
  const std::uint32_t at = index_.find(hash_of(text), [&](std::uint32_t number) {
    return std::string_view(texts_[number]) == text;
  });
  return at == HashIndex::kNone ? 0 : at + 1;
}

}  // namespace vagus
