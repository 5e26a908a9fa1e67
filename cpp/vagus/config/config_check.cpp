#include <map>

#include "vagus/base/json.hpp"
#include "vagus/config/config.hpp"
#include "vagus/config/config_check_delivery.hpp"
#include "vagus/config/config_check_hooks.hpp"
#include "vagus/config/config_check_routing.hpp"
#include "vagus/config/config_error.hpp"
#include "vagus/text/time_of_day.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kDefaultHeartbeatPath = "agents.defaults.heartbeat";

std::string agent_path(std::size_t index, std::string_view field) {
  return join_path(join_path("agents.list", index), field);
}

// ---- models

MaybeError check_models(const Config& config) {
  for (const auto& [name, model] : config.models) {
    const std::string path = join_path("models", name);
    if (is_blank(name)) return wrong(path, name, "a model needs a name");
    if (auto failed = check_count(join_path(path, "window"), model.window, 1)) return failed;
    if (model.reserve >= 0 && model.reserve < model.window) continue;
    return Error{ErrorCode::invalid_config, join_path(path, "reserve"),
                 std::to_string(model.reserve),
                 "must be at least 0 and below the window of " + std::to_string(model.window) +
                     "; set it, because the default is " + std::to_string(ModelConfig{}.reserve)};
  }
  return std::nullopt;
}

MaybeError check_model_name(const Config& config, const std::string& path,
                            const std::optional<std::string>& name) {
  if (!name || config.models.count(*name) > 0) return std::nullopt;
  return wrong(path, *name, "must be a name in 'models'");
}

MaybeError check_agent_models(const Config& config) {
  if (auto failed = check_model_name(config, "agents.defaults.model", config.agents.defaults.model))
    return failed;
  for (std::size_t i = 0; i < config.agents.list.size(); ++i) {
    const std::optional<std::string>& name = config.agents.list[i].model;
    if (auto failed = check_model_name(config, agent_path(i, "model"), name)) return failed;
  }
  return std::nullopt;
}

// ---- agents

MaybeError check_agent_ids(const Config& config) {
  std::map<AgentId, std::size_t> seen;
  for (std::size_t i = 0; i < config.agents.list.size(); ++i) {
    const AgentId& id = config.agents.list[i].id;
    if (id.empty()) return wrong(agent_path(i, "id"), "", "must not be empty");
    const auto [first, is_new] = seen.emplace(id, i);
    if (is_new) continue;
    return wrong(agent_path(i, "id"), id.str(),
                 "is also the id of agents.list[" + std::to_string(first->second) + "]");
  }
  return std::nullopt;
}

MaybeError check_one_default(const Config& config) {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < config.agents.list.size(); ++i) {
    if (!config.agents.list[i].is_default) continue;
    if (first) {
      return wrong(
          agent_path(i, "default"), config.agents.list[i].id.str(),
          "only one agent may be the default, and agents.list[" + std::to_string(*first) + "] is");
    }
    first = i;
  }
  return std::nullopt;
}

// ---- heartbeats

MaybeError check_replay(const std::string& path, const ReplayConfig& replay) {
  if (auto failed = check_count(join_path(path, "max_messages"), replay.max_messages, 0))
    return failed;
  return check_count(join_path(path, "max_tokens"), replay.max_tokens, 0);
}

MaybeError check_active_hours(const std::string& path, const ActiveHoursConfig& hours) {
  if (!parse_time_of_day(hours.start, /*is_end=*/false)) {
    return wrong(join_path(path, "start"), hours.start, "must be HH:MM from 00:00 to 23:59");
  }
  if (!parse_time_of_day(hours.end, /*is_end=*/true)) {
    return wrong(join_path(path, "end"), hours.end, "must be HH:MM from 00:00 to 24:00");
  }
  if (!is_blank(hours.timezone)) return std::nullopt;
  return wrong(join_path(path, "timezone"), hours.timezone, "must be an IANA name or 'user'");
}

MaybeError check_heartbeat(const Config& config, const std::string& path,
                           const HeartbeatConfig& heartbeat) {
  if (auto failed = check_model_name(config, join_path(path, "model"), heartbeat.model))
    return failed;
  if (heartbeat.every && heartbeat.every->millis() > 0 && heartbeat.every->millis() < kSecond) {
    return wrong(join_path(path, "every"), heartbeat.every->str(),
                 "must be 0m, for no cadence, or at least 1s");
  }
  if (heartbeat.target && is_blank(*heartbeat.target)) {
    return wrong(join_path(path, "target"), *heartbeat.target,
                 "must be 'event', 'last', 'owner', 'none' or a channel");
  }
  if (heartbeat.replay) {
    if (auto failed = check_replay(join_path(path, "replay"), *heartbeat.replay)) return failed;
  }
  if (heartbeat.active_hours) {
    const std::string hours_path = join_path(path, "active_hours");
    if (auto failed = check_active_hours(hours_path, *heartbeat.active_hours)) return failed;
  }
  if (heartbeat.timeout && heartbeat.timeout->millis() <= 0) {
    return wrong(join_path(path, "timeout"), heartbeat.timeout->str(), "must be longer than zero");
  }
  if (auto failed = check_prompts(path, heartbeat)) return failed;
  return check_count(join_path(path, "ack_max_chars"), heartbeat.ack_max_chars.value_or(0), 0);
}

MaybeError check_heartbeats(const Config& config) {
  if (const auto& defaults = config.agents.defaults.heartbeat) {
    if (auto failed = check_heartbeat(config, std::string(kDefaultHeartbeatPath), *defaults))
      return failed;
  }
  for (std::size_t i = 0; i < config.agents.list.size(); ++i) {
    const auto& own = config.agents.list[i].heartbeat;
    if (!own) continue;
    if (auto failed = check_heartbeat(config, agent_path(i, "heartbeat"), *own)) return failed;
  }
  return std::nullopt;
}

// ---- the rest

MaybeError check_time_zone(const Config& config) {
  if (!is_blank(config.user_timezone)) return std::nullopt;
  return wrong("user_timezone", config.user_timezone, "must be an IANA name such as 'UTC'");
}

MaybeError check_wakes(const Config& config) {
  return check_wake_guards("wakes", config.wakes);
}

MaybeError check_all_messages(const Config& config) {
  return check_messages("messages", config.messages);
}

MaybeError check_all_limits(const Config& config) {
  return check_limits(config.limits);
}

constexpr MaybeError (*kChecks[])(const Config&) = {
    check_models,    check_agent_models, check_agent_ids, check_one_default,  check_heartbeats,
    check_delivery,  check_routing,      check_wakes,     check_all_messages, check_contexts,
    check_time_zone, check_all_limits,   check_hooks,
};

}  // namespace

MaybeError check_config(const Config& config) {
  for (const auto check : kChecks) {
    if (auto failed = check(config)) return failed;
  }
  return std::nullopt;
}

}  // namespace vagus
