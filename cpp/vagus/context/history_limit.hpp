#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/config/channels.hpp"

namespace vagus {

/// The limit of the session `key` (spec: context, section 3.3), for `limit_turns`: nothing unless
/// the key, behind `agent:<id>:`, names a channel of `channels` and one of its direct messages
/// (`dm`, `direct`) or rooms (`group`, `channel`). Channels and kinds are compared in lower case,
/// users by their id without a `:thread:` or `:topic:` number at its end. Reads keys of any system.
std::optional<std::int64_t> history_limit(std::string_view key,
                                          const std::map<std::string, ChannelHistory>& channels);

}  // namespace vagus
