#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"

namespace vagus {

/// The longest name of a task, in bytes: names are remembered between runs.
inline constexpr std::size_t kMaxTaskNameBytes = 256;

/// A duty with an interval of its own.
struct ChecklistTask {
  std::string name;
  std::string interval;  ///< as it is written; see `task_is_due` for what is no duration
  std::string prompt;

  static constexpr std::string_view kName = "ChecklistTask";
  static constexpr auto fields() {
    return field_list(
        required("name", &ChecklistTask::name, "what the task is remembered by"),
        required("interval", &ChecklistTask::interval, "a duration, as it is written"),
        required("prompt", &ChecklistTask::prompt, "what to do"));
  }
};

/// The tasks of a checklist, in order.
struct ChecklistTasks {
  std::vector<ChecklistTask> tasks;
  std::int64_t ignored = 0;

  static constexpr std::string_view kName = "ChecklistTasks";
  static constexpr auto fields() {
    return field_list(field("tasks", &ChecklistTasks::tasks, "the tasks, in the order of the file"),
                      field("ignored", &ChecklistTasks::ignored,
                            "tasks beyond the limit, or with a name that is too long"));
  }
};

/// The tasks of `text` (spec: heartbeats, section 3.3), at most `max_tasks` of them:
///
///   tasks:
///     - name: inbox
///       interval: 30m
///       prompt: "Look for urgent mail"
///
/// A line `tasks:` opens a block, `- name:` a task; its `interval:` and `prompt:` must be indented,
/// and the last of each counts. Any other line, unless it is blank, ends the block; an interval or
/// prompt above the first task is passed over. A task needs all three. Values lose one quote at
/// either end; there are no escapes and no comments. Linear.
ChecklistTasks read_tasks(std::string_view text, std::int64_t max_tasks);

/// `text` without its blocks of tasks, trimmed. A block here ends at the first line that is
/// neither blank, nor indented, nor `- name:`; that line stays, even if it is `tasks:`. Linear.
std::string without_tasks(std::string_view text);

/// True when a task that last started at `last_run` is due. One that never ran is, whatever its
/// interval; one whose interval is no duration then never is again.
bool task_is_due(const ChecklistTask& task, std::optional<Millis> last_run, Millis now);

}  // namespace vagus
