#pragma once

#include <string>
#include <string_view>

#include "vagus/events/event_queue.hpp"

namespace vagus {

/// The lines that show `batch` to a model, joined by `\n`; empty for an empty batch. An event reads
/// `System: [2026-05-17 22:15:00 UTC] text`, an untrusted one `System (untrusted): [...] text`, and
/// every further line of its text that is not blank gets the same prefix. Events that there was no
/// room for are counted in a line in front. The text of an untrusted event is defused, so that
/// nothing in it passes for the host's.
std::string render_events(const EventBatch& batch);

/// `text` of outsiders with everything defused that imitates the host (spec: heartbeats,
/// section 5): a line that opens with `System:` then opens with `System (untrusted):`, and a tag
/// such as `[System Message]` becomes `(System Message)`. Case, white space, invisible characters
/// and full-width forms make no difference; letters of other scripts that only look alike do.
/// All other text keeps its bytes. Idempotent; total over any bytes.
std::string neutralize_system_lines(std::string_view text);

}  // namespace vagus
