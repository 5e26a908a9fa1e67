#include "vagus/heartbeat/checklist.hpp"

#include <algorithm>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kCommentOpen = "<!--";
constexpr std::string_view kCommentClose = "-->";
constexpr std::string_view kFence = "```";

// The line rules below get a line without white space at its ends, and not blank.

bool is_heading(std::string_view line) {
  const std::size_t marks = std::min(line.find_first_not_of('#'), line.size());
  const std::string_view rest = line.substr(marks);
  return rest.empty() || trim(rest).size() < rest.size();
}

bool is_empty_bullet(std::string_view line) {
  if (line.find_first_of("-*+") != 0) return false;
  const std::string_view box = trim(line.substr(1));
  return box.empty() || box == "[]" || box == "[ ]" || box == "[x]" || box == "[X]";
}

bool is_fence(std::string_view line) {
  const auto names_language = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  if (line.substr(0, kFence.size()) != kFence) return false;
  const std::string_view info = line.substr(kFence.size());
  return std::all_of(info.begin(), info.end(), names_language);
}

bool asks_for_something(std::string_view line) {
  return !line.empty() && !is_heading(line) && !is_empty_bullet(line) && !is_fence(line);
}

}  // namespace

bool checklist_is_empty(std::string_view text) {
  for (text = trim(text); !text.empty(); text = trim(text)) {
    if (text.substr(0, kCommentOpen.size()) == kCommentOpen) {
      const std::size_t close = text.find(kCommentClose, kCommentOpen.size());
      // As in Markdown, a comment that nobody closes hides the rest of the file.
      if (close == std::string_view::npos) return true;
      text.remove_prefix(close + kCommentClose.size());
      continue;
    }
    const std::size_t line = std::min(text.find('\n'), text.size());
    if (asks_for_something(trim(text.substr(0, line)))) return false;
    text.remove_prefix(line);
  }
  return true;
}

}  // namespace vagus
