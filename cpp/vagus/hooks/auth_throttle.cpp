#include "vagus/hooks/auth_throttle.hpp"

namespace vagus {

std::optional<std::int64_t> AuthThrottle::fail(const std::string& client, Millis now) {
  const auto known = windows_.find(client);
  const bool over = known != windows_.end() &&
                    (now - known->second.start >= kAuthFailureWindow || now < known->second.start);
  if (over) succeed(client);
  if (windows_.size() >= kMaxThrottledClients && windows_.count(client) == 0) {
    succeed(std::string(by_start_.begin()->second));
  }
  const auto [found, is_new] = windows_.try_emplace(client, Window{now, 0});
  if (is_new) by_start_.emplace(now, client);
  Window& window = found->second;
  if (window.failures < kMaxAuthFailures) {
    ++window.failures;
    return std::nullopt;
  }
  return (window.start + kAuthFailureWindow - now + kSecond - 1) / kSecond;
}

void AuthThrottle::succeed(const std::string& client) {
  const auto found = windows_.find(client);
  if (found == windows_.end()) return;
  by_start_.erase({found->second.start, client});
  windows_.erase(found);
}

}  // namespace vagus
