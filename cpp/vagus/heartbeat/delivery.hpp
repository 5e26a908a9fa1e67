#pragma once

#include <optional>

#include "vagus/config/config.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// Where a heartbeat's reply goes, or nothing (spec: heartbeats, section 3.7). The route of the
/// event that caused the run comes first, unless the target is `none`: a completion that nobody
/// hears about is the defect this project began with. Then the target: `event` stops there, `last`
/// is the session's last route, a channel goes to `to` on it.
std::optional<DeliveryRoute> heartbeat_route(const Heartbeat& heartbeat,
                                             const std::optional<DeliveryRoute>& event_route,
                                             const std::optional<DeliveryRoute>& last_route);

}  // namespace vagus
