#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vagus {

/// Tokens that agents already know for "nothing to report".
inline constexpr std::string_view kHeartbeatOk = "HEARTBEAT_OK";
inline constexpr std::string_view kNoReply = "NO_REPLY";

/// A reply with its acknowledgement taken off.
struct Reply {
  bool acknowledged = false;  ///< nothing is left to deliver
  std::string text;           ///< what is left, trimmed; empty when acknowledged
};

/// Reads a heartbeat's reply (spec: heartbeats, section 3.8). Nothing to deliver are: a blank
/// reply; `NO_REPLY` as the whole reply in any case, or as `{"action":"NO_REPLY"}`; a reply whose
/// last line is `notify=false` in any case; and `HEARTBEAT_OK` at either end (at the end also
/// before up to four punctuation marks), with Markdown emphasis or HTML tags around it or not, when
/// what is left beside it has no word in it or at most `ack_max_chars` code points. That is the
/// price of the default 300: a short alert beside the token is not delivered; with 0 every word is.
/// A longer rest is a reply and keeps its line breaks. The token must stand alone: `HEARTBEAT_OKAY`
/// is ordinary text, unlike in the reference.
Reply read_heartbeat_reply(std::string_view text, std::int64_t ack_max_chars);

/// Reads the reply to a person: `NO_REPLY` as the whole reply in either of its forms, or nothing at
/// all, is silence.
Reply read_user_reply(std::string_view text);

}  // namespace vagus
