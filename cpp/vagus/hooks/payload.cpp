#include "vagus/hooks/payload.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

const Json* find(const Json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? nullptr : &*found;
}

/// The trimmed text of a field; nothing when it is blank, missing or no text.
std::optional<std::string> text_of(const Json& body, const char* name) {
  const Json* value = find(body, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const std::string_view text = trim(value->get_ref<const std::string&>());
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

Error refusal(const Json& body, const char* name, std::string message) {
  const Json* value = find(body, name);
  return Error{ErrorCode::invalid_input, name, value == nullptr ? "" : json_quoted(*value),
               std::move(message)};
}

HookMode mode_of(const Json& body, const char* name) {
  const Json* value = find(body, name);
  const bool later = value != nullptr && *value == name_of(HookMode::next_heartbeat);
  return later ? HookMode::next_heartbeat : HookMode::now;
}

std::optional<std::int64_t> timeout_of(const Json& body) {
  const Json* value = find(body, "timeoutSeconds");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->get<double>();
  if (!(seconds >= 1) || seconds > static_cast<double>(kMaxCount)) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

bool fits(std::string_view key) {
  return !key.empty() && utf16_length(key) <= kMaxIdempotencyKey;
}

std::optional<std::string> idempotency_key_of(const Json& body) {
  std::optional<std::string> key = text_of(body, "idempotencyKey");
  return key && fits(*key) ? key : std::nullopt;
}

using Channels = std::optional<std::vector<std::string>>;

/// As `channels` spells it.
std::optional<std::string> known_channel(const Channels& channels, std::string_view wanted) {
  const std::string name = token(wanted);
  if (name.empty()) return std::nullopt;
  if (name == kLastChannel || !channels) return name;
  const auto found = std::find_if(channels->begin(), channels->end(),
                                  [&](const std::string& each) { return token(each) == name; });
  return found == channels->end() ? std::nullopt : std::optional(*found);
}

std::string allowed(const Channels& channels) {
  if (!channels) return "must name a channel, or be " + std::string(kLastChannel);
  std::string list(kLastChannel);
  for (const std::string& each : *channels) list += ", " + each;
  return "must be one of " + list;
}

/// What becomes of the fields that decide where the answer goes and who gives it.
MaybeError read_delivery(const Json& body, const Channels& channels, AgentHook& hook) {
  const Json* deliver = find(body, "deliver");
  hook.deliver = deliver == nullptr || *deliver != false;
  hook.to = text_of(body, "to");
  hook.channel = kLastChannel;
  if (const Json* channel = find(body, "channel")) {
    hook.channel = channel->is_string()
                       ? known_channel(channels, channel->get_ref<const std::string&>())
                       : std::nullopt;
    if (!hook.channel) return refusal(body, "channel", allowed(channels));
  }
  hook.model = text_of(body, "model");
  if (find(body, "model") != nullptr && !hook.model) {
    return refusal(body, "model", "must not be blank when it is given");
  }
  return std::nullopt;
}

}  // namespace

Result<Json> parse_hook_body(std::string_view body) {
  if (body.size() > kMaxHookBytes) {
    return make_error(ErrorCode::invalid_input, "body", body,
                      "must have at most " + std::to_string(kMaxHookBytes) + " bytes");
  }
  Result<Json> json = parse_json(body, ErrorCode::invalid_input);
  if (!json) return renamed(json.error(), "body");
  if (!json->is_object()) {
    return Error{ErrorCode::invalid_input, "body", json_quoted(*json), "must be a JSON object"};
  }
  return json;
}

Result<WakeHook> read_wake_hook(std::string_view body) {
  const Result<Json> json = parse_hook_body(body);
  if (!json) return json.error();
  std::optional<std::string> text = text_of(*json, "text");
  if (!text) return refusal(*json, "text", "is required");
  WakeHook hook;
  hook.text = *std::move(text);
  hook.mode = mode_of(*json, "mode");
  hook.agent_id = text_of(*json, "agentId");
  hook.session_key = text_of(*json, "sessionKey");
  if (hook.session_key && hook.mode != HookMode::now) {
    return refusal(*json, "sessionKey", "needs the mode now");
  }
  return hook;
}

MaybeError check_hook_channel(std::string_view channel, const Channels& channels) {
  if (known_channel(channels, channel)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, "channel", channel, allowed(channels));
}

Result<AgentHook> read_agent_hook(std::string_view body, const Channels& channels) {
  const Result<Json> json = parse_hook_body(body);
  if (!json) return json.error();
  std::optional<std::string> message = text_of(*json, "message");
  if (!message) return refusal(*json, "message", "is required");
  AgentHook hook;
  hook.message = *std::move(message);
  hook.name = text_of(*json, "name").value_or(std::string(kDefaultHookName));
  hook.agent_id = text_of(*json, "agentId");
  hook.idempotency_key = idempotency_key_of(*json);
  hook.wake_mode = mode_of(*json, "wakeMode");
  hook.session_key = text_of(*json, "sessionKey");
  hook.thinking = text_of(*json, "thinking");
  hook.timeout_seconds = timeout_of(*json);
  if (auto failed = read_delivery(*json, channels, hook)) return *failed;
  return hook;
}

Result<std::optional<std::string>> idempotency_key(
    const std::map<std::string, std::string>& headers, std::string_view body,
    const std::vector<std::string>& names) {
  const Result<Json> json = parse_hook_body(body);
  if (!json) return json.error();
  for (const std::string& name : names) {
    for (const auto& [header, value] : headers) {
      const std::string_view key = trim(value);
      if (lower_ascii(header) == lower_ascii(name) && fits(key))
        return std::optional(std::string(key));
    }
  }
  return idempotency_key_of(*json);
}

}  // namespace vagus
