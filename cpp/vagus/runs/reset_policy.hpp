#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/text/zone.hpp"

/// When a session is stale, so that the next message finds a new transcript (spec: runs, section
/// 3.3). Pure functions; whoever keeps sessions asks before a person's message and then sends
/// `ResetSession`. Heartbeats, cron jobs and commands that end never ask.
namespace vagus {

/// What makes a session stale, besides being idle where minutes are set.
enum class ResetMode {
  none,   ///< nothing
  daily,  ///< an hour of the day
  idle    ///< being idle alone
};
constexpr std::array<std::string_view, 3> enum_names(ResetMode) {
  return {"none", "daily", "idle"};
}

/// What kind of conversation a session is, where resets are concerned.
enum class ResetKind { direct, group, thread };
constexpr std::array<std::string_view, 3> enum_names(ResetKind) {
  return {"direct", "group", "thread"};
}

/// The hour at which a day begins where no other is set.
inline constexpr std::int64_t kDefaultResetHour = 4;

/// One entry of the rules; what it leaves out comes from the wider one.
struct ResetSetting {
  std::optional<ResetMode> mode;
  std::optional<std::int64_t> at_hour;
  std::optional<std::int64_t> idle_minutes;

  static constexpr std::string_view kName = "ResetSetting";
  static constexpr auto fields() {
    return field_list(
        field("mode", &ResetSetting::mode, "none, daily or idle"),
        field("at_hour", &ResetSetting::at_hour, "local hour; from 0 to 23, what is beyond is cut"),
        field("idle_minutes", &ResetSetting::idle_minutes,
              "minutes without a message; 0 for no limit"));
  }
};

/// What an installation says about resets.
struct ResetRules {
  std::optional<ResetSetting> reset;
  std::map<std::string, ResetSetting> by_type;
  std::map<std::string, ResetSetting> by_channel;
  std::optional<std::int64_t> idle_minutes;
  ResetMode default_mode = ResetMode::none;

  static constexpr std::string_view kName = "ResetRules";
  static constexpr auto fields() {
    return field_list(
        field("reset", &ResetRules::reset, "for all sessions"),
        field("by_type", &ResetRules::by_type,
              "over reset, by kind: direct (or dm), group, thread"),
        field("by_channel", &ResetRules::by_channel, "in place of everything else, by channel"),
        field("idle_minutes", &ResetRules::idle_minutes,
              "the older spelling: alone it means the mode idle"),
        field("default_mode", &ResetRules::default_mode, "where nothing says otherwise"));
  }
};

/// What holds for one session.
struct ResetPolicy {
  ResetMode mode = ResetMode::none;
  std::int64_t at_hour = kDefaultResetHour;
  std::optional<std::int64_t> idle_minutes;

  static constexpr std::string_view kName = "ResetPolicy";
  static constexpr auto fields() {
    return field_list(required("mode", &ResetPolicy::mode, "none, daily or idle"),
                      field("at_hour", &ResetPolicy::at_hour, "local hour, from 0 to 23"),
                      field("idle_minutes", &ResetPolicy::idle_minutes, "None or 0: no limit"));
  }
};

/// A thread when the key or the message names one, else a group when either says so, else direct.
ResetKind reset_kind(std::string_view key, bool is_thread = false, bool is_group = false);

/// The policy of sessions of `kind` on `channel`. Total: numbers out of range are cut.
ResetPolicy reset_policy(const ResetRules& rules, ResetKind kind, std::string_view channel = "");

/// The last moment not later than `now` at which the clock of `zone` showed `hour`:00.
Millis last_at_hour(std::int64_t hour, Millis now, const Zone& zone);

/// False when the session that began at `started` and was last spoken in at `last_active` is stale.
/// The boundary itself is fresh.
bool is_fresh(const ResetPolicy& policy, Millis started, Millis last_active, Millis now,
              const Zone& zone);

}  // namespace vagus
