#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/record.hpp"
#include "vagus/config/channels.hpp"
#include "vagus/config/context_config.hpp"
#include "vagus/config/hooks.hpp"
#include "vagus/config/prompt_templates.hpp"
#include "vagus/config/queue_settings.hpp"
#include "vagus/config/turn_rules.hpp"
#include "vagus/config/wake_guards.hpp"
#include "vagus/keys/admission.hpp"
#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/main_key.hpp"
#include "vagus/keys/peer.hpp"
#include "vagus/keys/session_scope.hpp"
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
  std::optional<TurnRules> rules = {};

  static constexpr std::string_view kName = "ModelConfig";
  static constexpr auto fields() {
    return field_list(field("window", &ModelConfig::window, "context window, tokens"),
                      field("reserve", &ModelConfig::reserve, "tokens kept free for the answer"),
                      field("rules", &ModelConfig::rules,
                            "the provider whose rules prompts keep: openai, anthropic, google"));
  }
};

/// How much of earlier isolated ticks a tick may see. Zero, the default, means none.
struct ReplayConfig {
  std::int64_t max_messages = 0;
  std::int64_t max_tokens = 0;

  static constexpr std::string_view kName = "ReplayConfig";
  static constexpr auto fields() {
    return field_list(
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
    return field_list(
        required("start", &ActiveHoursConfig::start, "HH:MM, inclusive"),
        required("end", &ActiveHoursConfig::end,
                 "HH:MM or 24:00, exclusive; before start: overnight"),
        field("timezone", &ActiveHoursConfig::timezone, "IANA name, or 'user' for user_timezone"));
  }
};

/// Whether heartbeats may go to direct messages.
enum class DirectPolicy { allow, block };
constexpr std::array<std::string_view, 2> enum_names(DirectPolicy) {
  return {"allow", "block"};
}

/// One agent's heartbeat, or the defaults for all. A field that is not set falls back to the
/// defaults, then to the value in `Heartbeat`. `to`, `account` and `thread` belong to the `target`
/// beside them: an agent with a target of its own does not inherit those of another.
struct HeartbeatConfig {
  std::optional<Duration> every;
  std::optional<std::string> model;
  std::optional<std::string> prompt;
  std::optional<std::string> session;
  std::optional<std::string> target;
  std::optional<std::string> to;
  std::optional<std::string> account;
  std::optional<std::string> thread;
  std::optional<DirectPolicy> direct_policy;
  std::optional<std::string> response_prefix;
  std::optional<bool> respond_tool;
  std::optional<PromptTemplates> prompts;
  std::optional<bool> isolated_session;
  std::optional<bool> light_context;
  std::optional<ReplayConfig> replay;
  std::optional<ActiveHoursConfig> active_hours;
  std::optional<std::int64_t> ack_max_chars;
  std::optional<Duration> timeout;

