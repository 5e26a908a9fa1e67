#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "vagus/wakes/backoff.hpp"
#include "wakes/build.hpp"

/// The queue against an oracle that remembers every request and computes everything anew.
namespace vagus {
namespace {

constexpr int kSessions = 6;
constexpr int kAgents = 3;
constexpr std::uint64_t kSeed = 11;

struct Request {
  std::int64_t id = 0;
  Millis at = 0;
  Millis ready = 0;
  WakeKind kind = WakeKind::other;
  WakeIntent intent = WakeIntent::event;
  std::string reason;
  std::int64_t depth = 0;

  int priority() const { return priority_of(kind, intent); }
};

struct OracleSession {
  std::vector<Millis> starts;  // all of them
  int failures = 0;            // in a row, while its wake is tried again
  int holds = 0;
};

struct OracleWake {
  std::vector<Request> requests;  // in order of arrival
  std::size_t tried = 0;          // how many of them an earlier try already covered
  Millis retry_at = 0;            // meaningless until tried > 0
  bool retries_through = false;   // whether floods do not delay the retry
  std::int64_t attempts = 0;

  std::int64_t token() const { return requests.front().id; }

  std::int64_t depth() const {
    return std::min_element(
               requests.begin(), requests.end(),
               [](const auto& left, const auto& right) { return left.depth < right.depth; })
        ->depth;
  }

  WakeIntent intent() const {
    WakeIntent pressing = WakeIntent::scheduled;
    for (const Request& request : requests) pressing = std::min(pressing, request.intent);
    return pressing;
  }

  const Request& most_urgent() const {
    return *std::max_element(requests.begin(), requests.end(),
                             [](const Request& left, const Request& right) {
                               return left.priority() < right.priority();
                             });
  }

