#include "vagus/heartbeat/tasks.hpp"

#include <algorithm>
#include <utility>

#include "vagus/text/duration.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kOpening = "tasks:";
constexpr std::string_view kName = "- name:";

/// A word that starts a line below a task's name, and what it says of the task.
struct Slot {
  std::string_view word;
  std::string ChecklistTask::*member;
};
constexpr Slot kSlots[] = {{"interval:", &ChecklistTask::interval},
                           {"prompt:", &ChecklistTask::prompt}};

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

bool is_indented(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

// What follows the word that a trimmed line starts with.
std::string value_after(std::string_view line, std::string_view word) {
  std::string_view value = trim(line.substr(word.size()));
  if (!value.empty() && is_quote(value.front())) value.remove_prefix(1);
  if (!value.empty() && is_quote(value.back())) value.remove_suffix(1);
  return std::string(value);
}

// Calls `visit(line)` for every line, without its newline.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    if (end == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

/// Takes a checklist line by line.
class TaskReader {
 public:
  explicit TaskReader(std::int64_t max_tasks) : max_tasks_(max_tasks) {}

  void add(std::string_view raw) {
    const std::string_view line = trim(raw);
    if (line == kOpening) {
      close();
      in_block_ = true;
    } else if (in_block_ && !line.empty() && !continues(raw, line)) {
      close();
      in_block_ = false;
    }
  }

  ChecklistTasks take() && {
    close();
    return std::move(result_);
  }

 private:
  bool continues(std::string_view raw, std::string_view line) {
    if (line.starts_with(kName)) {
      close();
      task_.emplace().name = value_after(line, kName);
      return true;
    }
    for (const Slot& slot : kSlots) {
      if (!line.starts_with(slot.word)) continue;
      if (!task_) return true;  // of no task
      if (!is_indented(raw)) return false;
      (*task_).*slot.member = value_after(line, slot.word);
      return true;
    }
    return false;
  }

  void close() {
    std::optional<ChecklistTask> task = std::exchange(task_, std::nullopt);
    if (!task || task->name.empty() || task->interval.empty() || task->prompt.empty()) return;
    const bool fits = std::ssize(result_.tasks) < max_tasks_;
    if (fits && task->name.size() <= kMaxTaskNameBytes) {
      result_.tasks.push_back(*std::move(task));
    } else {
      ++result_.ignored;
    }
  }

  std::int64_t max_tasks_;
  bool in_block_ = false;
  std::optional<ChecklistTask> task_;
  ChecklistTasks result_;
};

}  // namespace

ChecklistTasks read_tasks(std::string_view text, std::int64_t max_tasks) {
  TaskReader reader(max_tasks);
  for_each_line(text, [&reader](std::string_view line) { reader.add(line); });
  return std::move(reader).take();
}

std::string without_tasks(std::string_view text) {
  std::string rest;
  bool in_block = false;
  for_each_line(text, [&](std::string_view raw) {
    const std::string_view line = trim(raw);
    const bool opens = !in_block && line == kOpening;
    in_block = opens || (in_block && (line.empty() || is_indented(raw) || line.starts_with(kName)));
    if (!in_block) rest.append(raw).append("\n");
  });
  return std::string(trim(rest));
}

bool task_is_due(const ChecklistTask& task, std::optional<Millis> last_run, Millis now) {
  if (!last_run) return true;
  const Result<Duration> interval = Duration::parse(task.interval);
  return interval && now - *last_run >= interval->millis();
}

}  // namespace vagus
