#include "vagus/context/weighted_chars.hpp"

#include <algorithm>
#include <iterator>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

struct Script {
  char32_t first;
  char32_t last;
  std::int64_t chars;
};

// Ascending and without overlap.
constexpr Script kScripts[] = {
    {0x00B7, 0x00B7, 4},     // middle dot
    {0x1100, 0x11FF, 12},    // Hangul jamo
    {0x2E80, 0x2FFF, 12},    // radicals, description characters
    {0x3000, 0x319F, 4},     // punctuation, kana, bopomofo, compatibility jamo
    {0x31A0, 0x4DFF, 12},    // extended bopomofo, enclosed and squared forms, extension A
    {0x4E00, 0x9FA5, 4},     // unified ideographs
    {0x9FA6, 0x9FFF, 12},    // their later additions
    {0xA000, 0xA4CF, 12},    // Yi
    {0xA960, 0xA97F, 12},    // Hangul jamo, extended A
    {0xAC00, 0xD7AF, 4},     // Hangul syllables
    {0xD7B0, 0xD7FF, 12},    // Hangul jamo, extended B
    {0xF900, 0xFAFF, 12},    // compatibility ideographs
    {0xFE10, 0xFE1F, 8},     // vertical marks
    {0xFE30, 0xFE4F, 8},     // compatibility marks
    {0xFF01, 0xFF60, 4},     // full-width forms
    {0xFF61, 0xFFEF, 8},     // half-width forms, full-width signs
    {0x16FE0, 0x18DFF, 16},  // Tangut, Khitan, ideographic marks
    {0x1AFF0, 0x1B2FF, 16},  // kana supplements, Nushu
    {0x1D360, 0x1D371, 12},  // counting rods
    {0x1F200, 0x1F2FF, 16},  // enclosed ideographs
    {0x20000, 0x3FFFF, 16},  // supplementary ideographs
};

std::int64_t chars_of(char32_t code_point, std::int64_t unit) {
  if (code_point < kScripts[0].first) return unit;
  const std::int64_t units = code_point < 0x10000 ? unit : 2 * unit;
  const auto* after =
      std::upper_bound(std::begin(kScripts), std::end(kScripts), code_point,
                       [](char32_t value, const Script& script) { return value < script.first; });
  if (after != std::begin(kScripts) && code_point <= std::prev(after)->last) {
    return std::max(units, std::prev(after)->chars);
  }
  return units;
}

// A code point, or a byte that is not UTF-8.
struct Step {
  std::size_t bytes;
  std::int64_t chars;
};

Step step_at(std::string_view text, std::size_t at, std::int64_t unit = 1) {
  if (static_cast<unsigned char>(text[at]) < 0x80) return {1, unit};
  const auto decoded = decode_utf8(text, at);
  if (!decoded) return {1, unit};
  return {decoded->length, chars_of(decoded->value, unit)};
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// What ends in front of byte `end`. REQUIRES: end > 0.
Step step_before(std::string_view text, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0 && end - at < 4 && is_continuation(text[at])) --at;
  const Step step = step_at(text, at);
  return at + step.bytes == end ? step : Step{1, 1};
}

}  // namespace

std::int64_t weighted_chars(std::string_view text, std::int64_t unit) {
  std::int64_t chars = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Step step = step_at(text, at, unit);
    chars += step.chars;
    at += step.bytes;
  }
  return chars;
}

std::string_view weighted_prefix(std::string_view text, std::int64_t chars) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Step step = step_at(text, at);
    if (step.chars > chars) break;
    chars -= step.chars;
    at += step.bytes;
  }
  return text.substr(0, at);
}

std::string_view weighted_suffix(std::string_view text, std::int64_t chars) {
  std::size_t end = text.size();
  while (end > 0) {
    const Step step = step_before(text, end);
    if (step.chars > chars) break;
    chars -= step.chars;
    end -= step.bytes;
  }
  return text.substr(end);
}

}  // namespace vagus
