#pragma once

#include <array>
#include <string_view>

#include "vagus/events/system_event.hpp"

namespace vagus {

/// What an event is about, told by its text and, for a cron job's, by its tag: that decides what a
/// run is asked to do with it (spec: heartbeats, section 3.4). All of these are total over any text
/// and take linear time.
enum class EventClass { exec, cron, noise, other };
constexpr std::array<std::string_view, 4> enum_names(EventClass) {
  return {"exec", "cron", "noise", "other"};
}

/// `exec` for the completion of a command, `noise` for what tells nobody anything, `cron` for the
/// rest of what a tag opening with `cron:` marks, `other` for all else.
EventClass class_of(const SystemEvent& event);

/// True for the line that tells the end of a command: `Exec finished` before `:` or `(`, or
/// `Exec completed (<id>, code <number>)` and its like with `failed` or `signal <name>`, and then
/// nothing or ` :: ` and the output, which may be empty. Case makes no difference.
bool is_exec_completion(std::string_view text);

/// True for a completion that has something to tell a person: output, or an end that is not that of
/// a command that completed with code 0.
bool is_relayable_exec_completion(std::string_view text);

/// True for text that tells nothing: blank, an acknowledgement, a silent reply, or the words of the
/// heartbeat's own poll.
bool is_noise(std::string_view text);

/// True for the text of a cron job's event: neither noise nor a command's completion.
bool is_cron_event(std::string_view text);

}  // namespace vagus
