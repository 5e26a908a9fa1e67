#include "vagus/context/estimate.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kMessageTokens = 4;
constexpr std::int64_t kImageTokens = 2'000;
constexpr std::int64_t kToolCallTokens = 8;
constexpr std::int64_t kToolResultTokens = 4;
constexpr std::int64_t kOpaqueBytesPerToken = 3;

// The reference counts an image that a tool returned as this many characters, and one that a user
// sent as none.
constexpr std::size_t kReferenceToolImageChars = 4'800;

// Quarters of a token. Scripts outside the table are priced by size: two quarters in the Basic
// Multilingual Plane, eight beyond it (emoji among them).
constexpr std::int64_t kQuarters = 4;
constexpr std::int64_t kBasicWeight = 2;
constexpr std::int64_t kSupplementaryWeight = 8;
constexpr std::int64_t kBadByteWeight = 4;

struct ScriptWeight {
  char32_t first;
  char32_t last;
  std::int64_t quarters;
};

// Ascending and without overlap.
constexpr ScriptWeight kScripts[] = {
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

constexpr std::int64_t quarters_of(char32_t code_point) {
  const auto* after = std::upper_bound(
      std::begin(kScripts), std::end(kScripts), code_point,
      [](char32_t value, const ScriptWeight& script) { return value < script.first; });
  if (after != std::begin(kScripts) && code_point <= std::prev(after)->last) {
    return std::prev(after)->quarters;
  }
  return code_point < 0x10000 ? kBasicWeight : kSupplementaryWeight;
}

// The weight of each 256 code points of the Basic Multilingual Plane; 0 where they differ.
constexpr std::array<std::int64_t, 256> kPages = [] {
  std::array<std::int64_t, 256> pages{};
  for (char32_t page = 0; page < pages.size(); ++page) {
    const auto inside = [page](char32_t bound) { return bound % 256 != 0 && bound / 256 == page; };
    const bool differ =
        std::any_of(std::begin(kScripts), std::end(kScripts),
                    [&](const auto& each) { return inside(each.first) || inside(each.last + 1); });
    pages[page] = differ ? 0 : quarters_of(page * 256);
  }
  return pages;
}();

// The weight of the three-byte sequence at `at`, which holds most CJK text, from its page alone;
// 0 when it takes a closer look.
std::int64_t three_byte_quarters(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const bool three_bytes =
      (byte(0) & 0xF0) == 0xE0 && (byte(1) & 0xC0) == 0x80 && (byte(2) & 0xC0) == 0x80;
  if (!three_bytes) return 0;
  return kPages[static_cast<std::size_t>((byte(0) & 0x0F) << 4 | (byte(1) & 0x3F) >> 2)];
}

bool eight_ascii_bytes_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  if (text.size() - at < sizeof word) return false;
  std::memcpy(&word, text.data() + at, sizeof word);
  return (word & 0x8080808080808080ULL) == 0;
}

std::int64_t divided_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

std::int64_t text_tokens(std::string_view text) {
  std::int64_t quarters = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (eight_ascii_bytes_at(text, at)) {
      quarters += 8;
      at += 8;
    } else if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++quarters;
      ++at;
    } else if (const std::int64_t weight = three_byte_quarters(text, at)) {
      quarters += weight;
      at += 3;
    } else if (const auto decoded = decode_utf8(text, at)) {
      quarters += quarters_of(decoded->value);
      at += decoded->length;
    } else {
      quarters += kBadByteWeight;
      ++at;
    }
  }
  return divided_up(quarters, kQuarters);
}

std::int64_t part_tokens(const Part& part) {
  switch (part.kind) {
    case PartKind::text:
    case PartKind::thinking:
      return text_tokens(part.text);
    case PartKind::image:
      return kImageTokens;
    case PartKind::tool_call:
      return kToolCallTokens + text_tokens(part.call_id) + text_tokens(part.name) +
             text_tokens(part.arguments);
    case PartKind::tool_result:
      return kToolResultTokens + text_tokens(part.call_id) + text_tokens(part.name) +
             text_tokens(part.text);
    case PartKind::opaque:
      return divided_up(static_cast<std::int64_t>(part.data.size()), kOpaqueBytesPerToken);
  }
  return 0;
}

std::size_t reference_chars(Role role, const Part& part) {
  switch (part.kind) {
    case PartKind::text:
    case PartKind::thinking:
    case PartKind::tool_result:
      return utf16_length(part.text);
    case PartKind::tool_call:
      return utf16_length(part.name) + utf16_length(part.arguments);
    case PartKind::image:
      return role == Role::tool ? kReferenceToolImageChars : 0;
    case PartKind::opaque:
      return 0;
  }
  return 0;
}

std::int64_t reference_tokens(const Message& message) {
  if (message.role == Role::system) return 0;
  std::size_t chars = 0;
  for (const Part& part : message.parts) chars += reference_chars(message.role, part);
  return divided_up(static_cast<std::int64_t>(chars), 4);
}

}  // namespace

std::int64_t estimate_tokens(const Message& message, Profile profile) {
  if (profile == Profile::reference) return reference_tokens(message);
  std::int64_t tokens = kMessageTokens;
  for (const Part& part : message.parts) tokens += part_tokens(part);
  return tokens;
}

std::int64_t with_margin(std::int64_t tokens) {
  return divided_up(tokens * kMarginPercent, 100);
}

std::int64_t without_margin(std::int64_t budget) {
  return budget * 100 / kMarginPercent;
}

}  // namespace vagus
