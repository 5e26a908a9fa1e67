#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/result.hpp"
#include "vagus/runs/alarms.hpp"
#include "vagus/runs/chat_endings.hpp"
#include "vagus/runs/chat_event.hpp"
#include "vagus/runs/chat_run.hpp"
#include "vagus/runs/flush_times.hpp"
#include "vagus/runs/id_index.hpp"
#include "vagus/runs/rooms.hpp"
#include "vagus/runs/stream_profile.hpp"
#include "vagus/runs/tombstones.hpp"

namespace vagus {

/// What became of an event of a run.
enum class ChatReceipt {
  taken,      ///< it counts
  duplicate,  ///< it came before; dropped
  stale,      ///< it is of an earlier attempt; dropped
  ended,      ///< its run is over; dropped
};
constexpr std::array<std::string_view, 4> enum_names(ChatReceipt) {
  return {"taken", "duplicate", "stale", "ended"};
}

enum class AbortVerdict {
  aborted,        ///< at least one run was stopped
  unknown,        ///< there is no such run, or none of that session
  not_permitted,  ///< there are runs, and none of them is the requester's
};
constexpr std::array<std::string_view, 3> enum_names(AbortVerdict) {
  return {"aborted", "unknown", "not_permitted"};
}

/// What an abort did.
struct ChatAbort {
  AbortVerdict verdict = AbortVerdict::unknown;
  std::vector<std::string> run_ids;
  std::vector<std::string> texts;

  static constexpr std::string_view kName = "ChatAbort";
  static constexpr auto fields() {
    return field_list(
        required("verdict", &ChatAbort::verdict, "aborted, unknown or not_permitted"),
        required("run_ids", &ChatAbort::run_ids, "the runs that were stopped, oldest first"),
        required("texts", &ChatAbort::texts, "what each had said so far; blank for nothing"));
  }
};

/// What a stream has seen, and what it keeps.
struct ChatStats {
  std::int64_t live = 0;
  std::int64_t live_bytes = 0;
  std::int64_t remembered = 0;
  std::int64_t subscriptions = 0;
  std::int64_t alarms = 0;
  std::int64_t opened = 0;
  std::int64_t finals = 0;
  std::int64_t errors = 0;
  std::int64_t aborts = 0;
  std::int64_t deltas = 0;
  std::int64_t gaps = 0;
  std::int64_t duplicates = 0;
  std::int64_t superseded = 0;
  std::int64_t late = 0;
  std::int64_t unresolved = 0;

  static constexpr std::string_view kName = "ChatStats";
  static constexpr auto fields() {
    return field_list(
        required("live", &ChatStats::live, "runs that have not ended"),
        required("live_bytes", &ChatStats::live_bytes, "of their text"),
        required("remembered", &ChatStats::remembered, "ids of runs that ended a short time ago"),
        required("subscriptions", &ChatStats::subscriptions, "to sessions and runs"),
        required("alarms", &ChatStats::alarms, "times that runs wait for"),
        required("opened", &ChatStats::opened, "runs that began, since the stream was made"),
        required("finals", &ChatStats::finals, "runs that answered"),
        required("errors", &ChatStats::errors, "runs that ended with an error"),
        required("aborts", &ChatStats::aborts, "runs that were stopped"),
        required("deltas", &ChatStats::deltas, "times that text was shown"),
        required("gaps", &ChatStats::gaps, "gaps among sequence numbers"),
        required("duplicates", &ChatStats::duplicates, "events that came again"),
        required("superseded", &ChatStats::superseded, "events of earlier attempts"),
        required("late", &ChatStats::late, "events of runs that were over"),
        required("unresolved", &ChatStats::unresolved, "runs that ended without a session key"));
  }
};

/// Runs as their clients see them: text as it comes, and exactly one ending.
///
/// Pure: times come in as `now`, what is to be sent goes out through `take()`, in order. What was
/// due before `now` happens before anything else of a call, also of one that is refused because of
/// what it asks; what is due at `now`, when `tick` is called. Of what is due at one time, text
/// comes before endings, and as it was held back. Not thread-safe.
///
/// Guarantees (spec: runs, section 1.8):
///  G1. every run that was opened or started ends in exactly one of final, error and aborted, for
///      each of its client runs; nothing follows it;
///  G2. text counts from the first event, whether or not the session is known;
///  G3. a run whose session stays unknown is told to its own subscribers only, and counted;
///  G4. an ended run is remembered for `profile.tombstone_ms`: its late events do nothing;
///  G5. an event that came before is dropped; a gap is told, and the event counts;
///  G6. an error waits for `profile.grace_ms`; only a start with a higher attempt number, a
///      fallback or an ending takes it back.
/// Nothing of a session reaches those who listen to another one only, and nothing is kept of an
/// ended run but its tombstone.
///
///     ChatStream stream;
///     stream.open({"run-1", key, {{"c1", "main", {"tab-7"}}}}, now);
///     stream.feed(piece, now);
///     for (const ChatOutput& each : stream.take()) ...
class ChatStream {
 public:
  /// REQUIRES: profile and limits are valid.
  explicit ChatStream(const StreamProfile& profile = {}, const Limits& limits = {});

