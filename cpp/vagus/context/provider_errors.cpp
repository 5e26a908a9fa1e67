#include "vagus/context/provider_errors.hpp"

#include <algorithm>
#include <string>

#include "vagus/base/limits.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

using Words = std::array<std::string_view, 9>;

// ---- signs: texts that must all be there, in any order

struct Sign {
  ProviderErrorKind kind;
  std::array<std::string_view, 3> texts;  // a text in angle brackets must stand alone
};

using enum ProviderErrorKind;

// The first that is there counts. Lower case.
constexpr Sign kSigns[] = {
    {rate_limit, {"<tpm>"}},
    {rate_limit, {"tokens per minute"}},
    {reasoning, {"reasoning is mandatory"}},
    {reasoning, {"reasoning is required"}},
    {reasoning, {"requires reasoning"}},
    {reasoning, {"reasoning", "cannot be disabled"}},
    {billing, {"<402>"}},
    {billing, {"payment required"}},
    {billing, {"insufficient credits"}},
    {billing, {"insufficient balance"}},
    {billing, {"insufficient_quota"}},
    {billing, {"credit balance"}},
    {billing, {"plans & billing"}},
    {rate_limit, {"<429>"}},
    {rate_limit, {"rate limit"}},
    {rate_limit, {"rate_limit"}},
    {rate_limit, {"too many requests"}},
    {rate_limit, {"requests per minute"}},
    {rate_limit, {"requests per hour"}},
    {rate_limit, {"requests per day"}},
    {rate_limit, {"tokens per day"}},
    {rate_limit, {"exceeded your current quota"}},
    {rate_limit, {"quota exceeded"}},
    {rate_limit, {"resource_exhausted"}},
    {rate_limit, {"resource has been exhausted"}},
    {rate_limit, {"usage limit"}},
    {rate_limit, {"throttl"}},
    {window_too_small, {"context window", "too small"}},
    {window_too_small, {"context window", "minimum is"}},
    {overflow, {"request_too_large"}},
    {overflow, {"request exceeds the maximum size"}},
    {overflow, {"context length exceeded"}},
    {overflow, {"context_length_exceeded"}},
    {overflow, {"maximum context length"}},
    {overflow, {"prompt is too long"}},
    {overflow, {"prompt too long"}},
    {overflow, {"maximum prompt length"}},
    {overflow, {"exceeds the context window"}},
    {overflow, {"tokens_limit_reached"}},
    {overflow, {"exceeds model context window"}},
    {overflow, {"exceeds the model's maximum context"}},
    {overflow, {"model token limit"}},
    {overflow, {"context overflow:"}},
    {overflow, {"exceed context limit"}},
    {overflow, {"context_window_exceeded"}},
    {overflow, {"exceeds the available context size"}},
    {overflow, {"input", "exceeds", "maximum number of tokens"}},
    {overflow, {"request size exceeds", "context window"}},
    {overflow, {"request size exceeds", "context length"}},
    {overflow, {"input token count exceeds"}},
    {overflow, {"input is too long for"}},
    {overflow, {"input too long for"}},
    {overflow, {"too many input tokens"}},
    {overflow, {"validationexception", "input is too long"}},
    {overflow, {"validationexception", "max input token"}},
    {overflow, {"total tokens", "exceed", "max"}},
    {overflow, {"total tokens", "exceed", "limit"}},
    {overflow, {"max_tokens", "exceed", "context"}},
    {overflow, {"input length", "exceed", "context"}},
    {overflow, {"413", "too large"}},
    {overflow, {"上下文过长"}},
    {overflow, {"上下文超出"}},
    {overflow, {"上下文长度超"}},
    {overflow, {"超出最大上下文"}},
    {overflow, {"请压缩上下文"}},
    {turns, {"tool_use", "without", "tool_result"}},
    {turns, {"tool_result", "unexpected", "tool_use_id"}},
    {turns, {"tool_use", "ids must be unique"}},
    {turns, {"did not have response messages"}},
    {turns, {"must be a response to a preceeding message"}},
    {turns, {"no tool call found for function call output"}},
    {turns, {"no tool output found for function call"}},
    {turns, {"roles must alternate"}},
    {turns, {"function call turn comes immediately after"}},
    {turns, {"number of function response parts"}},
    {turns, {"first message must use the", "user"}},
};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool has(std::string_view text, std::string_view wanted) {
  if (!wanted.starts_with('<')) return text.find(wanted) != std::string_view::npos;
  const std::string_view word = wanted.substr(1, wanted.size() - 2);
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    // `messages.402` and `messages[402]` name a message; `[402]` alone is a status.
    const bool is_index =
        at > 1 && (text[at - 1] == '.' || text[at - 1] == '[') && is_word_char(text[at - 2]);
    const bool starts = at == 0 || (!is_word_char(text[at - 1]) && !is_index);
    if (starts && (end == text.size() || !is_word_char(text[end]))) return true;
  }
  return false;
}

