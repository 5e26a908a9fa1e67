#pragma once

#include <string>

#include "vagus/config/config.hpp"

namespace vagus {

/// The templates of one heartbeat, which is at `path`. Errors: `invalid_config`.
MaybeError check_prompts(const std::string& path, const HeartbeatConfig& heartbeat);

/// The part of `check_config` about where heartbeats go: recipients, accounts, owner and channels.
/// Errors: `invalid_config`.
MaybeError check_delivery(const Config& config);

}  // namespace vagus