  /// Registers a run. Errors, `invalid_input`: an id that is empty, not UTF-8, too long, or names
  /// another run, also one that is remembered; more clients or subscriptions than the limits; a
  /// deadline that is no time; an attempt below 1.
  MaybeError open(const ChatRegistration& registration, Millis now);

  /// Refuses a client run that `open` would refuse at `now`.
  MaybeError check_client(const std::string& client_run_id,
                          const std::optional<std::string>& subscriber, Millis now) const;

  /// One more client run of a live run. Errors: as `open`; `unknown_run`.
  MaybeError join(std::string_view run_id, const ChatClient& client, Millis now);

  /// Takes back a client run that is not answered any more: it gets no ending. The last one of a
  /// run stays. Returns whether there was one.
  bool withdraw(std::string_view run_id, std::string_view client_run_id);

  /// Tells the session of a run that was opened without. Errors: `unknown_run`; `invalid_input` for
  /// a run that has another one.
  MaybeError attach(std::string_view run_id, const SessionKey& session, Millis now);

  /// Takes one event. Errors, and no change: `invalid_input` for a sequence number or attempt that
  /// is negative, text beyond `limits.text_bytes` or not UTF-8; `unknown_run` for anything but a
  /// start of a run that was never opened or is forgotten.
  Result<ChatReceipt> feed(const ChatInput& input, Millis now);

  /// Takes many, in order: all of them or, with the error of the first that is refused, none.
  Result<std::vector<ChatReceipt>> feed_many(const std::vector<const ChatInput*>& inputs,
                                             Millis now);

  /// Refuses what `feed` would, without taking it.
  MaybeError check(const ChatInput& input, Millis now) const;

  /// Stops a run, by its own or a client's id; with `session`, only if it is its own.
  Result<ChatAbort> abort(std::string_view run_id, const std::optional<SessionKey>& session,
                          const ChatPrincipal& requester, const std::string& reason, Millis now);

  /// Stops those runs of a session that the requester may stop.
  Result<ChatAbort> abort_session(const SessionKey& session, const ChatPrincipal& requester,
                                  const std::string& reason, Millis now);

  /// From now on the subscriber is told of the session's visible runs, beginning with what was
  /// shown of those in flight. Errors: `invalid_input` for a subscriber that is no id, more than
  /// `limits.subscriptions`.
  MaybeError subscribe(const std::string& subscriber, const SessionKey& session, Millis now);
  bool unsubscribe(const std::string& subscriber, const SessionKey& session);
  /// The subscriber is gone: nothing is addressed to it any more. Its runs go on.
  void disconnect(const std::string& subscriber);

  /// Lets everything happen that is due.
  void tick(Millis now);
  /// When `tick` next has something to do.
  std::optional<Millis> next_due() const;
  /// The clock stepped by `delta`: what waits for a span of time still waits for as long.
  void shift(Millis delta);

  /// What is to be sent since the last call, in order.
  std::vector<ChatOutput> take() { return std::exchange(outputs_, {}); }

