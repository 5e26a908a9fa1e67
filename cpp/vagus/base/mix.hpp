#pragma once

#include <cstdint>

namespace vagus {

/// SplitMix64 (Steele, Lea, Flood 2014): a bijection, so distinct inputs give distinct words.
inline std::uint64_t mix(std::uint64_t word) {
  word += 0x9E3779B97F4A7C15ULL;
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ULL;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL;
  return word ^ (word >> 31);
}

}  // namespace vagus
