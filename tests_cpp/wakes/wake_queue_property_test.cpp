#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "vagus/wakes/wake_queue.hpp"

/// The queue against an oracle that remembers every request and computes everything anew.
namespace vagus {
namespace {

constexpr int kSessions = 5;

struct Request {
  int arrival = 0;
  Millis at = 0;
  Millis due = 0;
  WakeKind kind = WakeKind::other;
  std::string reason;
};

struct OracleWake {
  std::vector<Request> requests;  // in order of arrival
  std::size_t tried = 0;          // how many of them an earlier try already covered
  Millis retry_at = 0;            // meaningless until tried > 0
  std::int64_t attempts = 0;

  Millis due() const {
    Millis earliest = tried > 0 ? retry_at : requests.front().due;
    for (std::size_t i = tried; i < requests.size(); ++i) {
      const bool counts = tried == 0 || requests[i].kind == WakeKind::manual;
      if (counts) earliest = std::min(earliest, requests[i].due);
    }
    return earliest;
  }

  const Request& most_urgent() const {
    return *std::max_element(requests.begin(), requests.end(),
                             [](const Request& left, const Request& right) {
                               return priority_of(left.kind) < priority_of(right.kind);
                             });
  }

  std::vector<WakeCause> causes(std::size_t limit) const {
    std::vector<WakeCause> all;
    for (const Request& request : requests) {
      const auto known = std::find_if(all.begin(), all.end(), [&](const WakeCause& cause) {
        return cause.kind == request.kind && cause.reason == request.reason;
      });
      if (known != all.end()) {
        ++known->count;
      } else if (all.size() < limit) {
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
    queue_ = WakeQueue(limits_);
    for (int i = 0; i < kSessions; ++i) {
      keys_.push_back(SessionKey::parse("agent:s" + std::to_string(i) + ":main").value_or_throw());
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
    const int choice = below(10);
    const int session = below(kSessions);
    if (choice < 4) request(session);
    if (choice == 4 || choice == 5) take_due();
    if (choice == 6 || choice == 7) settle_one();
    if (choice == 8) hold(session);
    if (choice == 9) release(session);
    check_waiting();
  }

  void request(int session) {
    const auto kind = static_cast<WakeKind>(below(9));
    const Millis coalesce = below(4) * 250;
    const std::string reason = "r" + std::to_string(below(3));
    OracleWake& wake = waiting_[session];
    const bool merged = !wake.requests.empty();
    wake.requests.push_back({arrivals_++, now_, now_ + coalesce, kind, reason});
    wake.attempts = 0;
    const auto receipt = queue_.request(now_, key(session), kind, reason, coalesce);
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->merged, merged);
    EXPECT_EQ(receipt->due_ms, wake.due());
    EXPECT_EQ(receipt->requests, static_cast<std::int64_t>(wake.requests.size()));
  }

  bool is_out(int session) const {
    return std::any_of(out_.begin(), out_.end(),
                       [session](const auto& each) { return each.second.first == session; });
  }

  std::vector<int> runnable(Millis until) const {
    std::vector<int> sessions;
    for (const auto& [session, wake] : waiting_) {
      const bool held = holds_.count(session) > 0 && holds_.at(session) > 0;
      if (!held && !is_out(session) && wake.due() <= until) sessions.push_back(session);
    }
    std::sort(sessions.begin(), sessions.end(), [this](int left, int right) {
      return rank(waiting_.at(left)) < rank(waiting_.at(right));
    });
    return sessions;
  }

  static std::tuple<Millis, int, int> rank(const OracleWake& wake) {
    return {wake.due(), -priority_of(wake.most_urgent().kind), wake.requests.front().arrival};
  }

  void take_due() {
    const std::vector<int> expected = runnable(now_);
    const std::vector<Wake> due = queue_.due(now_);
    ASSERT_EQ(due.size(), expected.size());
    for (std::size_t i = 0; i < due.size(); ++i) {
      const int session = expected[i];
      expect_same(due[i], waiting_.at(session), session);
      EXPECT_TRUE(out_.emplace(due[i].token, std::pair(session, waiting_.at(session))).second);
      waiting_.erase(session);
    }
  }

  void expect_same(const Wake& actual, const OracleWake& expected, int session) const {
    EXPECT_EQ(actual.session_key, key(session));
    EXPECT_EQ(actual.due_ms, expected.due());
    EXPECT_EQ(actual.kind, expected.most_urgent().kind);
    EXPECT_EQ(actual.reason, expected.most_urgent().reason);
    EXPECT_EQ(actual.causes, expected.causes(100));
    EXPECT_EQ(actual.other_causes, 0);
    EXPECT_EQ(actual.requests, static_cast<std::int64_t>(expected.requests.size()));
    EXPECT_EQ(actual.attempts, expected.attempts);
    EXPECT_EQ(actual.requested_ms, expected.requests.front().at);
  }

  void settle_one() {
    if (out_.empty()) return;
    const auto found = std::next(out_.begin(), below(static_cast<int>(out_.size())));
    settle(found->first, static_cast<WakeOutcome>(below(3)));
  }

  void settle(std::int64_t token, WakeOutcome outcome) {
    auto [session, wake] = out_.at(token);
    out_.erase(token);
    const Millis later = now_ + 1 + below(3'000);
    const auto settled = queue_.settle(token, outcome, now_, later);
    ASSERT_TRUE(settled);
    if (outcome == WakeOutcome::failed) {
      ++wake.attempts;
      ++failures_[session];
    }
    if (outcome == WakeOutcome::done || wake.attempts == limits_.wake_attempts) {
      failures_.erase(session);
      EXPECT_EQ(*settled, std::nullopt);
      finished_ += wake.requests.size();
      return;
    }
    const Millis backoff = Millis{1'000} << std::clamp(failures_[session] - 1, 0, 10);
    wake.retry_at =
        outcome == WakeOutcome::deferred ? later : now_ + std::min(backoff, Millis{60'000});
    wake.tried = wake.requests.size();
    const auto newer = waiting_.extract(session);
    if (!newer.empty()) {
      const auto& requests = newer.mapped().requests;
      wake.requests.insert(wake.requests.end(), requests.begin(), requests.end());
      wake.attempts = 0;
    }
    EXPECT_EQ(*settled, wake.due());
    waiting_[session] = std::move(wake);
  }

  void hold(int session) {
    ++holds_[session];
    queue_.hold(key(session));
  }

  void release(int session) {
    if (holds_[session] > 0) --holds_[session];
    queue_.release(key(session));
  }

  void check_waiting() const {
    std::size_t requests = finished_;
    for (const auto& [token, out] : out_) requests += out.second.requests.size();
    for (const Wake& wake : queue_.waiting()) requests += static_cast<std::size_t>(wake.requests);
    EXPECT_EQ(requests, static_cast<std::size_t>(arrivals_)) << "a request was lost or doubled";
    const std::vector<int> soon = runnable(kMaxMillis);
    const auto expected =
        soon.empty() ? std::nullopt : std::optional(waiting_.at(soon.front()).due());
    EXPECT_EQ(queue_.next_due(), expected);
  }

  void finish() {
    for (auto& [session, count] : holds_) {
      while (count > 0) release(session);
    }
    now_ += kHour;
    for (int round = 0; round < 2; ++round) {
      take_due();
      while (!out_.empty()) settle(out_.begin()->first, WakeOutcome::done);
    }
    EXPECT_TRUE(queue_.waiting().empty());
    EXPECT_EQ(finished_, static_cast<std::size_t>(arrivals_));
  }

  const SessionKey& key(int session) const { return keys_[static_cast<std::size_t>(session)]; }

  std::mt19937 random_;
  Limits limits_;
  WakeQueue queue_{limits_};
  std::vector<SessionKey> keys_;
  Millis now_ = 0;
  int arrivals_ = 0;
  std::size_t finished_ = 0;
  std::map<int, OracleWake> waiting_;
  std::map<std::int64_t, std::pair<int, OracleWake>> out_;
  std::map<int, int> holds_;
  std::map<int, int> failures_;  // in a row, of a session whose wake is tried again
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
