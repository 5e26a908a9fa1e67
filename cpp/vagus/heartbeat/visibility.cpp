#include "vagus/heartbeat/visibility.hpp"

#include <optional>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kWebchat = "webchat";

void overlay(Visibility& visibility, const std::optional<VisibilityConfig>& set) {
  if (!set) return;
  visibility.show_ok = set->show_ok.value_or(visibility.show_ok);
  visibility.show_alerts = set->show_alerts.value_or(visibility.show_alerts);
  visibility.use_indicator = set->use_indicator.value_or(visibility.use_indicator);
}

}  // namespace

Visibility visibility_of(const ChannelsConfig& channels, std::string_view channel,
                         std::string_view account) {
  Visibility visibility;
  if (const ChannelConfig* all = find_channel(channels, kChannelDefaults)) {
    overlay(visibility, all->heartbeat);
  }
  const ChannelConfig* own = find_channel(channels, channel);
  if (own == nullptr || token(channel) == kWebchat) return visibility;
  overlay(visibility, own->heartbeat);
  if (const AccountConfig* found = find_account(*own, account)) {
    overlay(visibility, found->heartbeat);
  }
  return visibility;
}

bool all_hidden(const Visibility& visibility) {
  return !visibility.show_ok && !visibility.show_alerts && !visibility.use_indicator;
}

}  // namespace vagus
