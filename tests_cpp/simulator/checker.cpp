#include "simulator/checker.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "vagus/wakes/backoff.hpp"

namespace vagus::simulator {
namespace {

constexpr std::string_view kMark = "event #";
constexpr std::size_t kEndedRuns = 100'000;

/// The number in front of which `mark` stands, and where it ends.
std::int64_t number_at(std::string_view text, std::size_t at) {
  std::int64_t number = -1;
  std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

std::vector<std::int64_t> events_in(std::string_view text) {
  std::vector<std::int64_t> numbers;
  for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at + 1)) {
    numbers.push_back(number_at(text, at + kMark.size()));
  }
  return numbers;
}

/// How many events a prompt says were dropped.
std::int64_t dropped_in(std::string_view text) {
  const std::size_t at = text.find(" older event");
  if (at == text.npos) return 0;
  std::size_t from = at;
  while (from > 0 && text[from - 1] >= '0' && text[from - 1] <= '9') --from;
  return from == at ? 0 : number_at(text, from);
}

bool is_manual(const RunStarted& run) {
  return std::any_of(run.causes.begin(), run.causes.end(),
                     [](const WakeCause& cause) { return cause.kind == WakeKind::manual; });
}

WakeState expected_state(const RunEnded& ended) {
  switch (ended.outcome) {
    case RunOutcome::replied:
    case RunOutcome::acknowledged:
      return WakeState::delivered;
    case RunOutcome::failed:
    case RunOutcome::timed_out:
    case RunOutcome::aborted:
      return WakeState::dead;
    default:
      return WakeState::expired;
  }
}

bool answers(const RunEnded& ended) {
  return expected_state(ended) == WakeState::delivered;
}

}  // namespace

std::string event_text(std::int64_t number) {
  return std::string(kMark) + std::to_string(number) + ".";
}

void Checker::expect(bool kept, std::string_view promise, std::string_view about) {
  if (kept || !violation_.empty()) return;
  violation_ = std::string(promise) + ": " + std::string(about);
}

void Checker::know(const Config& config) {
  guards_ = config.wakes;
  std::map<AgentId, Millis> intervals;
  for (const AgentConfig& agent : agents_with_cadence(config)) {
    intervals.emplace(agent.id, heartbeat_of(config, agent).every);
  }
  std::set<std::string> same;
  for (const auto& [id, interval] : intervals) {
    const auto found = intervals_.find(id);
    if (found != intervals_.end() && found->second == interval) same.insert(id.str());
  }
  for (auto at = beats_.begin(); at != beats_.end();) {
    at = same.count(at->first) > 0 ? std::next(at) : beats_.erase(at);
  }
  intervals_ = std::move(intervals);
}

void Checker::see(Millis now, const Command& command, const std::vector<Effect>& effects,
                  const Engine& engine) {
  now_ = now;
  engine_ = &engine;
  if (const auto* post = std::get_if<PostEvent>(&command)) note_event(*post, effects);
  for (const Effect& effect : effects) {
    std::visit([this](const auto& each) { see(each); }, effect);
  }
}

// ---- wakes

void Checker::see(const WakeQueued& wake) {
  ++counts_.requests;
  Home& home = homes_[wake.session_key.str()];
  home.waiting.push_back(wake.request);
  home.due = wake.due_ms;
  const Millis longest = guards_.flood_window.millis() + guards_.min_spacing.millis() +
                         guards_.chain_longest.millis() + 2 * kRetryLongestMillis + kMinute;
  expect(wake.due_ms - now_ <= longest, "guards delay within bounds", wake.session_key.str());
  if (wake.kind == WakeKind::interval) beat(wake.session_key);
}

// A late tick may be close to the next one; of three in a row, the outer two are an interval apart.
void Checker::beat(const SessionKey& session) {
  const std::string agent = session.agent().str();
  std::deque<Millis>& beats = beats_[agent];
  const auto interval = intervals_.find(session.agent());
  expect(interval != intervals_.end(), "only agents with a cadence beat", agent);
  if (interval == intervals_.end()) return;
  beats.push_back(now_);
  if (beats.size() <= 2) return;
  expect(now_ - beats.front() >= interval->second, "no agent beats above its rate", agent);
  beats.pop_front();
}

void Checker::see(const WakeDropped& dropped) {
  Home& home = homes_[dropped.session_key.str()];
  expect_fates(home.waiting, WakeState::dead);
  home.waiting.clear();
  home.due.reset();
  ++counts_.dropped;
}

WakeState Checker::fate_of(std::int64_t request) const {
  Result<WakeFate> fate = engine_->wake_fate(request);
  while (fate && fate->state == WakeState::merged) fate = engine_->wake_fate(fate->into.value());
  return fate ? fate->state : WakeState::waiting;
}

