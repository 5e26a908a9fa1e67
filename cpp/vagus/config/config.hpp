#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/record.hpp"
#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/peer.hpp"
#include "vagus/text/duration.hpp"

namespace vagus {

/// Whose rules the engine follows. `reference` reproduces the reference system's context handling
/// (spec: context, section 0), so that its failures can be replayed and measured; it is not for
/// production.
enum class Profile { vagus, reference };
constexpr std::array<std::string_view, 2> enum_names(Profile) {
  return {"vagus", "reference"};
}

struct ModelConfig {
  std::int64_t window = 200'000;
  std::int64_t reserve = 20'000;

  static constexpr std::string_view kName = "ModelConfig";
  static constexpr auto fields() {
    return std::tuple(field("window", &ModelConfig::window, "context window, tokens"),
                      field("reserve", &ModelConfig::reserve, "tokens kept free for the answer"));
  }
};

/// How much of earlier isolated ticks a tick may see. Zero, the default, means none.
struct ReplayConfig {
  std::int64_t max_messages = 0;
  std::int64_t max_tokens = 0;

  static constexpr std::string_view kName = "ReplayConfig";
  static constexpr auto fields() {
    return std::tuple(
        required("max_messages", &ReplayConfig::max_messages, "newest messages of earlier ticks"),
        required("max_tokens", &ReplayConfig::max_tokens, "their estimated tokens, together"));
  }
};

/// When ambient heartbeats may run (spec: heartbeats, section 2.6). Malformed times are errors; the
/// reference ignores them and beats around the clock.
struct ActiveHoursConfig {
  std::string start;
  std::string end;
  std::string timezone = "user";

  static constexpr std::string_view kName = "ActiveHoursConfig";
  static constexpr auto fields() {
    return std::tuple(
        required("start", &ActiveHoursConfig::start, "HH:MM, inclusive"),
        required("end", &ActiveHoursConfig::end,
                 "HH:MM or 24:00, exclusive; before start: overnight"),
        field("timezone", &ActiveHoursConfig::timezone, "IANA name, or 'user' for user_timezone"));
  }
};

/// One agent's heartbeat, or the defaults for all. A field that is not set falls back to the
/// defaults, then to the value in `Heartbeat`. `to` belongs to the `target` beside it: an agent
/// with a target of its own does not inherit the recipient of another channel.
struct HeartbeatConfig {
  std::optional<Duration> every;
  std::optional<std::string> model;
  std::optional<std::string> prompt;
  std::optional<std::string> session;
  std::optional<std::string> target;
  std::optional<std::string> to;
  std::optional<bool> isolated_session;
  std::optional<bool> light_context;
  std::optional<ReplayConfig> replay;
  std::optional<ActiveHoursConfig> active_hours;
  std::optional<std::int64_t> ack_max_chars;
  std::optional<Duration> timeout;

  static constexpr std::string_view kName = "HeartbeatConfig";
  static constexpr auto fields() {
    return std::tuple(
        field("every", &HeartbeatConfig::every, "interval; '0m' switches the cadence off"),
        field("model", &HeartbeatConfig::model, "model for heartbeats; else the agent's"),
        field("prompt", &HeartbeatConfig::prompt, "instruction of an ambient tick"),
        field("session", &HeartbeatConfig::session, "session that ticks run in; else the main one"),
        field("target", &HeartbeatConfig::target,
              "where a tick's reply goes: 'event' (only to the event that caused it), 'last', "
              "'none' or a channel"),
        field("to", &HeartbeatConfig::to, "recipient, when target is a channel"),
        field("isolated_session", &HeartbeatConfig::isolated_session,
              "fresh memory for every tick, under one stable session key"),
        field("light_context", &HeartbeatConfig::light_context,
              "of the workspace files inject only the checklist"),
        field("replay", &HeartbeatConfig::replay, "bounded view of earlier isolated ticks"),
        field("active_hours", &HeartbeatConfig::active_hours, "when ambient ticks may run"),
        field("ack_max_chars", &HeartbeatConfig::ack_max_chars,
              "text left beside an acknowledgement up to this length is not delivered"),
        field("timeout", &HeartbeatConfig::timeout, "a run that takes longer has timed out"));
  }
};

struct AgentConfig {
  AgentId id;
  bool is_default = false;
  std::optional<std::string> model;
  std::string system_prompt;
  std::optional<HeartbeatConfig> heartbeat;

  static constexpr std::string_view kName = "AgentConfig";
  static constexpr auto fields() {
    return std::tuple(
        required("id", &AgentConfig::id, "agent id, [a-z0-9_-]"),
        field("default", &AgentConfig::is_default, "answers when no binding matches"),
        field("model", &AgentConfig::model, "a name in 'models'"),
        field("system_prompt", &AgentConfig::system_prompt, "the agent's instructions"),
        field("heartbeat", &AgentConfig::heartbeat, "overrides of agents.defaults.heartbeat"));
  }
};

struct AgentDefaults {
  std::optional<std::string> model;
  std::optional<HeartbeatConfig> heartbeat;

