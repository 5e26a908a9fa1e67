#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/json.hpp"
#include "vagus/context/message.hpp"

namespace vagus {

/// Ways in which others write messages.
enum class Dialect { openai_chat, openai_responses, anthropic, openclaw };
constexpr std::array<std::string_view, 4> enum_names(Dialect) {
  return {"openai_chat", "openai_responses", "anthropic", "openclaw"};
}

/// Deepest nesting of messages and tools from outside, in open brackets: less than that of other
/// JSON, because what is carried along in `extra` is wrapped there.
inline constexpr std::int64_t kMaxMessageDepth = kMaxJsonDepth - 8;

/// The messages of `list`, a JSON list as `dialect` writes it: chat messages, input items,
/// Anthropic messages, or OpenClaw's messages and the transcript entries that wrap them.
///
/// `write_messages` in the same dialect gives an equal list back, fields that nobody here knows
/// included: they stay in `extra`, under the dialect's name. Blocks and items of unknown types
/// become opaque parts. Every message has at least one part. `invalid_input` with path and value
/// for what the dialect does not allow: wrong types, unknown roles, missing fields, nesting beyond
/// `kMaxMessageDepth`.
Result<std::vector<Message>> read_messages(Dialect dialect, const Json& list);

/// `messages` as `dialect` writes them.
///
/// What another dialect left in `extra` stays out, and so do opaque parts and thinking that only
/// another dialect understands, and messages that are empty without them. Call ids that the
/// dialect would refuse are replaced, the same one everywhere by the same other one. Arguments that
/// are no JSON object become one with the field `input` where the dialect wants an object.
/// `invalid_input`, with the path, for what the dialect cannot say, such as a system message among
/// Anthropic's.
Result<Json> write_messages(Dialect dialect, const std::vector<Message>& messages);

}  // namespace vagus
