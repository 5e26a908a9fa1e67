#include "vagus/keys/case_policy.hpp"

#include <algorithm>

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
constexpr std::string_view kThreadMarker = ":thread:";
constexpr std::string_view kHeartbeatSuffix = ":heartbeat";

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

// `tail` as it is, but for the marker of its thread, which is structure. An isolated session is
// written like its base, so the suffixes take no part: `:Thread:heartbeat` holds no marker.
std::string with_lower_thread_marker(std::string_view tail) {
  std::string_view base = tail;
  while (base.ends_with(kHeartbeatSuffix)) base.remove_suffix(kHeartbeatSuffix.size());
  std::string out(tail);
  const std::size_t at = lower_ascii(base).rfind(kThreadMarker);
  if (at != std::string::npos) out.replace(at, kThreadMarker.size(), kThreadMarker);
  return out;
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

bool keeps_id_case(std::string_view channel, std::string_view kind) {
  const std::string marker = std::string(channel) + ":" + std::string(kind) + ":";
  return std::any_of(std::begin(kKeptIds), std::end(kKeptIds),
                     [&](const KeptId& rule) { return rule.marker == marker; });
}

bool keeps_tail_case(std::string_view key) {
  return tail_start(trim(key)) > 0;
}

}  // namespace vagus
