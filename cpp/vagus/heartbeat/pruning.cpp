#include "vagus/heartbeat/pruning.hpp"

#include <algorithm>

#include "vagus/heartbeat/reply.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

bool is_poll(const TurnText& turn, std::span<const std::string> prompts) {
  if (turn.role != "user" || !turn.text_only) return false;
  const std::string_view text = trim(turn.text);
  return std::any_of(prompts.begin(), prompts.end(), [text](const std::string& prompt) {
    return !is_blank(prompt) && text.starts_with(trim(prompt));
  });
}

bool is_acknowledgement(const TurnText& turn, std::int64_t ack_max_chars) {
  if (turn.role != "assistant" || !turn.text_only) return false;
  ReplyInput input;
  input.text = turn.text;
  input.ack_max_chars = ack_max_chars;
  const ReplyVerdict verdict = read_heartbeat_reply(input).verdict;
  return verdict == ReplyVerdict::acknowledged || verdict == ReplyVerdict::silent;
}

}  // namespace

std::vector<std::int64_t> prune_heartbeats(std::span<const TurnText> turns,
                                           std::span<const std::string> prompts,
                                           std::int64_t ack_max_chars) {
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const bool found_nothing = i + 1 < turns.size() && is_poll(turns[i], prompts) &&
                               is_acknowledgement(turns[i + 1], ack_max_chars);
    if (found_nothing) {
      ++i;
    } else {
      kept.push_back(static_cast<std::int64_t>(i));
    }
  }
  return kept;
}

}  // namespace vagus