  std::vector<WakeCause> causes() const {
    std::vector<WakeCause> all;
    for (const Request& request : requests) {
      const auto known = std::find_if(all.begin(), all.end(), [&](const WakeCause& cause) {
        return cause.kind == request.kind && cause.reason == request.reason;
      });
      if (known != all.end()) {
        ++known->count;
      } else {
        all.push_back({request.kind, request.reason, 1});
      }
    }
    return all;
  }
};

class Comparison {
 public:
  explicit Comparison(unsigned seed) : random_(seed) {
    limits_.wake_causes = 100;
    limits_.wake_attempts = 3;
    guards_.min_spacing = Duration(2'000);
    guards_.flood_starts = 3;
    guards_.flood_window = Duration(5'000);
    guards_.running = below(2) == 0 ? 2 : 100;
    guards_.running_per_agent = below(2) == 0 ? 1 : 100;
    guards_.chain_free = 2;
    guards_.chain_longest = Duration(20'000);
    queue_ = WakeQueue(limits_, guards_, kSeed);
    for (int i = 0; i < kSessions; ++i) {
      keys_.push_back(testing_wakes::key("a" + std::to_string(i % kAgents), std::to_string(i)));
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    finish();
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  void step() {
    now_ += below(3) == 0 ? below(1'500) : 0;
    const int choice = below(26);
    const int session = below(kSessions);
    if (choice < 9) request(session);
    if (choice >= 9 && choice < 14) take_due();
    if (choice >= 14 && choice < 19) settle_one();
    if (choice == 19 || choice == 20) hold(session);
    if (choice == 21 || choice == 22) release(session);
    if (choice == 23) renew_one();
    if (choice == 24 && below(4) == 0) drop(session);
    if (choice == 25 && below(4) == 0) shift(below(4'000) - 2'000);
    check();
  }

  // ---- what the queue is asked to do

  void request(int session) {
    Request made;
    made.id = arrivals_ + 1;
    made.at = now_;
    made.ready = now_ + below(4) * 250;
    made.kind = static_cast<WakeKind>(below(9));
    made.intent = intent_of(made.kind);
    made.reason = "r" + std::to_string(below(3));
    made.depth = below(3) == 0 ? below(7) : 0;
    WakeRequest asked{made.kind, std::nullopt, made.reason, made.ready - now_, made.depth};
    if (below(4) == 0) asked.intent = made.intent = static_cast<WakeIntent>(below(5));
    OracleWake& wake = waiting_[session];
    const bool merged = !wake.requests.empty();
    wake.requests.push_back(made);
    wake.attempts = 0;
    ++arrivals_;
    if (merged) merge_into(made.id, wake.token());
    const auto receipt = queue_.request(now_, key(session), asked);
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->id, made.id);
    EXPECT_EQ(receipt->token, wake.token());
    EXPECT_EQ(receipt->merged, merged);
    EXPECT_EQ(receipt->due_ms, due_of(session));
    EXPECT_EQ(receipt->requests, static_cast<std::int64_t>(wake.requests.size()));
  }

  void take_due() {
    end_leases();
    const std::vector<int> expected = choose();
    const bool leased = below(3) == 0;
    const std::vector<Wake> due = leased ? queue_.due(now_, kLease) : queue_.due(now_);
    ASSERT_EQ(due.size(), expected.size());
    for (std::size_t i = 0; i < due.size(); ++i) {
      const int session = expected[i];
      expect_same(due[i], session);
      sessions_[session].starts.push_back(now_);
      EXPECT_TRUE(out_.emplace(due[i].token, std::pair(session, waiting_.at(session))).second);
      if (leased) leases_[due[i].token] = now_ + kLease;
      waiting_.erase(session);
    }
  }

  void settle_one() {
    if (out_.empty()) return;
    const auto found = std::next(out_.begin(), below(static_cast<int>(out_.size())));
    settle(found->first, static_cast<WakeOutcome>(below(5)));
  }

  void settle(std::int64_t token, WakeOutcome outcome) {
    const Millis later = now_ + 1 + below(3'000);
    const auto expected = end(token, outcome, later, "why");
    const auto settled = queue_.settle(token, {outcome, "why", later}, now_);
    ASSERT_TRUE(settled);
    // What could have run already runs now.
    EXPECT_EQ(*settled, expected ? std::optional(std::max(*expected, now_)) : std::nullopt);
  }

  void renew_one() {
    if (out_.empty()) return;
    const std::int64_t token = std::next(out_.begin(), below(static_cast<int>(out_.size())))->first;
    leases_[token] = now_ + 500;
    EXPECT_EQ(queue_.renew(token, now_, 500), std::nullopt);
  }

  void drop(int session) {
    const bool waits = waiting_.count(session) > 0;
    if (waits) {
      over(waiting_.at(session), WakeState::dead, "gone");
      waiting_.erase(session);
      sessions_[session].failures = 0;
    }
    const auto dropped = queue_.drop(key(session), "gone", now_);
    ASSERT_TRUE(dropped);
    EXPECT_EQ(*dropped, waits);
  }

  void hold(int session) {
    ++sessions_[session].holds;
    queue_.hold(key(session), now_);
  }

  void release(int session) {
    int& holds = sessions_[session].holds;
    holds = std::max(0, holds - 1);
    queue_.release(key(session), now_);
  }

  void shift(Millis delta) {
    const auto move = [delta](OracleWake& wake) {
      wake.retry_at += delta;
      for (Request& request : wake.requests) request.at += delta, request.ready += delta;
    };
    now_ += delta;
    for (auto& [session, wake] : waiting_) move(wake);
    for (auto& [token, out] : out_) move(out.second);
    for (auto& [session, known] : sessions_) {
      for (Millis& start : known.starts) start += delta;
    }
    for (auto& [token, at] : leases_) at += delta;
    queue_.shift(delta);
  }

  // ---- what the oracle makes of it

  Millis deadline(int session, bool flood, bool chain, bool spacing, std::int64_t depth) {
    const std::vector<Millis>& starts = sessions_[session].starts;
    Millis at = 0;
    if (starts.empty()) return at;
    if (flood && starts.size() >= 3) at = starts[starts.size() - 3] + 5'001;
    if (spacing) at = std::max(at, starts.back() + 2'000);
    if (chain && depth >= 2) {
      const Millis span = Millis{2'000} << (depth - 1);
      at = std::max(at, starts.back() + std::min(span, Millis{20'000}));
    }
    return at;
  }

  Millis due_of(int session) {
    const OracleWake& wake = waiting_.at(session);
    const std::int64_t depth = wake.depth();
    Millis earliest = kNever;
    if (wake.tried > 0) {
      const bool flood = !wake.retries_through;
      earliest = std::max(wake.retry_at, deadline(session, flood, false, false, depth));
    }
    for (std::size_t i = wake.tried; i < wake.requests.size(); ++i) {
      const Request& request = wake.requests[i];
      const bool guarded = request.intent != WakeIntent::manual;
      if (guarded && wake.tried > 0) continue;
      const bool spacing =
          request.intent == WakeIntent::event || request.intent == WakeIntent::task;
      earliest = std::min(
          earliest, std::max(request.ready, deadline(session, guarded, guarded, spacing, depth)));
    }
    return earliest;
  }

  using Rank = std::tuple<Millis, int, std::int64_t>;
  Rank rank(int session) {
    const OracleWake& wake = waiting_.at(session);
    return {due_of(session), -wake.most_urgent().priority(), wake.token()};
  }

  bool is_free(int session) {
    const bool out = std::any_of(out_.begin(), out_.end(), [session](const auto& each) {
      return each.second.first == session;
    });
    return !out && sessions_[session].holds == 0;
  }

  std::int64_t out_of(int agent) const {
    return std::count_if(out_.begin(), out_.end(), [agent](const auto& each) {
      return each.second.first % kAgents == agent;
    });
  }

  // Of each agent the session that is first, in order; of those that may have a place.
  std::map<int, int> first_of_agents(Millis until, const std::map<int, std::int64_t>& out) {
    std::map<int, int> first;
    for (const auto& [session, wake] : waiting_) {
      const int agent = session % kAgents;
      if (out.at(agent) >= guards_.running_per_agent || chosen_.count(session) > 0) continue;
      if (!is_free(session) || due_of(session) > until) continue;
      const auto [found, added] = first.emplace(agent, session);
      if (!added && rank(session) < rank(found->second)) found->second = session;
    }
    return first;
  }

  std::vector<int> choose() {
    std::map<int, std::int64_t> out;
    std::int64_t all = 0;
    for (int agent = 0; agent < kAgents; ++agent) all += out[agent] = out_of(agent);
    chosen_.clear();
    std::vector<int> taken;
    for (; all < guards_.running; ++all) {
      const std::map<int, int> first = first_of_agents(now_, out);
      if (first.empty()) break;
      const auto next = std::min_element(first.begin(), first.end(), [&](auto left, auto right) {
        return std::tuple(out[left.first], turn_[left.first], rank(left.second)) <
               std::tuple(out[right.first], turn_[right.first], rank(right.second));
      });
      ++out[next->first];
      turn_[next->first] = ++turns_;
      chosen_.insert(next->second);
      taken.push_back(next->second);
    }
    chosen_.clear();
    std::sort(taken.begin(), taken.end(),
              [this](int left, int right) { return rank(left) < rank(right); });
    return taken;
  }

  std::optional<Millis> end(std::int64_t token, WakeOutcome outcome, Millis later,
                            const std::string& why) {
    auto [session, wake] = out_.at(token);
    out_.erase(token);
    leases_.erase(token);
    OracleSession& known = sessions_[session];
    if (outcome == WakeOutcome::skipped || outcome == WakeOutcome::deferred) {
      known.starts.pop_back();
    }
    if (outcome == WakeOutcome::failed) ++wake.attempts;
    const bool dead = outcome == WakeOutcome::failed && wake.attempts >= limits_.wake_attempts;
    if (dead || (outcome != WakeOutcome::failed && outcome != WakeOutcome::deferred)) {
      over(wake,
           dead                           ? WakeState::dead
           : outcome == WakeOutcome::done ? WakeState::delivered
                                          : WakeState::expired,
           outcome == WakeOutcome::done ? "" : why);
      known.failures = 0;
      return std::nullopt;
    }
    wake.retry_at = outcome == WakeOutcome::deferred
                        ? later
                        : now_ + jittered_backoff(++known.failures, kSeed, token);
    wake.retries_through = wake.intent() == WakeIntent::manual;
    wake.tried = wake.requests.size();
    const auto newer = waiting_.extract(session);
    if (!newer.empty()) {
      const auto& requests = newer.mapped().requests;
      merge_into(requests.front().id, wake.token());
      wake.requests.insert(wake.requests.end(), requests.begin(), requests.end());
      wake.attempts = 0;
    }
    waiting_[session] = std::move(wake);
    return due_of(session);
  }

  void end_leases() {
    for (;;) {
      const auto first =
          std::min_element(leases_.begin(), leases_.end(), [](auto left, auto right) {
            return std::pair(left.second, left.first) < std::pair(right.second, right.first);
          });
      if (first == leases_.end() || first->second > now_) return;
      end(first->first, WakeOutcome::failed, 0, "lease ended");
    }
  }

  void merge_into(std::int64_t id, std::int64_t into) {
    EXPECT_TRUE(ended_.emplace(id, WakeFate{id, WakeState::merged, into, "", now_}).second)
        << id << " ended twice";
  }

  void over(const OracleWake& wake, WakeState state, const std::string& why) {
    const std::int64_t id = wake.token();
    EXPECT_TRUE(ended_.emplace(id, WakeFate{id, state, std::nullopt, why, now_}).second)
        << id << " ended twice";
    finished_ += wake.requests.size();
  }

  // ---- what must hold

  void expect_same(const Wake& actual, int session) {
    const OracleWake& expected = waiting_.at(session);
    EXPECT_EQ(actual.token, expected.token());
    EXPECT_EQ(actual.session_key, key(session));
    EXPECT_EQ(actual.due_ms, due_of(session));
    EXPECT_EQ(actual.kind, expected.most_urgent().kind);
    EXPECT_EQ(actual.reason, expected.most_urgent().reason);
    EXPECT_EQ(actual.intent, expected.intent());
    EXPECT_EQ(actual.depth, expected.depth());
    EXPECT_EQ(actual.causes, expected.causes());
    EXPECT_EQ(actual.other_causes, 0);
    EXPECT_EQ(actual.requests, static_cast<std::int64_t>(expected.requests.size()));
    EXPECT_EQ(actual.attempts, expected.attempts);
    EXPECT_EQ(actual.requested_ms, expected.requests.front().at);
    Millis waited = 0;
    std::set<DelayCause> whys;
    for (const WakeDelay& delay : actual.delays) {
      EXPECT_GT(delay.ms, 0);
      EXPECT_TRUE(whys.insert(delay.why).second);
      waited += delay.ms;
    }
    EXPECT_LE(waited, now_ - actual.requested_ms);
  }

  void check() {
    std::size_t requests = finished_;
    for (const auto& [token, out] : out_) requests += out.second.requests.size();
    for (const Wake& wake : queue_.waiting()) requests += static_cast<std::size_t>(wake.requests);
    EXPECT_EQ(requests, static_cast<std::size_t>(arrivals_)) << "a request was lost or doubled";
    check_next_due();
    if (arrivals_ > 0) check_fate(1 + below(static_cast<int>(arrivals_)));
  }

  void check_next_due() {
    std::map<int, std::int64_t> out;
    std::int64_t all = 0;
    for (int agent = 0; agent < kAgents; ++agent) all += out[agent] = out_of(agent);
    std::optional<Millis> soonest;
    const auto consider = [&soonest](Millis at) { soonest = std::min(soonest.value_or(at), at); };
    if (all < guards_.running) {
      for (const auto& [agent, session] : first_of_agents(kNever - 1, out)) {
        consider(due_of(session));
      }
    }
    for (const auto& [token, at] : leases_) consider(at);
    const std::optional<Millis> next = queue_.next_due();
    ASSERT_EQ(next.has_value(), soonest.has_value());
    EXPECT_EQ(std::max(next.value_or(0), now_), std::max(soonest.value_or(0), now_));
  }

  void check_fate(std::int64_t id) {
    const auto fate = queue_.fate(id);
    ASSERT_TRUE(fate);
    const auto ended = ended_.find(id);
    if (ended != ended_.end()) {
      EXPECT_EQ(fate->state, ended->second.state);
      EXPECT_EQ(fate->into, ended->second.into);
      EXPECT_EQ(fate->reason, ended->second.reason);
    } else {
      EXPECT_EQ(fate->state, out_.count(id) > 0 ? WakeState::running : WakeState::waiting);
    }
  }

  void finish() {
    for (auto& [session, known] : sessions_) {
      while (known.holds > 0) release(session);
    }
    while (!testing::Test::HasFailure() && !(waiting_.empty() && out_.empty())) {
      now_ += kHour;
      take_due();
      while (!out_.empty()) settle(out_.begin()->first, WakeOutcome::done);
    }
    EXPECT_TRUE(queue_.waiting().empty());
    EXPECT_EQ(queue_.next_due(), std::nullopt) << "nothing is polled when nothing waits";
    EXPECT_EQ(finished_, static_cast<std::size_t>(arrivals_));
    EXPECT_EQ(ended_.size(), static_cast<std::size_t>(arrivals_)) << "every request ends once";
    for (std::int64_t id = 1; id <= arrivals_; ++id) check_fate(id);
  }

  const SessionKey& key(int session) const { return keys_[static_cast<std::size_t>(session)]; }

  static constexpr Millis kLease = 900;

  std::mt19937 random_;
  Limits limits_;
  WakeGuards guards_;
  WakeQueue queue_{limits_};
  std::vector<SessionKey> keys_;
  Millis now_ = 1'000'000;
  std::int64_t arrivals_ = 0;
  std::int64_t turns_ = 0;
  std::size_t finished_ = 0;
  std::map<int, OracleWake> waiting_;
  std::map<std::int64_t, std::pair<int, OracleWake>> out_;
  std::map<int, OracleSession> sessions_;
  std::map<int, std::int64_t> turn_;
  std::map<std::int64_t, Millis> leases_;
  std::map<std::int64_t, WakeFate> ended_;
  std::set<int> chosen_;
};

TEST(WakeQueueProperty, AgreesWithAnOracleThatKeepsEveryRequest) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Comparison(seed).run(400);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace vagus
