#include "vagus/context/text_price.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kHundredths = 100;

// What a character is, as far as its price goes.
enum Class : std::uint8_t {
  nothing,  // in front of the text
  lower,
  upper,
  digit,
  space,
  newline,
  mark,      // ASCII punctuation and control characters
  accented,  // Latin-1 letters, Vietnamese
  extended,  // other Latin letters, combining marks
  cyrillic,
  rare_cyrillic,
  small,  // other scripts of two bytes
  indic,
  south_east,  // Thai, Lao, Tibetan
  han,
  hiragana,
  katakana,
  hangul,
  wide_mark,
  symbol,  // other characters of three bytes
  emoji,
  joiner,  // joins, colours or selects emoji
  flag,
  rare,     // ideographs, syllables and marks that few texts use
  rarest,   // the same, of four bytes
  garbage,  // a byte that is not UTF-8
  kClasses
};

struct Price {
  std::uint16_t first;  // behind another class
  std::uint16_t next;   // behind its own
};

constexpr std::array<Price, kClasses> kPrices = {{
    {0, 0},      // nothing
    {95, 3},     // lower
    {95, 30},    // upper
    {125, 30},   // digit
    {0, 2},      // space: one belongs to the word behind it
    {100, 4},    // newline
    {70, 27},    // mark
    {60, 45},    // accented
    {110, 70},   // extended
    {110, 10},   // cyrillic
    {75, 60},    // rare_cyrillic
    {105, 23},   // small
    {60, 24},    // indic
    {50, 46},    // south_east
    {82, 73},    // han
    {92, 60},    // hiragana
    {60, 64},    // katakana
    {36, 88},    // hangul
    {36, 36},    // wide_mark
    {100, 75},   // symbol
    {185, 185},  // emoji
    {130, 60},   // joiner
    {200, 200},  // flag
    {280, 280},  // rare
    {350, 350},  // rarest
    {100, 100},  // garbage
}};

struct Pair {
  Class before;
  Class at;
  std::uint16_t price;
};

// Where `first` is not what a class costs behind a certain other one.
constexpr Pair kPairs[] = {
    {lower, upper, 125},            // a hump of a camelCase name
    {upper, lower, 3},              // a capitalised word
    {mark, lower, 88},              //
    {space, digit, 210},            // the space is a token of its own
    {space, mark, 110},             //
    {lower, mark, 46},              //
    {upper, mark, 46},              //
    {lower, accented, 70},          // inside a word
    {upper, accented, 50},          //
    {accented, lower, 15},          //
    {lower, extended, 115},         //
    {upper, extended, 80},          //
    {extended, lower, 60},          //
    {accented, extended, 50},       //
    {extended, accented, 50},       //
    {cyrillic, rare_cyrillic, 60},  //
    {rare_cyrillic, cyrillic, 35},  //
};

// Words are rarely longer; what is (random text, an encoding) has no pieces in the vocabulary.
constexpr int kLongWord = 12;
constexpr std::uint32_t kLongWordPrice = 25;

constexpr bool is_latin(Class kind) {
  return kind == lower || kind == upper || kind == accented || kind == extended;
}

constexpr std::array<std::array<std::uint16_t, kClasses>, kClasses> kCosts = [] {
  std::array<std::array<std::uint16_t, kClasses>, kClasses> costs{};
  for (std::size_t before = 0; before < kClasses; ++before) {
    for (std::size_t at = 0; at < kClasses; ++at) {
      costs[before][at] = before == at ? kPrices[at].next : kPrices[at].first;
    }
  }
  for (const Pair& pair : kPairs) costs[pair.before][pair.at] = pair.price;
  return costs;
}();

constexpr std::array<Class, 128> kAscii = [] {
  std::array<Class, 128> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    classes[c] = c >= 'a' && c <= 'z'     ? lower
                 : c >= 'A' && c <= 'Z'   ? upper
                 : c >= '0' && c <= '9'   ? digit
                 : c == ' ' || c == '\t'  ? space
                 : c == '\n' || c == '\r' ? newline
                                          : mark;
  }
  return classes;
}();

struct Range {
  char32_t first;
  char32_t last;
  Class kind;
};

