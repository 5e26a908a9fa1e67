#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "vagus/base/result.hpp"
#include "vagus/config/config.hpp"

/// What a session is told of a command that runs in the background (spec: heartbeats, section 5).
/// Pure functions. Texts of outsiders are defused (see `neutralize_system_lines`).
namespace vagus {

/// Of a command's output this many UTF-16 code units at its end are looked at.
inline constexpr std::size_t kExecTailUnits = 400;

/// Of those, in one line, this many are shown.
inline constexpr std::size_t kExecShownUnits = 180;

/// Of a command, in one line, this many are shown.
inline constexpr std::size_t kExecCommandUnits = 1'000;

/// What happened to a command.
enum class ExecPhase { finished, approval_needed, denied };
constexpr std::array<std::string_view, 3> enum_names(ExecPhase) {
  return {"finished", "approval-needed", "denied"};
}

/// A command of this host, as far as it is to be told.
struct ExecStory {
  std::string_view id;
  ExecPhase phase = ExecPhase::finished;
  std::optional<std::int64_t> exit_code = {};
  std::string_view signal = {};
  bool timed_out = false;
  std::string_view command = {};
  std::string_view output = {};
  std::string_view reason = {};
};

/// Why nothing is told.
enum class Unsaid {
  notify_off,     ///< configured, or asked for by the producer
  empty_success,  ///< it went well and printed nothing
};
constexpr std::array<std::string_view, 2> enum_names(Unsaid) {
  return {"notify-off", "empty-success"};
}

/// The event's text: `Exec completed (<id>, code 0) :: output`, `Exec failed (<id>, signal KILL)`,
/// `Exec approval needed (<id>): command`, `Exec denied (<id>, reason): command`. Of the id the
/// first 8 units are shown. What needs a person is told whatever the configuration says of ends.
/// Errors, `invalid_input`: a blank `exec_id`; an end without code, signal or timeout (field
/// `exit_code`).
Result<std::variant<std::string, Unsaid>> exec_text(const ExecStory& story,
                                                    const ExecConfig& config);

/// The tag of everything about the command `id`: `exec:<id>`, or `exec` without one.
std::string exec_tag(std::string_view id);

/// `text` of an outsider defused, in one line of at most `units`.
std::string told_line(std::string_view text, std::size_t units);

}  // namespace vagus
