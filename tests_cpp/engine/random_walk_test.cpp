#include <set>

#include <nlohmann/json.hpp>

#include "context/build.hpp"
#include "engine/host.hpp"
#include "vagus/context/pairing.hpp"

/// Random commands against the promises that hold whatever a host does.
namespace vagus::testing_engine {
namespace {

using testing_messages::Dice;

const std::string kConfigs[] = {
    R"({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m", "isolated_session": true,
         "light_context": true}}]}, "limits": {"transcript_messages": 200}})",
    R"({"models": {"tiny": {"window": 2000, "reserve": 500}}, "agents": {"list": [
         {"id": "trent", "default": true, "model": "tiny", "heartbeat": {"every": "3m",
           "target": "last", "timeout": "40s"}},
         {"id": "ada", "model": "tiny", "heartbeat": {"every": "4m", "isolated_session": true,
           "session": "main:heartbeat", "replay": {"max_messages": 6, "max_tokens": 500},
           "active_hours": {"start": "22:00", "end": "23:30"}}}]},
       "bindings": [{"agent": "ada", "match": {"channel": "slack"}}],
       "messages": {"running": 2, "queue": {"mode": "steer", "debounce_ms": 20000,
         "by_channel": {"discord": "interrupt"}}},
       "limits": {"queued_turns": 3, "events_per_session": 4, "wake_causes": 2,
         "transcript_messages": 40}})",
};

/// Follows the effects of one engine and checks every promise at every step.
class Witness {
 public:
  explicit Witness(std::string_view config) : host_(config) {}

  void step(const Command& command) {
    const std::vector<Effect> effects = host_.apply(command);
    for (const Effect& effect : effects) {
      std::visit([this](const auto& one) { see(one); }, effect);
    }
    check_alarm();
    if (++steps_ % 10 != 0) return;  // nothing that was lost comes back
    check_wakes();
    check_turns();
  }

  Host& host() { return host_; }
  const std::map<std::string, RunStarted>& open() const { return open_; }
  const std::set<std::string>& over() const { return over_; }
  bool waits_for_files(const std::string& run_id) const { return thinking_.count(run_id) == 0; }
  std::size_t calls() const { return calls_; }
  std::size_t told() const { return told_.size(); }
  const std::vector<Steered>& offers() const { return offers_; }
  std::size_t unsettled() const { return waiting_.size(); }

  Message tool_message(std::int64_t seed) const {
    return seed % 2 == 0 ? testing_messages::calls({"a"}) : testing_messages::result("a");
  }

 private:
  template <class E>
  void see(const E&) {}

  // one_run_per_lane
  void see(const RunStarted& run) {
    EXPECT_TRUE(known_.insert(run.run_id).second) << "a run id was used twice";
    EXPECT_TRUE(lanes_.insert(run.session_key).second) << run.session_key.str();
    open_.emplace(run.run_id, run);
    answered_[run.home_key] += run.requests;
  }

  // one_terminal_per_run
  void see(const RunEnded& run) {
    const auto started = open_.find(run.run_id);
    ASSERT_NE(started, open_.end()) << "ended twice, or never started";
    // What is tried again is not answered yet.
    if (run.retry_at_ms) answered_[started->second.home_key] -= started->second.requests;
    open_.erase(started);
    EXPECT_EQ(lanes_.erase(run.session_key), 1U);
    for (const std::string& client : followed_[run.run_id]) {
      EXPECT_EQ(told_.count(client), 1U) << client << " is not told its end";
    }
    over_.insert(run.run_id);
  }

  // one_terminal_per_run, for each client run of it
  void see(const ChatEvent& event) {
    EXPECT_EQ(told_.count(event.client_run_id), 0U) << event.client_run_id << " had its end";
    const auto run = open_.find(event.run_id);
    if (run == open_.end()) {
      // A message that no run answers is told so.
      EXPECT_EQ(over_.count(event.run_id), 0U) << "told of a run that is over";
      EXPECT_EQ(event.state, ChatState::error);
    } else {
      EXPECT_EQ(event.session_key, run->second.session_key);
    }
    for (const std::string& each : event.subscribers) {
      EXPECT_TRUE(each == "all" || each == "tab-" + event.client_run_id) << each;
    }
    followed_[event.run_id].insert(event.client_run_id);
    if (event.state != ChatState::delta) told_.insert(event.client_run_id);
  }

  // budget_respected, pairs_intact
  void see(const CallModel& call) {
    ++calls_;
    thinking_.insert(call.run_id);
    EXPECT_LE(call.ledger.estimated, call.ledger.budget);
    EXPECT_EQ(call.ledger.overflow, 0);
    EXPECT_TRUE(pairs_intact(call.messages));
    ASSERT_FALSE(call.messages.empty());
    EXPECT_EQ(call.messages.back().role, Role::user);
    const RunStarted& run = open_.at(call.run_id);
    EXPECT_EQ(call.context_key, run.context_key);
    EXPECT_EQ(call.session_key, run.session_key);
    note_events(call, run);
  }

