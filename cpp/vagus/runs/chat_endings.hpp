#pragma once

#include <optional>
#include <string_view>

#include "vagus/base/time.hpp"
#include "vagus/runs/chat_event.hpp"

/// What the words of an ending mean (spec: runs, sections 1.7 and 1.9).
namespace vagus {

/// What kind of error a text, and the code that came with it, tell of, in any case; nothing when
/// they do not say.
std::optional<ErrorKind> error_kind_of(std::string_view text, std::string_view code = {});

/// How a run ended that says so itself.
struct Ending {
  ChatState state = ChatState::final;
  std::optional<ErrorKind> kind;
};

/// From its status and its stop reason (`timeout`, `cancelled`, `superseded`, `failed`, ...); with
/// neither known, `aborted` tells. A stop reason is that of whoever ended the run: a model's own
/// reason, such as `stop`, does not belong there.
Ending ending_of(std::string_view status, std::string_view stop_reason, bool aborted);

/// Until when a run may go on that was given `timeout_ms`: a minute more, from two minutes to a
/// day. REQUIRES: `started` is a valid time.
Millis run_expiry(Millis started, Millis timeout_ms);

/// Whether a person's whole message asks to stop what runs, in one of many languages: any case,
/// punctuation at its end aside.
bool is_stop_text(std::string_view text);

}  // namespace vagus
