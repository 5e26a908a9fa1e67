#include "vagus/heartbeat/delivery.hpp"

namespace vagus {

std::optional<DeliveryRoute> heartbeat_route(const Heartbeat& heartbeat,
                                             const std::optional<DeliveryRoute>& event_route,
                                             const std::optional<DeliveryRoute>& last_route) {
  if (heartbeat.target == "none") return std::nullopt;
  if (event_route || heartbeat.target == "event") return event_route;
  if (heartbeat.target == "last") return last_route;
  return DeliveryRoute{heartbeat.target, std::nullopt, heartbeat.to, std::nullopt};
}

}  // namespace vagus
