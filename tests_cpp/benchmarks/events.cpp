// What system events cost, without Python: cmake --build --preset release --target benchmarks
//
// The rows are those of the recorded system's figures: a million events over 1,000 sessions, of
// which 20 wait in each; and a session that is filled and emptied again and again.

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "measure.hpp"
#include "vagus/events/event_queue.hpp"

namespace vagus {
namespace {

using benchmarks::sink;

constexpr int kRounds = 5;
constexpr std::size_t kEvents = 1'000'000;
constexpr std::size_t kWaiting = 20;

// The queue of a row is used in every round: that it is full by then is what a row is about.
double nanoseconds_each(const std::function<void()>& work) {
  return benchmarks::nanoseconds_each(
      kEvents, kRounds, [] {}, work);
}

std::vector<SessionKey> sessions(std::size_t count) {
  std::vector<SessionKey> keys;
  for (std::size_t i = 0; i < count; ++i) {
    keys.push_back(
        SessionKey::parse("agent:main:slack:channel:c" + std::to_string(i)).value_or_throw());
  }
  return keys;
}

SystemEvent numbered(std::size_t number, bool tagged) {
  SystemEvent event;
  event.text = "Exec completed (9f2c" + std::to_string(number % 1'000) + ", code 0)";
  if (tagged) event.tag = "exec:" + std::to_string(number % 100);
  return event;
}

double posting(const std::vector<SessionKey>& keys, bool tagged) {
  EventQueue queue{Limits{}};
  return nanoseconds_each([&] {
    for (std::size_t i = 0; i < kEvents; ++i) {
      sink += queue.post(keys[i % keys.size()], numbered(i / keys.size(), tagged)).ok();
    }
  });
}

double duplicates(const std::vector<SessionKey>& keys) {
  EventQueue queue{Limits{}};
  for (std::size_t i = 0; i < kWaiting; ++i) sink += queue.post(keys[0], numbered(i, true)).ok();
  return nanoseconds_each([&] {
    for (std::size_t i = 0; i < kEvents; ++i) {
      sink += queue.post(keys[0], numbered(i % kWaiting, true)).ok();
    }
  });
}

double delivering(const std::vector<SessionKey>& keys) {
  EventQueue queue{Limits{}};
  return nanoseconds_each([&] {
    for (std::size_t i = 0; i < kEvents; ++i) {
      const SessionKey& session = keys[i / kWaiting % keys.size()];
      sink += queue.post(session, numbered(i, false)).ok();
      if (i % kWaiting != kWaiting - 1) continue;
      sink += queue.lease_all(session, "run").events.size();
      queue.commit("run");
    }
  });
}

}  // namespace
}  // namespace vagus

int main() {
  const auto few = vagus::sessions(10);
  const auto many = vagus::sessions(1'000);
  const auto most = vagus::sessions(100'000);
  std::printf("%-44s %9s\n", "EventQueue", "ns each");
  const auto row = [](const char* name, double spent) {
    std::printf("  %-42s %9.1f\n", name, spent);
  };
  row("post, 10 sessions", vagus::posting(few, false));
  row("post, 1,000 sessions", vagus::posting(many, false));
  row("post, 100,000 sessions", vagus::posting(most, false));
  row("post with a tag, 1,000 sessions", vagus::posting(many, true));
  row("post a duplicate with a tag", vagus::duplicates(many));
  row("post 20, lease, commit: each event", vagus::delivering(many));
  return vagus::benchmarks::sink == 0;
}
