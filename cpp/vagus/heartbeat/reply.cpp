#include "vagus/heartbeat/reply.hpp"

#include <algorithm>
#include <utility>

#include "vagus/heartbeat/acknowledgement.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kNotifyOff = "notify=false";
constexpr std::string_view kReasoning = "Reasoning:";

/// Blocks of Unicode that hold punctuation and symbols and few letters, if any. Beyond ASCII, only
/// what is listed here ends a prefix; the rest is taken for letters.
struct CodePointRange {
  char32_t first;
  char32_t last;
};
constexpr CodePointRange kMarks[] = {
    {0xA1, 0xA9},     {0xAB, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},       {0xBB, 0xBB},
    {0xBF, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2010, 0x206F},   {0x20A0, 0x20CF},
    {0x2190, 0x245F}, {0x2500, 0x2BFF}, {0x3001, 0x3003}, {0x3008, 0x3020},   {0xFE10, 0xFE1F},
    {0xFE30, 0xFE6B}, {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20}, {0x1F000, 0x1FAFF},
};

bool is_ascii_word(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Where `part`, a view into `whole`, begins.
std::size_t offset_of(std::string_view part, std::string_view whole) {
  return static_cast<std::size_t>(part.data() - whole.data());
}

// Whether a prefix may end in front of `rest`.
bool ends_a_prefix(std::string_view rest) {
  if (is_blank(rest) || offset_of(trim(rest), rest) > 0) return true;
  const auto next = decode_utf8(rest, 0);
  if (!next) return false;
  if (next->value < 0x80) return !is_ascii_word(next->value);
  return std::any_of(std::begin(kMarks), std::end(kMarks), [&next](const CodePointRange& each) {
    return next->value >= each.first && next->value <= each.last;
  });
}

// Takes a last line `notify=false` off the trimmed `text`; false when there is none.
bool take_notify_off(std::string_view& text) {
  const std::size_t last_line = text.rfind('\n') + 1;  // 0 when there is only one line
  if (lower_ascii(trim(text.substr(last_line))) != kNotifyOff) return false;
  text = trim(text.substr(0, last_line));
  return true;
}

HeartbeatReply read_result(const HeartbeatResult& result, std::string_view prefix) {
  if (result.notify) {
    const std::string& says = result.notification_text.value_or(result.summary);
    return {ReplyVerdict::says, with_prefix(says, prefix)};
  }
  const bool changed = result.outcome != HeartbeatOutcome::no_change;
  const ReplyVerdict verdict = changed ? ReplyVerdict::silent : ReplyVerdict::acknowledged;
  return {verdict, "", false, true};
}

HeartbeatReply read_text(const ReplyInput& input) {
  std::string_view text = trim(input.text);
  if (text.empty() || text.starts_with(kReasoning)) return {};
  HeartbeatReply reply;
  reply.quiet = take_notify_off(text);
  text = trim(without_prefix(text, input.response_prefix));
  if (is_silence(text)) {
    reply.quiet = reply.quiet || !text.empty();
    reply.verdict = reply.quiet ? ReplyVerdict::silent : ReplyVerdict::empty;
    return reply;
  }
  const StrippedText left = strip_acknowledgement(text, input.ack_max_chars);
  reply.stripped = left.stripped;
  if (is_silence(left.text)) {
    reply.verdict = ReplyVerdict::acknowledged;
    return reply;
  }
  reply.verdict = ReplyVerdict::says;
  reply.text = with_prefix(left.text, input.response_prefix);
  return reply;
}

}  // namespace

HeartbeatReply read_heartbeat_reply(const ReplyInput& input) {
  if (input.result) return read_result(*input.result, input.response_prefix);
  HeartbeatReply reply = read_text(input);
  if (input.has_media) reply.verdict = ReplyVerdict::says;
  return reply;
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
  if (is_blank(prefix) || text.size() < prefix.size()) return text;
  const std::string_view rest = text.substr(prefix.size());
  if (lower(text.substr(0, prefix.size())) != lower(prefix) || !ends_a_prefix(rest)) return text;
  return is_blank(rest) ? std::string_view() : rest.substr(offset_of(trim(rest), rest));
}

std::string with_prefix(std::string_view text, std::string_view prefix) {
  if (text.empty() || is_blank(prefix) || text.starts_with(prefix)) return std::string(text);
  return std::string(prefix) + " " + std::string(text);
}

bool is_repeat(std::string_view text, std::string_view last_text, Millis last_sent, Millis now) {
  const std::string_view news = trim(text);
  if (news.empty() || news != trim(last_text)) return false;
  return last_sent <= now && now - last_sent < kRepeatWindow;
}

}  // namespace vagus
