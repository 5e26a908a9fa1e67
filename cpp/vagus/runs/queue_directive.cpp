#include "vagus/runs/queue_directive.hpp"

#include <charconv>
#include <cmath>

#include "vagus/base/limits.hpp"
#include "vagus/text/duration.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kCommand = "/queue";

// Where the white space or the word at `at` ends.
std::size_t end_of_run(std::string_view text, std::size_t at, bool spaces) {
  while (at < text.size()) {
    const auto point = decode_utf8(text, at);
    const std::size_t length = point ? point->length : 1;
    if (is_blank(text.substr(at, length)) != spaces) break;
    at += length;
  }
  return at;
}

bool starts_command(std::string_view text, std::size_t at) {
  if (lower_ascii(text.substr(at, kCommand.size())) != kCommand) return false;
  const std::size_t after = at + kCommand.size();
  return after == text.size() || text[after] == ':' || end_of_run(text, after, true) > after;
}

// Where the command stands: the start of a word, never the middle of one.
std::optional<std::size_t> find_command(std::string_view text) {
  for (std::size_t at = end_of_run(text, 0, true); at < text.size();
       at = end_of_run(text, end_of_run(text, at, false), true)) {
    if (starts_command(text, at)) return at;
  }
  return std::nullopt;
}

std::optional<std::int64_t> read_cap(const std::string& word) {
  double value = 0;
  const char* end = word.data() + word.size();
  const auto [stopped, failure] = std::from_chars(word.data(), end, value);
  if (failure != std::errc() || stopped != end || !(value >= 1)) return std::nullopt;
  return value > static_cast<double>(kMaxCount) ? kMaxCount
                                                : static_cast<std::int64_t>(std::floor(value));
}

std::optional<std::int64_t> read_debounce(const std::string& word) {
  const Result<Duration> span = Duration::parse(word, 1);
  if (!span) return std::nullopt;
  return span->millis();
}

// The value behind `name:` or `name=`.
std::optional<std::string> option(std::string_view word, std::string_view name) {
  const bool fits = word.size() > name.size() && lower_ascii(word.substr(0, name.size())) == name &&
                    (word[name.size()] == ':' || word[name.size()] == '=');
  if (!fits) return std::nullopt;
  return std::string(word.substr(name.size() + 1));
}

bool is_reset(std::string_view word) {
  const std::string name = token(word);
  return name == "default" || name == "reset" || name == "clear";
}

// Whether `word` belongs to the directive.
bool read_word(QueueDirective& directive, std::string_view word) {
  if (auto value = option(word, "debounce")) {
    directive.debounce_ms = read_debounce(*value);
    directive.debounce_word = std::move(value);
  } else if ((value = option(word, "cap"))) {
    directive.cap = read_cap(*value);
    directive.cap_word = std::move(value);
  } else if ((value = option(word, "drop"))) {
    directive.drop = drop_policy_of(*value);
    directive.drop_word = std::move(value);
  } else if (const auto mode = queue_mode_of(word)) {
    directive.mode = mode;
    directive.mode_word = std::string(word);
    return true;
  } else {
    return false;
  }
  directive.has_options = true;
  return true;
}

// Reads what follows the command; returns where that ends.
std::size_t read_words(QueueDirective& directive, std::string_view text, std::size_t at) {
  at = end_of_run(text, at, true);
  if (at < text.size() && text[at] == ':') at = end_of_run(text, at + 1, true);
  while (at < text.size() && !directive.reset) {
    const std::size_t end = end_of_run(text, at, false);
    const std::string_view word = text.substr(at, end - at);
    directive.reset = is_reset(word);
    if (!directive.reset && !read_word(directive, word)) break;
    at = end_of_run(text, end, true);
  }
  return at;
}

struct Option {
  std::string_view name;
  const std::optional<std::string>& word;
  bool is_read;
  std::string_view rule;
};

}  // namespace

QueueDirective parse_queue_directive(std::string_view text) {
  QueueDirective directive;
  directive.text = std::string(trim(text));
  const auto at = find_command(text);
  if (!at) return directive;
  directive.found = true;
  const std::size_t end = read_words(directive, text, *at + kCommand.size());
  directive.text = std::string(text.substr(0, *at)) + std::string(text.substr(end));
  directive.text = std::string(trim(directive.text));
  return directive;
}

MaybeError check_queue_directive(const QueueDirective& directive) {
  const Option options[] = {
      {"queue.debounce", directive.debounce_word, directive.debounce_ms.has_value(),
       "must be a span of time such as 2s; without a unit it counts milliseconds"},
      {"queue.cap", directive.cap_word, directive.cap.has_value(), "must be a number from 1"},
      {"queue.drop", directive.drop_word, directive.drop.has_value(),
       "must be old, new or summarize"},
  };
  for (const Option& each : options) {
    if (!each.word || each.is_read) continue;
    return make_error(ErrorCode::invalid_input, each.name, *each.word, each.rule);
  }
  return std::nullopt;
}

}  // namespace vagus
