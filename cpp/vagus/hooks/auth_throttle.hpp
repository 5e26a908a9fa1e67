#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "vagus/base/time.hpp"

/// How often somebody may try to guess the secret of webhooks (spec: runs, section 4.1).
namespace vagus {

inline constexpr std::int64_t kMaxAuthFailures = 20;
inline constexpr Millis kAuthFailureWindow = kMinute;

/// Most clients whose failures are remembered; the one whose window began first gives way.
inline constexpr std::size_t kMaxThrottledClients = 10'000;

/// Counts failed tries per client address. After `kMaxAuthFailures` in a window that begins with
/// the first of them, further failures are told to wait until it is over. A success forgets them.
/// Nobody is exempt, this very machine included.
class AuthThrottle {
 public:
  /// A try of `client` failed. Nothing while it may go on; else for how many whole seconds it is to
  /// wait, at least one. A clock that stepped back begins a new window.
  std::optional<std::int64_t> fail(const std::string& client, Millis now);

  /// A try of `client` succeeded.
  void succeed(const std::string& client);

  std::size_t clients() const { return windows_.size(); }

 private:
  struct Window {
    Millis start = 0;
    std::int64_t failures = 0;
  };

  std::map<std::string, Window> windows_;
  std::set<std::pair<Millis, std::string>> by_start_;
};

}  // namespace vagus
