#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"

namespace vagus {

/// Where a reply goes. A route is kept whole: fields of different events are never mixed.
struct DeliveryRoute {
  std::string channel;
  std::optional<std::string> account;
  std::string to;
  std::optional<std::string> thread;

  static constexpr std::string_view kName = "DeliveryRoute";
  static constexpr auto fields() {
    return field_list(required("channel", &DeliveryRoute::channel, "slack, discord, telegram, ..."),
                      field("account", &DeliveryRoute::account, "the bot account on that channel"),
                      required("to", &DeliveryRoute::to, "the recipient's or room's own id"),
                      field("thread", &DeliveryRoute::thread, "the thread or topic inside it"));
  }
};

/// True when both lead to the same place, however it was written: channel and account are compared
/// as routing compares them (no account is the account `default`), recipient and thread trimmed and
/// with their case.
bool same_place(const DeliveryRoute& left, const DeliveryRoute& right);

}  // namespace vagus
