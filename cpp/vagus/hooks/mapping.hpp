#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/hooks/payload.hpp"
#include "vagus/hooks/template.hpp"

/// Which webhook becomes what (spec: heartbeats, section 5, HTTP hooks): a list of mappings, of
/// which the first that matches a request says what it asks for.
namespace vagus {

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
        field("timeout_seconds", &HookMapping::timeout_seconds, "how long it may take"));
  }
};

/// Mappings that are ready to be asked. Immutable.
class HookMappings {
 public:
  /// Reads a JSON list of mappings. Errors, all `invalid_config` below `$`: no list, an unknown
  /// field, a wrong value, more than `kMaxHookMappings`, a template that is too long, a timeout of
  /// less than a second.
  static Result<HookMappings> read(std::string_view json_text);

  /// What the first mapping that matches makes of `request`; nothing when none matches. A mapping
  /// leaves out what it does not say, and what is blank once its template is filled in.
  /// Errors, `invalid_input`: as `parse_hook_body`; a `text` or `message` that comes out blank or
  /// too long.
  Result<std::optional<Hook>> match(const HookRequest& request) const;

  std::size_t size() const { return mappings_.size(); }

  /// True when a session key depends on what a request says (see `AdmissionRules`).
  bool templated_session_keys() const;

 private:
  struct Compiled {
    HookMapping mapping;
    HookTemplate text, message, name, session_key, to, model, thinking;
  };
  static Result<Compiled> compile(std::size_t index, HookMapping mapping);
  static Result<Hook> wake_of(const Compiled& compiled, const HookRequest& request,
                              const Json& payload);
  static Result<Hook> agent_of(const Compiled& compiled, const HookRequest& request,
                               const Json& payload);

  std::vector<Compiled> mappings_;
};

}  // namespace vagus
