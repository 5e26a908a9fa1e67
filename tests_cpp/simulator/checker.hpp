#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vagus/engine/engine.hpp"

/// Holds what an engine does against what it promises. It keeps books of its own: what was asked,
/// what runs, what was shown; and never looks into the engine, but for what any host may ask.
namespace vagus::simulator {

/// How late a host's timer may run.
inline constexpr Millis kLateness = 2 * kSecond;

/// The text of the n-th event, by which prompts that show it are found.
std::string event_text(std::int64_t number);

struct Counts {
  std::int64_t requests = 0;
  std::int64_t runs = 0;
  std::int64_t calls = 0;
  std::int64_t retries = 0;
  std::int64_t dropped = 0;
  std::int64_t events = 0;
  std::int64_t shown = 0;
};

class Checker {
 public:
  /// Intervals and guards as they are from now on. An agent that is new or has another interval
  /// begins a cadence of its own.
  void know(const Config& config);

  /// What came of `command` at `now`; `engine` has just applied it.
  void see(Millis now, const Command& command, const std::vector<Effect>& effects,
           const Engine& engine);

  /// The host looked away until `now`: what was due meanwhile starts now.
  void resume(Millis now) { awake_since_ = now; }

  /// All books against the engine's.
  void audit(Millis now, const Engine& engine);

  /// Nothing may be left to do.
  void finish(const Engine& engine);

  /// What was promised and not kept; the first of it.
  const std::string& violation() const { return violation_; }
  const Counts& counts() const { return counts_; }

 private:
  /// A session that is woken.
  struct Home {
    std::vector<std::int64_t> waiting;  ///< requests without a run
    std::vector<std::int64_t> running;  ///< requests that the run in flight answers
    std::optional<Millis> due;          ///< as the engine said
    Millis free_since = 0;
    int runs = 0;
    int messages = 0;           ///< that wait, before any heartbeat
    std::deque<Millis> starts;  ///< of its newest heartbeats that called a model
    std::int64_t posted = 0;    ///< events, as accepted
    std::int64_t repeated = 0;  ///< of these, which were not told yet when they came again
    std::int64_t consumed = 0;  ///< told by a run that ended well
    std::int64_t told = 0;      ///< said to be dropped by such a run
  };

  struct Run {
    RunStarted started;
    Millis at = 0;
    bool manual = false;
    bool called = false;  ///< a model
    std::vector<std::int64_t> shown;
    std::int64_t told = 0;
  };

  /// An event, and how many copies of it were not consumed.
  struct Posted {
    std::string session;
    std::int64_t copies = 0;
  };

  void see(const WakeQueued& wake);
  void see(const WakeDropped& dropped);
  void see(const TurnQueued& turn);
  void see(const TurnSettled& turn);
  void see(const RunStarted& run);
  void see(const CallModel& call);
  void see(const RunEnded& ended);
  void see(const ClockStepped& step);
  template <class Other>
  void see(const Other&) {}

  void beat(const SessionKey& session);
  void note_event(const PostEvent& post, const std::vector<Effect>& effects);
  void check_start(const RunStarted& run, Home& home);
  void check_flood(const Run& run);
  void note_shown(const CallModel& call, Run& run);
  void end_wake(Home& home, const Run& run, const RunEnded& ended);
  void expect_fates(const std::vector<std::int64_t>& requests, WakeState expected);
  WakeState fate_of(std::int64_t request) const;
  TurnState fate_of_message(std::int64_t message) const;
  void audit_wakes(const Engine& engine);
  void audit_events(const Engine& engine);
  bool is_starved(const Home& home) const;
  void expect(bool kept, std::string_view promise, std::string_view about);

  Millis now_ = 0;
  const Engine* engine_ = nullptr;  ///< while `see` and `audit` run
  WakeGuards guards_;
  std::map<AgentId, Millis> intervals_;
  std::unordered_map<std::string, std::deque<Millis>> beats_;  ///< newest ticks, by agent
  std::unordered_map<std::string, Home> homes_;
  std::unordered_map<std::string, Run> runs_;
  std::unordered_map<std::string, std::string> lanes_;  ///< the run on each
  std::set<std::string> ended_;
  std::deque<std::string> ended_order_;  ///< oldest first, so that old ones are forgotten
  std::unordered_map<std::int64_t, Posted> events_;
  std::set<std::int64_t> messages_;  ///< that wait
  std::set<std::int64_t> settled_;   ///< messages that ended
  std::int64_t heartbeats_ = 0;
  Millis awake_since_ = 0;
  Millis full_until_ = 0;  ///< when last every place was taken
  std::string violation_;
  Counts counts_;
};

}  // namespace vagus::simulator
