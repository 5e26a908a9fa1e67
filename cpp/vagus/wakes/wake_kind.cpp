#include "vagus/wakes/wake_kind.hpp"

#include <cstddef>

namespace vagus {
namespace {

struct KindRule {
  WakeIntent intent;
  EventNeed events;
};

// In the order of `WakeKind`.
constexpr std::array<KindRule, enum_names(WakeKind{}).size()> kRules = {{
    {WakeIntent::scheduled, EventNeed::none},     // retry
    {WakeIntent::scheduled, EventNeed::none},     // interval
    {WakeIntent::immediate, EventNeed::none},     // wake
    {WakeIntent::event, EventNeed::reports},      // cron
    {WakeIntent::immediate, EventNeed::reports},  // task
    {WakeIntent::event, EventNeed::none},         // other
    {WakeIntent::event, EventNeed::demands},      // exec
    {WakeIntent::immediate, EventNeed::reports},  // hook
    {WakeIntent::manual, EventNeed::none},        // manual
}};

const KindRule& rule_of(WakeKind kind) {
  return kRules[static_cast<std::size_t>(kind)];
}

}  // namespace

WakeIntent intent_of(WakeKind kind) {
  return rule_of(kind).intent;
}

int priority_of(WakeKind kind, WakeIntent intent) {
  if (intent == WakeIntent::manual || intent == WakeIntent::immediate) return 3;
  if (kind == WakeKind::retry) return 0;
  return intent == WakeIntent::scheduled || kind == WakeKind::interval ? 1 : 2;
}

EventNeed event_need_of(WakeKind kind) {
  return rule_of(kind).events;
}

}  // namespace vagus
