#include "vagus/wakes/wake_kind.hpp"

#include <cstddef>

namespace vagus {
namespace {

constexpr int kHighestAmbientPriority = 1;

// In the order of `WakeKind`: retry, interval, wake, cron, task, other, exec, hook, manual.
constexpr std::array<int, enum_names(WakeKind{}).size()> kPriorities = {0, 1, 2, 2, 2, 2, 3, 3, 3};

}  // namespace

int priority_of(WakeKind kind) {
  return kPriorities[static_cast<std::size_t>(kind)];
}

bool is_ambient(WakeKind kind) {
  return priority_of(kind) <= kHighestAmbientPriority;
}

}  // namespace vagus
