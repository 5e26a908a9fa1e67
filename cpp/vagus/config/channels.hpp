#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"

namespace vagus {

/// What of heartbeats a channel or account shows. A flag that is not set falls back to the next
/// wider place.
struct VisibilityConfig {
  std::optional<bool> show_ok;
  std::optional<bool> show_alerts;
  std::optional<bool> use_indicator;

  static constexpr std::string_view kName = "VisibilityConfig";
  static constexpr auto fields() {
    return field_list(
        field("show_ok", &VisibilityConfig::show_ok, "acknowledgements are sent too"),
        field("show_alerts", &VisibilityConfig::show_alerts, "what a heartbeat says is sent"),
        field("use_indicator", &VisibilityConfig::use_indicator,
              "a host may show the state of the last heartbeat"));
  }
};

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

struct AccountConfig {
  std::optional<VisibilityConfig> heartbeat;

  static constexpr std::string_view kName = "AccountConfig";
  static constexpr auto fields() {
    return field_list(
        field("heartbeat", &AccountConfig::heartbeat, "what of heartbeats this account shows"));
  }
};

struct ChannelConfig {
  std::optional<VisibilityConfig> heartbeat;
  std::map<std::string, AccountConfig> accounts;
  ChannelHistory history = {};

  static constexpr std::string_view kName = "ChannelConfig";
  static constexpr auto fields() {
    return field_list(
        field("heartbeat", &ChannelConfig::heartbeat, "what of heartbeats this channel shows"),
        field("accounts", &ChannelConfig::accounts,
              "its bot accounts; when there are any, there are no others"),
        field("history", &ChannelConfig::history, "how many turns its sessions send"));
  }
};

/// The channels by name; `defaults` is what holds for all.
using ChannelsConfig = std::map<std::string, ChannelConfig>;

/// The entry of `channels` that holds for all.
inline constexpr std::string_view kChannelDefaults = "defaults";

/// Where the installation's owner is reached in private.
struct OwnerConfig {
  std::string channel;
  std::string to;
  std::optional<std::string> account;

  static constexpr std::string_view kName = "OwnerConfig";
  static constexpr auto fields() {
    return field_list(required("channel", &OwnerConfig::channel, "slack, discord, telegram, ..."),
                      required("to", &OwnerConfig::to, "the owner's own id; never a room's"),
                      field("account", &OwnerConfig::account, "the bot account to send from"));
  }
};

/// The channel called `name`, or null; names are compared without case and white space around them.
const ChannelConfig* find_channel(const ChannelsConfig& channels, std::string_view name);

/// The channel's account `id`, or null; compared as routing compares accounts, so that no id is the
/// account `default`.
const AccountConfig* find_account(const ChannelConfig& channel, std::string_view id);

/// False when the channel lists accounts and `id` is none of them.
bool has_account(const ChannelsConfig& channels, std::string_view channel, std::string_view id);

/// What a recipient's id says about where it leads: `user:` is a direct message, `channel:` and
/// `thread:` are channels, `group:` is a group; nothing for other ids (spec: heartbeats, section
/// 3.7).
enum class RecipientKind { unknown, direct, room };
RecipientKind recipient_kind(std::string_view to);

}  // namespace vagus
