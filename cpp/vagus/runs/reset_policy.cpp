#include "vagus/runs/reset_policy.hpp"

#include <algorithm>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kLastHour = 23;

/// Beyond any session's life, and small enough to be counted in milliseconds.
constexpr std::int64_t kMaxIdleMinutes = 1'000'000'000;

bool holds(std::string_view key, std::string_view marker) {
  return key.find(marker) != std::string_view::npos;
}

const ResetSetting* find(const std::map<std::string, ResetSetting>& settings,
                         std::string_view name) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const auto& each) { return token(each.first) == name; });
  return found == settings.end() ? nullptr : &found->second;
}

const ResetSetting* for_kind(const ResetRules& rules, ResetKind kind) {
  const ResetSetting* found = find(rules.by_type, name_of(kind));
  return found == nullptr && kind == ResetKind::direct ? find(rules.by_type, "dm") : found;
}

template <class T>
std::optional<T> first_of(const ResetSetting* own, const ResetSetting* wider,
                          std::optional<T> ResetSetting::*member) {
  if (own != nullptr && own->*member) return own->*member;
  return wider != nullptr ? wider->*member : std::nullopt;
}

}  // namespace

ResetKind reset_kind(std::string_view key, bool is_thread, bool is_group) {
  const std::string lowered = lower(key);
  if (is_thread || holds(lowered, ":thread:") || holds(lowered, ":topic:")) {
    return ResetKind::thread;
  }
  const bool group = is_group || holds(lowered, ":group:") || holds(lowered, ":channel:");
  return group ? ResetKind::group : ResetKind::direct;
}

ResetPolicy reset_policy(const ResetRules& rules, ResetKind kind, std::string_view channel) {
  const std::string name = token(channel);
  const ResetSetting* override = name.empty() ? nullptr : find(rules.by_channel, name);
  const ResetSetting* wider = override != nullptr ? override
                              : rules.reset       ? &*rules.reset
                                                  : nullptr;
  const ResetSetting* own = override != nullptr ? nullptr : for_kind(rules, kind);
  const auto legacy = override != nullptr ? std::nullopt : rules.idle_minutes;
  const bool only_legacy = wider == nullptr && rules.by_type.empty() && legacy.has_value();

  ResetPolicy policy;
  policy.mode = first_of(own, wider, &ResetSetting::mode)
                    .value_or(only_legacy ? ResetMode::idle : rules.default_mode);
  const auto hour = first_of(own, wider, &ResetSetting::at_hour);
  policy.at_hour = std::clamp(hour.value_or(kDefaultResetHour), std::int64_t{0}, kLastHour);
  auto idle = first_of(own, wider, &ResetSetting::idle_minutes);
  if (!idle) idle = legacy;
  if (idle) policy.idle_minutes = std::clamp(*idle, std::int64_t{0}, kMaxIdleMinutes);
  if (!policy.idle_minutes && policy.mode == ResetMode::idle) policy.idle_minutes = 0;
  return policy;
}

Millis last_at_hour(std::int64_t hour, Millis now, const Zone& zone) {
  const Millis local = zone.local(now);
  Millis boundary = midnight_before(local) + hour * kHour;
  if (boundary > local) boundary -= kDay;
  // The clock may have been set since: what it was ahead by then is what counts.
  const Millis guess = boundary - (local - now);
  return std::min(now, boundary - zone.since(guess).ahead);
}

bool is_fresh(const ResetPolicy& policy, Millis started, Millis last_active, Millis now,
              const Zone& zone) {
  const bool daily = policy.mode == ResetMode::daily;
  if (daily && started < last_at_hour(policy.at_hour, now, zone)) return false;
  const std::int64_t minutes = policy.idle_minutes.value_or(0);
  return minutes <= 0 || now <= add_saturated(last_active, minutes * kMinute);
}

}  // namespace vagus