  static constexpr std::string_view kName = "AgentDefaults";
  static constexpr auto fields() {
    return std::tuple(field("model", &AgentDefaults::model, "a name in 'models'"),
                      field("heartbeat", &AgentDefaults::heartbeat, "heartbeat of every agent"));
  }
};

struct AgentsConfig {
  AgentDefaults defaults;
  std::vector<AgentConfig> list;

  static constexpr std::string_view kName = "AgentsConfig";
  static constexpr auto fields() {
    return std::tuple(field("defaults", &AgentsConfig::defaults, "values for agents that set none"),
                      field("list", &AgentsConfig::list, "the agents"));
  }
};

/// What a message must look like for a binding to apply. Account: left out or blank means the
/// account `default`, `*` means any. The peer is one conversation; groups and channels are one
/// kind.
struct BindingMatch {
  std::string channel;
  std::optional<std::string> account;
  std::optional<Peer> peer;

  static constexpr std::string_view kName = "BindingMatch";
  static constexpr auto fields() {
    return std::tuple(required("channel", &BindingMatch::channel, "slack, discord, telegram, ..."),
                      field("account", &BindingMatch::account, "account id, or '*' for any"),
                      field("peer", &BindingMatch::peer, "one conversation on that channel"));
  }
};

struct BindingConfig {
  AgentId agent;
  BindingMatch match;

  static constexpr std::string_view kName = "BindingConfig";
  static constexpr auto fields() {
    return std::tuple(required("agent", &BindingConfig::agent, "the agent that answers"),
                      required("match", &BindingConfig::match, "which messages"));
  }
};

struct SessionConfig {
  DmScope dm_scope = DmScope::main;

  static constexpr std::string_view kName = "SessionConfig";
  static constexpr auto fields() {
    return std::tuple(
        field("dm_scope", &SessionConfig::dm_scope, "which direct messages share a session"));
  }
};

struct Config {
  Profile profile = Profile::vagus;
  std::map<std::string, ModelConfig> models;
  AgentsConfig agents;
  std::vector<BindingConfig> bindings;
  SessionConfig session;
  std::string user_timezone = "UTC";
  std::string seed = "vagus";
  Limits limits;

  static constexpr std::string_view kName = "Config";
  static constexpr auto fields() {
    return std::tuple(
        field("profile", &Config::profile, "vagus, or reference to replay its defects"),
        field("models", &Config::models, "context windows by model name"),
        field("agents", &Config::agents, "agents and their heartbeats"),
        field("bindings", &Config::bindings, "which agent answers where"),
        field("session", &Config::session, "how sessions are told apart"),
        field("user_timezone", &Config::user_timezone, "IANA name, for prompts and active hours"),
        field("seed", &Config::seed, "stable text that spreads the agents' heartbeat phases"),
        field("limits", &Config::limits, "bounds of every queue, text and map"));
  }
};

/// One agent's heartbeat with every fallback applied.
struct Heartbeat {
  Millis every = 30 * kMinute;       ///< 0: no cadence
  std::optional<std::string> model;  ///< nothing: the agent's own
  std::string prompt;                ///< empty: the built-in instruction
  std::string session = "main";
  std::string target = "event";  ///< lower case, trimmed
  std::string to;                ///< trimmed; not empty when target is a channel
  bool isolated_session = false;
  bool light_context = false;
  ReplayConfig replay;
  std::optional<ActiveHoursConfig> active_hours;
  std::int64_t ack_max_chars = 300;
  Millis timeout = 10 * kMinute;  ///< unless configured, at most `every` while there is a cadence
};

/// Reads and checks a configuration. Every error is `invalid_config` with the JSON path, the value
/// and what is allowed; unknown fields are errors.
Result<Config> read_config(std::string_view json_text);

/// The checks of `read_config` beyond shape, for a configuration made in code: agent ids unique,
/// one default at most, models that are named exist, windows and limits positive, `reserve` below
/// `window`, no negative counts, times of day well-formed, time zones named, a `target` that names
/// a channel comes with `to`, bindings that name a channel and, if any, one peer.
MaybeError check_config(const Config& config);

/// The configured agents; without any, the one agent `main`, which has only the defaults.
std::vector<AgentConfig> roster_of(const Config& config);

/// The heartbeat of `agent`: its own fields over the defaults.
Heartbeat heartbeat_of(const Config& config, const AgentConfig& agent);

/// The agents that have a cadence: those that are enrolled and whose `every` is not zero. Enrolled
/// are the agents with a heartbeat of their own if there are any, else all agents if the defaults
/// have one (spec: heartbeats, section 2.1).
std::vector<AgentConfig> agents_with_cadence(const Config& config);

/// Window and reserve of the model called `name`; the defaults when `name` is empty.
ModelConfig model_of(const Config& config, const std::string& name);

}  // namespace vagus
