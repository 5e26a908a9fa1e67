#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "vagus/base/time.hpp"
#include "vagus/hooks/payload.hpp"

/// Webhooks that come twice (spec: runs, section 4.1).
namespace vagus {

/// How long a repetition is recognised, counted from the first delivery.
inline constexpr Millis kHookReplayWindow = 5 * kMinute;

/// Most deliveries remembered; the oldest is forgotten first.
inline constexpr std::size_t kMaxHookReplays = 1'000;

/// The identity of an agent hook that may be repeated: who sent it, the path, the idempotency key
/// and everything that it asks for, so that the same key with another message is another hook.
/// Nothing without an idempotency key.
std::optional<std::string> replay_key(const std::string& sender, const std::string& path,
                                      const AgentHook& hook);

/// The runs that agent hooks started, by `replay_key`.
class HookReplays {
 public:
  /// The run of an earlier delivery.
  std::optional<std::string> find(const std::string& key, Millis now) const;

  void add(const std::string& key, std::string run_id, Millis now);

  /// The run never ran: its hook may be told again.
  void forget_run(const std::string& run_id);

  /// Moves every time by `delta`: the clock stepped.
  void shift(Millis delta);

  std::size_t size() const { return by_key_.size(); }

 private:
  struct Delivery {
    std::string run_id;
    Millis first;
  };

  void forget(Millis now);

  std::map<std::string, Delivery> by_key_;
  std::deque<std::string> order_;  ///< oldest first
};

}  // namespace vagus
