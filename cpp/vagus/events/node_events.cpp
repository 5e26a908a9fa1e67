#include "vagus/events/node_events.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "vagus/events/render.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kNameUnits = 120;
constexpr std::size_t kReasonUnits = 180;

/// The payload of an event. Values of another type than asked for count as missing.
class Payload {
 public:
  explicit Payload(Json json) : json_(std::move(json)) {}

  const Json* find(const char* name) const {
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }

  /// The trimmed text of the first of `names` that has one; empty without.
  std::string text(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      const Json* value = find(name);
      if (value == nullptr || !value->is_string()) continue;
      const std::string_view trimmed = trim(value->get_ref<const std::string&>());
      if (!trimmed.empty()) return std::string(trimmed);
    }
    return "";
  }

  std::string text(const char* name) const { return text({name}); }

  std::optional<std::string> maybe(const char* name) const {
    std::string value = text(name);
    return value.empty() ? std::nullopt : std::optional(std::move(value));
  }

  bool is_true(const char* name) const {
    const Json* value = find(name);
    return value != nullptr && *value == true;
  }

  /// The first number among `names`, cut to a whole one.
  std::optional<std::int64_t> number(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      const Json* value = find(name);
      if (value == nullptr || !value->is_number()) continue;
      const double read = std::trunc(value->get<double>());
      if (std::abs(read) <= static_cast<double>(kMaxMillis)) return static_cast<std::int64_t>(read);
    }
    return std::nullopt;
  }

 private:
  Json json_;
};

Error missing(const char* name, const Payload& payload, std::string message = "is required") {
  const Json* value = payload.find(name);
  return Error{ErrorCode::invalid_input, std::string("payload.") + name,
               value == nullptr ? "" : json_quoted(*value), std::move(message)};
}

using What = std::variant<NodeNotice, NodeTurn, NodeSubscription, Unsaid>;

/// One event, with what it takes to read it.
struct Event {
  std::string_view node;
  const Payload& payload;
  const ExecConfig& config;
};

// ---- commands

std::string heading(const Event& event, std::string_view what) {
  const std::string id = told_line(event.payload.text("runId"), kNameUnits);
  return "Exec " + std::string(what) + " (node=" + told_line(event.node, kNameUnits) +
         (id.empty() ? "" : " id=" + id);
}

What exec_notice(const Event& event, std::string text) {
  if (!event.config.notify_on_exit || event.payload.is_true("suppressNotifyOnExit")) {
    return Unsaid::notify_off;
  }
  return NodeNotice{std::move(text), exec_tag(event.payload.text("runId")), true};
}

std::string closed(std::string head, const Event& event) {
  const std::string command = told_line(event.payload.text("command"), kExecCommandUnits);
  head += ")";
  return command.empty() ? head : head + ": " + command;
}

Result<What> exec_started(const Event& event) {
  return exec_notice(event, closed(heading(event, "started"), event));
}

Result<What> exec_denied(const Event& event) {
  const std::string why = told_line(event.payload.text("reason"), kReasonUnits);
  return exec_notice(event,
                     closed(heading(event, "denied") + (why.empty() ? "" : ", " + why), event));
}

Result<What> exec_finished(const Event& event) {
  const bool timed_out = event.payload.is_true("timedOut");
  const std::optional<std::int64_t> code = event.payload.number({"exitCode"});
  const std::string output = told_line(event.payload.text("output"), kExecShownUnits);
  if (!timed_out && code == 0 && output.empty()) {
    if (!event.config.notify_on_exit_empty_success) return What(Unsaid::empty_success);
  }
  const std::string end = timed_out ? "timeout" : "code " + (code ? std::to_string(*code) : "?");
  std::string text = heading(event, "finished") + ", " + end + ")";
  if (!output.empty()) text += "\n" + output;
  return exec_notice(event, std::move(text));
}

// ---- notifications

Result<What> notification(const Event& event) {
  const auto shown = [&](const char* name) {
    return told_line(event.payload.text(name), kNotificationUnits);
  };
  const std::string change = lower_ascii(event.payload.text("change"));
  if (change != "posted" && change != "removed") {
    return missing("change", event.payload, "must be posted or removed");
  }
  const std::string key = event.payload.text("key");
  if (key.empty()) return missing("key", event.payload);
  const std::string package = shown("packageName");
  std::string text = "Notification " + change + " (node=" + told_line(event.node, kNameUnits) +
                     " key=" + shown("key") + (package.empty() ? "" : " package=" + package) + ")";
  const std::string title = shown("title");
  const std::string body = shown("text");
  if (!title.empty() || !body.empty()) text += ": ";
  text += title + (title.empty() || body.empty() ? "" : " - ") + body;
  const std::string tag = "notification:" + told_line(key, kNotificationUnits);
  return What(NodeNotice{std::move(text), tag, false});
}

// ---- turns

