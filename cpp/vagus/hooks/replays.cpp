#include "vagus/hooks/replays.hpp"

#include <algorithm>

#include "vagus/base/json_codec.hpp"
#include "vagus/text/sha256.hpp"

namespace vagus {

std::optional<std::string> replay_key(const std::string& sender, const std::string& path,
                                      const AgentHook& hook) {
  if (!hook.idempotency_key) return std::nullopt;
  const auto digest = sha256(dump_json(Json::array({sender, path, to_json(hook)})));
  return std::string(digest.begin(), digest.end());
}

std::optional<std::string> HookReplays::find(const std::string& key, Millis now) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || now - found->second.first > kHookReplayWindow) return std::nullopt;
  return found->second.run_id;
}

void HookReplays::add(const std::string& key, std::string run_id, Millis now) {
  forget(now);
  if (!by_key_.emplace(key, Delivery{std::move(run_id), now}).second) return;
  order_.push_back(key);
}

// The oldest are in front, so that what is kept longest is looked at first.
void HookReplays::forget(Millis now) {
  while (!order_.empty()) {
    const auto oldest = by_key_.find(order_.front());
    const bool over = now - oldest->second.first > kHookReplayWindow;
    if (!over && order_.size() < kMaxHookReplays) return;
    by_key_.erase(oldest);
    order_.pop_front();
  }
}

void HookReplays::forget_run(const std::string& run_id) {
  const auto found = std::find_if(by_key_.begin(), by_key_.end(), [&run_id](const auto& each) {
    return each.second.run_id == run_id;
  });
  if (found == by_key_.end()) return;
  order_.erase(std::find(order_.begin(), order_.end(), found->first));
  by_key_.erase(found);
}

void HookReplays::shift(Millis delta) {
  for (auto& [key, delivery] : by_key_) delivery.first += delta;
}

}  // namespace vagus