// ---- hints: on one line, one of each group, in order

struct Hint {
  std::array<Words, 3> groups;  // an unused group is empty
};

constexpr Words kTooMuch = {"too large", "too long", "exceed", "over", "limit", "max"};

constexpr Hint kHints[] = {
    {{{{"context"}, {"overflow"}}}},
    {{{{"context window"},
       {"too large", "too long", "exceed", "over", "limit", "max", "requested", "sent",
        "tokens"}}}},
    {{{{"prompt"}, kTooMuch}}},
    {{{{"request", "input"}, {"context", "window", "length", "token"}, kTooMuch}}},
};

// Where the first of `words` ends in `line` from `at` on.
std::size_t end_of_first(std::string_view line, std::size_t at, const Words& words) {
  std::size_t end = std::string_view::npos;
  for (const std::string_view word : words) {
    if (word.empty()) break;
    const std::size_t found = line.find(word, at);
    if (found != std::string_view::npos) end = std::min(end, found + word.size());
  }
  return end;
}

bool hints_at_overflow(std::string_view line) {
  return std::any_of(std::begin(kHints), std::end(kHints), [&](const Hint& hint) {
    std::size_t at = 0;
    for (const Words& words : hint.groups) {
      if (words[0].empty()) break;
      at = end_of_first(line, at, words);
      if (at == std::string_view::npos) return false;
    }
    return true;
  });
}

bool any_line_hints_at_overflow(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (hints_at_overflow(text.substr(0, end))) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

// ---- counts

// '#' is the number of tokens that were counted, '@' that of those allowed, '~' any; a space is any
// white space, or none.
constexpr std::string_view kCounts[] = {
    "# tokens > @ maximum",
    "maximum prompt length is @ but the request contains # tokens",
    "model token limit: @ (requested: #)",
    "request (# tokens) exceeds the available context size (@ tokens)",
    "requested ~ tokens (# in the messages",
    "requested a total of ~ tokens: #",
    "requested # tokens",
    "requested about # tokens",
    "resulted in # tokens",
    "input token count (#) exceeds the maximum number of tokens allowed (@)",
    "exceed context limit: # + ~ > @",
    "prompt contains # tokens",
    "maximum context length is @ tokens",
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Reads a number that starts at `at` and moves behind it; nothing when there is none, or one beyond
// all counts.
std::optional<std::int64_t> read_number(std::string_view text, std::size_t& at) {
  if (at == text.size() || !is_digit(text[at])) return std::nullopt;
  std::int64_t number = 0;
  for (; at < text.size() && (is_digit(text[at]) || text[at] == ','); ++at) {
    if (text[at] != ',' && number <= kMaxCount) number = number * 10 + (text[at] - '0');
  }
  if (number > kMaxCount) return std::nullopt;
  return number;
}

struct Counts {
  std::optional<std::int64_t> observed;
  std::optional<std::int64_t> limit;
};

std::optional<Counts> match_counts(std::string_view text, std::size_t at, std::string_view form) {
  Counts counts;
  for (const char wanted : form) {
    if (wanted == ' ') {
      while (at < text.size() && is_space(text[at])) ++at;
    } else if (wanted == '#' || wanted == '@' || wanted == '~') {
      const auto number = read_number(text, at);
      if (!number) return std::nullopt;
      if (wanted == '#') counts.observed = number;
      if (wanted == '@') counts.limit = number;
    } else if (at == text.size() || text[at++] != wanted) {
      return std::nullopt;
    }
  }
  return counts;
}

std::optional<Counts> find_counts(std::string_view text, std::string_view form) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool starts = form[0] == '#' ? is_digit(text[at]) : text[at] == form[0];
    const bool goes_on =
        form[0] == '#' && at > 0 && (is_digit(text[at - 1]) || text[at - 1] == ',');
    if (!starts || goes_on) continue;
    if (const auto counts = match_counts(text, at, form)) return counts;
  }
  return std::nullopt;
}

