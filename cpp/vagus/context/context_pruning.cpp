#include "vagus/context/context_pruning.hpp"

#include <algorithm>
#include <utility>

#include "vagus/base/limits.hpp"
#include "vagus/context/weighted_chars.hpp"
#include "vagus/text/template.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kCharsPerToken = 4;

// `*` in a pattern stands for any text. Linear in the product of both, and both are short.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resumed = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resumed = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resumed;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view tool) {
  const std::string name = lower_ascii(trim(tool));
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return matches(lower_ascii(trim(pattern)), name);
  });
}

bool may_prune(const PruningSettings& settings, std::string_view tool) {
  return !any_matches(settings.deny_tools, tool) &&
         (settings.allow_tools.empty() || any_matches(settings.allow_tools, tool));
}

// Where the messages start whose results stay; 0 when there are too few of the assistant's.
std::size_t end_of_prunable(const std::vector<Message>& messages, std::int64_t keep) {
  if (keep == 0) return messages.size();
  for (std::size_t i = messages.size(); i > 0; --i) {
    if (messages[i - 1].role == Role::assistant && --keep == 0) return i - 1;
  }
  return 0;
}

std::vector<std::string*> prunable_texts(std::vector<Message>& messages,
                                         const PruningSettings& settings) {
  const std::size_t end = end_of_prunable(messages, settings.keep_last_assistants);
  const auto first = std::find_if(messages.begin(), messages.end(), [](const Message& message) {
    return message.role == Role::user;
  });
  std::vector<std::string*> texts;
  for (auto i = static_cast<std::size_t>(first - messages.begin()); i < end; ++i) {
    for (Part& part : messages[i].parts) {
      if (part.kind == PartKind::tool_result && may_prune(settings, part.name)) {
        texts.push_back(&part.text);
      }
    }
  }
  return texts;
}

std::string both_ends(const std::string& text, std::int64_t chars,
                      const PruningSettings& settings) {
  if (chars <= settings.soft_max_chars) return text;
  const std::string_view head = weighted_prefix(text, settings.soft_head_chars);
  const std::string_view tail = weighted_suffix(text, settings.soft_tail_chars);
  if (head.size() + tail.size() >= text.size()) return text;
  return std::string(head) + settings.omission + std::string(tail) +
         fill_template(settings.note, {{"count", std::to_string(utf16_length(text))},
                                       {"head", std::to_string(utf16_length(head))},
                                       {"tail", std::to_string(utf16_length(tail))}});
}

// A text and what it has now, while all are being cut.
struct Room {
  std::int64_t total = 0;
  std::int64_t window_chars = 0;

  bool is_below(std::int64_t percent) const { return total * 100 < percent * window_chars; }

  // False when the new text is not shorter, and the old one stays.
  bool replace(std::string& text, std::string with) {
    const std::int64_t saved = weighted_chars(text) - weighted_chars(with);
    if (saved <= 0) return false;
    text = std::move(with);
    total -= saved;
    return true;
  }
};

}  // namespace

PruningSettings bounded_settings(PruningSettings settings) {
  const PruningSettings defaults;
  for (std::int64_t* share : {&settings.soft_percent, &settings.hard_percent}) {
    *share = std::clamp<std::int64_t>(*share, 0, 100);
  }
  for (std::int64_t* count :
       {&settings.ttl_ms, &settings.keep_last_assistants, &settings.min_prunable_chars,
        &settings.soft_max_chars, &settings.soft_head_chars, &settings.soft_tail_chars}) {
    *count = std::clamp<std::int64_t>(*count, 0, kMaxCount);
  }
  settings.placeholder = trim(settings.placeholder);
  if (settings.placeholder.empty()) settings.placeholder = defaults.placeholder;
  return settings;
}

bool pruning_is_due(const PruningSettings& settings, std::optional<Millis> last_sent, Millis now) {
  return last_sent && now - *last_sent >= settings.ttl_ms;
}

ShrunkResults prune_old_results(std::vector<Message> messages, std::int64_t window,
                                const PruningSettings& settings) {
  const std::vector<Message> before = messages;
  Room room{0, std::clamp<std::int64_t>(window, 0, kMaxCount) * kCharsPerToken};
  for (const Message& message : messages) room.total += message_chars(message);
  const std::vector<std::string*> texts = prunable_texts(messages, settings);
  if (!room.is_below(settings.soft_percent)) {
    for (std::string* text : texts) {
      room.replace(*text, both_ends(*text, weighted_chars(*text), settings));
    }
  }
  std::int64_t prunable = 0;
  for (const std::string* text : texts) prunable += weighted_chars(*text);
  if (settings.hard_clear && prunable >= settings.min_prunable_chars) {
    for (std::string* text : texts) {
      if (room.is_below(settings.hard_percent)) break;
      room.replace(*text, settings.placeholder);
    }
  }
  return shrunk_results(before, std::move(messages));
}

}  // namespace vagus
