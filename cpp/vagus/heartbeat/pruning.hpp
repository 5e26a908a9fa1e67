#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"

namespace vagus {

/// What pruning needs to know of one message of a transcript.
struct TurnText {
  std::string role;
  std::string text;
  bool text_only = true;

  static constexpr std::string_view kName = "TurnText";
  static constexpr auto fields() {
    return field_list(
        required("role", &TurnText::role, "user, assistant, ..."),
        required("text", &TurnText::text, "all its text"),
        field("text_only", &TurnText::text_only, "it has no tool call, image or other part"));
  }
};

/// Which of `turns` are left when the heartbeats that found nothing are taken out, as ascending
/// indexes (spec: heartbeats, section 3.9): a user's turn that begins with one of `prompts`,
/// followed at once by an assistant's acknowledgement, which may have at most `ack_max_chars`
/// beside it, or by its silence. A turn with more than text in it is kept, and so is its pair. For
/// transcripts of other systems: vagus never stores such a pair. Blank prompts match nothing.
/// Linear in the text for each prompt.
std::vector<std::int64_t> prune_heartbeats(std::span<const TurnText> turns,
                                           std::span<const std::string> prompts,
                                           std::int64_t ack_max_chars);

}  // namespace vagus