// What tells two things that were said apart, the surest first.
std::string fingerprint(const Payload& payload, const std::string& text) {
  const std::string id = payload.text({"eventId", "providerEventId", "transcriptId"});
  if (!id.empty()) return "event:" + id;
  const std::string call = payload.text({"providerCallId", "callId"});
  const auto sequence = payload.number({"sequence", "seq"});
  if (!call.empty() && sequence) return "call:" + call + ":" + std::to_string(*sequence);
  const auto at = payload.number({"timestamp", "ts", "eventTimestamp"});
  if (!call.empty() && at) return "call-at:" + call + ":" + std::to_string(*at);
  return (at ? "at:" + std::to_string(*at) + ":" : "text:") + text;
}

// What the agent is asked.
Result<std::string> request_of(const Payload& payload, const char* name) {
  std::string text = payload.text(name);
  if (text.empty()) return missing(name, payload);
  if (utf16_length(text) > kMaxVoiceUnits) {
    return missing(name, payload,
                   "must have at most " + std::to_string(kMaxVoiceUnits) + " characters");
  }
  return text;
}

Result<What> voice(const Event& event) {
  Result<std::string> request = request_of(event.payload, "text");
  if (!request) return request.error();
  NodeTurn turn;
  turn.message = std::move(*request);
  turn.fingerprint = fingerprint(event.payload, turn.message);
  turn.thinking = "low";  // somebody waits, with a device in the hand
  return What(std::move(turn));
}

Result<What> agent_request(const Event& event) {
  Result<std::string> request = request_of(event.payload, "message");
  if (!request) return request.error();
  NodeTurn turn;
  turn.message = std::move(*request);
  turn.deliver = event.payload.is_true("deliver");
  turn.channel = event.payload.maybe("channel");
  turn.to = event.payload.maybe("to");
  turn.thinking = event.payload.maybe("thinking");
  const auto timeout = event.payload.number({"timeoutSeconds"});
  if (timeout && *timeout >= 1 && *timeout <= kMaxCount) turn.timeout_seconds = timeout;
  return What(std::move(turn));
}

template <bool On>
Result<What> subscription(const Event& event) {
  if (event.payload.text("sessionKey").empty()) return missing("sessionKey", event.payload);
  return What(NodeSubscription{On});
}

struct EventReader {
  std::string_view name;
  Result<What> (*read)(const Event&);
};

constexpr EventReader kReaders[] = {
    {"exec.started", exec_started},
    {"exec.finished", exec_finished},
    {"exec.denied", exec_denied},
    {"notifications.changed", notification},
    {"voice.transcript", voice},
    {"agent.request", agent_request},
    {"chat.subscribe", subscription<true>},
    {"chat.unsubscribe", subscription<false>},
};

std::string known_names() {
  std::string list;
  for (const EventReader& each : kReaders)
    list += (list.empty() ? "" : ", ") + std::string(each.name);
  return list;
}

Result<Json> parse_payload(std::string_view payload) {
  if (payload.size() > kMaxNodePayloadBytes) {
    return make_error(ErrorCode::invalid_input, "payload", payload,
                      "must have at most " + std::to_string(kMaxNodePayloadBytes) + " bytes");
  }
  Result<Json> json = parse_json(is_blank(payload) ? "{}" : payload, ErrorCode::invalid_input);
  if (!json) return renamed(json.error(), "payload");
  if (json->is_object()) return json;
  return Error{ErrorCode::invalid_input, "payload", json_quoted(*json), "must be a JSON object"};
}

}  // namespace

Result<NodeReport> read_node_event(std::string_view node, std::string_view name,
                                   std::string_view payload, const ExecConfig& config) {
  if (is_blank(node)) return make_error(ErrorCode::invalid_input, "node_id", node, "is required");
  const auto* reader = std::find_if(std::begin(kReaders), std::end(kReaders),
                                    [name](const EventReader& each) { return each.name == name; });
  if (reader == std::end(kReaders)) {
    return make_error(ErrorCode::invalid_input, "event", name, "must be one of " + known_names());
  }
  Result<Json> json = parse_payload(payload);
  if (!json) return json.error();
  const Payload read(*std::move(json));
  Result<What> what = reader->read(Event{trim(node), read, config});
  if (!what) return what.error();
  return NodeReport{read.text("sessionKey"), *std::move(what)};
}

std::string node_session(std::string_view node) {
  return "node-" + std::string(trim(node));
}

bool HeardVoices::repeats(const std::string& session, const std::string& fingerprint, Millis now) {
  const auto known = last_.find(session);
  if (known != last_.end() && known->second.fingerprint == fingerprint &&
      now - known->second.at <= kWindow) {
    return true;
  }
  if (known == last_.end() && last_.size() >= kMost) {
    const auto oldest = std::min_element(
        last_.begin(), last_.end(),
        [](const auto& left, const auto& right) { return left.second.at < right.second.at; });
    last_.erase(oldest);
  }
  last_[session] = {fingerprint, now};
  return false;
}

void HeardVoices::shift(Millis delta) {
  for (auto& [session, heard] : last_) heard.at += delta;
}

}  // namespace vagus
