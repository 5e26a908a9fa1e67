#include "vagus/events/render.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "vagus/text/timestamp.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kTrustedPrefix = "System: ";
constexpr std::string_view kUntrustedPrefix = "System (untrusted): ";
constexpr std::string_view kDefused = " (untrusted)";
constexpr std::string_view kSystem = "system";

// Bracketed, these words read as markers of the host. Spaces in them stand for any white space.
constexpr std::array<std::string_view, 4> kTags = {"system message", "system", "assistant",
                                                   "internal"};

struct Range {
  char32_t first;
  char32_t last;
};

// Whatever some reader takes for the end of a line.
constexpr std::array<Range, 4> kLineBreaks = {
    {{0x0A, 0x0D}, {0x1C, 0x1E}, {0x85, 0x85}, {0x2028, 0x2029}}};

constexpr std::array<Range, 8> kSpaces = {{{0x09, 0x09},
                                           {0x20, 0x20},
                                           {0xA0, 0xA0},
                                           {0x1680, 0x1680},
                                           {0x2000, 0x200A},
                                           {0x202F, 0x202F},
                                           {0x205F, 0x205F},
                                           {0x3000, 0x3000}}};

// Controls, and what Unicode calls default ignorable: a model may read across them.
constexpr std::array<Range, 22> kInvisible = {
    {{0x00, 0x08},       {0x0E, 0x1B},      {0x1F, 0x1F},     {0x7F, 0x84},     {0x86, 0x9F},
     {0xAD, 0xAD},       {0x34F, 0x34F},    {0x61C, 0x61C},   {0x115F, 0x1160}, {0x17B4, 0x17B5},
     {0x180B, 0x180F},   {0x200B, 0x200F},  {0x202A, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
     {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},  {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3},
     {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}}};

bool is_one_of(std::span<const Range> ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

bool is_line_break(char32_t value) {
  return is_one_of(kLineBreaks, value);
}
bool is_invisible(char32_t value) {
  return is_one_of(kInvisible, value);
}
bool is_blank_in_line(char32_t value) {
  return is_one_of(kSpaces, value) || is_invisible(value);
}
bool is_blank_anywhere(char32_t value) {
  return is_blank_in_line(value) || is_line_break(value);
}

// A byte that is not UTF-8 stands for itself, as something that matches nothing.
CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {byte, 1};
  return decode_utf8(text, at).value_or(CodePoint{0xFFFD, 1});
}

// Lower case, full-width forms and the long s folded to ASCII.
char32_t folded(char32_t value) {
  if (value >= 0xFF01 && value <= 0xFF5E) value -= 0xFEE0;
  if (value == 0x17F) return 's';
  return value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
}

// Printable ASCII other than a bracket neither ends a line nor opens a tag: most text is skipped
// here.
std::size_t skip_plain(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= ' ' && text[at] <= '~' && text[at] != '[') ++at;
  return at;
}

std::size_t skip(std::string_view text, std::size_t at, bool (*skipped)(char32_t)) {
  while (at < text.size()) {
    const CodePoint point = code_point_at(text, at);
    const bool visible_ascii = point.value > ' ' && point.value <= '~';
    if (visible_ascii || !skipped(point.value)) break;
    at += point.length;
  }
  return at;
}

// The end of `word` at `at`, across invisible characters; nothing when something else is there.
std::optional<std::size_t> match(std::string_view text, std::size_t at, std::string_view word) {
  for (const char letter : word) {
    const std::size_t start = skip(text, at, letter == ' ' ? is_blank_anywhere : is_invisible);
    if (letter == ' ') {
      if (start == at) return std::nullopt;
      at = start;
      continue;
    }
    if (start == text.size()) return std::nullopt;
    const CodePoint point = code_point_at(text, start);
    if (folded(point.value) != static_cast<char32_t>(letter)) return std::nullopt;
    at = start + point.length;
  }
  return at;
}

// Where `System` ends in the line that starts at `at`, when a colon follows it.
std::optional<std::size_t> system_word_end(std::string_view text, std::size_t at) {
  const auto end = match(text, skip(text, at, is_blank_in_line), kSystem);
  if (!end || !match(text, skip(text, *end, is_blank_in_line), ":")) return std::nullopt;
  return end;
}

// `[` at `at`, one of `kTags`, `]`: what is between the brackets, and the end of it all.
struct Tag {
  std::string_view inside;
  std::size_t end;
};

std::optional<Tag> bracketed_tag(std::string_view text, std::size_t at) {
  const auto opened = match(text, at, "[");
  if (!opened) return std::nullopt;
  const std::size_t start = skip(text, *opened, is_blank_anywhere);
  for (const std::string_view name : kTags) {
    const auto named = match(text, start, name);
    if (!named) continue;
    const std::size_t close = skip(text, *named, is_blank_anywhere);
    const auto end = match(text, close, "]");
    if (end) return Tag{text.substr(*opened, close - *opened), *end};
  }
  return std::nullopt;
}

std::size_t line_end(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    at = skip_plain(text, at);
    if (at == text.size()) break;
    const CodePoint point = code_point_at(text, at);
    if (is_line_break(point.value)) break;
    at += point.length;
  }
  return at;
}

void append_event(std::string& out, const SystemEvent& event) {
  const std::string_view prefix = event.trusted ? kTrustedPrefix : kUntrustedPrefix;
  const std::string text = event.trusted ? event.text : neutralize_system_lines(event.text);
  out.append(prefix).append("[").append(utc_stamp(event.at)).append("] ");
  bool first = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end(text, at);
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end < text.size() ? end + code_point_at(text, end).length : end;
    // A blank line says nothing, and would cost a whole prefix.
    if (skip(line, 0, is_blank_in_line) == line.size()) continue;
    if (!std::exchange(first, false)) out.append(prefix);
    out.append(line) += '\n';
  }
  if (first) out += '\n';
}

}  // namespace

std::string render_events(const EventBatch& batch) {
  std::string out;
  if (batch.dropped > 0) {
    out.append(kTrustedPrefix).append(std::to_string(batch.dropped));
    out += batch.dropped == 1 ? " older event was dropped.\n" : " older events were dropped.\n";
  }
  for (const SystemEvent& event : batch.events) append_event(out, event);
  if (!out.empty()) out.pop_back();
  return out;
}

std::string neutralize_system_lines(std::string_view text) {
  std::string out;
  std::size_t copied = 0;  // everything in front of it is in `out`
  const auto copy_until = [&](std::size_t end) {
    out.append(text.substr(copied, end - copied));
    copied = end;
  };
  bool line_start = true;
  for (std::size_t at = 0; at < text.size();) {
    if (line_start) {
      if (const auto word_end = system_word_end(text, at)) {
        copy_until(*word_end);
        out += kDefused;
        at = *word_end;
      }
    }
    at = skip_plain(text, at);
    if (at == text.size()) break;
    const CodePoint point = code_point_at(text, at);
    line_start = is_line_break(point.value);
    if (const auto tag = folded(point.value) == '[' ? bracketed_tag(text, at) : std::nullopt) {
      copy_until(at);
      out.append("(").append(tag->inside).append(")");
      copied = at = tag->end;
    } else {
      at += point.length;
    }
  }
  copy_until(text.size());
  return out;
}

}  // namespace vagus
