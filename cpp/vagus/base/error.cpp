#include "vagus/base/error.hpp"

#include <cstdio>

namespace vagus {
namespace {

constexpr std::size_t kQuotedBytes = 60;

bool printable(unsigned char byte) {
  return byte >= 0x20 && byte != 0x7F && byte < 0x80;
}

// Length of the well-formed UTF-8 sequence at `at` that may be shown as it is, or 0: bad bytes and
// control characters (U+0080 to U+009F too) are escaped. Kept local so that errors about bad text
// can be written without depending on the text folder above this one.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  const bool control = lead == 0xC2 && second < 0xA0;
  return overlong || outside || control ? 0 : length;
}

void append_escaped(std::string& out, unsigned char byte) {
  char escape[8];
  std::snprintf(escape, sizeof escape, "\\x%02x", byte);
  out += escape;
}

}  // namespace

std::string quote_clipped(std::string_view value) {
  std::string out = "\"";
  std::size_t at = 0;
  while (at < value.size() && at < kQuotedBytes) {
    const auto byte = static_cast<unsigned char>(value[at]);
    const std::size_t length = byte < 0x80 ? 0 : sequence_length(value, at);
    if (length > 0) {
      out += value.substr(at, length);
      at += length;
      continue;
    }
    if (byte == '"' || byte == '\\') out += '\\';
    if (printable(byte)) {
      out += static_cast<char>(byte);
    } else {
      append_escaped(out, byte);
    }
    ++at;
  }
  out += at < value.size() ? "…\"" : "\"";
  if (at < value.size()) out += " (" + std::to_string(value.size()) + " bytes)";
  return out;
}

std::string Error::what() const {
  std::string line = field.empty() ? message : field + ": " + message;
  if (!value.empty()) line += ", got " + value;
  return line;
}

Error make_error(ErrorCode code, std::string_view field, std::string_view value,
                 std::string_view message) {
  return Error{code, std::string(field), quote_clipped(value), std::string(message)};
}

Error renamed(Error error, std::string_view field) {
  error.field = field;
  return error;
}

}  // namespace vagus
