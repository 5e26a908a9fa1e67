#include "vagus/config/channels.hpp"

#include <algorithm>

#include "vagus/keys/agent_id.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

struct RecipientPrefix {
  std::string_view prefix;
  RecipientKind kind;
};

constexpr RecipientPrefix kPrefixes[] = {
    {"user:", RecipientKind::direct},
    {"channel:", RecipientKind::room},
    {"thread:", RecipientKind::room},
    {"group:", RecipientKind::room},
};

// `check_config` lets no two names of one map be alike, so the first is the only one.
template <class T, class Normal>
const T* find_alike(const std::map<std::string, T>& values, std::string_view name, Normal normal) {
  const auto wanted = normal(name);
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const auto& each) { return normal(each.first) == wanted; });
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

const ChannelConfig* find_channel(const ChannelsConfig& channels, std::string_view name) {
  return find_alike(channels, name, token);
}

const AccountConfig* find_account(const ChannelConfig& channel, std::string_view id) {
  return find_alike(channel.accounts, id, normalize_account);
}

bool has_account(const ChannelsConfig& channels, std::string_view channel, std::string_view id) {
  const ChannelConfig* found = find_channel(channels, channel);
  return found == nullptr || found->accounts.empty() || find_account(*found, id) != nullptr;
}

RecipientKind recipient_kind(std::string_view to) {
  const std::string text = token(to);
  for (const RecipientPrefix& each : kPrefixes) {
    if (text.starts_with(each.prefix)) return each.kind;
  }
  return RecipientKind::unknown;
}

}  // namespace vagus
