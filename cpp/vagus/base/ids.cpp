#include "vagus/base/ids.hpp"

#include <cstdio>

namespace vagus {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a bijection, so distinct inputs give distinct words.
std::uint64_t mix(std::uint64_t word) {
  word += 0x9E3779B97F4A7C15ULL;
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ULL;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL;
  return word ^ (word >> 31);
}

}  // namespace

std::string IdSource::next() {
  const std::uint64_t stream = mix(seed_);
  const std::uint64_t high = mix(stream ^ mix(count_ * 2));
  const std::uint64_t low = mix(stream ^ mix(count_ * 2 + 1));
  ++count_;
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx",
                static_cast<unsigned>(high >> 32), static_cast<unsigned>((high >> 16) & 0xFFFF),
                static_cast<unsigned>(high & 0xFFF),
                static_cast<unsigned>(0x8000 | ((low >> 48) & 0x3FFF)),
                static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFULL));
  return text;
}

}  // namespace vagus