  // A heartbeat that shows the events of one route answers there and nowhere else.
  void see(const Deliver& sent) {
    EXPECT_EQ(open_.count(sent.run_id), 1U);
    if (open_.at(sent.run_id).kind == RunKind::user) return;
    for (const std::string& to : routes_shown_[sent.run_id]) EXPECT_EQ(sent.route.to, to);
  }

  void see(const WakeQueued& wake) { ++asked_[wake.session_key]; }

  // Every message that was accepted ends once.
  void see(const TurnQueued& turn) { EXPECT_TRUE(waiting_.insert(turn.message).second); }
  void see(const TurnSettled& turn) {
    waiting_.erase(turn.message);
    EXPECT_TRUE(settled_.insert(turn.message).second) << "told twice what became of a message";
    EXPECT_EQ(turn.run_id.has_value(), turn.reason.empty());
    if (turn.run_id) {
      EXPECT_EQ(open_.count(*turn.run_id), 1U);
    }
  }
  void see(const SteerRun& offer) {
    EXPECT_EQ(waiting_.count(offer.message), 1U);
    offers_.push_back({offer.run_id, offer.message});
  }

  // Routed events of the walk say whom they are for: `for:U1`.
  void note_events(const CallModel& call, const RunStarted& run) {
    if (run.kind == RunKind::user) return;
    const std::string prompt = text_of(call.messages.back());
    for (const std::string to : {"U1", "U2"}) {
      if (holds(prompt, "for:" + to)) routes_shown_[call.run_id].push_back(to);
    }
    EXPECT_LE(routes_shown_[call.run_id].size(), 1U) << "two people's events in one prompt";
  }

  // no_lost_wake: what was asked was answered by a run, or waits.
  void check_wakes() {
    std::map<SessionKey, std::int64_t> waiting;
    const Json snapshot = host_.engine.snapshot();
    for (const Json& wake : snapshot["wakes"]) {
      const SessionKey session = key(wake["session_key"].get<std::string>());
      waiting[session] += wake["requests"].get<std::int64_t>();
    }
    for (const auto& [session, asked] : asked_) {
      EXPECT_EQ(waiting[session] + answered_[session], asked) << session.str();
    }
  }

  // No lane is idle while messages wait for it, unless for quiet.
  void check_turns() {
    const Json turns = host_.engine.snapshot()["turns"];
    for (const auto& [lane, waiting] : turns.items()) {
      EXPECT_TRUE(lanes_.count(key(lane)) > 0 || host_.alarm().has_value()) << lane;
      EXPECT_LE(waiting.get<std::int64_t>(), host_.engine.config().limits.queued_turns);
    }
  }

  // An engine with something to wait for says until when.
  void check_alarm() {
    const std::optional<Millis> alarm = host_.alarm();
    EXPECT_TRUE(open_.empty() || alarm.has_value());
    EXPECT_GT(alarm.value_or(kMaxMillis), host_.now) << "what is due now has run now";
  }

  Host host_;
  std::set<std::string> known_;
  std::map<std::string, RunStarted> open_;
  std::set<std::string> over_;
  std::set<std::string> told_;  ///< client runs that were told their end
  std::map<std::string, std::set<std::string>> followed_;
  std::set<SessionKey> lanes_;
  std::map<SessionKey, std::int64_t> asked_;
  std::map<SessionKey, std::int64_t> answered_;
  std::set<std::string> thinking_;
  std::map<std::string, std::vector<std::string>> routes_shown_;
  std::set<std::int64_t> waiting_;
  std::set<std::int64_t> settled_;
  std::vector<Steered> offers_;
  std::size_t steps_ = 0;
  std::size_t calls_ = 0;
};

/// Draws commands that an engine may be given, most of them sensible.
class Walker {
 public:
  Walker(Witness& witness, std::uint64_t seed) : witness_(witness), dice_(seed) {}

  void step() {
    if (dice_.roll(4) == 0) witness_.host().now += dice_.roll(3 * kMinute);
    witness_.step(draw());
  }

  /// Answers every run until no message waits.
  // A message may wait for more of its kind without being told so; it rests when no turn is left.
  void rest() {
    witness_.step(SetHeartbeats{false});
    for (int i = 0; i < 500 && !is_at_rest(); ++i) {
      if (witness_.open().empty()) witness_.host().now += kMinute;
      witness_.step(witness_.open().empty() ? Command(Tick{}) : answer());
    }
  }

 private:
  bool is_at_rest() const {
    return witness_.unsettled() == 0 && snapshot_of(witness_.host().engine, "/turns") == "{}";
  }

