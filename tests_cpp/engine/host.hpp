#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "vagus/engine/engine.hpp"

/// A scripted host of the engine: a clock that moves when it is told to, a workspace in memory, and
/// a model that is a function.
namespace vagus::testing_engine {

/// 2026-05-17T22:00:00Z.
inline constexpr Millis kStart = 1'779'055'200'000;

/// One agent whose ticks are isolated and light: the configuration that started this project.
inline constexpr std::string_view kIsolatedTrent = R"({"agents": {"list": [{"id": "trent",
  "heartbeat": {"every": "5m", "isolated_session": true, "light_context": true}}]}})";

/// One agent that never beats by itself; its heartbeats share the session's memory.
inline constexpr std::string_view kQuietTrent =
    R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]}})";

// ---- making commands

inline SessionKey key(std::string_view text) {
  return SessionKey::parse(text).value_or_throw();
}

inline SessionKey main_key() {
  return key("agent:trent:main");
}

/// A message to the session `to`, from nowhere.
inline Inbound message_to(const SessionKey& to, std::string text) {
  Inbound inbound;
  inbound.text = std::move(text);
  inbound.session_key = to;
  return inbound;
}

/// A message from a Discord channel.
inline Inbound message_from(std::string channel_id, std::string text,
                            std::optional<std::string> thread = std::nullopt) {
  Inbound inbound;
  inbound.text = std::move(text);
  inbound.channel = "discord";
  inbound.peer = Peer{PeerKind::channel, std::move(channel_id)};
  inbound.thread = std::move(thread);
  return inbound;
}

inline RequestWake wake_of(const SessionKey& session, WakeKind kind, std::string reason = "",
                           Millis coalesce_ms = 0) {
  RequestWake request;
  request.session_key = session;
  request.kind = kind;
  request.reason = std::move(reason);
  request.coalesce_ms = coalesce_ms;
  return request;
}

/// An event without a wake.
inline PostEvent news(const SessionKey& session, std::string text) {
  PostEvent post;
  post.session_key = session;
  post.text = std::move(text);
  return post;
}

/// An event that wakes its session at once.
inline PostEvent exec_event(const SessionKey& session, std::string text,
                            std::optional<DeliveryRoute> route = std::nullopt) {
  PostEvent post = news(session, std::move(text));
  post.route = std::move(route);
  post.wake = WakeKind::exec;
  post.coalesce_ms = 0;
  return post;
}

inline DeliveryRoute route_to(std::string channel, std::string to) {
  return DeliveryRoute{std::move(channel), std::nullopt, std::move(to), std::nullopt};
}

// ---- reading effects

template <class E>
std::vector<E> all(const std::vector<Effect>& effects) {
  std::vector<E> found;
  for (const Effect& effect : effects) {
    if (const E* one = std::get_if<E>(&effect)) found.push_back(*one);
  }
  return found;
}

/// The one effect of its kind; the test fails when there is none or several.
template <class E>
E only(const std::vector<Effect>& effects) {
  const std::vector<E> found = all<E>(effects);
  EXPECT_EQ(found.size(), 1U) << E::kName;
  return found.empty() ? E{} : found.front();
}

/// The kinds of the effects, in order, without alarms: `RunStarted ReadFiles`.
inline std::string kinds(const std::vector<Effect>& effects) {
  std::string names;
  for (const Effect& effect : effects) {
    if (std::holds_alternative<SetAlarm>(effect)) continue;
    names += names.empty() ? "" : " ";
    std::visit([&names](const auto& one) { names += one.kName; }, effect);
  }
  return names;
}

/// The effects as a host would journal them.
inline std::string bytes_of(const std::vector<Effect>& effects) {
  std::string bytes;
  for (const Effect& effect : effects) bytes += effect_to_json(effect) + "\n";
  return bytes;
}

/// The user message that ends the prompt.
inline std::string prompt_of(const CallModel& call) {
  return call.messages.empty() ? "" : text_of(call.messages.back());
}

