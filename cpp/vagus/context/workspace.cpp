#include "vagus/context/workspace.hpp"

#include <algorithm>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// A file that would get less room than this is not worth its heading.
constexpr std::int64_t kLeastFileChars = 64;

// Of the room of a file that is cut, its beginning takes 70 % and its end 20 %; the rest is left
// for the marker.
constexpr std::int64_t kShownPercent = 90;
constexpr std::int64_t kHeadShare = 7;
constexpr std::int64_t kTailShare = 2;

bool begins_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

std::int64_t count_chars(std::string_view text) {
  return std::count_if(text.begin(), text.end(), begins_code_point);
}

// The byte offset of the code point number `index`, or the end.
std::size_t offset_of_char(std::string_view text, std::int64_t index) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (begins_code_point(text[at]) && index-- == 0) break;
  }
  return at;
}

std::string marker(std::string_view name, std::int64_t left_out) {
  return "\n[… " + std::to_string(left_out) + " characters left out of " + std::string(name) +
         " …]\n";
}

// At most `cap` characters of `text`, which has `chars`, marker included.
std::string shortened(std::string_view name, std::string_view text, std::int64_t chars,
                      std::int64_t cap) {
  const std::int64_t marker_chars = count_chars(marker(name, chars));
  const std::int64_t shown = std::min(cap * kShownPercent / 100, cap - marker_chars);
  const std::int64_t head = shown * kHeadShare / (kHeadShare + kTailShare);
  const std::int64_t tail = shown * kTailShare / (kHeadShare + kTailShare);
  return std::string(text.substr(0, offset_of_char(text, head))) +
         marker(name, chars - head - tail) +
         std::string(text.substr(offset_of_char(text, chars - tail)));
}

}  // namespace

std::string shown_file(std::string_view name, std::string_view text) {
  const std::int64_t chars = count_chars(text);
  return chars <= kFileChars ? std::string(text) : shortened(name, text, chars, kFileChars);
}

std::string render_workspace(const std::map<std::string, std::optional<std::string>>& files) {
  std::string section;
  std::int64_t left = kAllFilesChars;
  for (const std::string_view name : kWorkspaceFiles) {
    const auto found = files.find(std::string(name));
    if (found == files.end() || !found->second || is_blank(*found->second)) continue;
    if (left < kLeastFileChars) break;
    const std::string_view text = trim(*found->second);
    const std::int64_t chars = count_chars(text);
    const std::int64_t cap = std::min(kFileChars, left);
    section += section.empty() ? "# Workspace files\n" : "";
    section += "\n## " + std::string(name) + "\n\n";
    section += chars <= cap ? std::string(text) : shortened(name, text, chars, cap);
    section += "\n";
    left -= std::min(chars, cap);
  }
  return section;
}

}  // namespace vagus
