#include "vagus/context/text_cut.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "vagus/context/weighted_chars.hpp"
#include "vagus/text/template.hpp"
#include "vagus/text/unicode.hpp"
#include "vagus/text/utf16.hpp"

namespace vagus {
namespace {

constexpr std::array<std::string_view, 1> kNoticeFields = {"count"};
constexpr std::string_view kDots = "...";

constexpr std::size_t kEndUnits = 2'000;
constexpr std::int64_t kTailPercent = 30;
constexpr std::int64_t kMaxTailChars = 4'000;
// The end starts behind a line's end that is within this share of it.
constexpr std::int64_t kTailSnapPercent = 20;

constexpr std::array<std::string_view, 15> kEndWords = {
    "error",     "exception", "failed",  "fatal",  "traceback", "panic",    "stack trace", "errno",
    "exit code", "total",     "summary", "result", "complete",  "finished", "done"};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// REQUIRES: lower case.
bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool starts = at == 0 || !is_word_char(text[at - 1]);
    const bool ends = end == text.size() || !is_word_char(text[end]);
    if (starts && ends) return true;
  }
  return false;
}

// What is left of `prefix` of `text` when it ends with its last line, if that keeps more than
// `percent` of `chars`.
std::string_view snapped(std::string_view text, std::string_view prefix, std::int64_t chars,
                         std::int64_t percent) {
  const std::size_t line_end = text.rfind('\n', prefix.size());
  if (line_end == std::string_view::npos) return prefix;
  const std::size_t least = weighted_prefix(text, chars * percent / 100).size();
  return line_end > least ? text.substr(0, line_end) : prefix;
}

// The same at the beginning of the end of a text.
std::string_view snapped_end(std::string_view end, std::int64_t chars) {
  const std::int64_t most = (chars * kTailSnapPercent + 99) / 100 - 1;
  const std::size_t line_end = end.find('\n');
  if (line_end == std::string_view::npos || line_end > weighted_prefix(end, most).size()) {
    return end;
  }
  return end.substr(line_end + 1);
}

// A text cut so that its words, without the notice, are at most `chars` long.
struct Kept {
  std::string text;
  std::int64_t missing = 0;  // UTF-16 units
};

std::int64_t tail_room(std::int64_t chars) {
  return std::min(chars * kTailPercent / 100, kMaxTailChars);
}

// What a beginning may have beside an end, both of `chars`; nothing when that is not enough.
std::optional<std::int64_t> head_room(const TextCut& cut, std::int64_t chars,
                                      const CutWords& words) {
  const std::int64_t head = chars - tail_room(chars) - weighted_chars(words.omission);
  if (chars <= 2 * cut.min_head || head <= cut.min_head || head <= 0) return std::nullopt;
  return head;
}

std::optional<Kept> head_and_tail(std::string_view text, const TextCut& cut, std::int64_t chars,
                                  const CutWords& words) {
  const auto room = head_room(cut, chars, words);
  if (!room) return std::nullopt;
  const std::int64_t head_chars = *room;
  const std::int64_t tail_chars = tail_room(chars);
  const std::string_view head =
      snapped(text, weighted_prefix(text, head_chars), head_chars, cut.snap_percent);
  const std::string_view tail = snapped_end(weighted_suffix(text, tail_chars), tail_chars);
  if (head.size() + tail.size() >= text.size()) return std::nullopt;
  const std::string_view middle = text.substr(head.size(), text.size() - head.size() - tail.size());
  return Kept{std::string(head) + words.omission + std::string(tail),
              static_cast<std::int64_t>(utf16_length(middle))};
}

Kept head_only(std::string_view text, const TextCut& cut, std::int64_t chars) {
  const std::string_view head =
      snapped(text, weighted_prefix(text, chars), chars, cut.snap_percent);
  return {std::string(head), static_cast<std::int64_t>(utf16_length(text.substr(head.size())))};
}

std::string without_notice(std::string_view text, std::int64_t max_chars) {
  const auto dots = static_cast<std::int64_t>(kDots.size());
  if (max_chars <= dots) return std::string(weighted_prefix(text, max_chars));
  return std::string(weighted_prefix(text, max_chars - dots)) + std::string(kDots);
}

}  // namespace

MaybeError check_cut_words(const CutWords& words) {
  return check_template("words.notice", words.notice, TemplateRule{kNoticeFields});
}

std::string cut_notice(std::int64_t count, const CutWords& words) {
  const std::string digits = std::to_string(std::max<std::int64_t>(count, 1));
  return fill_template(words.notice, {{"count", digits}});
}

bool has_important_end(std::string_view text) {
  const std::string_view end = trim(utf16_suffix(text, kEndUnits));
  if (end.ends_with('}') || end.ends_with(']')) return true;
  const std::string lowered = lower_ascii(end);
  return std::any_of(kEndWords.begin(), kEndWords.end(),
                     [&](std::string_view word) { return has_word(lowered, word); });
}

std::string cut_text(std::string_view text, const TextCut& cut, const CutWords& words) {
  const std::int64_t max_chars = std::max<std::int64_t>(cut.max_chars, 0);
  const std::int64_t length = weighted_chars(text);
  if (length <= max_chars) return std::string(text);
  const auto units = static_cast<std::int64_t>(utf16_length(text));
  // The notice tells what is missing, which depends on its own length: the number of its digits
  // grows at most from that of the excess to that of the whole text.
  std::string notice = cut_notice(std::min(units, length - max_chars), words);
  std::int64_t chars = max_chars - weighted_chars(notice);
  const bool keeps_tail = cut.keeps_tail && head_room(cut, chars, words) && has_important_end(text);
  while (chars >= 0) {
    auto kept = keeps_tail ? head_and_tail(text, cut, chars, words) : std::nullopt;
    if (!kept) kept = head_only(text, cut, chars);
    notice = cut_notice(kept->missing, words);
    if (weighted_chars(kept->text) + weighted_chars(notice) <= max_chars) {
      return kept->text + notice;
    }
    chars = std::min(chars - 1, max_chars - weighted_chars(notice));
  }
  return without_notice(text, max_chars);
}

}  // namespace vagus
