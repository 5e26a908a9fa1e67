#include "vagus/wakes/wake_label.hpp"

#include <algorithm>
#include <cstddef>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kNoReason = "requested";
constexpr std::string_view kWake = "wake";

struct SourceRule {
  WakeKind kind;
  bool carries_events;
};

// In the order of `WakeSource`.
constexpr std::array<SourceRule, enum_names(WakeSource{}).size()> kSources = {{
    {WakeKind::interval, false},
    {WakeKind::retry, false},
    {WakeKind::manual, false},
    {WakeKind::exec, false},
    {WakeKind::other, false},  // notifications
    {WakeKind::cron, false},
    {WakeKind::hook, true},
    {WakeKind::wake, true},    // spawn
    {WakeKind::task, true},    // task
    {WakeKind::task, true},    // blocked_task
    {WakeKind::other, false},  // watchdog
    {WakeKind::wake, false},   // restart
    {WakeKind::other, true},   // session_state
    {WakeKind::other, false},
}};

struct LabelRule {
  std::string_view text;
  bool is_prefix;
  WakeKind kind;
  std::optional<WakeSource> source;
};

// The first that fits; case counts.
constexpr std::array<LabelRule, 9> kLabels = {{
    {"retry", false, WakeKind::retry, std::nullopt},
    {"interval", false, WakeKind::interval, std::nullopt},
    {"manual", false, WakeKind::manual, std::nullopt},
    {"exec-event", false, WakeKind::exec, WakeSource::exec},
    {kWake, false, WakeKind::wake, WakeSource::hook},
    {"acp:spawn:", true, WakeKind::wake, WakeSource::spawn},
    {"cron:", true, WakeKind::cron, WakeSource::cron},
    {"hook:", true, WakeKind::hook, WakeSource::hook},
    {"session-state:", true, WakeKind::other, WakeSource::session_state},
}};

constexpr LabelRule kOther = {"", true, WakeKind::other, std::nullopt};

const LabelRule& rule_of(std::string_view reason) {
  const auto found = std::find_if(kLabels.begin(), kLabels.end(), [reason](const LabelRule& rule) {
    return rule.is_prefix ? reason.substr(0, rule.text.size()) == rule.text : reason == rule.text;
  });
  return found == kLabels.end() ? kOther : *found;
}

}  // namespace

WakeLabel read_wake_label(std::string_view reason, std::optional<WakeSource> source,
                          std::optional<WakeIntent> intent) {
  WakeLabel label;
  label.reason = std::string(is_blank(reason) ? kNoReason : trim(reason));
  const LabelRule& rule = rule_of(label.reason);
  label.source = source ? source : rule.source;
  const SourceRule* const of_source =
      label.source ? &kSources[static_cast<std::size_t>(*label.source)] : nullptr;
  label.kind = source ? of_source->kind : rule.kind;
  label.intent = intent.value_or(intent_of(label.kind));
  label.priority = priority_of(label.kind, label.intent);
  label.carries_events =
      label.reason == kWake || (of_source != nullptr && of_source->carries_events);
  return label;
}

}  // namespace vagus