  /// The record of a live run, by its own or a client's id.
  const ChatRun* find(std::string_view id) const;
  bool has_ended(std::string_view id) const { return ended_.find(id) != nullptr; }
  /// What an abort at this moment would keep of the answer; blank when there is nothing.
  std::string partial_text(const ChatRun& run) const;

  ChatStats stats() const;
  const StreamProfile& profile() const { return profile_; }

 private:
  struct Terminal {
    ChatState state = ChatState::final;
    std::int64_t seq = 0;
    std::string text = {};
    std::optional<std::string> error = {};
    std::optional<ErrorKind> kind = {};
    std::optional<std::string> stop_reason = {};
  };

  // Registration (chat_stream.cpp).
  MaybeError check_new_id(std::string_view field, std::string_view id, Millis now) const;
  MaybeError check_clients(const std::vector<ChatClient>& clients, std::string_view run_id,
                           Millis now) const;
  MaybeError check_registration(const ChatRegistration& registration, Millis now) const;
  MaybeError check_room_for(std::int64_t subscriptions) const;
  std::optional<std::uint32_t> place_of(std::string_view id) const;
  std::uint32_t make_place();
  void add(const ChatRegistration& registration, Millis now);
  void add_client(std::uint32_t place, const ChatClient& client);
  void release(std::uint32_t place, ChatState state, Millis now);
  bool may_stop(const ChatRun& run, const ChatPrincipal& requester) const;
  void stop(std::uint32_t place, const std::string& reason, Millis now);
  void catch_up(std::uint32_t place, const ChatClient& client,
                const std::vector<std::string>& subscribers, Millis now);

  // Events (chat_feed.cpp).
  static constexpr std::size_t kBlock = 32;  ///< events whose runs are brought in together
  void prefetch(std::span<const ChatInput* const> block) const;
  static void prefetch(const ChatRun& run);
  MaybeError check_all(std::span<const ChatInput* const> inputs, Millis now) const;
  void advance(Millis now);
  void happen_until(Millis last, Millis now);
  ChatReceipt take_late(const ChatInput& input);
  ChatReceipt apply(std::uint32_t place, const ChatInput& input, Millis now);
  std::optional<ChatReceipt> count(ChatRun& run, const ChatInput& input);
  Ending ending(const ChatInput& input) const;
  void take_text(ChatRun& run, const ChatInput& input);
  void take_error(std::uint32_t place, const ChatInput& input, Millis now);
  void take_end(std::uint32_t place, const ChatInput& input, Millis now);
  void show_or_hold(std::uint32_t place, Millis now);
  void hold(std::uint32_t place, Millis until);
  void stop_holding(std::uint32_t place);
  enum class Occasion { text, flush };
  void show(std::uint32_t place, Occasion occasion, Millis now);
  void forget_text(std::uint32_t place);
  static void keep_sent(ChatRun& run);
  void finish(std::uint32_t place, Terminal terminal, Millis now);
  void run_out(std::uint32_t place, Millis now);
  void set_alarm(std::uint32_t place);
  std::string_view text_of(const ChatRun& run) const;
  std::string final_text(const ChatRun& run) const;
  bool hides(const ChatRun& run) const { return run.heartbeat && !profile_.shows_heartbeats; }
  bool has_audience(const ChatRun& run) const;
  std::vector<std::string> audience(const ChatRun& run, std::size_t client, bool ends) const;
  std::vector<std::string> everybody(const ChatRun& run) const;
  void tell(const ChatRun& run, ChatEvent event);
  void note(const ChatRun& run, NoticeKind kind, std::int64_t expected, std::int64_t received);

  StreamProfile profile_;
  Limits limits_;
  std::int64_t opened_ = 0;
  std::vector<ChatRun> runs_;  ///< by place; a registration may move them
  std::vector<std::uint32_t> free_;
  IdIndex ids_;
  FlushTimes flushes_;
  Alarms alarms_;  ///< errors and deadlines
  Rooms rooms_;
  Tombstones ended_;
  std::vector<ChatOutput> outputs_;
  ChatStats counts_;
};

}  // namespace vagus
