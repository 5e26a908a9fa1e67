#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace vagus {

/// Deterministic texts made of the words and characters that mean something inside keys.
class Nasty {
 public:
  explicit Nasty(std::uint64_t seed) : state_(seed) {}

  std::uint64_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33) % bound;
  }

  template <class T, std::size_t size>
  const T& pick(const std::array<T, size>& from) {
    return from[below(size)];
  }

  /// Up to `max_parts` pieces run together.
  std::string text(std::uint64_t max_parts) {
    std::string out;
    for (std::uint64_t parts = below(max_parts + 1); parts > 0; --parts) out += pick(kPieces);
    return out;
  }

 private:
  static constexpr std::array<std::string_view, 44> kPieces = {
      ":",       ":",         ":",         ":",      "::",      ":",    "agent:",   "Agent:",
      "a",       "B",         "main",      "thread", "Thread",  "run",  "RUN",      "heartbeat",
      "direct",  "dm",        "group",     "group",  "channel", "cron", "subagent", "signal",
      "matrix",  "Matrix",    "heartbeat", "%",      "%3a",     "%3A",  "%25",      "%68",
      "68",      " ",         "\u3000",    "Σ",      "İ",       "é",    "日",       "unknown",
      "default", "Heartbeat", ":thread:",  "epoch"};

  std::uint64_t state_;
};

}  // namespace vagus
