#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "vagus/base/mix.hpp"

namespace vagus {

/// Two words that depend on every byte. No secret: it tells one text from another, not a friend
/// from a forger.
class Digest {
 public:
  void add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    std::size_t at = 0;
    for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, sizeof word);
      add(word);
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, text.data() + at, text.size() - at);
    add(rest);
  }

  void add(std::uint64_t word) {
    first_ = mix(first_ ^ word);
    second_ = mix(second_ + word);
  }

  std::string hex() const {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string digits;
    for (const std::uint64_t word : {first_, second_}) {
      for (unsigned shift = 64; shift > 0; shift -= 4) digits += kHex[word >> (shift - 4) & 0xF];
    }
    return digits;
  }

  std::uint64_t word() const { return first_ ^ second_; }

 private:
  std::uint64_t first_ = 1;
  std::uint64_t second_ = 2;
};

}  // namespace vagus