  static constexpr std::string_view kName = "HeartbeatConfig";
  static constexpr auto fields() {
    return field_list(
        field("every", &HeartbeatConfig::every, "interval; '0m' switches the cadence off"),
        field("model", &HeartbeatConfig::model, "model for heartbeats; else the agent's"),
        field("prompt", &HeartbeatConfig::prompt, "template of the instruction of a tick"),
        field("session", &HeartbeatConfig::session, "session that ticks run in; else the main one"),
        field("target", &HeartbeatConfig::target,
              "where a tick's reply goes: 'event' (only to the event that caused it), 'last', "
              "'owner', 'none' or a channel"),
        field("to", &HeartbeatConfig::to, "recipient, when target is a channel"),
        field("account", &HeartbeatConfig::account,
              "the bot account to send from, when target is 'last' or a channel"),
        field("thread", &HeartbeatConfig::thread,
              "the thread or topic at the recipient, when target is a channel"),
        field("direct_policy", &HeartbeatConfig::direct_policy,
              "'block': nothing goes to direct messages"),
        field("response_prefix", &HeartbeatConfig::response_prefix,
              "stands in front of everything that a heartbeat sends"),
        field("respond_tool", &HeartbeatConfig::respond_tool,
              "the host offers the tool heartbeat_respond; prompts ask for it"),
        field("prompts", &HeartbeatConfig::prompts, "templates in place of built-in instructions"),
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
  std::optional<ContextConfig> context = {};

  static constexpr std::string_view kName = "AgentConfig";
  static constexpr auto fields() {
    return field_list(
        required("id", &AgentConfig::id, "agent id, [a-z0-9_-]"),
        field("default", &AgentConfig::is_default, "answers when no binding matches"),
        field("model", &AgentConfig::model, "a name in 'models'"),
        field("system_prompt", &AgentConfig::system_prompt, "the agent's instructions"),
        field("heartbeat", &AgentConfig::heartbeat, "overrides of agents.defaults.heartbeat"),
        field("context", &AgentConfig::context, "in place of the whole of 'context'"));
  }
};

struct AgentDefaults {
  std::optional<std::string> model;
  std::optional<HeartbeatConfig> heartbeat;

  static constexpr std::string_view kName = "AgentDefaults";
  static constexpr auto fields() {
    return field_list(field("model", &AgentDefaults::model, "a name in 'models'"),
                      field("heartbeat", &AgentDefaults::heartbeat, "heartbeat of every agent"));
  }
};

struct AgentsConfig {
  AgentDefaults defaults;
  std::vector<AgentConfig> list;

  static constexpr std::string_view kName = "AgentsConfig";
  static constexpr auto fields() {
    return field_list(field("defaults", &AgentsConfig::defaults, "values for agents that set none"),
                      field("list", &AgentsConfig::list, "the agents"));
  }
};

/// What a message must look like for a binding to apply; every part that is given must hold.
/// Account: left out or blank means the account `default`, `*` means any. Peer: one conversation,
/// or every one of its kind when its id is `*`; groups and channels are one kind. Roles: the sender
/// has one of them; an empty list asks for none.
struct BindingMatch {
  std::string channel;
  std::optional<std::string> account = {};
  std::optional<Peer> peer = {};
  std::optional<std::string> guild = {};
  std::optional<std::string> team = {};
  std::vector<std::string> roles = {};

  static constexpr std::string_view kName = "BindingMatch";
  static constexpr auto fields() {
    return field_list(
        required("channel", &BindingMatch::channel, "slack, discord, telegram, ..."),
        field("account", &BindingMatch::account, "account id, or '*' for any"),
        field("peer", &BindingMatch::peer, "one conversation, or with the id '*' all of a kind"),
        field("guild", &BindingMatch::guild, "the guild (server) that the room belongs to"),
        field("team", &BindingMatch::team, "the team (workspace) that the room belongs to"),
        field("roles", &BindingMatch::roles, "the sender has one of these roles"));
  }
};

/// What a binding says about sessions; what it leaves out follows `session`.
struct BindingSessionConfig {
  std::optional<DmScope> dm_scope;
  std::optional<GroupScope> group_scope;

  static constexpr std::string_view kName = "BindingSessionConfig";
  static constexpr auto fields() {
    return field_list(
        field("dm_scope", &BindingSessionConfig::dm_scope, "which direct messages share a session"),
        field("group_scope", &BindingSessionConfig::group_scope,
              "whether rooms have sessions of their own"));
  }
};

struct BindingConfig {
  AgentId agent;
  BindingMatch match;
  BindingSessionConfig session = {};

  static constexpr std::string_view kName = "BindingConfig";
  static constexpr auto fields() {
    return field_list(
        required("agent", &BindingConfig::agent, "the agent that answers"),
        required("match", &BindingConfig::match, "which messages"),
        field("session", &BindingConfig::session, "how these messages' sessions are told apart"));
  }
};

/// The ids, as channels name them, under which one person writes, by the person's name.
using IdentityLinks = std::map<std::string, std::vector<std::string>>;

struct SessionConfig {
  DmScope dm_scope = DmScope::main;
  GroupScope group_scope = GroupScope::per_group;
  MainKey main_key;
  SessionScope scope = SessionScope::per_sender;
  IdentityLinks identity_links;

  static constexpr std::string_view kName = "SessionConfig";
  static constexpr auto fields() {
    return field_list(
        field("dm_scope", &SessionConfig::dm_scope, "which direct messages share a session"),
        field("group_scope", &SessionConfig::group_scope,
              "whether rooms have sessions of their own"),
        field("main_key", &SessionConfig::main_key, "the name of an agent's main session"),
        field("scope", &SessionConfig::scope, "per-sender, or global: one session for everybody"),
        field("identity_links", &SessionConfig::identity_links,
              "ids that are one person, by that person's name"));
  }
};

/// Which ends of commands a session hears of.
struct ExecConfig {
  bool notify_on_exit = true;
  bool notify_on_exit_empty_success = false;

  static constexpr std::string_view kName = "ExecConfig";
  static constexpr auto fields() {
    return field_list(
        field("notify_on_exit", &ExecConfig::notify_on_exit,
              "sessions hear of commands that started or ended"),
        field("notify_on_exit_empty_success", &ExecConfig::notify_on_exit_empty_success,
              "of those too that succeeded and printed nothing"));
  }
};

struct Config {
  Profile profile = Profile::vagus;
  std::map<std::string, ModelConfig> models;
  AgentsConfig agents;
  std::vector<BindingConfig> bindings;
  SessionConfig session;
  ChannelsConfig channels;
  std::optional<OwnerConfig> owner;
  WakeGuards wakes;
  ContextConfig context;
  MessagesConfig messages;
  ExecConfig exec;
  HooksConfig hooks;
  std::string user_timezone = "UTC";
  std::string seed = "vagus";
  Limits limits;

  static constexpr std::string_view kName = "Config";
  static constexpr auto fields() {
    return field_list(
        field("profile", &Config::profile, "vagus, or reference to replay its defects"),
        field("models", &Config::models, "context windows by model name"),
        field("agents", &Config::agents, "agents and their heartbeats"),
        field("bindings", &Config::bindings, "which agent answers where"),
        field("session", &Config::session, "how sessions are told apart"),
        field("channels", &Config::channels, "channels and their accounts, by name"),
        field("owner", &Config::owner, "where the target 'owner' leads"),
        field("wakes", &Config::wakes, "what keeps wakes from storming a model"),
        field("context", &Config::context, "who keeps agents' memory and makes their prompts"),
        field("messages", &Config::messages, "people's messages and the turns that answer them"),
        field("exec", &Config::exec, "which ends of commands a session hears of"),
        field("hooks", &Config::hooks, "what webhooks may do"),
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
  std::optional<std::string> account;
  std::optional<std::string> thread;
  DirectPolicy direct_policy = DirectPolicy::allow;
  std::string response_prefix;  ///< empty: none
  bool respond_tool = false;
  PromptTemplates prompts;
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
/// a channel comes with `to`, templates with known fields, an `account` that its channel lists, an
/// owner reached in private when a target is `owner`, bindings that name a channel and no blank
/// ids, identity links whose names differ and whose ids belong to one person each, webhooks whose
/// rules fit together (see `check_hooks`). A binding may
/// name an agent that is not configured: agents come and go, and one stale line must not stop all
/// others (see `Router`).
MaybeError check_config(const Config& config);

/// What the configuration lets in from outside, as `AdmissionPolicy::create` takes it.
AdmissionRules admission_rules_of(const Config& config);

/// The configured agents; without any, the one agent `main`, which has only the defaults.
std::vector<AgentConfig> roster_of(const Config& config);

/// The agent for work that names none: the one marked `default`, else the only one, else `main`
/// when no agents are configured; nothing when several could be meant.
std::optional<AgentId> default_agent_of(const Config& config);

/// The heartbeat of `agent`: its own fields over the defaults.
Heartbeat heartbeat_of(const Config& config, const AgentConfig& agent);

/// Who keeps the memory of `agent`: what it says itself, as a whole, else what all agents have.
const ContextConfig& context_of(const Config& config, const AgentConfig& agent);

/// The agents that heartbeats are configured for: those with one of their own if there are any,
/// else all agents if the defaults have one, else none (spec: heartbeats, section 2.1).
std::vector<AgentConfig> enrolled_agents(const Config& config);

/// The enrolled agents whose `every` is not zero.
std::vector<AgentConfig> agents_with_cadence(const Config& config);

/// Window and reserve of the model called `name`; the defaults when `name` is empty.
ModelConfig model_of(const Config& config, const std::string& name);

}  // namespace vagus
