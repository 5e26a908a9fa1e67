#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"

namespace vagus {

/// What stands in a text that was cut. `{{count}}` in the notice is how many UTF-16 units are not
/// there. The default words are ASCII, so that a cut text has fewer tokens too.
struct CutWords {
  std::string notice = "\n[... {{count}} more characters were cut off here]";
  std::string omission = "\n[... the middle was left out ...]\n";

  static constexpr std::string_view kName = "CutWords";
  static constexpr auto fields() {
    return field_list(
        field("notice", &CutWords::notice, "at the end of a text that was cut; may have {{count}}"),
        field("omission", &CutWords::omission, "between the beginning and the end of a text"));
  }
};

/// Refuses (`invalid_input`, field `words.notice`) a notice with braces that do not pair or with
/// another field than `count`.
MaybeError check_cut_words(const CutWords& words);

/// How to cut one text. Sizes are weighted characters (`weighted_chars`).
struct TextCut {
  std::int64_t max_chars = 0;
  std::int64_t min_head = 0;       ///< a tail is kept only beside a beginning longer than this
  std::int64_t snap_percent = 80;  ///< a cut moves back to a line's end behind this share
  bool keeps_tail = true;          ///< an end that matters is kept
};

/// `text`, at most `max_chars` long, notice included (spec: context, section 3.1). Text within the
/// limit comes back as it is, so cutting twice for one limit is cutting once. Longer text keeps its
/// beginning and, when the end matters (`has_important_end`) and there is room, up to 30 % and
/// 4,000 characters of its end. Cuts are made at code points, at a line's end where one is near.
/// Where there is no room for a notice, three dots stand for it, or nothing. Linear.
std::string cut_text(std::string_view text, const TextCut& cut, const CutWords& words);

/// True when one of the last 2,000 UTF-16 units is a word of errors (error, exception, failed,
/// fatal, traceback, panic, stack trace, errno, exit code) or results (total, summary, result,
/// complete, finished, done), in any case, or when the text ends in `}` or `]`.
bool has_important_end(std::string_view text);

/// The notice for `count` missing units, at least 1.
std::string cut_notice(std::int64_t count, const CutWords& words);

}  // namespace vagus
