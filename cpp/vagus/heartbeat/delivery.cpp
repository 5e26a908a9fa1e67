#include "vagus/heartbeat/delivery.hpp"

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

std::optional<DeliveryRoute> last_route(const DeliveryInputs& inputs) {
  std::optional<DeliveryRoute> route = inputs.last_route;
  if (route && inputs.heartbeat.account) route->account = inputs.heartbeat.account;
  return route;
}

std::optional<DeliveryRoute> owner_route(const DeliveryInputs& inputs) {
  const std::optional<OwnerConfig>& owner = inputs.owner;
  if (!owner) return std::nullopt;
  return DeliveryRoute{owner->channel, owner->account, owner->to, std::nullopt};
}

std::optional<DeliveryRoute> target_route(const DeliveryInputs& inputs) {
  const Heartbeat& heartbeat = inputs.heartbeat;
  if (heartbeat.target == "none") return std::nullopt;
  if (inputs.event_route || heartbeat.target == "event") return inputs.event_route;
  if (heartbeat.target == "last") return last_route(inputs);
  if (heartbeat.target == "owner") return owner_route(inputs);
  return DeliveryRoute{heartbeat.target, heartbeat.account, heartbeat.to, heartbeat.thread};
}

// What the recipient's id does not say, the session knows of the place it last spoke to.
bool is_direct(const DeliveryInputs& inputs, const DeliveryRoute& route) {
  const RecipientKind kind = recipient_kind(route.to);
  if (kind != RecipientKind::unknown) return kind == RecipientKind::direct;
  const bool is_owner = !inputs.event_route && inputs.heartbeat.target == "owner";
  if (is_owner) return true;
  if (!inputs.last_is_direct || !inputs.last_route) return false;
  return token(inputs.last_route->channel) == token(route.channel) &&
         trim(inputs.last_route->to) == trim(route.to);
}

}  // namespace

Delivery delivery_of(const DeliveryInputs& inputs) {
  if (inputs.heartbeat.target == "none") return Undelivered::target_none;
  const std::optional<DeliveryRoute> route = target_route(inputs);
  if (!route) return Undelivered::no_target;
  const std::string account = route->account.value_or("");
  if (route->account && !has_account(inputs.channels, route->channel, account)) {
    return Undelivered::unknown_account;
  }
  if (inputs.heartbeat.direct_policy == DirectPolicy::block && is_direct(inputs, *route)) {
    return Undelivered::dm_blocked;
  }
  const Visibility visible = visibility_of(inputs.channels, route->channel, account);
  const bool shown = inputs.acknowledgement ? visible.show_ok : visible.show_alerts;
  if (!shown) return Undelivered::alerts_disabled;
  return *route;
}

Visibility visibility_at_target(const DeliveryInputs& inputs) {
  const std::optional<DeliveryRoute> route = target_route(inputs);
  if (!route) return {};
  return visibility_of(inputs.channels, route->channel, route->account.value_or(""));
}

std::optional<DeliveryRoute> route_of(const Delivery& delivery) {
  const auto* route = std::get_if<DeliveryRoute>(&delivery);
  return route == nullptr ? std::nullopt : std::optional(*route);
}

}  // namespace vagus
