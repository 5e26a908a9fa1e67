#include "vagus/heartbeat/result.hpp"

#include <nlohmann/json.hpp>

#include "vagus/base/json.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kDefinition = R"({
  "name": "heartbeat_respond",
  "description": "Ends a heartbeat and says what came of it. Call it once, as the last thing you do; when nothing needs attention, with outcome no_change and notify false.",
  "parameters": {
    "type": "object",
    "properties": {
      "outcome": {
        "type": "string",
        "enum": ["no_change", "progress", "done", "blocked", "needs_attention"],
        "description": "What came of this heartbeat."
      },
      "notify": {
        "type": "boolean",
        "description": "True when a person should hear of it now, false to stay silent."
      },
      "summary": {
        "type": "string",
        "minLength": 1,
        "maxLength": 4000,
        "description": "What you found or did, in a sentence or two."
      },
      "notification_text": {
        "type": "string",
        "description": "The message to send when notify is true; without it, the summary is sent."
      },
      "reason": {
        "type": "string",
        "maxLength": 1000,
        "description": "Why you chose this outcome."
      },
      "priority": {
        "type": "string",
        "enum": ["low", "normal", "high"],
        "description": "How urgent the message is."
      },
      "next_check": {
        "type": "string",
        "maxLength": 500,
        "description": "When to look at this again."
      }
    },
    "required": ["outcome", "notify", "summary"],
    "additionalProperties": false
  }
})";

// One field in either of its spellings; null when it is not there.
const Json* find_field(const Json& call, const char* snake, const char* camel) {
  for (const char* name : {snake, camel}) {
    if (const auto found = call.find(name); found != call.end()) return &*found;
  }
  return nullptr;
}

std::string_view first_chars(std::string_view text, std::size_t max_chars) {
  std::size_t at = 0;
  for (std::size_t chars = 0; at < text.size() && chars < max_chars; ++chars) {
    const auto decoded = decode_utf8(text, at);
    at += decoded ? decoded->length : 1;
  }
  return text.substr(0, at);
}

// Nothing for what is not text, or blank.
std::optional<std::string> text_of(const Json* value, std::size_t max_chars) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const std::string_view text = trim(value->get_ref<const std::string&>());
  if (text.empty()) return std::nullopt;
  return std::string(trim(first_chars(text, max_chars)));
}

template <NamedEnum E>
std::optional<E> enum_of(const Json* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return enum_from_name<E>(value->get_ref<const std::string&>());
}

std::optional<HeartbeatResult> read_call(const std::string& arguments) {
  const Result<Json> call = parse_json(arguments, ErrorCode::invalid_input);
  if (!call || !call->is_object()) return std::nullopt;
  const auto outcome = enum_of<HeartbeatOutcome>(find_field(*call, "outcome", "outcome"));
  const Json* notify = find_field(*call, "notify", "notify");
  auto summary = text_of(find_field(*call, "summary", "summary"), kMaxSummaryChars);
  if (!outcome || notify == nullptr || !notify->is_boolean() || !summary) return std::nullopt;
  HeartbeatResult result;
  result.outcome = *outcome;
  result.notify = notify->get<bool>();
  result.summary = *std::move(summary);
  // As long as the call, which the host's limit on messages bounds.
  result.notification_text =
      text_of(find_field(*call, "notification_text", "notificationText"), arguments.size());
  result.reason = text_of(find_field(*call, "reason", "reason"), kMaxReasonChars);
  result.priority = enum_of<HeartbeatPriority>(find_field(*call, "priority", "priority"));
  result.next_check = text_of(find_field(*call, "next_check", "nextCheck"), kMaxNextCheckChars);
  return result;
}

}  // namespace

std::string_view respond_tool_json() {
  return kDefinition;
}

std::optional<HeartbeatResult> read_heartbeat_result(std::span<const std::string> calls) {
  for (std::size_t i = calls.size(); i-- > 0;) {
    if (auto result = read_call(calls[i])) return result;
  }
  return std::nullopt;
}

}  // namespace vagus
