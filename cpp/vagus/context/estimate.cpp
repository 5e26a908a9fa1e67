#include "vagus/context/estimate.hpp"

#include "vagus/context/text_price.hpp"
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

std::int64_t divided_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
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

std::int64_t image_tokens(const Message& message) {
  std::int64_t tokens = 0;
  for (const Part& part : message.parts) {
    if (part.kind == PartKind::image) tokens += kImageTokens;
  }
  return tokens;
}

std::int64_t with_margin(std::int64_t tokens) {
  return divided_up(tokens * kMarginPercent, 100);
}

std::int64_t without_margin(std::int64_t budget) {
  return budget * 100 / kMarginPercent;
}

}  // namespace vagus
