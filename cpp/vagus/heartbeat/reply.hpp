#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"
#include "vagus/heartbeat/result.hpp"

namespace vagus {

/// What a heartbeat's answer comes to.
enum class ReplyVerdict {
  acknowledged,  ///< there was nothing to report
  silent,        ///< the agent asked that nothing be sent
  empty,         ///< there was no answer
  says,          ///< there is something to send
};
constexpr std::array<std::string_view, 4> enum_names(ReplyVerdict) {
  return {"acknowledged", "silent", "empty", "says"};
}

/// The answer of a heartbeat's model, and how to read it.
struct ReplyInput {
  std::string_view text = {};
  std::optional<HeartbeatResult> result = {};
  std::int64_t ack_max_chars = 300;  ///< code points, not negative
  std::string_view response_prefix = {};
  bool has_media = false;  ///< it comes with an attachment, which is sent whatever the text is
};

struct HeartbeatReply {
  ReplyVerdict verdict = ReplyVerdict::empty;
  std::string text;
  bool stripped = false;
  bool quiet = false;

  static constexpr std::string_view kName = "HeartbeatReply";
  static constexpr auto fields() {
    return field_list(
        required("verdict", &HeartbeatReply::verdict, "acknowledged, silent, empty or says"),
        required("text", &HeartbeatReply::text,
                 "what to send, with its prefix; empty unless the verdict is says"),
        required("stripped", &HeartbeatReply::stripped, "an acknowledgement was taken off"),
        required("quiet", &HeartbeatReply::quiet, "the agent asked that nobody be alerted"));
  }
};

/// Reads a heartbeat's answer (spec: heartbeats, section 3.8). In this order:
///  1. A structured result: with `notify` false the answer is silent, or an acknowledgement when
///     nothing changed; else its notification, or its summary, is said. The text does not count.
///  2. A blank text, and one that is the model's reasoning (`Reasoning:` in front), is empty.
///  3. A last line `notify=false`, in any case, makes the answer quiet, and silent when nothing
///     else is said.
///  4. Silence (`is_silence`) is silent.
///  5. With `HEARTBEAT_OK` at an end it is an acknowledgement when at most `ack_max_chars` are
///     left: the price of the default 300 is that a short alert beside the token is not sent.
/// The response prefix is taken off before the text is read, and stands in front of what is said.
HeartbeatReply read_heartbeat_reply(const ReplyInput& input);

/// `text` without the `prefix` it starts with, in any case, and white space behind it. A prefix
/// must end there: in front of white space, punctuation, a symbol or the end.
std::string_view without_prefix(std::string_view text, std::string_view prefix);

/// `text` behind the `prefix` and a space, unless it is empty or begins with the prefix.
std::string with_prefix(std::string_view text, std::string_view prefix);

/// How long the same news is not sent again.
inline constexpr Millis kRepeatWindow = 24 * kHour;

/// True when `text` is what was sent less than 24 hours ago, white space at the ends aside; nothing
/// repeats blank text, or what was sent later than `now`.
bool is_repeat(std::string_view text, std::string_view last_text, Millis last_sent, Millis now);

}  // namespace vagus