// Ascending and without overlap. What is not in it is priced by size: `small` below U+0800,
// `symbol` in the rest of the Basic Multilingual Plane, `rarest` beyond it.
constexpr Range kRanges[] = {
    {0x00A0, 0x00BF, symbol},        {0x00C0, 0x00FF, accented},      {0x0100, 0x024F, extended},
    {0x0300, 0x036F, extended},      {0x0400, 0x040F, rare_cyrillic}, {0x0410, 0x044F, cyrillic},
    {0x0450, 0x052F, rare_cyrillic}, {0x0900, 0x0DFF, indic},         {0x0E00, 0x0FFF, south_east},
    {0x1100, 0x11FF, rare},          {0x1E00, 0x1EFF, accented},      {0x200D, 0x200D, joiner},
    {0x20E3, 0x20E3, joiner},        {0x2600, 0x27BF, emoji},         {0x2B00, 0x2BFF, emoji},
    {0x2E80, 0x2FFF, rare},          {0x3000, 0x303F, wide_mark},     {0x3040, 0x309F, hiragana},
    {0x30A0, 0x30FF, katakana},      {0x3100, 0x4DFF, rare},          {0x4E00, 0x9FFF, han},
    {0xA000, 0xA4CF, rare},          {0xA960, 0xA97F, rare},          {0xAC00, 0xD7AF, hangul},
    {0xD7B0, 0xD7FF, rare},          {0xF900, 0xFAFF, rare},          {0xFE00, 0xFE0F, joiner},
    {0xFE10, 0xFE4F, rare},          {0xFF01, 0xFF0F, wide_mark},     {0xFF10, 0xFF19, rare},
    {0xFF1A, 0xFF20, wide_mark},     {0xFF21, 0xFFEF, rare},          {0x1F000, 0x1F1E5, emoji},
    {0x1F1E6, 0x1F1FF, flag},        {0x1F200, 0x1F2FF, rarest},      {0x1F300, 0x1F3FA, emoji},
    {0x1F3FB, 0x1F3FF, joiner},      {0x1F400, 0x1FAFF, emoji},
};

constexpr Class class_of(char32_t code_point) {
  const auto* after =
      std::upper_bound(std::begin(kRanges), std::end(kRanges), code_point,
                       [](char32_t value, const Range& range) { return value < range.first; });
  if (after != std::begin(kRanges) && code_point <= std::prev(after)->last) {
    return std::prev(after)->kind;
  }
  return code_point < 0x800 ? small : code_point < 0x10000 ? symbol : rarest;
}

// The class of each 16 code points of the Basic Multilingual Plane; `nothing` where they differ,
// and for surrogates, which are no text.
constexpr std::size_t kPageSize = 16;
constexpr std::array<Class, 0x10000 / kPageSize> kPages = [] {
  std::array<Class, 0x10000 / kPageSize> pages{};
  char32_t first = 0;
  for (Class& page : pages) {
    page = class_of(first);
    for (const Range& range : kRanges) {
      const auto cuts = [first](char32_t bound) {
        return bound > first && bound < first + kPageSize;
      };
      if (cuts(range.first) || cuts(range.last + 1)) page = nothing;
    }
    if (first >= 0xD800 && first < 0xE000) page = nothing;
    first += kPageSize;
  }
  return pages;
}();

struct Step {
  Class kind;
  std::size_t bytes;
};

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// The sequence of two or three bytes at `at`, which hold nearly all text, if its page tells its
// class; `nothing` when it takes a closer look.
Step step_by_page(std::string_view text, std::size_t at) {
  const auto bits = [&](std::size_t i, unsigned mask) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[at + i]) & mask);
  };
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t left = text.size() - at;
  if (lead >= 0xC2 && lead < 0xE0 && left >= 2 && is_continuation(text[at + 1])) {
    return {kPages[(bits(0, 0x1FU) << 6U | bits(1, 0x3FU)) / kPageSize], 2};
  }
  if ((lead & 0xF0U) == 0xE0U && left >= 3 && is_continuation(text[at + 1]) &&
      is_continuation(text[at + 2])) {
    const char32_t code_point = bits(0, 0x0FU) << 12U | bits(1, 0x3FU) << 6U | bits(2, 0x3FU);
    if (code_point >= 0x800) return {kPages[code_point / kPageSize], 3};
  }
  return {nothing, 0};
}

// REQUIRES: the byte at `at` is not ASCII.
Step step_beyond_ascii(std::string_view text, std::size_t at) {
  const Step step = step_by_page(text, at);
  if (step.kind != nothing) return step;
  const auto decoded = decode_utf8(text, at);
  return decoded ? Step{class_of(decoded->value), decoded->length} : Step{garbage, 1};
}

}  // namespace

std::int64_t text_tokens(std::string_view text) {
  std::int64_t cost = 0;
  Class before = nothing;
  int letters = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const Step step = byte < 0x80 ? Step{kAscii[byte], 1} : step_beyond_ascii(text, at);
    letters = is_latin(step.kind) ? letters + 1 : 0;
    cost += kCosts[before][step.kind] + (letters > kLongWord ? kLongWordPrice : 0);
    before = step.kind;
    at += step.bytes;
  }
  return (cost + kHundredths - 1) / kHundredths;
}

}  // namespace vagus
