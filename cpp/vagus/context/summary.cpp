#include "vagus/context/summary.hpp"

#include <algorithm>
#include <set>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kHexDigits = 8;
constexpr std::size_t kDecimalDigits = 6;
constexpr std::size_t kKeywordChars = 4;
constexpr std::size_t kManyKeywords = 3;

// Words that say nothing of what an ask is about.
constexpr std::array<std::string_view, 24> kFillers = {
    "about", "again", "also", "been", "could", "does",   "from",   "have",
    "into",  "just",  "make", "more", "only",  "please", "should", "some",
    "than",  "that",  "them", "then", "this",  "what",   "with",   "would"};

std::string upper_ascii(std::string_view text) {
  std::string upper(text);
  for (char& byte : upper) {
    if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
  }
  return upper;
}

// The first `chars` code points.
std::string_view first_chars(std::string_view text, std::int64_t chars) {
  std::size_t at = 0;
  for (; chars > 0 && at < text.size(); --chars) {
    const std::optional<CodePoint> next = decode_utf8(text, at);
    at += next ? next->length : 1;
  }
  return text.substr(0, at);
}

std::int64_t count_chars(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  });
}

// ---- identifiers

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

bool is_hex(char byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool in_word(char byte) {
  return is_letter(byte) || is_digit(byte);
}

bool in_identifier(char byte) {
  return in_word(byte) ||
         std::string_view("-._~:/?#@!$&*+=%\\").find(byte) != std::string_view::npos;
}

template <class Is>
bool all_of(std::string_view text, const Is& is) {
  return std::all_of(text.begin(), text.end(), is);
}

bool is_url(std::string_view text) {
  const std::size_t at = text.find("://");
  return at != std::string_view::npos && at > 0 && all_of(text.substr(0, at), is_letter) &&
         text.size() > at + 3;
}

bool is_path(std::string_view text) {
  if (text.size() > 3 && is_letter(text[0]) && text[1] == ':' &&
      (text[2] == '\\' || text[2] == '/')) {
    return true;
  }
  const std::size_t from = text.starts_with("~/") || text.starts_with("./") ? 1 : 0;
  if (text.substr(from, 1) != "/") return false;
  return std::count(text.begin(), text.end(), '/') >= 2 &&
         text.find("//") == std::string_view::npos;
}

bool is_host_with_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool named = host.find('.') != std::string_view::npos || host == "localhost";
  return named && port.size() >= 2 && port.size() <= 5 && all_of(port, is_digit) &&
         all_of(host, [](char byte) { return in_word(byte) || byte == '.' || byte == '-'; });
}

// Ids among the words of something that is nothing else as a whole.
void add_ids(std::string_view text, std::vector<std::string>& found) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (word.size() >= kDecimalDigits && all_of(word, is_digit)) {
      found.emplace_back(word);
    } else if (word.size() >= kHexDigits && all_of(word, is_hex)) {
      found.push_back(upper_ascii(word));
    }
    at = end + 1;
  }
}

std::string_view without_punctuation(std::string_view text) {
  while (!text.empty() &&
         std::string_view(".:?!*#&=-").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  while (!text.empty() &&
         std::string_view(":*#=-!?").find(text.front()) != std::string_view::npos) {
    text.remove_prefix(1);
  }
  return text;
}

void add_identifiers(std::string_view piece, std::vector<std::string>& found) {
  piece = without_punctuation(piece);
  if (is_url(piece) || is_path(piece) || is_host_with_port(piece)) {
    found.emplace_back(piece);
  } else {
    add_ids(piece, found);
  }
}

// ---- checks

// A line without the marks that make it a heading.
std::string_view heading_text(std::string_view line) {
  line = trim(line);
  while (!line.empty() && (line.front() == '#' || line.front() == '*')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == '*' || line.back() == ':')) line.remove_suffix(1);
  return trim(line);
}

