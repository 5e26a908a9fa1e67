#include "vagus/heartbeat/plan.hpp"

#include <algorithm>
#include <utility>

#include "vagus/heartbeat/checklist.hpp"
#include "vagus/heartbeat/prompts.hpp"
#include "vagus/heartbeat/tasks.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kTimeLabel = "Current time:";

/// Blocks of text, set apart by blank lines.
class Blocks {
 public:
  void add(std::string_view block) {
    if (block.empty()) return;
    if (!text_.empty()) text_ += "\n\n";
    text_ += block;
  }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

/// A checklist taken apart.
struct Duties {
  bool asks_for_nothing = false;
  bool has_tasks = false;
  std::vector<ChecklistTask> due;      ///< of a run that looks after duties
  std::vector<std::string> due_names;  ///< what each of them is remembered by
  std::int64_t ignored = 0;
  std::string block;  ///< what the prompt shows of the file, beside its tasks
};

std::string file_block(std::string_view text) {
  if (checklist_is_empty(text)) return "";
  return "# " + std::string(kChecklistFile) + "\n\n" + std::string(text);
}

// Tasks of one name are told apart by a line with their number, so that the more frequent of them
// does not keep the other from being due.
std::string remembered_name(const std::string& name, int ordinal) {
  return ordinal == 1 ? name : name + "\n" + std::to_string(ordinal);
}

void add_due(Duties& duties, std::vector<ChecklistTask> tasks, const HeartbeatInputs& inputs) {
  std::map<std::string, int> ordinals;
  for (ChecklistTask& task : tasks) {
    std::string name = remembered_name(task.name, ++ordinals[task.name]);
    const auto last = inputs.task_runs.find(name);
    const bool ran = last != inputs.task_runs.end();
    if (!task_is_due(task, ran ? std::optional(last->second) : std::nullopt, inputs.now)) continue;
    duties.due.push_back(std::move(task));
    duties.due_names.push_back(std::move(name));
  }
}

Duties duties_of(const HeartbeatInputs& inputs) {
  Duties duties;
  const std::string& text = inputs.checklist.text;
  if (inputs.checklist.state == Checklist::State::unreadable) {
    duties.block = std::string(kChecklistFile) + " could not be read (" + text +
                   "). Your duties in it are unknown in this turn; say so if that matters.";
  }
  if (inputs.checklist.state != Checklist::State::present) return duties;
  ChecklistTasks read = read_tasks(text, inputs.max_tasks);
  duties.asks_for_nothing = checklist_is_empty(text);
  duties.has_tasks = !read.tasks.empty();
  if (inputs.tick) add_due(duties, std::move(read.tasks), inputs);
  duties.ignored = read.ignored;
  duties.block = file_block(duties.has_tasks ? without_tasks(text) : text);
  return duties;
}

std::string task_list(const std::vector<ChecklistTask>& tasks) {
  std::string list;
  for (const ChecklistTask& task : tasks) {
    list += (list.empty() ? "- " : "\n- ") + task.name + ": " + task.prompt;
  }
  return list;
}

TemplateValues common_values(const HeartbeatInputs& inputs) {
  return {{"agent", inputs.agent},
          {"session", inputs.session},
          {"time", time_line(inputs.now, inputs.zone)},
          {"acknowledge", std::string(acknowledge_command(inputs.respond_tool))}};
}

std::string filled(const std::optional<std::string>& configured, PromptKind kind, Audience audience,
                   const TemplateValues& values) {
  if (configured && !is_blank(*configured)) return fill_template(*configured, values);
  return fill_template(built_in_prompt(kind, audience), values);
}

// What to do about the events; nothing without any.
std::string events_prompt(const HeartbeatInputs& inputs) {
  if (inputs.events.empty()) return "";
  const EventCounts& counts = inputs.counts;
  const PromptTemplates& own = inputs.prompts;
  const bool only_status = counts.exec > 0 && !counts.exec_has_result;
  const Audience audience = !inputs.delivered ? Audience::nobody
                            : only_status     ? Audience::people_only_status
                                              : Audience::people;
  TemplateValues values = common_values(inputs);
  values.emplace_back("audience", std::string(audience_sentence(audience)));
  values.emplace_back("count", std::to_string(counts.exec + counts.cron + counts.other));
  if (counts.exec > 0) return filled(own.exec, PromptKind::exec, audience, values);
  if (counts.cron > 0) return filled(own.cron, PromptKind::cron, audience, values);
  return filled(own.events, PromptKind::events, audience, values);
}

// What to do about duties; nothing for a run that is not about them.
std::string tick_prompt(const HeartbeatInputs& inputs, const Duties& duties) {
  if (!inputs.tick) return "";
  TemplateValues values = common_values(inputs);
  if (duties.due.empty()) {
    return filled(inputs.instruction, PromptKind::tick, Audience::people, values);
  }
  values.emplace_back("tasks", task_list(duties.due));
  values.emplace_back("count", std::to_string(duties.due.size()));
  return filled(inputs.prompts.tasks, PromptKind::tasks, Audience::people, values);
}

std::string ignored_note(const Duties& duties) {
  if (duties.ignored == 0) return "";
  return "Left out: " + std::to_string(duties.ignored) + " more tasks of " +
         std::string(kChecklistFile) + ", which has too many, or too long names.";
}

std::optional<SkipReason> skip_of(const HeartbeatInputs& inputs, const Duties& duties) {
  const bool has_events = !inputs.events.empty();
  const bool may_skip = inputs.ambient && !has_events;
  if (may_skip && duties.asks_for_nothing) return SkipReason::empty_heartbeat_file;
  if (!inputs.tick && !has_events) return SkipReason::no_pending_event;
  if (may_skip && duties.has_tasks && duties.due.empty()) return SkipReason::no_tasks_due;
  if (inputs.all_hidden) return SkipReason::alerts_disabled;
  return std::nullopt;
}

bool tells_time(std::string_view text) {
  return text.find(kTimeLabel) != std::string_view::npos;
}

}  // namespace

std::variant<HeartbeatPlan, SkipReason> plan_heartbeat(const HeartbeatInputs& inputs) {
  Duties duties = duties_of(inputs);
  if (const auto skip = skip_of(inputs, duties)) return *skip;
  const std::string about_events = events_prompt(inputs);
  const std::string tick = tick_prompt(inputs, duties);
  Blocks prompt;
  prompt.add(inputs.events);
  prompt.add(about_events);
  prompt.add(tick);
  // Shown beside events too: a wake that also asked for the checklist may say what to do about
  // them.
  prompt.add(duties.block);
  prompt.add(ignored_note(duties));
  // Only the owner's words can stand in for the time line; an event that says the time cannot.
  const bool says_time = tells_time(about_events) || tells_time(tick) || tells_time(duties.block);
  // Last, because everything before it may stay the same from tick to tick and be cached.
  if (!says_time) prompt.add(time_line(inputs.now, inputs.zone));
  return HeartbeatPlan{std::move(prompt).take(), std::move(duties.due_names), duties.ignored};
}

std::string with_time_line(std::string_view text, Millis at, const Zone& zone) {
  if (is_blank(text)) return "";
  const std::string_view start = trim(text);
  const std::string kept(text.begin(), start.end());
  return tells_time(kept) ? kept : kept + "\n" + time_line(at, zone);
}

}  // namespace vagus
