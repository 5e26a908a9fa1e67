#pragma once

#include <cstdint>
#include <string>

namespace vagus {

/// A deterministic source of UUID-shaped ids: the n-th id depends only on the seed and on n.
/// Two engines that must not share ids get different seeds.
class IdSource {
 public:
  explicit IdSource(std::uint64_t seed = 0) : seed_(seed) {}

  /// A fresh id, `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx` in lower-case hex.
  std::string next();

  std::uint64_t seed() const { return seed_; }
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

}  // namespace vagus
