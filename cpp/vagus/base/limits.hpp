#pragma once

#include <cstdint>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/base/result.hpp"

namespace vagus {

/// Deepest JSON accepted from outside, counted in open brackets.
inline constexpr std::int64_t kMaxJsonDepth = 64;

/// Longest session key, in UTF-8 bytes.
inline constexpr std::size_t kMaxKeyBytes = 4096;

/// The largest count, size or token number in a configuration: far beyond use, and small enough
/// that sums and small multiples of it cannot overflow.
inline constexpr std::int64_t kMaxCount = std::int64_t{1} << 40;

/// Every bound of the engine, by name. All must be from 1 to `kMaxCount` (see `check_limits`).
struct Limits {
  std::int64_t sessions = 100'000;
  std::int64_t text_bytes = 4'194'304;
  std::int64_t events_per_session = 20;
  std::int64_t event_bytes = 16'384;
  std::int64_t wake_causes = 16;
  std::int64_t wake_attempts = 100;
  std::int64_t ended_wakes = 65'536;
  std::int64_t queued_turns = 200;
  std::int64_t message_ids = 10'000;
  std::int64_t ended_turns = 16'384;
  std::int64_t transcript_messages = 20'000;
  std::int64_t ended_runs = 4'096;
  std::int64_t live_runs = 200'000;
  std::int64_t live_text_bytes = 500'000;
  std::int64_t run_clients = 64;
  std::int64_t subscriptions = 100'000;
  std::int64_t deliveries = 1'024;
  std::int64_t delivery_attempts = 60;
  std::int64_t checklist_tasks = 200;
  std::int64_t context_calls = 64;

  static constexpr std::string_view kName = "Limits";
  static constexpr auto fields() {
    return field_list(
        field("sessions", &Limits::sessions,
              "sessions the engine keeps state for; a new one is refused until one is forgotten"),
        field("text_bytes", &Limits::text_bytes, "bytes of one message, file or reply"),
        field("events_per_session", &Limits::events_per_session,
              "system events waiting in one session; the oldest gives way and is counted"),
        field("event_bytes", &Limits::event_bytes, "bytes of one system event's text"),
        field("wake_causes", &Limits::wake_causes,
              "distinct causes remembered by one pending wake, and one of every kind; others are "
              "counted"),
        field("wake_attempts", &Limits::wake_attempts,
              "failed runs, since its newest request, after which a wake is given up"),
        field("ended_wakes", &Limits::ended_wakes,
              "ended wake requests remembered, so that a producer can ask what became of one"),
        field("queued_turns", &Limits::queued_turns,
              "messages waiting for one lane, whatever messages.queue.cap says"),
        field("message_ids", &Limits::message_ids,
              "message ids remembered, so that a message handed over twice is taken once"),
        field("ended_turns", &Limits::ended_turns,
              "messages remembered after they ended, so that a sender can ask what became of one"),
        field("transcript_messages", &Limits::transcript_messages,
              "messages kept in one transcript; the oldest turns give way"),
        field("ended_runs", &Limits::ended_runs,
              "ended runs remembered, so that a late reply is recognised"),
        field("live_runs", &Limits::live_runs, "runs whose text is streamed at one time"),
        field("live_text_bytes", &Limits::live_text_bytes,
              "bytes kept of the text that one run streams; its beginning gives way"),
        field("run_clients", &Limits::run_clients, "client runs that one run answers"),
        field("subscriptions", &Limits::subscriptions,
              "subscriptions to runs and sessions, of all subscribers together"),
        field("deliveries", &Limits::deliveries,
              "replies kept until the host says what became of them; the oldest is let go"),
        field("delivery_attempts", &Limits::delivery_attempts,
              "times that one reply is handed to the host before it is given up"),
        field("checklist_tasks", &Limits::checklist_tasks,
              "tasks read from one HEARTBEAT.md; the model is told how many are left out"),
        field("context_calls", &Limits::context_calls,
              "calls of an outside context engine that wait for one context key; an engine with "
              "more is quarantined"));
  }
};

/// Refuses (`invalid_config`) a number at `path` that is not from `lowest` to `kMaxCount`.
MaybeError check_count(std::string_view path, std::int64_t value, std::int64_t lowest);

/// Refuses (`invalid_config`, field `limits.<name>`) a limit that is not from 1 to `kMaxCount`.
MaybeError check_limits(const Limits& limits);

}  // namespace vagus
