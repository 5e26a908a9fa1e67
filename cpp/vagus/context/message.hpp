#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/record.hpp"

namespace vagus {

enum class Role { system, user, assistant, tool };
constexpr std::array<std::string_view, 4> enum_names(Role) {
  return {"system", "user", "assistant", "tool"};
}

enum class PartKind { text, image, tool_call, tool_result, thinking, opaque };
constexpr std::array<std::string_view, 6> enum_names(PartKind) {
  return {"text", "image", "tool_call", "tool_result", "thinking", "opaque"};
}

/// One piece of a message. Which fields mean something depends on `kind`:
/// text, thinking: `text`. image: `data` (a URL or media id). tool_call: `call_id`, `name`,
/// `arguments` (JSON text). tool_result: `call_id`, `name`, `text`, `is_error`. opaque: `data`,
/// carried untouched. Any kind: `extra`, a JSON object by dialect (see dialect.hpp) of what the
/// fields above cannot say; only the dialect that wrote it reads it.
struct Part {
  PartKind kind = PartKind::text;
  std::string text;
  std::string call_id;
  std::string name;
  std::string arguments;
  std::string data;
  bool is_error = false;
  std::optional<std::string> extra{};

  static constexpr std::string_view kName = "Part";
  static constexpr auto fields() {
    return field_list(field("kind", &Part::kind, "what this piece is"),
                      field("text", &Part::text, "text, thinking or tool output"),
                      field("call_id", &Part::call_id, "pairs a tool call with its result"),
                      field("name", &Part::name, "tool name"),
                      field("arguments", &Part::arguments, "JSON text of a tool call's arguments"),
                      field("data", &Part::data, "image reference, or an opaque provider item"),
                      field("is_error", &Part::is_error, "the tool failed"),
                      field("extra", &Part::extra, "JSON object: what only a dialect knows"));
  }
};

/// One message of a prompt or transcript, in no provider's dialect.
struct Message {
  Role role = Role::user;
  std::vector<Part> parts;
  std::optional<std::string> extra{};  ///< as in a part

  static constexpr std::string_view kName = "Message";
  static constexpr auto fields() {
    return field_list(required("role", &Message::role, "system, user, assistant or tool"),
                      required("parts", &Message::parts, "what it says, in order"),
                      field("extra", &Message::extra, "JSON object: what only a dialect knows"));
  }
};

/// Longest `call_id` and `name` of a tool part, in bytes.
inline constexpr std::size_t kMaxToolLabelBytes = 1'024;

/// A message of one text part.
Message text_message(Role role, std::string text);

/// The text of all text and tool-result parts, joined by newlines.
std::string text_of(const Message& message);

/// Refuses (`invalid_input`, with the part and field) text that is not UTF-8, more than
/// `limits.text_bytes` in all parts together, fields that the kind of part does not use, a
/// `call_id` or `name` beyond `kMaxToolLabelBytes`, tool parts without `call_id`, parts in the
/// wrong role (calls and thinking are the assistant's, results the tool's, images anyone's but the
/// system's), a tool's message that does not begin with a result, an `extra` that is no JSON object
/// (it counts for `limits.text_bytes` too), and messages without parts.
MaybeError check_message(std::string_view field, const Message& message, const Limits& limits);

}  // namespace vagus
