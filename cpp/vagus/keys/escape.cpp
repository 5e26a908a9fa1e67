#include "vagus/keys/escape.hpp"

#include <algorithm>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

struct Escape {
  char plain;
  std::string_view written;
};

constexpr Escape kEscapes[] = {{':', "%3a"}, {'%', "%25"}, {'h', "%68"}, {'t', "%74"}};
constexpr std::size_t kEscapeBytes = 3;
constexpr std::string_view kHeartbeat = "heartbeat";
constexpr std::string_view kThread = "thread";

enum class Place { first, anywhere, last };

struct ReservedWord {
  std::string_view word;
  Place place;
};

// What parsing and isolation look for behind the fixed part of a key.
constexpr ReservedWord kReservedWords[] = {
    {"agent", Place::first},    {"direct", Place::first},  {"dm", Place::first},
    {kThread, Place::anywhere}, {kHeartbeat, Place::last},
};

bool reserved(std::string_view segment, bool first, bool last) {
  const std::string word = lower_ascii(segment);
  return std::any_of(
      std::begin(kReservedWords), std::end(kReservedWords), [&](const ReservedWord& entry) {
        const bool placed =
            entry.place == Place::anywhere || (entry.place == Place::first ? first : last);
        return placed && entry.word == word;
      });
}

// REQUIRES: `id` has a colon.
bool reads_as_structure(std::string_view id) {
  for (std::size_t at = 0; at <= id.size();) {
    const std::size_t end = std::min(id.find(':', at), id.size());
    const std::string_view segment = id.substr(at, end - at);
    const bool padded = segment.empty() || trim(segment).size() != segment.size();
    if (padded || reserved(segment, at == 0, end == id.size())) return true;
    at = end + 1;
  }
  return false;
}

std::string_view written(char plain) {
  return std::find_if(std::begin(kEscapes), std::end(kEscapes),
                      [plain](const Escape& escape) { return escape.plain == plain; })
      ->written;
}

// REQUIRES: `text` is not empty.
const Escape* find_escape(std::string_view text) {
  if (text.front() != '%') return nullptr;
  const std::string start = lower_ascii(text.substr(0, kEscapeBytes));
  const Escape* end = std::end(kEscapes);
  const Escape* found = std::find_if(std::begin(kEscapes), end,
                                     [&](const Escape& escape) { return escape.written == start; });
  return found == end ? nullptr : found;
}

std::string escaped(std::string_view id, bool with_colons) {
  std::string out;
  for (std::size_t at = 0; at < id.size(); ++at) {
    const bool colon = with_colons && id[at] == ':';
    if (colon || find_escape(id.substr(at))) {
      out += written(id[at]);
    } else {
      out += id[at];
    }
  }
  return out;
}

std::string with_first_escaped(std::string_view word) {
  return std::string(written(word.front())) + std::string(word.substr(1));
}

}  // namespace

bool is_ordinary_id(std::string_view id) {
  const bool plain =
      std::none_of(id.begin(), id.end(), [](char c) { return c == ':' || c == '%'; });
  return plain && id != kHeartbeat;
}

std::string escape_id(std::string_view id) {
  if (id == kHeartbeat) return with_first_escaped(id);
  const bool has_colon = id.find(':') != std::string_view::npos;
  return escaped(id, has_colon && reads_as_structure(id));
}

std::string escape_segment(std::string_view text) {
  if (text == kHeartbeat || text == kThread) return with_first_escaped(text);
  return escaped(text, /*with_colons=*/true);
}

std::string unescape_id(std::string_view escaped) {
  std::string out;
  for (std::size_t at = 0; at < escaped.size();) {
    const Escape* escape = find_escape(escaped.substr(at));
    out += escape ? escape->plain : escaped[at];
    at += escape ? kEscapeBytes : 1;
  }
  return out;
}

}  // namespace vagus
