#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"
#include "vagus/config/channels.hpp"

namespace vagus {

/// What of a heartbeat its readers get to see, every fallback applied.
struct Visibility {
  bool show_ok = false;
  bool show_alerts = true;
  bool use_indicator = true;

  static constexpr std::string_view kName = "Visibility";
  static constexpr auto fields() {
    return field_list(
        field("show_ok", &Visibility::show_ok, "acknowledgements are sent too"),
        field("show_alerts", &Visibility::show_alerts, "what a heartbeat says is sent"),
        field("use_indicator", &Visibility::use_indicator,
              "a host may show the state of the last heartbeat"));
  }
};

/// What `account` on `channel` shows. Each flag comes from the first of account, channel and
/// `defaults` that sets it, else it has its default here (spec: heartbeats, section 3.7). `webchat`
/// has no accounts and settings of its own: it follows `defaults` alone. No account is the account
/// `default`.
Visibility visibility_of(const ChannelsConfig& channels, std::string_view channel,
                         std::string_view account);

/// How a host may show the state of the last heartbeat (spec: heartbeats, section 3.1).
enum class Indicator { ok, alert, error };
constexpr std::array<std::string_view, 3> enum_names(Indicator) {
  return {"ok", "alert", "error"};
}

/// True when nobody would notice that a heartbeat ran.
bool all_hidden(const Visibility& visibility);

}  // namespace vagus
