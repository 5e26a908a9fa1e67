#include "vagus/text/one_line.hpp"

#include "vagus/text/unicode.hpp"
#include "vagus/text/utf16.hpp"

namespace vagus {

std::string one_line(std::string_view text) {
  text = trim(text);
  std::string line;
  bool spaced = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto read = decode_utf8(text, at);
    const std::size_t length = read ? read->length : 1;
    const std::string_view each = text.substr(at, length);
    at += length;
    if (is_blank(each)) {
      spaced = true;
      continue;
    }
    if (spaced) line += ' ';
    spaced = false;
    line += each;
  }
  return line;
}

std::string cut_line(std::string_view text, std::size_t units) {
  if (utf16_length(text) <= units) return std::string(text);
  return std::string(utf16_prefix(text, units - 1)) + "…";
}

}  // namespace vagus
