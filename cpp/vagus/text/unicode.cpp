#include "vagus/text/unicode.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "vagus/text/ascii.hpp"

namespace vagus {
namespace {

// Every `stride`-th code point from `first` to `last` has its lower case `delta` further on.
struct LowerRun {
  char32_t first;
  char32_t last;
  std::int32_t stride;
  std::int32_t delta;
};

struct Range {
  char32_t first;
  char32_t last;
};

#include "vagus/text/lower_table.inc"

constexpr char32_t kCapitalIWithDot = 0x130;
constexpr char32_t kCombiningDotAbove = 0x307;
constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;

constexpr Range kWhiteSpace[] = {
    {0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF},
};

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// How many bytes `text` has before the first that is not ASCII. Eight at a time, because
// transcripts are long and mostly ASCII.
std::size_t ascii_prefix(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;
  std::size_t at = 0;
  for (std::uint64_t word; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (word & kHighBits) break;
  }
  while (at < text.size() && byte_at(text, at) < 0x80) ++at;
  return at;
}

bool is_ascii(std::string_view text) {
  return ascii_prefix(text) == text.size();
}

// The entry of a table sorted by code point that may hold `c`; nullptr when none does.
template <class Entry, std::size_t size>
const Entry* find_entry(const Entry (&table)[size], char32_t c) {
  const Entry* after = std::upper_bound(std::begin(table), std::end(table), c,
                                        [](char32_t x, const Entry& e) { return x < e.first; });
  if (after == std::begin(table)) return nullptr;
  const Entry* entry = std::prev(after);
  return c <= entry->last ? entry : nullptr;
}

char32_t lower_code_point(char32_t c) {
  const LowerRun* run = find_entry(kLowerRuns, c);
  if (!run || (c - run->first) % static_cast<char32_t>(run->stride) != 0) return c;
  return static_cast<char32_t>(static_cast<std::int32_t>(c) + run->delta);
}

// True when a cased letter follows at `at`, past any number of case-ignorable characters.
bool cased_follows(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const auto next = decode_utf8(text, at);
    if (!next) return false;
    if (!find_entry(kCaseIgnorable, next->value)) return find_entry(kCased, next->value) != nullptr;
    at += next->length;
  }
  return false;
}

std::string lower_unicode(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  bool after_cased = false;  // the last character that is not case-ignorable was a cased letter
  for (std::size_t at = 0; at < text.size();) {
    const auto c = decode_utf8(text, at);
    if (!c) {
      out += text[at++];
      after_cased = false;
      continue;
    }
    at += c->length;
    if (c->value == kCapitalSigma) {
      append_utf8(out, after_cased && !cased_follows(text, at) ? kFinalSigma : kSigma);
    } else if (c->value == kCapitalIWithDot) {
      out += 'i';
      append_utf8(out, kCombiningDotAbove);
    } else {
      append_utf8(out, lower_code_point(c->value));
    }
    if (!find_entry(kCaseIgnorable, c->value)) after_cased = find_entry(kCased, c->value);
  }
  return out;
}

// How many bytes of white space `text` starts with at `at`; 0 when it is something else.
std::size_t white_space_at(std::string_view text, std::size_t at) {
  const auto c = decode_utf8(text, at);
  return c && find_entry(kWhiteSpace, c->value) ? c->length : 0;
}

// Nearly all text begins and ends with such a character.
bool is_visible_ascii(char c) {
  return c > ' ' && c <= '~';
}

// Where the code point that ends at byte `end` begins, if it is well formed.
std::size_t last_start(std::string_view text, std::size_t end) {
  std::size_t start = end - 1;
  while (start > 0 && end - start < 4 && (byte_at(text, start) & 0xC0) == 0x80) --start;
  return start;
}

}  // namespace

std::optional<CodePoint> decode_utf8(std::string_view text, std::size_t at) {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0x80) return CodePoint{lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || length > text.size() - at) return std::nullopt;
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const unsigned char byte = byte_at(text, at + i);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte & 0x3F);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return std::nullopt;
  return CodePoint{value, length};
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = ascii_prefix(text); at < text.size();) {
    const auto c = decode_utf8(text, at);
    if (!c) return at;
    at += c->length;
  }
  return std::nullopt;
}

bool is_valid_utf8(std::string_view text) {
  return !find_invalid_utf8(text);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && !is_visible_ascii(text.front())) {
    const std::size_t length = white_space_at(text, 0);
    if (length == 0) break;
    text.remove_prefix(length);
  }
  while (!text.empty() && !is_visible_ascii(text.back())) {
    const std::size_t start = last_start(text, text.size());
    if (white_space_at(text, start) != text.size() - start) break;
    text = text.substr(0, start);
  }
  return text;
}

bool is_blank(std::string_view text) {
  return trim(text).empty();
}

std::string lower(std::string_view text) {
  return is_ascii(text) ? lower_ascii(text) : lower_unicode(text);
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string token(std::string_view text) {
  if (all_of_class(text, AsciiClass::visible_lower)) return std::string(text);
  return lower(trim(text));
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = decode_utf8(text, at);
    units += c && c->length == 4 ? 2 : 1;
    at += c ? c->length : 1;
  }
  return units;
}

std::string_view prefix_within(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && max_bytes - end < 3 && (byte_at(text, end) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string_view unicode_version() {
  return kUnicodeVersion;
}

}  // namespace vagus