void check_headings(std::string_view summary, std::vector<SummaryFault>& faults) {
  std::size_t at = 0;
  for (const std::string_view heading : kSummaryHeadings) {
    const std::string wanted = lower_ascii(heading);
    std::size_t from = at;
    bool found = false;
    while (!found && from < summary.size()) {
      const std::size_t end = std::min(summary.find('\n', from), summary.size());
      found = lower_ascii(heading_text(summary.substr(from, end - from))) == wanted;
      from = end + 1;
    }
    if (found) {
      at = from;
    } else {
      faults.push_back({"missing-heading", std::string(heading)});
    }
  }
}

std::set<std::string> keywords_of(std::string_view text) {
  std::set<std::string> words;
  const std::string lowered = lower(text);
  for (std::size_t at = 0; at < lowered.size();) {
    std::size_t end = at;
    // Letters beyond ASCII are parts of words.
    while (end < lowered.size() && (in_word(lowered[end]) || (lowered[end] & 0x80) != 0)) ++end;
    const std::string word = lowered.substr(at, end - at);
    const bool filler = std::find(kFillers.begin(), kFillers.end(), word) != kFillers.end();
    if (word.size() >= kKeywordChars && !filler) words.insert(word);
    at = end + 1;
  }
  return words;
}

bool answers(std::string_view summary, std::string_view ask) {
  const std::set<std::string> asked = keywords_of(ask);
  if (asked.empty()) return true;
  const std::set<std::string> said = keywords_of(summary);
  const auto shared = static_cast<std::size_t>(
      std::count_if(asked.begin(), asked.end(),
                    [&said](const std::string& word) { return said.count(word) > 0; }));
  return shared >= (asked.size() >= kManyKeywords ? 2U : 1U);
}

bool holds(std::string_view summary, const std::string& lowered, const std::string& identifier) {
  if (summary.find(identifier) != std::string_view::npos) return true;
  return all_of(identifier, is_hex) && lowered.find(lower_ascii(identifier)) != std::string::npos;
}

}  // namespace

std::string cap_summary(std::string_view text, std::int64_t max_chars, std::string_view note) {
  if (max_chars <= 0) return "";
  if (count_chars(text) <= max_chars) return std::string(text);
  const std::int64_t rest = max_chars - count_chars(note);
  if (rest <= 0) return std::string(first_chars(text, max_chars));
  return std::string(first_chars(text, rest)) + std::string(note);
}

std::vector<std::string> exact_identifiers(std::string_view text) {
  std::vector<std::string> found;
  std::vector<std::string> kept;
  for (std::size_t at = 0; at < text.size() && kept.size() < kSummaryIdentifiers;) {
    std::size_t end = at;
    while (end < text.size() && in_identifier(text[end])) ++end;
    found.clear();
    add_identifiers(text.substr(at, end - at), found);
    for (std::string& each : found) {
      const bool known = std::find(kept.begin(), kept.end(), each) != kept.end();
      if (!known && kept.size() < kSummaryIdentifiers) kept.push_back(std::move(each));
    }
    at = end + 1;
  }
  return kept;
}

std::vector<SummaryFault> check_summary(std::string_view summary,
                                        const std::vector<std::string>& identifiers,
                                        const std::optional<std::string>& latest_ask) {
  std::vector<SummaryFault> faults;
  check_headings(summary, faults);
  const std::string lowered = lower_ascii(summary);
  for (const std::string& identifier : identifiers) {
    if (!holds(summary, lowered, identifier)) faults.push_back({"missing-identifier", identifier});
  }
  if (latest_ask && !answers(summary, *latest_ask)) faults.push_back({"missing-ask", *latest_ask});
  return faults;
}

std::string empty_summary() {
  std::string text;
  for (const std::string_view heading : kSummaryHeadings) {
    if (!text.empty()) text += "\n\n";
    text += "## " + std::string(heading) + "\nNothing.";
  }
  return text;
}

}  // namespace vagus
