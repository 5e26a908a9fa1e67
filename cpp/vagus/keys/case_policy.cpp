#include "vagus/keys/case_policy.hpp"

#include <algorithm>
#include <cstdint>

#include "vagus/keys/key_shape.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

enum class Extent {
  segment,  // one id, up to the next colon, wherever the marker starts a segment
  tail,     // everything that follows, when the marker starts the body of the key
};

struct KeptId {
  std::string_view marker;  // `<channel>:<kind>:`
  Extent extent;
};

constexpr KeptId kKeptIds[] = {
    {"signal:group:", Extent::segment},  // base64
    {"matrix:group:", Extent::tail},     // room ids hold colons, thread ids are event ids
    {"matrix:channel:", Extent::tail},
};

constexpr std::string_view kWrapper = "agent:";

char lower_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Only ASCII letters fold: no other character lower-cases to a letter of these words.
bool starts_with_word(std::string_view text, std::string_view lower_word) {
  return text.size() >= lower_word.size() &&
         std::equal(lower_word.begin(), lower_word.end(), text.begin(),
                    [](char word, char c) { return word == lower_letter(c); });
}

// Length of the marker at the front of `text`; 0 when there is none.
std::size_t marker_length(Extent extent, std::string_view text) {
  for (const KeptId& rule : kKeptIds) {
    if (rule.extent == extent && starts_with_word(text, rule.marker)) return rule.marker.size();
  }
  return 0;
}

// Where the body starts, behind any number of `agent:<id>:` wrappers and stray colons.
std::size_t body_start(std::string_view key) {
  std::size_t at = 0;
  while (starts_with_word(key.substr(at), kWrapper)) {
    const std::size_t colon = key.find(':', at + kWrapper.size());
    if (colon == std::string_view::npos) break;
    at = std::min(key.find_first_not_of(':', colon), key.size());
  }
  return at;
}

// Where the part that keeps its case up to the end starts; 0 when the key has none.
std::size_t tail_start(std::string_view key) {
  const std::size_t body = body_start(key);
  const std::size_t marker = marker_length(Extent::tail, key.substr(body));
  return marker == 0 ? 0 : body + marker;
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool has_upper(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_upper);
}

// Where the last `:thread:` of `text`, in any case, starts.
std::size_t last_thread_marker(std::string_view text) {
  for (std::size_t at = text.rfind(':'); at != std::string_view::npos && at > 0;) {
    at = text.rfind(':', at - 1);
    if (at == std::string_view::npos) break;
    if (starts_with_word(text.substr(at), kThreadMarker)) return at;
  }
  return std::string_view::npos;
}

// `tail` as it is, but for the marker of its thread, which is structure. An isolated session is
// written like its base, so the suffixes take no part: `:Thread:heartbeat` holds no marker.
std::string with_lower_thread_marker(std::string_view tail) {
  const std::size_t at = last_thread_marker(without_heartbeats(tail));
  std::string out(tail);
  if (at != std::string_view::npos) out.replace(at, kThreadMarker.size(), kThreadMarker);
  return out;
}

bool tail_is_canonical(std::string_view tail) {
  const std::size_t at = last_thread_marker(without_heartbeats(tail));
  return at == std::string_view::npos || tail.substr(at).starts_with(kThreadMarker);
}

// REQUIRES: no white space in `key`.
bool upper_only_in_kept_segments(std::string_view key) {
  for (std::size_t at = 0; at < key.size();) {
    const std::size_t marker = marker_length(Extent::segment, key.substr(at));
    const std::size_t end = std::min(key.find(':', at + marker), key.size());
    if (has_upper(key.substr(at, marker > 0 ? marker : end - at))) return false;
    at = end + 1;
  }
  return true;
}

std::string with_kept_segments(std::string_view key) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = 0; at < key.size();) {
    const std::size_t marker = marker_length(Extent::segment, key.substr(at));
    const std::size_t end = std::min(key.find(':', at + marker), key.size());
    if (marker > 0) {
      out += lower(key.substr(done, at + marker - done));
      out += trim(key.substr(at + marker, end - at - marker));
      done = end;
    }
    at = end + 1;
  }
  return out + lower(key.substr(done));
}

}  // namespace

std::string canonical_case(std::string_view key) {
  const std::string_view trimmed = trim(key);
  const std::size_t tail = tail_start(trimmed);
  if (tail == 0) return with_kept_segments(trimmed);
  return lower(trimmed.substr(0, tail)) + with_lower_thread_marker(trimmed.substr(tail));
}

bool is_plainly_canonical(std::string_view key) {
  std::uint8_t other = 0;
  std::uint8_t upper = 0;
  for (const char c : key) {  // bytes without branches, which compilers turn into vectors
    const auto byte = static_cast<std::uint8_t>(c);
    other |= static_cast<std::uint8_t>(byte - '!') > '~' - '!';
    upper |= static_cast<std::uint8_t>(byte - 'A') <= 'Z' - 'A';
  }
  if (other != 0 || upper == 0) return other == 0;
  const std::size_t tail = tail_start(key);
  if (tail == 0) return upper_only_in_kept_segments(key);
  return !has_upper(key.substr(0, tail)) && tail_is_canonical(key.substr(tail));
}

bool keeps_id_case(std::string_view channel, std::string_view kind) {
  const std::string_view name = trim(channel);
  return std::any_of(std::begin(kKeptIds), std::end(kKeptIds), [&](const KeptId& rule) {
    const std::size_t colon = rule.marker.find(':');
    return name.size() == colon && starts_with_word(name, rule.marker.substr(0, colon)) &&
           rule.marker.substr(colon + 1, kind.size()) == kind &&
           colon + kind.size() + 2 == rule.marker.size();
  });
}

bool keeps_tail_case(std::string_view key) {
  return tail_start(trim(key)) > 0;
}

}  // namespace vagus
