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

template <class Visit>
void for_each_text(const Message& message, Visit visit) {
  for (const Part& part : message.parts) {
    for (const std::string* text : {&part.call_id, &part.name, &part.arguments, &part.text}) {
      if (!text->empty()) visit(std::string_view(*text));
    }
  }
}

// What the texts of a part do not cost; opaque data is no text that anybody counts.
std::int64_t tokens_around_texts(const Part& part) {
  switch (part.kind) {
    case PartKind::text:
    case PartKind::thinking:
      return 0;
    case PartKind::image:
      return kImageTokens;
    case PartKind::tool_call:
      return kToolCallTokens;
    case PartKind::tool_result:
      return kToolResultTokens;
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
  std::int64_t tokens = tokens_around_texts(message);
  for_each_text(message, [&](std::string_view text) { tokens += text_tokens(text); });
  return tokens;
}

std::vector<std::string_view> counted_texts(const Message& message) {
  std::vector<std::string_view> texts;
  for_each_text(message, [&](std::string_view text) { texts.push_back(text); });
  return texts;
}

std::int64_t tokens_around_texts(const Message& message) {
  std::int64_t tokens = kMessageTokens;
  for (const Part& part : message.parts) tokens += tokens_around_texts(part);
  return tokens;
}

std::int64_t guessed_tokens(const Message& message) {
  std::int64_t tokens = 0;
  for (const Part& part : message.parts) {
    const bool guessed = part.kind == PartKind::image || part.kind == PartKind::opaque;
    if (guessed) tokens += tokens_around_texts(part);
  }
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
