#include "vagus/config/config_check_delivery.hpp"

#include <string_view>

#include "vagus/base/json.hpp"
#include "vagus/config/config_error.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// ---- channels and owner

// Two spellings of one name would leave it to the order of a map which of them counts.
template <class T, class Normal>
MaybeError check_names(const std::string& path, const std::map<std::string, T>& values,
                       Normal normal) {
  std::map<std::string, std::string_view> seen;
  for (const auto& [name, value] : values) {
    if (is_blank(name)) return wrong(join_path(path, name), name, "must have a name");
    const auto [first, is_new] = seen.emplace(normal(name), name);
    if (is_new) continue;
    return wrong(join_path(path, name), name,
                 "is another spelling of " + quote_clipped(first->second));
  }
  return std::nullopt;
}

MaybeError check_history(const std::string& channel, const ChannelHistory& history) {
  const std::string path = join_path(join_path("channels", channel), "history");
  if (token(channel) == kChannelDefaults && !(history == ChannelHistory{})) {
    return wrong(path, channel, "limits of turns belong to one channel");
  }
  const auto check = [&](std::string_view name, std::int64_t turns) {
    return check_count(join_path(path, name), turns, 0);
  };
  if (history.history_limit) {
    if (auto failed = check("history_limit", *history.history_limit)) return failed;
  }
  if (history.dm_history_limit) {
    if (auto failed = check("dm_history_limit", *history.dm_history_limit)) return failed;
  }
  for (const auto& [user, turns] : history.dms) {
    if (auto failed = check("dms." + user, turns)) return failed;
  }
  return std::nullopt;
}

MaybeError check_channels(const Config& config) {
  if (auto failed = check_names("channels", config.channels, token)) return failed;
  for (const auto& [name, channel] : config.channels) {
    const std::string path = join_path(join_path("channels", name), "accounts");
    if (token(name) == kChannelDefaults && !channel.accounts.empty()) {
      return wrong(path, channel.accounts.begin()->first, "accounts belong to one channel");
    }
    if (auto failed = check_history(name, channel.history)) return failed;
    if (auto failed = check_names(path, channel.accounts, normalize_account)) return failed;
  }
  return std::nullopt;
}

MaybeError check_account(const Config& config, const std::string& path, std::string_view channel,
                         const std::optional<std::string>& account) {
  if (!account) return std::nullopt;
  if (is_blank(*account)) return wrong(path, *account, "must not be blank");
  if (has_account(config.channels, channel, *account)) return std::nullopt;
  return wrong(path, *account, "must be an account of the channel " + quote_clipped(channel));
}

MaybeError check_owner(const Config& config) {
  if (!config.owner) return std::nullopt;
  const OwnerConfig& owner = *config.owner;
  if (is_blank(owner.channel)) return wrong("owner.channel", owner.channel, "must not be blank");
  if (is_blank(owner.to)) return wrong("owner.to", owner.to, "must not be blank");
  if (recipient_kind(owner.to) == RecipientKind::room) {
    return wrong("owner.to", owner.to, "must be a person's own id, not a room's");
  }
  return check_account(config, "owner.account", owner.channel, owner.account);
}

// ---- targets

bool is_channel(std::string_view target) {
  return target != "event" && target != "last" && target != "owner" && target != "none";
}

// One agent's heartbeat with its fallbacks, and where in the configuration its target is written.
struct Aimed {
  Heartbeat heartbeat;
  std::string path;
  std::string agent;
};

MaybeError check_recipient(const Config&, const Aimed& aimed) {
  const Heartbeat& heartbeat = aimed.heartbeat;
  if (!is_channel(heartbeat.target) || !heartbeat.to.empty()) return std::nullopt;
  return Error{ErrorCode::invalid_config, join_path(aimed.path, "to"), "",
               "is required, because the target of agent '" + aimed.agent + "' is the channel " +
                   quote_clipped(heartbeat.target)};
}

MaybeError check_target_account(const Config& config, const Aimed& aimed) {
  const Heartbeat& heartbeat = aimed.heartbeat;
  const std::string path = join_path(aimed.path, "account");
  return check_account(config, path, is_channel(heartbeat.target) ? heartbeat.target : "",
                       heartbeat.account);
}

MaybeError check_target_owner(const Config& config, const Aimed& aimed) {
  if (aimed.heartbeat.target != "owner") return std::nullopt;
  if (!config.owner) {
    return Error{ErrorCode::invalid_config, "owner", "",
                 "is required, because it is the target of agent '" + aimed.agent + "'"};
  }
  if (aimed.heartbeat.direct_policy == DirectPolicy::allow) return std::nullopt;
  return wrong(join_path(aimed.path, "direct_policy"), name_of(DirectPolicy::block),
               "nothing could reach the owner, who is the target of agent '" + aimed.agent + "'");
}

// Target and recipient may come from different places, so they are checked as each agent has them,
// and reported where the target is written.
MaybeError check_targets(const Config& config) {
  const std::vector<AgentConfig> roster = roster_of(config);
  for (std::size_t i = 0; i < roster.size(); ++i) {
    const bool own = roster[i].heartbeat && roster[i].heartbeat->target;
    const Aimed aimed{
        heartbeat_of(config, roster[i]),
        (own ? join_path("agents.list", i) : std::string("agents.defaults")) + ".heartbeat",
        roster[i].id.str()};
    for (const auto check : {check_recipient, check_target_account, check_target_owner}) {
      if (auto failed = check(config, aimed)) return failed;
    }
  }
  return std::nullopt;
}

MaybeError check_prompt(const std::string& path, PromptKind kind,
                        const std::optional<std::string>& text) {
  return text ? check_template(path, *text, prompt_rule(kind)) : std::nullopt;
}

}  // namespace

MaybeError check_prompts(const std::string& path, const HeartbeatConfig& heartbeat) {
  if (auto failed = check_prompt(join_path(path, "prompt"), PromptKind::tick, heartbeat.prompt)) {
    return failed;
  }
  if (!heartbeat.prompts) return std::nullopt;
  const std::string prompts = join_path(path, "prompts");
  MaybeError failed;
  for_each_field<PromptTemplates>([&](const auto& each) {
    if (failed) return;
    // A field is called what its kind is called.
    const PromptKind kind = enum_from_name<PromptKind>(each.name).value();
    failed = check_prompt(join_path(prompts, each.name), kind, (*heartbeat.prompts).*each.member);
  });
  return failed;
}

MaybeError check_delivery(const Config& config) {
  for (const auto check : {check_channels, check_owner, check_targets}) {
    if (auto failed = check(config)) return failed;
  }
  return std::nullopt;
}

}  // namespace vagus
