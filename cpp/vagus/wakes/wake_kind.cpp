#include "vagus/wakes/wake_kind.hpp"

#include <cstddef>

namespace vagus {
namespace {

constexpr int kHighestAmbientPriority = 1;

struct KindRule {
  int priority;
  EventNeed events;
};

// In the order of `WakeKind`.
constexpr std::array<KindRule, enum_names(WakeKind{}).size()> kRules = {{
    {0, EventNeed::none},     // retry
    {1, EventNeed::none},     // interval
    {2, EventNeed::none},     // wake
    {2, EventNeed::reports},  // cron
    {2, EventNeed::reports},  // task
    {2, EventNeed::none},     // other
    {3, EventNeed::demands},  // exec
    {3, EventNeed::reports},  // hook
    {3, EventNeed::none},     // manual
}};

const KindRule& rule_of(WakeKind kind) {
  return kRules[static_cast<std::size_t>(kind)];
}

}  // namespace

int priority_of(WakeKind kind) {
  return rule_of(kind).priority;
}

bool is_ambient(WakeKind kind) {
  return priority_of(kind) <= kHighestAmbientPriority;
}

EventNeed event_need_of(WakeKind kind) {
  return rule_of(kind).events;
}

}  // namespace vagus