  Command draw() {
    switch (dice_.roll(16)) {
      case 0:
        return followed(message_to(session(), words()));
      case 14:
        return dice_.roll(4) == 0 ? Command(Subscribe{"all", session()}) : stream();
      case 15:
        return dice_.roll(4) == 0 ? abort() : stream();
      case 1:
        return message_from("C" + std::to_string(dice_.roll(2)), words());
      case 2:
        return wake_of(session(), kind(), "r" + std::to_string(dice_.roll(4)), dice_.roll(2'000));
      case 3:
        return news(session(), words());
      case 4: {
        const std::string to = "U" + std::to_string(1 + dice_.roll(2));
        PostEvent post = exec_event(session(), "for:" + to + " " + words(), route_to("slack", to));
        post.coalesce_ms = dice_.roll(500);
        return post;
      }
      case 5:
        return dice_.roll(5) == 0 ? Command(ResetSession{session()}) : Command(Tick{});
      case 6:
        return ImportTranscript{session(), {text_message(Role::user, words()), tool(), tool()}};
      case 7: {
        static const std::vector<std::string> kModes = {
            "collect", "followup", "steer", "interrupt", "drop:new", "drop:old", "cap:2", "reset"};
        return message_to(session(), "/queue " + kModes[static_cast<std::size_t>(dice_.roll(8))]);
      }
      case 8:
        if (!witness_.offers().empty()) return witness_.offers().back();
        return Tick{};
      default:
        return answer();
    }
  }

  Command followed(Inbound message) {
    const std::string client = "c" + std::to_string(++clients_);
    message.client_run_id = client;
    message.subscriber = "tab-" + client;
    return message;
  }

  Command stream() {
    if (witness_.open().empty()) return Tick{};
    const std::string run_id = pick(witness_.open()).first;
    if (witness_.waits_for_files(run_id)) return FilesRead{run_id, {}};
    StreamModel piece;
    piece.run_id = run_id;
    piece.delta = words();
    return piece;
  }

  Command abort() {
    if (witness_.open().empty()) return Tick{};
    return AbortRun{pick(witness_.open()).first, {}, {}, "rpc"};
  }

  Command answer() {
    if (!witness_.over().empty() && dice_.roll(10) == 0) {
      return ModelReplied{pick(witness_.over()), "too late", {}};
    }
    if (witness_.open().empty()) return Tick{};
    const std::string run_id = pick(witness_.open()).first;
    if (dice_.roll(6) == 0) return ModelFailed{run_id, "down"};
    if (witness_.waits_for_files(run_id)) return FilesRead{run_id, {}};
    return ModelReplied{run_id, dice_.roll(2) == 0 ? "HEARTBEAT_OK" : words(), {tool(), tool()}};
  }

  SessionKey session() {
    static const std::vector<std::string> kSessions = {"agent:trent:main",
                                                       "agent:trent:main:heartbeat",
                                                       "agent:trent:subagent:x",
                                                       "agent:trent:discord:channel:c1",
                                                       "agent:trent:main:heartbeat:heartbeat",
                                                       "agent:ada:main",
                                                       "agent:ada:main:heartbeat",
                                                       "agent:ada:main:heartbeat:heartbeat"};
    const std::int64_t agents = witness_.host().engine.config().agents.list.size() > 1 ? 8 : 5;
    return key(kSessions[static_cast<std::size_t>(dice_.roll(agents))]);
  }

  WakeKind kind() { return static_cast<WakeKind>(dice_.roll(9)); }
  Message tool() { return witness_.tool_message(dice_.roll(2)); }
  std::string words() {
    return "w" + std::string(
                     static_cast<std::size_t>(dice_.roll(dice_.roll(20) == 0 ? 9'000 : 400)), 'x');
  }

  template <class Container>
  typename Container::value_type pick(const Container& from) {
    auto at = from.begin();
    std::advance(at, dice_.roll(static_cast<std::int64_t>(from.size())));
    return *at;
  }

  Witness& witness_;
  Dice dice_;
  std::int64_t clients_ = 0;
};

TEST(EngineRandomWalk, KeepsEveryPromise) {
  for (const std::string& config : kConfigs) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Witness witness(config);
      Walker walker(witness, seed);
      for (int i = 0; i < 1'000 && !testing::Test::HasFailure(); ++i) walker.step();
      EXPECT_GT(witness.calls(), 100U) << "a walk that went nowhere proves nothing";
      EXPECT_GT(witness.told(), 20U);
      walker.rest();
      EXPECT_EQ(witness.unsettled(), 0U) << "a message was never told its fate";
      EXPECT_EQ(snapshot_of(witness.host().engine, "/turns"), "{}");
    }
  }
}

}  // namespace
}  // namespace vagus::testing_engine
