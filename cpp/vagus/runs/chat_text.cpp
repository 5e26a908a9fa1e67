#include "vagus/runs/chat_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "vagus/text/acknowledgement.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

/// What a model says to say nothing, and how many letters of it are needed to look like it.
struct ControlToken {
  std::string_view text;
  std::size_t fragment;
  bool any_case;
};
constexpr std::array<ControlToken, 3> kControlTokens = {
    {{kNoReply, 2, true}, {"ANNOUNCE_SKIP", 3, false}, {"REPLY_SKIP", 3, false}}};

constexpr std::string_view kReplyTo = "reply_to";
constexpr std::array<std::string_view, 2> kPlainTags = {"reply_to_current", "audio_as_voice"};
/// A tag is held back no longer than this.
constexpr std::size_t kMaxOpenTag = 256;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

bool is_control(std::string_view text) {
  const std::string_view said = trim(text);
  return std::any_of(kControlTokens.begin(), kControlTokens.end(), [&](const ControlToken& token) {
    return said.size() == token.text.size() && upper(said) == token.text;
  });
}

/// Whether a text may yet become a control token.
bool is_fragment(std::string_view text, bool any) {
  const std::string_view said = trim(text);
  if (said.empty()) return false;
  return std::any_of(kControlTokens.begin(), kControlTokens.end(), [&](const ControlToken& token) {
    if (said.size() >= token.text.size()) return false;
    const std::string raised = upper(said);
    if (!token.text.starts_with(raised)) return false;
    if (any || raised.find('_') != std::string::npos) return true;
    return said.size() >= token.fragment && (token.any_case || raised == said);
  });
}

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

/// `text` behind the `NO_REPLY`s that it begins with, the last of which is glued to a word.
std::string_view without_glued_token(std::string_view text) {
  std::string_view rest = trim(text);
  while (rest.size() >= kNoReply.size() && upper(rest.substr(0, kNoReply.size())) == kNoReply) {
    rest.remove_prefix(kNoReply.size());
    const bool is_glued = !rest.empty() && is_word(rest.front());
    if (is_glued) return text.substr(static_cast<std::size_t>(rest.data() - text.data()));
    rest = trim(rest);
  }
  return text;
}

std::string_view without_last_control(std::string_view text) {
  const std::string_view trimmed = trim(text);
  for (const ControlToken& token : kControlTokens) {
    const std::string_view rest = without_last_token(trimmed, token.text);
    if (rest.size() < trimmed.size()) return rest;
  }
  return text;
}

std::string_view without_left_space(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n\f\v");
  return at == std::string_view::npos ? std::string_view{} : text.substr(at);
}

/// How many bytes the directive tag at the start of `text`, which begins with `[[`, takes; nothing
/// when it is none.
std::optional<std::size_t> tag_length(std::string_view text) {
  const std::size_t end = text.find("]]", 2);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string inside = lower_ascii(trim(text.substr(2, end - 2)));
  if (std::find(kPlainTags.begin(), kPlainTags.end(), inside) != kPlainTags.end()) return end + 2;
  if (!inside.starts_with(kReplyTo)) return std::nullopt;
  const std::string_view rest =
      without_left_space(std::string_view(inside).substr(kReplyTo.size()));
  const bool names_one = rest.size() > 1 && rest.front() == ':' && !is_blank(rest.substr(1)) &&
                         rest.find_first_of("]\n") == std::string_view::npos;
  return names_one ? std::optional(end + 2) : std::nullopt;
}

std::string without_tags(std::string_view text) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find("[["); at != std::string_view::npos; at = text.find("[[", at)) {
    const std::optional<std::size_t> length = tag_length(text.substr(at));
    if (!length) {
      ++at;
      continue;
    }
    out += text.substr(from, at - from);
    from = at += *length;
  }
  out += text.substr(from);
  return out;
}

/// Whether `inside`, behind `[[`, may be the beginning of a directive tag.
bool may_be_tag(std::string_view inside) {
  if (inside.size() > kMaxOpenTag || inside.find('\n') != std::string_view::npos) return false;
  const std::string said = lower_ascii(without_left_space(inside));
  if (said.starts_with(kReplyTo)) return true;
  return std::any_of(kPlainTags.begin(), kPlainTags.end(), [&](std::string_view tag) {
    return tag.starts_with(said) || said.starts_with(tag);
  });
}

/// The longest end of `so_far` that `delta` begins with.
std::size_t overlap(std::string_view so_far, std::string_view delta) {
  for (std::size_t size = std::min(so_far.size(), delta.size()); size > 0; --size) {
    if (so_far.ends_with(delta.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

TextChange change_by(std::string_view so_far, std::string_view text, std::string_view delta,
                     bool exact) {
  if (!text.empty()) {
    // A snapshot in front of which nothing was seen is all there is, whatever the delta says.
    if (text.starts_with(so_far)) return {text.substr(so_far.size()), false};
    if (delta.empty() && so_far.starts_with(text)) return {};
  }
  if (!delta.empty()) return {delta.substr(exact ? 0 : overlap(so_far, delta)), false};
  return {text, !text.empty()};
}

ShownText shown_text(std::string_view raw, const StreamProfile& profile) {
  std::string untagged;
  if (raw.find("[[") != std::string_view::npos) {
    untagged = without_tags(raw);
    raw = untagged;
  }
  if (is_control(raw)) return {"", true, true};
  if (is_fragment(raw, profile.any_fragment)) return {std::string(raw), false, true};
  std::string_view left = without_glued_token(raw);
  if (profile.strips_last_token) left = without_last_control(left);
  const bool is_shorter = left.size() < raw.size();
  if (is_shorter && is_control(left)) return {"", true, true};
  const bool is_held = is_blank(left) || (is_shorter && is_fragment(left, profile.any_fragment));
  return {std::string(left), false, is_held};
}

std::string_view without_open_tag(std::string_view text) {
  if (text.ends_with('[') && !text.ends_with("[[")) return text.substr(0, text.size() - 1);
  const std::size_t start = text.size() - std::min(text.size(), kMaxOpenTag + 2);
  const std::string_view end = text.substr(start);
  if (end.find('[') == std::string_view::npos) return text;
  const std::size_t open = end.rfind("[[");
  if (open == std::string_view::npos) return text;
  const std::string_view inside = end.substr(open + 2);
  const bool is_open = inside.find("]]") == std::string_view::npos && may_be_tag(inside);
  return is_open ? text.substr(0, start + open) : text;
}

}  // namespace vagus