void read_counts(std::string_view text, ProviderError& error) {
  for (const std::string_view form : kCounts) {
    const auto counts = find_counts(text, form);
    if (!counts) continue;
    if (!error.observed_tokens) error.observed_tokens = counts->observed;
    if (!error.limit_tokens) error.limit_tokens = counts->limit;
  }
}

ProviderErrorKind kind_of(std::string_view text) {
  for (const Sign& sign : kSigns) {
    const bool is_there = std::all_of(sign.texts.begin(), sign.texts.end(),
                                      [&](std::string_view each) { return has(text, each); });
    if (is_there) return sign.kind;
  }
  return any_line_hints_at_overflow(text) ? likely_overflow : other;
}

// ---- compaction

struct ReasonSign {
  CompactionReason reason;
  std::string_view text;
};

constexpr ReasonSign kReasons[] = {
    {CompactionReason::no_compactable_entries, "nothing to compact"},
    {CompactionReason::no_compactable_entries, "no compactable"},
    {CompactionReason::below_threshold, "below threshold"},
    {CompactionReason::already_compacted_recently, "already compacted"},
    {CompactionReason::live_context_still_exceeds_target, "still exceeds target"},
    {CompactionReason::guard_blocked, "guard"},
    {CompactionReason::summary_failed, "summary"},
    {CompactionReason::timeout, "timed out"},
    {CompactionReason::timeout, "timeout"},
    {CompactionReason::provider_error_4xx, "<400>"},
    {CompactionReason::provider_error_4xx, "<401>"},
    {CompactionReason::provider_error_4xx, "<403>"},
    {CompactionReason::provider_error_4xx, "<429>"},
    {CompactionReason::provider_error_5xx, "<500>"},
    {CompactionReason::provider_error_5xx, "<502>"},
    {CompactionReason::provider_error_5xx, "<503>"},
    {CompactionReason::provider_error_5xx, "<504>"},
};

constexpr std::string_view kCompactionWords[] = {"summarization failed", "compaction"};

std::string readable(std::string_view text) {
  return lower_ascii(prefix_within(text, kMaxErrorBytes));
}

}  // namespace

ProviderError classify_provider_error(std::string_view text) {
  const std::string lowered = readable(text);
  ProviderError error;
  error.kind = kind_of(lowered);
  const bool is_overflow = error.kind == overflow || error.kind == likely_overflow;
  error.in_compaction =
      is_overflow && std::any_of(std::begin(kCompactionWords), std::end(kCompactionWords),
                                 [&](std::string_view each) { return has(lowered, each); });
  read_counts(lowered, error);
  return error;
}

CompactionReason classify_compaction_reason(std::string_view text) {
  const std::string lowered = readable(text);
  const auto* const found =
      std::find_if(std::begin(kReasons), std::end(kReasons),
                   [&](const ReasonSign& each) { return has(lowered, each.text); });
  return found == std::end(kReasons) ? CompactionReason::unknown : found->reason;
}

}  // namespace vagus
