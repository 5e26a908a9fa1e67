#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"

namespace vagus {

/// How many turns of history the sessions of one channel send.
struct ChannelHistory {
  std::optional<std::int64_t> history_limit;
  std::optional<std::int64_t> dm_history_limit;
  std::map<std::string, std::int64_t> dms;

  static constexpr std::string_view kName = "ChannelHistory";
  static constexpr auto fields() {
    return field_list(
        field("history_limit", &ChannelHistory::history_limit, "user turns in groups and channels"),
        field("dm_history_limit", &ChannelHistory::dm_history_limit,
              "user turns in direct messages"),
        field("dms", &ChannelHistory::dms, "the same for single users, by their id"));
  }
};

/// The limit of the session `key` (spec: context, section 3.3), for `limit_turns`: nothing unless
/// the key, behind `agent:<id>:`, names a channel of `channels` and one of its direct messages
/// (`dm`, `direct`) or rooms (`group`, `channel`). Channels and kinds are compared in lower case,
/// users by their id without a `:thread:` or `:topic:` number at its end. Reads keys of any system.
std::optional<std::int64_t> history_limit(std::string_view key,
                                          const std::map<std::string, ChannelHistory>& channels);

}  // namespace vagus
