#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <vector>

#include "context/build.hpp"
#include "simulator/checker.hpp"
#include "simulator/crashing_host.hpp"

namespace vagus::simulator {

struct Options {
  std::uint64_t seed = 1;
  std::int64_t agents = 40;
  std::int64_t days = 2;
};

/// Agents and all that happens to them: a clock that steps, a machine that sleeps and dies, models
/// that fail, answer late, twice or never, producers of every kind, people, deliveries that get
/// lost, cadences that are switched off and changed. The same options give the same history.
class World {
 public:
  explicit World(const Options& options, CrashingHost::Tamper tamper = {});

  /// Lives through the days, then lets everything come to its end. Returns the promise that was
  /// broken, at which step; empty when all were kept.
  std::string run();

  const Counts& counts() const { return checker_.counts(); }
  std::int64_t steps() const { return steps_; }
  std::int64_t crashes() const { return crashes_; }

 private:
  enum class What { alarm, produce, follow_up, files, reply, report, disturb, audit };

  /// Something that happens at a moment of the world's own clock, which never steps.
  struct Event {
    Millis at;
    std::int64_t order;
    What what;
    std::string run;    ///< that it is about
    std::int64_t life;  ///< of the host in which it was set; it is forgotten with that

    bool operator>(const Event& other) const {
      return std::pair(at, order) > std::pair(other.at, other.order);
    }
  };

  Millis now() const { return world_ms_ + clock_offset_; }
  Millis soon(Millis within) { return dice_.roll(within); }
  bool chance(std::int64_t percent) { return dice_.roll(100) < percent; }
  void plan(Millis after, What what, std::string run = "");
  void plan_alarm();
  void happen(const Event& event);

  void send(const Command& command);
  void carry_out(const std::vector<Effect>& effects);
  void crash();
  void resume();

  void produce();
  void follow_up(const std::string& run);
  void post(PostEvent event);
  void read_files(const std::string& run);
  void reply(const std::string& run);
  void plan_reply(const CallModel& call);
  void report(const std::string& run);
  void disturb();
  void step_clock(Millis delta);
  void change_configuration();

  SessionKey some_session();
  WakeKind some_kind();
  PostEvent some_event(const SessionKey& session);

  Options options_;
  testing_messages::Dice dice_;
  Config config_;
  Checker checker_;
  CrashingHost host_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> plan_;
  Millis world_ms_;
  Millis clock_offset_ = 0;
  Millis ends_ms_;
  Millis outage_ends_ms_ = 0;  ///< until then most model calls fail
  bool draining_ = false;
  bool dies_next_ = false;
  std::int64_t planned_ = 0;
  std::int64_t life_ = 0;
  std::int64_t alarm_ = 0;  ///< the order of the alarm that counts
  std::int64_t steps_ = 0;
  std::int64_t crashes_ = 0;
  std::int64_t events_ = 0;
  std::string broken_;
};

}  // namespace vagus::simulator
