#pragma once

#include <string_view>

namespace vagus {

/// The file in an agent's workspace that says what a heartbeat should look after.
inline constexpr std::string_view kChecklistFile = "HEARTBEAT.md";

/// True when a checklist asks for nothing: every line is blank, a heading, an empty bullet or an
/// empty code fence, HTML comments aside (spec: heartbeats, section 3.3).
bool checklist_is_empty(std::string_view text);

}  // namespace vagus
