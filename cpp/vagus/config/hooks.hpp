#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/config/hook_template.hpp"

/// What webhooks may do, and which of them becomes what (spec: runs, section 4.1).
namespace vagus {

/// When a hook's session is to look at what it brought.
enum class HookMode { now, next_heartbeat };
constexpr std::array<std::string_view, 2> enum_names(HookMode) {
  return {"now", "next-heartbeat"};
}

/// Most mappings of one list.
inline constexpr std::size_t kMaxHookMappings = 1'000;

/// What a request must say; what is unset or blank is not looked at.
struct HookMatch {
  std::optional<std::string> path;
  std::optional<std::string> source;

  static constexpr std::string_view kName = "HookMatch";
  static constexpr auto fields() {
    return field_list(
        field("path", &HookMatch::path, "the path below that of hooks; slashes around it ignored"),
        field("source", &HookMatch::source, "the payload's `source`"));
  }
};

enum class HookAction { wake, agent };
constexpr std::array<std::string_view, 2> enum_names(HookAction) {
  return {"wake", "agent"};
}

/// One mapping, as it is written.
struct HookMapping {
  std::optional<std::string> id;
  HookMatch match;
  HookAction action = HookAction::agent;
  HookMode wake_mode = HookMode::now;
  std::string text_template;
  std::string message_template;
  std::string name;
  std::string agent_id;
  std::string session_key;
  std::optional<bool> deliver;
  std::string channel;
  std::string to;
  std::string model;
  std::string thinking;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<std::string> transform;

  static constexpr std::string_view kName = "HookMapping";
  static constexpr auto fields() {
    return field_list(
        field("id", &HookMapping::id, "names the mapping for people"),
        field("match", &HookMapping::match, "the requests that it is for"),
        field("action", &HookMapping::action, "wake or agent"),
        field("wake_mode", &HookMapping::wake_mode, "now or next-heartbeat"),
        field("text_template", &HookMapping::text_template, "what a wake's event says"),
        field("message_template", &HookMapping::message_template, "what an agent is asked"),
        field("name", &HookMapping::name, "what people call the hook, a template"),
        field("agent_id", &HookMapping::agent_id, "the agent that it is for"),
        field("session_key", &HookMapping::session_key, "the session that it is for, a template"),
        field("deliver", &HookMapping::deliver, "whether the answer is delivered"),
        field("channel", &HookMapping::channel, "through which channel"),
        field("to", &HookMapping::to, "to whom, a template"),
        field("model", &HookMapping::model, "by which model, a template"),
        field("thinking", &HookMapping::thinking, "how much it thinks, a template"),
        field("timeout_seconds", &HookMapping::timeout_seconds, "how long it may take"),
        field("transform", &HookMapping::transform,
              "the host's function that has the last word about what the request asks for"));
  }
};

/// The installation's webhooks. The secret that opens them is the host's, and in no configuration.
struct HooksConfig {
  bool enabled = false;
  std::string path = "/hooks";
  std::int64_t max_body_bytes = static_cast<std::int64_t>(kMaxHookBytes);
  bool allow_request_session_key = false;
  std::vector<std::string> allowed_session_key_prefixes;
  std::optional<std::vector<std::string>> allowed_agent_ids;
  std::optional<std::string> default_session_key;
  std::optional<std::vector<std::string>> channels;
  std::vector<HookMapping> mappings;

  static constexpr std::string_view kName = "HooksConfig";
  static constexpr auto fields() {
    return field_list(
        field("enabled", &HooksConfig::enabled, "whether webhooks are answered at all"),
        field("path", &HooksConfig::path, "the path that all of them are below"),
        field("max_body_bytes", &HooksConfig::max_body_bytes, "longest body that is read"),
        field("allow_request_session_key", &HooksConfig::allow_request_session_key,
              "whether requests and templates may name sessions"),
        field("allowed_session_key_prefixes", &HooksConfig::allowed_session_key_prefixes,
              "beginnings of the keys that hooks may name; empty: any"),
        field("allowed_agent_ids", &HooksConfig::allowed_agent_ids,
              "the agents that hooks reach; left out or '*': all"),
        field("default_session_key", &HooksConfig::default_session_key,
              "the session of agent hooks that name none; else one of their own each"),
        field("channels", &HooksConfig::channels,
              "channels that an agent hook may be delivered through; left out: any"),
        field("mappings", &HooksConfig::mappings, "what other paths below that of hooks become"));
  }
};

/// The templates of `mapping`: name of the field, and its text.
struct NamedTemplate {
  std::string_view name;
  std::string HookMapping::*member;
};
inline constexpr std::array<NamedTemplate, 7> kHookTemplates = {{
    {"text_template", &HookMapping::text_template},
    {"message_template", &HookMapping::message_template},
    {"name", &HookMapping::name},
    {"session_key", &HookMapping::session_key},
    {"to", &HookMapping::to},
    {"model", &HookMapping::model},
    {"thinking", &HookMapping::thinking},
}};

/// What is wrong with mappings at `path`, all `invalid_config`: more than `kMaxHookMappings`, a
/// template that is too long, a timeout of less than a second, a blank transform.
MaybeError check_hook_mappings(std::string_view path, const std::vector<HookMapping>& mappings);

/// True when a template makes a session key of what a request says.
bool has_templated_session_key(const std::vector<HookMapping>& mappings);

}  // namespace vagus
