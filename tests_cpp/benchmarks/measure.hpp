#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>

/// What the benchmarks share.
namespace vagus::benchmarks {

inline std::size_t sink = 0;  // results are used, so that no work is left out

/// Nanoseconds for each of `operations` in the best of `rounds` rounds of `work`, each of which
/// follows its `prepare`, which is not measured.
inline double nanoseconds_each(std::size_t operations, int rounds,
                               const std::function<void()>& prepare,
                               const std::function<void()>& work) {
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round < rounds; ++round) {
    prepare();
    const auto began = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - began;
    best = std::min(best, spent.count() / static_cast<double>(operations));
  }
  return best;
}

}  // namespace vagus::benchmarks
