#include "vagus/routing/delivery_route.hpp"

#include "vagus/keys/agent_id.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

DeliveryRoute plainest(const DeliveryRoute& route) {
  return {token(route.channel), normalize_account(route.account.value_or("")),
          std::string(trim(route.to)), std::string(trim(route.thread.value_or("")))};
}

}  // namespace

bool same_place(const DeliveryRoute& left, const DeliveryRoute& right) {
  return left == right || plainest(left) == plainest(right);
}

}  // namespace vagus
