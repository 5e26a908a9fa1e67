#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "vagus/config/config.hpp"
#include "vagus/heartbeat/visibility.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// Why what a heartbeat said was not sent (spec: heartbeats, sections 3.7 and 3.8).
enum class Undelivered {
  target_none,        ///< the target is `none`
  no_target,          ///< the target names no place, or none yet
  unknown_account,    ///< the channel has no such account
  dm_blocked,         ///< it would go to a direct message, which `direct_policy` blocks
  alerts_disabled,    ///< the channel or account does not show what would be sent
  duplicate,          ///< the same was sent there less than a day ago
  channel_not_ready,  ///< the host cannot send on the channel now
};
constexpr std::array<std::string_view, 7> enum_names(Undelivered) {
  return {"target-none",     "no-target", "unknown-account",  "dm-blocked",
          "alerts-disabled", "duplicate", "channel-not-ready"};
}

/// What decides where a heartbeat's reply goes.
struct DeliveryInputs {
  const Heartbeat& heartbeat;
  const std::optional<OwnerConfig>& owner;
  const ChannelsConfig& channels;
  std::optional<DeliveryRoute> event_route = {};  ///< of the event that caused the run
  std::optional<DeliveryRoute> last_route = {};   ///< the session's last
  bool last_is_direct = false;                    ///< `last_route` leads to one person
  bool acknowledgement = false;  ///< what would be sent is that there is nothing to say
};

using Delivery = std::variant<DeliveryRoute, Undelivered>;

/// Where a heartbeat's reply goes, or why nowhere (spec: heartbeats, section 3.7). The route of the
/// event that caused the run comes first, unless the target is `none`: a completion that nobody
/// hears about is the defect this project began with. Then the target: `event` stops there, `last`
/// is the session's last route, `owner` the owner's, a channel goes to `to` on it. A configured
/// account replaces that of the last route; an event's route is taken whole. Acknowledgements are
/// sent where they are shown, alerts where those are. Never `duplicate` or `channel_not_ready`,
/// which are known only when there is something to send.
Delivery delivery_of(const DeliveryInputs& inputs);

/// What is shown where the reply would go, were it not for `direct_policy`, accounts and hidden
/// alerts; the defaults when the target names no place.
Visibility visibility_at_target(const DeliveryInputs& inputs);

/// The route of a delivery; nothing when there is none.
std::optional<DeliveryRoute> route_of(const Delivery& delivery);

}  // namespace vagus
