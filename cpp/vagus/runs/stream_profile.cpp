#include "vagus/runs/stream_profile.hpp"

namespace vagus {

MaybeError check_profile(const StreamProfile& profile) {
  const auto refuse = [](std::string_view field, std::int64_t value, std::string_view message) {
    return make_error(ErrorCode::invalid_input, field, std::to_string(value), message);
  };
  if (auto failed = check_time("throttle_ms", profile.throttle_ms)) return failed;
  if (auto failed = check_time("grace_ms", profile.grace_ms)) return failed;
  if (auto failed = check_time("tombstone_ms", profile.tombstone_ms)) return failed;
  if (auto failed = check_time("run_ms", profile.run_ms)) return failed;
  if (profile.tombstone_ms < add_saturated(profile.grace_ms, kMinute)) {
    return refuse("tombstone_ms", profile.tombstone_ms,
                  "must be a minute longer than grace_ms at least");
  }
  if (profile.ack_max_chars < 0) {
    return refuse("ack_max_chars", profile.ack_max_chars, "must not be negative");
  }
  return std::nullopt;
}

}  // namespace vagus
