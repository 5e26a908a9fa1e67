#pragma once

#include <algorithm>
#include <cstdint>

#include "vagus/context/estimate.hpp"

namespace vagus {

/// Tokens by how sure they are: counted by the model's own tokenizer, or guessed.
struct Cost {
  std::int64_t counted = 0;
  std::int64_t guessed = 0;

  std::int64_t tokens() const { return counted + guessed; }

  Cost& operator+=(const Cost& other) {
    counted += other.counted;
    guessed += other.guessed;
    return *this;
  }
  friend Cost operator+(Cost left, const Cost& right) { return left += right; }
  friend Cost operator-(const Cost& left, const Cost& right) {
    return {left.counted - right.counted, left.guessed - right.guessed};
  }
  friend bool operator==(const Cost&, const Cost&) = default;
};

/// What a token of a budget weighs. Weights are whole numbers that add up exactly, so that no sum
/// of parts is rounded otherwise than the whole.
inline constexpr std::int64_t kTokenWeight = 100'000;

/// How costs weigh against a budget: counted tokens as they are, guessed ones by how far estimates
/// are off for the model, with the margin of estimates. Weights never fall when a cost grows.
struct Scale {
  std::int64_t ratio = 1'000;  ///< reported per 1,000 guessed; see `PriceBook`

  std::int64_t weight(const Cost& cost) const {
    // A counter of the host may say anything: what is beyond every budget stays beyond it.
    const auto bounded = [](std::int64_t tokens) { return std::clamp(tokens, -kMost, kMost); };
    return bounded(cost.counted) * kTokenWeight + bounded(cost.guessed) * ratio * kMarginPercent;
  }

  /// The tokens that a budget must have for `cost`.
  std::int64_t charge(const Cost& cost) const { return tokens_of(weight(cost)); }

  /// The most guessed tokens that a budget of `tokens` has room for.
  std::int64_t room(std::int64_t tokens) const {
    return tokens * kTokenWeight / (ratio * kMarginPercent);
  }

  static std::int64_t tokens_of(std::int64_t weight) {
    return (weight + kTokenWeight - 1) / kTokenWeight;
  }

 private:
  static constexpr std::int64_t kMost = std::int64_t{1} << 42;  ///< more than any budget may have
};

}  // namespace vagus