void Checker::expect_fates(const std::vector<std::int64_t>& requests, WakeState expected) {
  for (const std::int64_t request : requests) {
    expect(fate_of(request) == expected, "every wake ends in one fate", std::to_string(request));
  }
}

// ---- messages

void Checker::see(const TurnQueued& turn) {
  expect(messages_.insert(turn.message).second, "a message is accepted once",
         std::to_string(turn.message));
  ++homes_[turn.session_key.str()].messages;
}

void Checker::see(const TurnSettled& turn) {
  const std::string about = std::to_string(turn.message);
  expect(settled_.insert(turn.message).second, "a message ends once", about);
  expect(fate_of_message(turn.message) == turn.state, "a message has one fate", about);
  if (turn.run_id) expect(runs_.count(*turn.run_id) > 0, "a message goes to a run", about);
  if (messages_.erase(turn.message) == 0) return;
  Home& home = homes_[turn.session_key.str()];
  --home.messages;
  home.free_since = now_;
}

TurnState Checker::fate_of_message(std::int64_t message) const {
  const Result<TurnFate> fate = engine_->turn_fate(message);
  return fate ? fate->state : TurnState::waiting;
}

// ---- runs

void Checker::see(const RunStarted& run) {
  ++counts_.runs;
  const std::string lane = run.session_key.str();
  const bool fresh = runs_.count(run.run_id) == 0 && ended_.count(run.run_id) == 0;
  expect(fresh, "a run starts once", run.run_id);
  expect(lanes_.emplace(lane, run.run_id).second, "one run per lane", lane);
  Home& home = homes_[run.home_key.str()];
  if (run.kind == RunKind::heartbeat) check_start(run, home);
  ++home.runs;
  Run& open = runs_[run.run_id];
  open.started = run;
  open.at = now_;
  open.manual = is_manual(run);
}

void Checker::check_start(const RunStarted& run, Home& home) {
  const std::string about = run.home_key.str();
  expect(home.running.empty() && !home.waiting.empty(), "a run answers a request", about);
  expect(static_cast<std::size_t>(run.requests) == home.waiting.size(), "no request is forgotten",
         about);
  expect(!is_starved(home), "a wake that is due and free starts", about);
  home.running = std::move(home.waiting);
  home.waiting.clear();
  home.due.reset();
  if (++heartbeats_ >= guards_.running) full_until_ = now_;
}

// Since it was due, free, had a place and somebody looked.
bool Checker::is_starved(const Home& home) const {
  if (!home.due || home.runs > 0 || home.messages > 0 || heartbeats_ >= guards_.running)
    return false;
  const Millis since = std::max({*home.due, home.free_since, full_until_, awake_since_});
  return now_ - since > kLateness;
}

void Checker::see(const CallModel& call) {
  ++counts_.calls;
  const auto found = runs_.find(call.run_id);
  expect(found != runs_.end(), "only runs in flight call a model", call.run_id);
  expect(call.ledger.overflow == 0, "the budget is respected", call.run_id);
  if (found == runs_.end()) return;
  found->second.called = true;
  note_shown(call, found->second);
  if (found->second.started.kind == RunKind::heartbeat) check_flood(found->second);
}

void Checker::check_flood(const Run& run) {
  std::deque<Millis>& starts = homes_[run.started.home_key.str()].starts;
  const auto most = static_cast<std::size_t>(guards_.flood_starts);
  const bool full = starts.size() >= most &&
                    starts[starts.size() - most] >= run.at - guards_.flood_window.millis();
  expect(run.manual || !full, "no storm of wakes reaches a model", run.started.home_key.str());
  starts.push_back(run.at);
  if (starts.size() > most + 1) starts.pop_front();  // the newest may be taken back
}

void Checker::see(const RunEnded& ended) {
  const auto found = runs_.find(ended.run_id);
  expect(found != runs_.end(), "a run that started ends once", ended.run_id);
  if (found == runs_.end()) return;
  const Run run = std::move(found->second);
  runs_.erase(found);
  lanes_.erase(ended.session_key.str());
  Home& home = homes_[run.started.home_key.str()];
  --home.runs;
  home.free_since = now_;
  if (run.started.kind == RunKind::heartbeat) end_wake(home, run, ended);
  if (answers(ended)) {
    for (const std::int64_t number : run.shown) --events_[number].copies;
    home.consumed += static_cast<std::int64_t>(run.shown.size());
    home.told += run.told;
  }
  ended_.insert(ended.run_id);
  ended_order_.push_back(ended.run_id);
  if (ended_order_.size() <= kEndedRuns) return;
  ended_.erase(ended_order_.front());
  ended_order_.pop_front();
}

