#pragma once

#include <string>
#include <string_view>

#include "vagus/runs/stream_profile.hpp"

/// From what a model streams to what a client is shown of it (spec: runs, section 1.6).
namespace vagus {

/// What one piece of a stream does to the text so far.
struct TextChange {
  std::string_view text;  ///< into the piece
  bool replaces = false;  ///< it takes the place of what is there; else it comes behind it
};

/// `text` is a snapshot of all text, `delta` what is new; either may be empty. A snapshot that
/// extends what is there adds its end, one that is a beginning of it says nothing; else a delta is
/// added; else the snapshot takes its place. With `exact` off, what the delta repeats of the end is
/// left out.
TextChange change_by(std::string_view so_far, std::string_view text, std::string_view delta,
                     bool exact);

/// What of a text is shown.
struct ShownText {
  std::string text;
  bool is_silent = false;  ///< a control token: there is nothing to say
  bool is_held = false;    ///< silent, or may be the beginning of a control token: no delta yet
};

/// `raw` without directive tags (`[[reply_to_current]]`, `[[reply_to:<id>]]`,
/// `[[audio_as_voice]]`), and without control tokens (`NO_REPLY`, `ANNOUNCE_SKIP`, `REPLY_SKIP`)
/// where they stand alone, are glued to the front, or end it.
ShownText shown_text(std::string_view raw, const StreamProfile& profile);

/// `text` in front of a directive tag that it breaks off in.
std::string_view without_open_tag(std::string_view text);

}  // namespace vagus
