#include "vagus/events/exec_texts.hpp"

#include "vagus/events/render.hpp"
#include "vagus/text/one_line.hpp"
#include "vagus/text/unicode.hpp"
#include "vagus/text/utf16.hpp"

namespace vagus {
namespace {

constexpr std::size_t kShownIdUnits = 8;
constexpr std::size_t kShownReasonUnits = 180;
constexpr std::string_view kTimeout = "timeout";

Error wrong(std::string_view field, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_input, field, value, message);
}

// How a command ended, in the words that `is_exec_completion` reads.
std::string end_of(const ExecStory& story) {
  if (story.timed_out) return "signal " + std::string(kTimeout);
  if (!is_blank(story.signal)) return "signal " + told_line(story.signal, kShownIdUnits * 4);
  return "code " + std::to_string(*story.exit_code);
}

std::string finished(const ExecStory& story, const std::string& id, const std::string& output) {
  const bool well = !story.timed_out && is_blank(story.signal) && story.exit_code == 0;
  const std::string line =
      std::string(well ? "Exec completed (" : "Exec failed (") + id + ", " + end_of(story) + ")";
  return output.empty() ? line : line + " :: " + output;
}

std::string with_command(std::string line, std::string_view command) {
  const std::string shown = told_line(command, kExecCommandUnits);
  return shown.empty() ? line : line + ": " + shown;
}

}  // namespace

std::string told_line(std::string_view text, std::size_t units) {
  return cut_line(one_line(neutralize_system_lines(text)), units);
}

std::string exec_tag(std::string_view id) {
  return is_blank(id) ? "exec" : "exec:" + token(id);
}

Result<std::variant<std::string, Unsaid>> exec_text(const ExecStory& story,
                                                    const ExecConfig& config) {
  using Told = std::variant<std::string, Unsaid>;
  if (is_blank(story.id)) return wrong("exec_id", story.id, "is required");
  const std::string id = told_line(utf16_prefix(trim(story.id), kShownIdUnits), kShownIdUnits * 4);
  const std::string why = told_line(story.reason, kShownReasonUnits);
  switch (story.phase) {
    case ExecPhase::approval_needed:
      return Told(with_command("Exec approval needed (" + id + ")", story.command));
    case ExecPhase::denied:
      return Told(with_command("Exec denied (" + id + (why.empty() ? "" : ", " + why) + ")",
                               story.command));
    case ExecPhase::finished:
      break;
  }
  if (!story.timed_out && is_blank(story.signal) && !story.exit_code) {
    return wrong("exit_code", "", "is required, unless there is a signal or a timeout");
  }
  if (!config.notify_on_exit) return Told(Unsaid::notify_off);
  const std::string output =
      told_line(utf16_suffix(trim(story.output), kExecTailUnits), kExecShownUnits);
  const bool well = !story.timed_out && is_blank(story.signal) && story.exit_code == 0;
  if (well && output.empty() && !config.notify_on_exit_empty_success) {
    return Told(Unsaid::empty_success);
  }
  return Told(finished(story, id, output));
}

}  // namespace vagus
