#include "vagus/config/prompt_templates.hpp"

namespace vagus {
namespace {

constexpr std::string_view kTickFields[] = {"agent", "session", "time", "acknowledge"};
constexpr std::string_view kTasksFields[] = {"agent",       "session", "time",
                                             "acknowledge", "tasks",   "count"};
constexpr std::string_view kEventFields[] = {"agent",       "session",  "time",
                                             "acknowledge", "audience", "count"};

}  // namespace

TemplateRule prompt_rule(PromptKind kind) {
  if (kind == PromptKind::tick) return {kTickFields};
  if (kind == PromptKind::tasks) return {kTasksFields, "tasks"};
  return {kEventFields};
}

}  // namespace vagus
