#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"

namespace vagus {

/// Tokens that agents already know for "nothing to report".
inline constexpr std::string_view kHeartbeatOk = "HEARTBEAT_OK";
inline constexpr std::string_view kNoReply = "NO_REPLY";

/// A text without the acknowledgement at its ends.
struct StrippedText {
  std::string text;
  bool stripped = false;

  static constexpr std::string_view kName = "StrippedText";
  static constexpr auto fields() {
    return field_list(
        required("text", &StrippedText::text,
                 "what is left to say, trimmed; empty when nothing is"),
        required("stripped", &StrippedText::stripped, "there was an acknowledgement"));
  }
};

/// Takes `HEARTBEAT_OK` off both ends of `text` (spec: heartbeats, section 3.8): at the end also
/// from in front of up to four punctuation marks, which stay, and with the Markdown emphasis or
/// HTML tags around it. When what is left beside it has no word in it, or at most `ack_max_chars`
/// code points, it is part of the acknowledgement; else it keeps its line breaks. The token must
/// stand alone: `HEARTBEAT_OKAY` is ordinary text, unlike in the reference. Without an allowance,
/// whatever is left is kept. Linear.
StrippedText strip_acknowledgement(std::string_view text,
                                   std::optional<std::int64_t> ack_max_chars);

/// True for what an agent says to say nothing: a blank text, `NO_REPLY` in any case, and
/// `{"action":"NO_REPLY"}`.
bool is_silence(std::string_view text);

/// True for `NO_REPLY` alone, in any case.
bool is_no_reply(std::string_view text);

/// `text`, trimmed, without the `NO_REPLY` that it ends with, in capitals and behind white space,
/// asterisks or nothing (spec: context, section 5).
std::string_view without_no_reply(std::string_view text);

/// The same for another token.
std::string_view without_last_token(std::string_view text, std::string_view token);

}  // namespace vagus
