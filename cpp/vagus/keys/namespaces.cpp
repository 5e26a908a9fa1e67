#include "vagus/keys/namespaces.hpp"

#include <algorithm>
#include <iterator>

namespace vagus {
namespace {

struct Namespace {
  std::string_view prefix;
  Reserved reserved;
};

constexpr Namespace kNamespaces[] = {
    {"subagent:", Reserved::for_agents},
    {"cron:", Reserved::for_agents},
    {"acp:", Reserved::for_agents},
    {"harness:", Reserved::for_engine},
    {"internal-session-effects:", Reserved::for_engine},
};

constexpr std::string_view kIncognito[] = {"dashboard:incognito-", "subagent:incognito-",
                                           "internal-session-effects:incognito-"};

}  // namespace

Reserved reserved_for(std::string_view rest) {
  for (const Namespace& each : kNamespaces) {
    if (rest.starts_with(each.prefix)) return each.reserved;
  }
  return Reserved::no;
}

bool is_incognito(std::string_view rest) {
  return std::any_of(std::begin(kIncognito), std::end(kIncognito),
                     [rest](std::string_view prefix) { return rest.starts_with(prefix); });
}

}  // namespace vagus