/// Everything the model was shown.
inline std::string shown_by(const CallModel& call) {
  std::string text;
  for (const Message& message : call.messages) text += text_of(message) + "\n";
  return text;
}

inline bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// ---- models

/// What to tell the engine about a call; nothing leaves the run in flight.
using Model = std::function<std::optional<Command>(const CallModel&)>;

inline Model says(std::string text, std::vector<Message> messages = {}) {
  return [=](const CallModel& call) { return ModelReplied{call.run_id, text, messages}; };
}

inline Model fails(std::string error = "the model is down") {
  return [=](const CallModel& call) { return ModelFailed{call.run_id, error}; };
}

inline Model thinks_for_ever() {
  return [](const CallModel&) { return std::nullopt; };
}

// ---- the host

class Host {
 public:
  explicit Host(std::string_view config, const Zones& zones = {}, std::uint64_t id_seed = 0)
      : engine(
            Engine::create(read_config(config).value_or_throw(), zones, id_seed).value_or_throw()) {
  }

  /// Applies `command` and nothing else; the test fails when it is refused.
  std::vector<Effect> apply(const Command& command) {
    Result<std::vector<Effect>> effects = engine.apply(command, now);
    if (!effects) {
      ADD_FAILURE() << command_to_json(command) << ": " << effects.error().what();
      return {};
    }
    journal.emplace_back(now, command_to_json(command));
    for (const Effect& effect : *effects) {
      if (const auto* alarm = std::get_if<SetAlarm>(&effect)) alarm_ = alarm->at_ms;
      log.push_back(effect);
    }
    return *std::move(effects);
  }

  /// Applies `command`, reads files and calls the model as asked; all the effects that came of it.
  std::vector<Effect> send(const Command& command) {
    std::vector<Effect> effects = apply(command);
    for (std::size_t i = 0; i < effects.size(); ++i) {
      const std::optional<Command> answer = answer_to(effects[i]);
      if (!answer) continue;
      const std::vector<Effect> more = apply(*answer);
      effects.insert(effects.end(), more.begin(), more.end());
    }
    return effects;
  }

  /// Lets time pass, waking the engine whenever it asked for it.
  std::vector<Effect> advance(Millis span) {
    const Millis until = now + span;
    std::vector<Effect> effects = send(Tick{});
    while (alarm_ && *alarm_ <= until) {
      now = std::max(now, *alarm_);
      const std::vector<Effect> more = send(Tick{});
      effects.insert(effects.end(), more.begin(), more.end());
    }
    now = until;
    return effects;
  }

  std::optional<Millis> alarm() const { return alarm_; }

  /// The messages kept for `session`; 0 when it has no transcript.
  std::int64_t remembered(const SessionKey& session) const {
    const Json snapshot = engine.snapshot();
    for (const Json& entry : snapshot["sessions"]) {
      if (entry["session_key"] != session.str() || !entry.contains("messages")) continue;
      return entry["messages"].get<std::int64_t>();
    }
    return 0;
  }

  Engine engine;
  Millis now = kStart;
  std::map<std::string, std::string> workspace;
  bool reads_files = true;
  Model model = says("HEARTBEAT_OK");
  std::vector<Effect> log;
  std::vector<std::pair<Millis, std::string>> journal;

 private:
  std::optional<Command> answer_to(const Effect& effect) const {
    if (const auto* call = std::get_if<CallModel>(&effect)) return model(*call);
    const auto* asked = std::get_if<ReadFiles>(&effect);
    if (asked == nullptr || !reads_files) return std::nullopt;
    FilesRead read{asked->run_id, {}};
    for (const std::string& name : asked->names) {
      const auto found = workspace.find(name);
      if (found != workspace.end()) read.files[name] = found->second;
    }
    return read;
  }

  std::optional<Millis> alarm_;
};

}  // namespace vagus::testing_engine
