#include "vagus/text/utf16.hpp"

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

struct Step {
  std::size_t bytes;
  std::size_t units;
};

Step step_at(std::string_view text, std::size_t at) {
  const auto decoded = decode_utf8(text, at);
  if (!decoded) return {1, 1};
  return {decoded->length, decoded->value < 0x10000 ? 1u : 2u};
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// The code point, or bad byte, that ends in front of `end`. REQUIRES: end > 0.
Step step_before(std::string_view text, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0 && end - at < 4 && is_continuation(text[at])) --at;
  const Step step = step_at(text, at);
  return at + step.bytes == end ? step : Step{1, 1};
}

}  // namespace

std::string_view utf16_prefix(std::string_view text, std::size_t units) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Step step = step_at(text, at);
    if (step.units > units) break;
    units -= step.units;
    at += step.bytes;
  }
  return text.substr(0, at);
}

std::string_view utf16_suffix(std::string_view text, std::size_t units) {
  std::size_t end = text.size();
  while (end > 0) {
    const Step step = step_before(text, end);
    if (step.units > units) break;
    units -= step.units;
    end -= step.bytes;
  }
  return text.substr(end);
}

}  // namespace vagus
