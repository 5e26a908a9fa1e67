#include "vagus/config/wake_guards.hpp"

#include <string>

#include "vagus/base/json.hpp"
#include "vagus/base/limits.hpp"

namespace vagus {

MaybeError check_wake_guards(std::string_view path, const WakeGuards& guards) {
  const std::string starts = join_path(path, "flood_starts");
  if (auto failed = check_count(starts, guards.flood_starts, 0)) return failed;
  if (guards.flood_starts > kMaxFloodStarts) {
    return Error{ErrorCode::invalid_config, starts, std::to_string(guards.flood_starts),
                 "must be at most " + std::to_string(kMaxFloodStarts)};
  }
  if (auto failed = check_count(join_path(path, "running"), guards.running, 1)) return failed;
  if (auto failed =
          check_count(join_path(path, "running_per_agent"), guards.running_per_agent, 1)) {
    return failed;
  }
  return check_count(join_path(path, "chain_free"), guards.chain_free, 0);
}

}  // namespace vagus
