#include "vagus/context/history.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "vagus/context/estimate.hpp"
#include "vagus/text/acknowledgement.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kUserWithin = 20;

bool is_user(const Message& message) {
  return message.role == Role::user;
}

bool is_text_only(const Message& message) {
  return std::all_of(message.parts.begin(), message.parts.end(),
                     [](const Part& part) { return part.kind == PartKind::text; });
}

std::int64_t tokens_of(std::span<const Message> messages) {
  std::int64_t tokens = 0;
  for (const Message& each : messages) tokens += estimate_tokens(each, Profile::vagus);
  return tokens;
}

// Where each answered turn starts.
std::vector<std::size_t> answered_turns(const std::vector<Message>& messages) {
  std::vector<std::size_t> starts;
  std::optional<std::size_t> turn;
  bool is_answered = false;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Role role = messages[i].role;
    if (role == Role::user || (role == Role::tool && !turn)) {
      if (is_answered) starts.push_back(*turn);
      turn = i;
      is_answered = false;
    } else if (role == Role::assistant && turn) {
      is_answered = true;
    }
  }
  if (is_answered) starts.push_back(*turn);
  return starts;
}

Part removed_image() {
  Part part;
  part.text = kImageRemoved;
  return part;
}

bool begins_with_any(std::string_view text, const std::vector<std::string>& prompts) {
  return std::any_of(prompts.begin(), prompts.end(), [&](const std::string& prompt) {
    return !is_blank(prompt) && text.starts_with(trim(prompt));
  });
}

// True when the turn `[begin, end)` of `messages`, which begins with a user's message, is a
// heartbeat that found nothing.
bool found_nothing(std::span<const Message> turn, const HeartbeatTurns& turns) {
  if (turn.size() < 2 || (turn.size() > 2 && !turns.with_tools)) return false;
  const Message& asked = turn.front();
  return is_text_only(asked) && begins_with_any(trim(text_of(asked)), turns.prompts) &&
         acknowledges(turn.back(), turns.ack_max_chars);
}

bool says_something(std::string_view text) {
  if (is_silence(text)) return false;
  return !strip_acknowledgement(text, std::nullopt).text.empty();
}

bool is_meaningful(const Message& message) {
  return std::any_of(message.parts.begin(), message.parts.end(), [](const Part& part) {
    if (part.kind == PartKind::text) return says_something(part.text);
    return part.kind == PartKind::image || part.kind == PartKind::opaque;
  });
}

}  // namespace

bool acknowledges(const Message& message, std::int64_t ack_max_chars) {
  if (message.role != Role::assistant || !is_text_only(message)) return false;
  const std::string text = text_of(message);
  if (is_blank(text)) return false;
  if (is_silence(text)) return true;
  const StrippedText left = strip_acknowledgement(text, std::max<std::int64_t>(ack_max_chars, 0));
  return left.stripped && left.text.empty();
}

std::int64_t remove_images(Message& message) {
  if (message.role != Role::user && message.role != Role::tool) return 0;
  std::int64_t removed = 0;
  for (Part& part : message.parts) {
    if (part.kind != PartKind::image) continue;
    part = removed_image();
    ++removed;
  }
  return removed;
}

ReducedHistory prune_history_images(std::vector<Message> messages, std::int64_t keep_turns) {
  ReducedHistory reduced;
  const std::vector<std::size_t> turns = answered_turns(messages);
  const auto keep = static_cast<std::size_t>(std::max<std::int64_t>(keep_turns, 0));
  std::size_t end = turns.empty() || keep >= turns.size() ? 0 : messages.size();
  if (end > 0 && keep > 0) end = turns[turns.size() - keep];
  for (std::size_t i = 0; i < end; ++i) {
    if (image_tokens(messages[i]) == 0) continue;
    const std::int64_t before = estimate_tokens(messages[i], Profile::vagus);
    reduced.removed += remove_images(messages[i]);
    reduced.tokens += before - estimate_tokens(messages[i], Profile::vagus);
  }
  reduced.messages = std::move(messages);
  return reduced;
}

ReducedHistory limit_turns(std::vector<Message> messages, std::optional<std::int64_t> limit) {
  ReducedHistory reduced;
  const auto front = std::find_if(messages.begin(), messages.end(), [](const Message& message) {
    return message.role != Role::system;
  });
  auto first = messages.end();
  std::int64_t left = limit.value_or(0);
  for (auto at = messages.end(); left > 0 && at != front;) {
    if (!is_user(*--at)) continue;
    first = at;
    --left;
  }
  const bool is_cut = limit.value_or(0) > 0 && left == 0 && std::any_of(front, first, is_user);
  if (is_cut) {
    reduced.removed = std::distance(front, first);
    reduced.tokens = tokens_of({front, first});
    messages.erase(front, first);
  }
  reduced.messages = std::move(messages);
  return reduced;
}

std::vector<MessageRange> heartbeats_without_news(std::span<const Message> messages,
                                                  const HeartbeatTurns& turns) {
  std::vector<MessageRange> found;
  for (std::size_t begin = 0; begin < messages.size();) {
    std::size_t end = begin + 1;
    while (end < messages.size() && !is_user(messages[end])) ++end;
    // Without tools the pair alone goes, whatever follows it.
    const std::size_t last = turns.with_tools ? end : std::min(end, begin + 2);
    const bool none =
        is_user(messages[begin]) && found_nothing(messages.subspan(begin, last - begin), turns);
    if (none) found.push_back({begin, last});
    begin = end;
  }
  return found;
}

ReducedHistory drop_heartbeats(std::vector<Message> messages, const HeartbeatTurns& turns) {
  ReducedHistory reduced;
  std::size_t next = 0;
  const auto keep_until = [&](std::size_t end) {
    for (; next < end; ++next) reduced.messages.push_back(std::move(messages[next]));
  };
  for (const MessageRange& range : heartbeats_without_news(messages, turns)) {
    keep_until(range.first);
    reduced.removed += static_cast<std::int64_t>(range.end - range.first);
    reduced.tokens += tokens_of({messages.data() + range.first, range.end - range.first});
    next = range.end;
  }
  keep_until(messages.size());
  return reduced;
}

bool is_real_conversation(std::span<const Message> messages, std::size_t at) {
  if (at >= messages.size()) return false;
  const Message& message = messages[at];
  if (message.role == Role::user || message.role == Role::assistant) return is_meaningful(message);
  if (message.role != Role::tool) return false;
  for (std::size_t i = at - std::min(at, kUserWithin); i < at; ++i) {
    if (is_user(messages[i]) && is_meaningful(messages[i])) return true;
  }
  return false;
}

}  // namespace vagus
