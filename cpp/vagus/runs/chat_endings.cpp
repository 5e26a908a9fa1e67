#include "vagus/runs/chat_endings.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

struct ErrorSign {
  std::string_view text;
  ErrorKind kind;
};
/// The first that is found counts.
constexpr std::array<ErrorSign, 11> kErrorTexts = {{
    {"refusal", ErrorKind::refusal},
    {"content_filter", ErrorKind::refusal},
    {"sensitive", ErrorKind::refusal},
    {"timeout", ErrorKind::timeout},
    {"rate limit", ErrorKind::rate_limit},
    {"too many requests", ErrorKind::rate_limit},
    {"429", ErrorKind::rate_limit},
    {"context length", ErrorKind::context_length},
    {"too many tokens", ErrorKind::context_length},
    {"token limit", ErrorKind::context_length},
    {"context_window", ErrorKind::context_length},
}};
constexpr std::array<ErrorSign, 3> kErrorCodes = {{
    {"etimedout", ErrorKind::timeout},
    {"timeout", ErrorKind::timeout},
    {"429", ErrorKind::rate_limit},
}};

struct EndingWord {
  std::string_view word;
  ChatState state;
  std::optional<ErrorKind> kind;
};
constexpr std::array<EndingWord, 12> kEndingWords = {{
    {"timeout", ChatState::error, ErrorKind::timeout},
    {"cancelled", ChatState::aborted, std::nullopt},
    {"aborted", ChatState::aborted, std::nullopt},
    {"superseded", ChatState::aborted, std::nullopt},
    {"rpc", ChatState::aborted, std::nullopt},
    {"stop", ChatState::aborted, std::nullopt},
    {"stop-command", ChatState::aborted, std::nullopt},
    {"restart", ChatState::aborted, std::nullopt},
    {"blocked", ChatState::error, std::nullopt},
    {"abandoned", ChatState::error, std::nullopt},
    {"failed", ChatState::error, std::nullopt},
    {"error", ChatState::error, std::nullopt},
}};

constexpr std::array<std::string_view, 43> kStopTexts = {
    "/stop",
    "stop",
    "esc",
    "abort",
    "wait",
    "exit",
    "interrupt",
    "halt",
    "detente",
    "deten",
    "detén",
    "arrete",
    "arrête",
    "停止",
    "やめて",
    "止めて",
    "रुको",
    "توقف",
    "стоп",
    "остановись",
    "останови",
    "остановить",
    "прекрати",
    "anhalten",
    "aufhören",
    "hoer auf",
    "stopp",
    "pare",
    "please stop",
    "stop please",
    "stop openclaw",
    "openclaw stop",
    "stop action",
    "stop current action",
    "stop run",
    "stop current run",
    "stop agent",
    "stop the agent",
    "stop don't do anything",
    "stop dont do anything",
    "stop do not do anything",
    "stop doing anything",
    "do not do that",
};
constexpr std::array<std::string_view, 12> kEndMarks = {".", "!",  "?",  ",",  ";", ":",
                                                        "…", "。", "！", "？", "،", "।"};

std::string_view without_end_marks(std::string_view text) {
  for (bool found = true; found;) {
    text = trim(text);
    found = std::any_of(kEndMarks.begin(), kEndMarks.end(), [&](std::string_view mark) {
      if (!text.ends_with(mark)) return false;
      text.remove_suffix(mark.size());
      return true;
    });
  }
  return text;
}

const EndingWord* ending_word(std::string_view word) {
  const std::string said = lower_ascii(trim(word));
  const auto found = std::find_if(kEndingWords.begin(), kEndingWords.end(),
                                  [&](const EndingWord& each) { return each.word == said; });
  return found == kEndingWords.end() ? nullptr : &*found;
}

}  // namespace

std::optional<ErrorKind> error_kind_of(std::string_view text, std::string_view code) {
  const std::string said = lower_ascii(text);
  const std::string coded = lower_ascii(trim(code));
  for (const ErrorSign& sign : kErrorTexts) {
    if (said.find(sign.text) != std::string::npos) return sign.kind;
  }
  for (const ErrorSign& sign : kErrorCodes) {
    if (coded == sign.text) return sign.kind;
  }
  return std::nullopt;
}

Ending ending_of(std::string_view status, std::string_view stop_reason, bool aborted) {
  for (const std::string_view word : {status, stop_reason}) {
    if (const EndingWord* found = ending_word(word)) return {found->state, found->kind};
  }
  return {aborted ? ChatState::aborted : ChatState::final, std::nullopt};
}

Millis run_expiry(Millis started, Millis timeout_ms) {
  const Millis wanted = add_saturated(std::clamp<Millis>(timeout_ms, 0, kMaxMillis), kMinute);
  return add_saturated(started, std::clamp(wanted, 2 * kMinute, kDay));
}

bool is_stop_text(std::string_view text) {
  constexpr std::size_t kLongest = 256;
  if (text.size() > kLongest || !is_valid_utf8(text)) return false;
  constexpr std::string_view kCurly = "’";
  std::string said = lower(without_end_marks(text));
  for (auto at = said.find(kCurly); at != std::string::npos; at = said.find(kCurly)) {
    said.replace(at, kCurly.size(), "'");
  }
  return std::find(kStopTexts.begin(), kStopTexts.end(), said) != kStopTexts.end();
}

}  // namespace vagus
