#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"
#include "vagus/text/template.hpp"

namespace vagus {

/// What a heartbeat's instruction is about.
enum class PromptKind { tick, tasks, exec, cron, events };
constexpr std::array<std::string_view, 5> enum_names(PromptKind) {
  return {"tick", "tasks", "exec", "cron", "events"};
}

/// An owner's words in place of the built-in instructions; the one for plain ticks is
/// `HeartbeatConfig::prompt`. Each is a template.
struct PromptTemplates {
  std::optional<std::string> tasks;
  std::optional<std::string> exec;
  std::optional<std::string> cron;
  std::optional<std::string> events;

  static constexpr std::string_view kName = "PromptTemplates";
  static constexpr auto fields() {
    return field_list(
        field("tasks", &PromptTemplates::tasks, "instruction of a tick with tasks that are due"),
        field("exec", &PromptTemplates::exec, "what to do about commands that finished"),
        field("cron", &PromptTemplates::cron, "what to do about events of cron jobs"),
        field("events", &PromptTemplates::events, "what to do about other events"));
  }
};

/// The fields of the templates of one kind. All have `agent` and `session` (the ids), `time` (the
/// line that tells the time) and `acknowledge` (how to say that there is nothing to say, as a
/// command: "reply with …"). `tasks`, which that kind needs, is the list of due tasks; `count` how
/// many tasks or events there are; `audience` a sentence on who will read the reply.
TemplateRule prompt_rule(PromptKind kind);

}  // namespace vagus