void Checker::end_wake(Home& home, const Run& run, const RunEnded& ended) {
  if (heartbeats_-- >= guards_.running) full_until_ = now_;
  if (ended.retry_at_ms) {
    ++counts_.retries;
    home.waiting.insert(home.waiting.end(), home.running.begin(), home.running.end());
    home.due = ended.retry_at_ms;
    expect(*ended.retry_at_ms >= now_, "a retry lies ahead", ended.run_id);
  } else if (expected_state(ended) == WakeState::dead) {
    // A tick that failed, or gave way to a message, has served, and its start delays nobody; a wake
    // that failed too often is dead.
    const WakeState first = fate_of(home.running.front());
    expect(first == WakeState::expired || first == WakeState::dead, "every wake ends in one fate",
           ended.run_id);
    expect_fates(home.running, first);
    if (first == WakeState::expired && run.called) home.starts.pop_back();
  } else {
    expect_fates(home.running, expected_state(ended));
  }
  home.running.clear();
}

// ---- events

void Checker::note_event(const PostEvent& post, const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    const auto* posted = std::get_if<EventPosted>(&effect);
    if (posted == nullptr || posted->receipt != EventReceipt::queued) continue;
    ++counts_.events;
    const std::string session = posted->session_key.str();
    ++homes_[session].posted;
    for (const std::int64_t number : events_in(post.text)) {
      Posted& event = events_[number];
      event.session = session;
      if (event.copies++ > 0) ++homes_[session].repeated;
    }
  }
}

void Checker::note_shown(const CallModel& call, Run& run) {
  if (call.messages.empty()) return;
  const std::string prompt = text_of(call.messages.back());
  run.shown = events_in(prompt);
  run.told = dropped_in(prompt);
  for (const std::int64_t number : run.shown) {
    ++counts_.shown;
    const Posted& event = events_[number];
    const std::string about = event_text(number);
    expect(event.copies > 0, "an event that was told is not told again", about);
    expect(event.session == run.started.home_key.str(), "events stay in their session", about);
  }
}

// ---- time

void Checker::see(const ClockStepped& step) {
  const Millis delta = step.to_ms - step.from_ms;
  awake_since_ = step.to_ms;
  full_until_ += delta;
  beats_.clear();
  for (auto& [name, home] : homes_) {
    if (home.due) *home.due += delta;
    home.free_since += delta;
    for (Millis& start : home.starts) start += delta;
  }
  for (auto& [id, run] : runs_) run.at += delta;
}

// ---- audits

void Checker::audit(Millis now, const Engine& engine) {
  now_ = now;
  engine_ = &engine;
  for (const auto& [name, home] : homes_) {
    expect(!is_starved(home), "a wake that is due and free starts", name);
  }
  audit_wakes(engine);
  audit_events(engine);
}

void Checker::audit_wakes(const Engine& engine) {
  std::size_t waiting = 0;
  for (const Wake& wake : engine.waiting_wakes()) {
    const std::string session = wake.session_key.str();
    const std::size_t asked = homes_[session].waiting.size();
    expect(static_cast<std::size_t>(wake.requests) == asked, "no wake is lost", session);
    waiting += asked;
  }
  std::size_t expected = 0;
  for (const auto& [name, home] : homes_) expected += home.waiting.size();
  expect(waiting == expected, "no wake is lost", std::to_string(expected));
}

// Told, waiting, or counted as dropped. What was said twice may have become one event, when the run
// that had the first failed and gave it back beside the second.
void Checker::audit_events(const Engine& engine) {
  const Json snapshot = engine.snapshot();
  for (const auto& [name, home] : homes_) {
    if (home.runs > 0) continue;  // some are with a run
    std::int64_t kept = home.consumed + home.told;
    const auto& waiting = snapshot["events"];
    if (const auto found = waiting.find(name); found != waiting.end()) {
      kept += static_cast<std::int64_t>((*found)["events"].size());
      kept += found->value("dropped", std::int64_t{0});
    }
    const bool all = kept <= home.posted && kept >= home.posted - home.repeated;
    expect(all, "no event is lost silently",
           name + ": " + std::to_string(kept) + " of " + std::to_string(home.posted));
  }
}

void Checker::finish(const Engine& engine) {
  engine_ = &engine;
  expect(runs_.empty(), "every run ends", std::to_string(runs_.size()));
  expect(engine.waiting_wakes().empty(), "every wake ends", "at the end");
  for (const auto& [name, home] : homes_) expect(home.waiting.empty(), "no wake is lost", name);
  expect(messages_.empty(), "every message ends", std::to_string(messages_.size()));
  const std::int64_t settled = std::ssize(settled_);  // numbers are given from 1
  expect(!engine.turn_fate(settled + 1), "every message ends", std::to_string(settled));
}

}  // namespace vagus::simulator
