#include "vagus/base/limits.hpp"

#include <string>

namespace vagus {

MaybeError check_count(std::string_view path, std::int64_t value, std::int64_t lowest) {
  if (value >= lowest && value <= kMaxCount) return std::nullopt;
  return Error{ErrorCode::invalid_config, std::string(path), std::to_string(value),
               "must be from " + std::to_string(lowest) + " to " + std::to_string(kMaxCount)};
}

MaybeError check_limits(const Limits& limits) {
  MaybeError failed;
  for_each_field<Limits>([&](const auto& each) {
    if (failed) return;
    failed = check_count("limits." + std::string(each.name), limits.*each.member, 1);
  });
  return failed;
}

}  // namespace vagus
