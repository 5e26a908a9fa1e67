#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/context/message.hpp"

/// What of an old history needs not be sent again: images, acknowledged heartbeats, old turns.
namespace vagus {

/// A history with less in it.
struct ReducedHistory {
  std::vector<Message> messages;
  std::int64_t removed = 0;
  std::int64_t tokens = 0;

  static constexpr std::string_view kName = "ReducedHistory";
  static constexpr auto fields() {
    return field_list(
        required("messages", &ReducedHistory::messages, "what is left"),
        field("removed", &ReducedHistory::removed, "messages, or images, that are gone"),
        field("tokens", &ReducedHistory::tokens, "estimated tokens that are gone"));
  }
};

/// What stands where an image was.
inline constexpr std::string_view kImageRemoved = "[An image was shown here]";

/// Replaces the images of users and tools by `kImageRemoved`, but not those of the newest
/// `keep_turns` answered turns and what follows them (spec: context, section 3.4). A turn begins at
/// a user's message, the first one also at a tool's, and is answered when the assistant says
/// something in it. Idempotent.
ReducedHistory prune_history_images(std::vector<Message> messages, std::int64_t keep_turns = 3);

/// Replaces the images of a user's or a tool's message; gives how many.
std::int64_t remove_images(Message& message);

/// The newest `limit` user's messages and all that follows the oldest of them, behind the system
/// messages at the front (spec: context, section 3.3). Without a limit, or one below 1, or when
/// there are not more, everything stays. Calls whose results came after the cut's user message are
/// gone: `repair_pairs` drops those results.
ReducedHistory limit_turns(std::vector<Message> messages, std::optional<std::int64_t> limit);

/// How `drop_heartbeats` tells heartbeats that found nothing.
struct HeartbeatTurns {
  std::vector<std::string> prompts;
  std::int64_t ack_max_chars = 300;
  bool with_tools = true;

  static constexpr std::string_view kName = "HeartbeatTurns";
  static constexpr auto fields() {
    return field_list(
        required("prompts", &HeartbeatTurns::prompts,
                 "a user's message that begins with one of these asks for a heartbeat"),
        field("ack_max_chars", &HeartbeatTurns::ack_max_chars,
              "characters that may stand beside HEARTBEAT_OK"),
        field("with_tools", &HeartbeatTurns::with_tools,
              "also where the agent called tools before it found nothing"));
  }
};

/// Leaves out heartbeats that found nothing (spec: context, section 5): a user's message of text
/// that begins with one of the prompts, and the assistant's messages and tool results up to the
/// next user's message, when the last of them is text that acknowledges or is silent. Without
/// `with_tools`, as the reference does it, only where the acknowledgement is all there is, which
/// keeps for ever what a heartbeat read. Blank prompts match nothing.
ReducedHistory drop_heartbeats(std::vector<Message> messages, const HeartbeatTurns& turns);

/// Messages `[first, end)` of a list.
struct MessageRange {
  std::size_t first = 0;
  std::size_t end = 0;
};

/// What `drop_heartbeats` leaves out, in order.
std::vector<MessageRange> heartbeats_without_news(std::span<const Message> messages,
                                                  const HeartbeatTurns& turns);

/// True for an assistant's message of text that acknowledges a heartbeat, with at most
/// `ack_max_chars` characters beside, or is silent.
bool acknowledges(const Message& message, std::int64_t ack_max_chars);

/// True when the message at `at` is part of a conversation (spec: context, section 4.3): one of the
/// user or the assistant that says more than an acknowledgement or silence, or shows an image; a
/// tool's when such a message of a user is at most 20 messages in front of it. Tool calls and
/// thinking alone are none. False beyond the messages.
bool is_real_conversation(std::span<const Message> messages, std::size_t at);

}  // namespace vagus
