#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vagus/engine/engine.hpp"

/// A scripted host of the engine: a clock that moves when it is told to, a workspace in memory, and
/// a model that is a function. Defined in host.cpp, so that it is compiled once and not in every
/// file that tests the engine.
namespace vagus::testing_engine {

/// 2026-05-17T22:00:00Z.
inline constexpr Millis kStart = 1'779'055'200'000;

/// One agent whose ticks are isolated and light: the configuration that started this project.
inline constexpr std::string_view kIsolatedTrent = R"({"agents": {"list": [{"id": "trent",
  "heartbeat": {"every": "5m", "isolated_session": true, "light_context": true}}]}})";

/// One agent that never beats by itself; its heartbeats share the session's memory.
inline constexpr std::string_view kQuietTrent =
    R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]}})";

/// One that beats every ten minutes.
inline constexpr std::string_view kBeatingTrent =
    R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "10m"}}]}})";

/// The quiet one; what people write while a run is in flight is answered one by one, at once.
inline constexpr std::string_view kPromptTrent =
    R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]},
        "messages": {"queue": {"mode": "followup", "debounce_ms": 0}}})";

// ---- making commands

SessionKey key(std::string_view text);
SessionKey main_key();

/// A message to the session `to`, from nowhere.
Inbound message_to(const SessionKey& to, std::string text);

/// A message from a Discord channel.
Inbound message_from(std::string channel_id, std::string text,
                     std::optional<std::string> thread = std::nullopt);

RequestWake wake_of(const SessionKey& session, WakeKind kind, std::string reason = "",
                    Millis coalesce_ms = 0);

/// An event without a wake.
PostEvent news(const SessionKey& session, std::string text);

/// An event that wakes its session at once.
PostEvent exec_event(const SessionKey& session, std::string text,
                     std::optional<DeliveryRoute> route = std::nullopt);

DeliveryRoute route_to(std::string channel, std::string to);

// ---- reading effects

template <class E>
std::vector<E> all(const std::vector<Effect>& effects);

/// The one effect of its kind; the test fails when there is none or several.
template <class E>
E only(const std::vector<Effect>& effects);

/// The kinds of the effects, in order, without alarms and what became of messages:
/// `RunStarted ReadFiles`.
std::string kinds(const std::vector<Effect>& effects);

/// The effects as a host would journal them.
std::string bytes_of(const std::vector<Effect>& effects);

/// The user message that ends the prompt.
std::string prompt_of(const CallModel& call);

/// Everything the model was shown.
std::string shown_by(const CallModel& call);

bool holds(const std::string& text, std::string_view part);

// ---- models

/// What to tell the engine about a call; nothing leaves the run in flight.
using Model = std::function<std::optional<Command>(const CallModel&)>;

Model says(std::string text, std::vector<Message> messages = {});
Model fails(std::string error = "the model is down");
Model thinks_for_ever();

// ---- context engines

/// What to tell the engine about a call of a context engine; nothing never answers.
using ContextScript = std::function<std::optional<Command>(const ContextCall&)>;

/// Does what it is asked to: gives back what it is shown, and takes note of every turn.
std::optional<Command> obliging(const ContextCall& call);

// ---- summarisers

/// What to tell the engine about a summary; nothing never answers.
using Summariser = std::function<std::optional<Command>(const Summarize&)>;

/// Writes a summary that is good enough.
std::optional<Command> outlines(const Summarize& asked);

// ---- the host

/// The engine's snapshot as text, or the part of it at a JSON pointer: `/events/agent:trent:main`;
/// `null` where there is no such part.
std::string snapshot_of(const Engine& engine, const std::string& pointer = "");

class Host {
 public:
  explicit Host(std::string_view config, const Zones& zones = {}, std::uint64_t id_seed = 0);
  Host(const Host& other);
  ~Host();

  /// Applies `command` and nothing else; the test fails when it is refused.
  std::vector<Effect> apply(const Command& command);

  /// Applies `command`, reads files and calls the model as asked; all the effects that came of it.
  std::vector<Effect> send(const Command& command);

  /// Lets time pass, waking the engine whenever it asked for it.
  std::vector<Effect> advance(Millis span);

  std::optional<Millis> alarm() const { return alarm_; }

  /// How many wakes wait.
  std::size_t wakes() const;

  /// The messages kept for `session`; 0 when it has no transcript.
  std::int64_t remembered(const SessionKey& session) const;

  Engine engine;
  Millis now = kStart;
  std::map<std::string, std::string> workspace;
  bool reads_files = true;
  Model model = says("HEARTBEAT_OK");
  ContextScript context = obliging;
  Summariser summariser = outlines;
  std::vector<Effect> log;
  std::vector<std::pair<Millis, std::string>> journal;

 private:
  std::optional<Command> answer_to(const Effect& effect) const;

  std::optional<Millis> alarm_;
};

}  // namespace vagus::testing_engine
