#include "vagus/text/acknowledgement.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kSpaceEntity = "&nbsp;";
constexpr std::string_view kEmphasis = "*`~_";
constexpr int kMaxPunctuation = 4;
/// Longer than any real tag; keeps a lone bracket from costing a scan of the whole reply.
constexpr std::size_t kMaxTagBytes = 256;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool same_ignoring_case(std::string_view text, std::string_view word) {
  return text.size() == word.size() && lower_ascii(text) == lower_ascii(word);
}

std::int64_t count_code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
  });
}

std::string_view last_bytes(std::string_view text, std::size_t count) {
  return text.substr(text.size() - std::min(text.size(), count));
}

bool is_tag(std::string_view text) {
  return text.size() >= 3 && text.front() == '<' && text.find('>') == text.size() - 1 &&
         (is_letter_or_digit(text[1]) || text[1] == '/');
}

/// Bytes of the emphasis mark, HTML tag or `&nbsp;` that `text` starts with; 0 for none.
std::size_t markup_prefix(std::string_view text) {
  if (text.empty()) return 0;
  if (kEmphasis.find(text.front()) != std::string_view::npos) return 1;
  const std::string_view entity = text.substr(0, kSpaceEntity.size());
  if (same_ignoring_case(entity, kSpaceEntity)) return entity.size();
  const std::string_view head = text.substr(0, kMaxTagBytes);
  const std::string_view tag = head.substr(0, std::min(head.find('>'), head.size() - 1) + 1);
  return is_tag(tag) ? tag.size() : 0;
}

/// The same at the end of `text`.
std::size_t markup_suffix(std::string_view text) {
  if (text.empty()) return 0;
  if (kEmphasis.find(text.back()) != std::string_view::npos) return 1;
  const std::string_view entity = last_bytes(text, kSpaceEntity.size());
  if (same_ignoring_case(entity, kSpaceEntity)) return entity.size();
  const std::string_view tail = last_bytes(text, kMaxTagBytes);
  const std::string_view tag = tail.substr(std::min(tail.rfind('<'), tail.size()));
  return is_tag(tag) ? tag.size() : 0;
}

std::string_view without_markup_prefix(std::string_view text) {
  while (const std::size_t length = markup_prefix(text)) text.remove_prefix(length);
  return text;
}

std::string_view without_markup_suffix(std::string_view text) {
  while (const std::size_t length = markup_suffix(text)) text.remove_suffix(length);
  return text;
}

std::string_view without_markup_and_space(std::string_view text) {
  std::size_t before = text.size() + 1;
  while (text.size() < before) {
    before = text.size();
    text = trim(without_markup_prefix(text));
  }
  return text;
}

// The token stands alone unless a word goes on beside it. Underscores beside it are emphasis, and a
// stuttered token is two tokens.

bool starts_in_word(std::string_view text) {
  const std::size_t first = text.find_first_not_of('_');
  return first != std::string_view::npos && is_letter_or_digit(text[first]) &&
         !text.starts_with(kHeartbeatOk);
}

bool ends_in_word(std::string_view text) {
  const std::size_t last = text.find_last_not_of('_');
  return last != std::string_view::npos && is_letter_or_digit(text[last]) &&
         !text.ends_with(kHeartbeatOk);
}

/// What may follow a token at the end of a reply: markup, and a little punctuation, which is kept.
struct Ending {
  bool has_markup = false;
  int marks = 0;
  std::string punctuation;
};

std::optional<Ending> read_ending(std::string_view text) {
  Ending ending;
  for (text = trim(text); !text.empty();) {
    if (const std::size_t markup = markup_prefix(text)) {
      ending.has_markup = true;
      text.remove_prefix(markup);
      continue;
    }
    const auto decoded = decode_utf8(text, 0);
    const std::size_t length = decoded ? decoded->length : 1;
    if (is_letter_or_digit(text.front()) || ++ending.marks > kMaxPunctuation) return std::nullopt;
    ending.punctuation += text.substr(0, length);
    text.remove_prefix(length);
  }
  return ending;
}

/// A reply while tokens are being taken off its ends.
struct Rest {
  std::string_view body;  ///< always trimmed
  Ending ending;          ///< what followed the tokens taken off the end
  bool stripped = false;
};

bool strip_end(Rest& rest) {
  const std::size_t at = rest.body.rfind(kHeartbeatOk);
  if (at == std::string_view::npos) return false;
  std::string_view before = rest.body.substr(0, at);
  auto ending = read_ending(rest.body.substr(at + kHeartbeatOk.size()));
  if (!ending || ends_in_word(before)) return false;
  ending->marks += rest.ending.marks;
  if (ending->marks > kMaxPunctuation) return false;
  ending->punctuation += rest.ending.punctuation;
  if (ending->has_markup) before = without_markup_suffix(before);
  rest = {trim(before), *std::move(ending), true};
  return true;
}

bool strip_start(Rest& rest) {
  std::string_view text = without_markup_and_space(rest.body);
  const bool wrapped = markup_prefix(rest.body) > 0;
  if (!text.starts_with(kHeartbeatOk)) return false;
  text.remove_prefix(kHeartbeatOk.size());
  if (starts_in_word(text)) return false;
  rest.body = trim(wrapped ? without_markup_prefix(text) : text);
  rest.stripped = true;
  return true;
}

/// False for what only decorated a token: markup and ASCII punctuation.
bool has_word(std::string_view text) {
  text = without_markup_and_space(text);
  return std::any_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || static_cast<unsigned char>(c) >= 0x80;
  });
}

/// `{"action":"NO_REPLY"}`, spaced in any way.
bool is_no_reply_action(std::string_view text) {
  constexpr std::array<std::string_view, 5> kPieces = {"{", "\"action\"", ":", "\"NO_REPLY\"", "}"};
  for (const std::string_view piece : kPieces) {
    text = trim(text);
    if (!text.starts_with(piece)) return false;
    text.remove_prefix(piece.size());
  }
  return is_blank(text);
}

}  // namespace

StrippedText strip_acknowledgement(std::string_view text,
                                   std::optional<std::int64_t> ack_max_chars) {
  Rest rest{trim(text), {}, false};
  while (strip_end(rest)) {
  }
  while (strip_start(rest)) {
  }
  const std::string left = std::string(rest.body) + rest.ending.punctuation;
  const bool nothing = rest.stripped && ack_max_chars &&
                       (!has_word(left) || count_code_points(left) <= *ack_max_chars);
  return {nothing ? "" : std::string(trim(left)), rest.stripped};
}

bool is_silence(std::string_view text) {
  return is_blank(text) || is_no_reply(text) || is_no_reply_action(text);
}

bool is_no_reply(std::string_view text) {
  return same_ignoring_case(trim(text), kNoReply);
}

std::string_view without_no_reply(std::string_view text) {
  return without_last_token(text, kNoReply);
}

std::string_view without_last_token(std::string_view text, std::string_view token) {
  text = trim(text);
  if (!text.ends_with(token)) return text;
  const std::string_view before = text.substr(0, text.size() - token.size());
  const std::string_view unspaced = trim(before);
  if (before.empty() || unspaced.size() < before.size()) return unspaced;
  if (!before.ends_with('*')) return text;
  return trim(before.substr(0, before.find_last_not_of('*') + 1));
}

}  // namespace vagus
