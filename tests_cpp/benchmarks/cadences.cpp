// What it costs to keep a million agents beating: cmake --build --preset release --target
// benchmarks
//
// Time is simulated: the loop jumps from alarm to alarm, as a host sleeps from one to the next.

#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "vagus/heartbeat/cadences.hpp"

namespace vagus {
namespace {

constexpr std::size_t kAgents = 1'000'000;
constexpr Millis kInterval = 5 * kMinute;
constexpr Millis kStart = 1'750'000'000'000;
constexpr Millis kSimulated = 3 * kInterval;

AgentId numbered(std::size_t number) {
  return AgentId::parse("agent-" + std::to_string(number)).value_or_throw();
}

// Of small blocks and of large ones, which the allocator counts apart.
std::size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

double seconds_of(const auto& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void run(const char* name, const ActiveHours& hours) {
  const std::size_t before = bytes_in_use();
  Cadences cadences;
  cadences.enable(true, kStart);
  const double filled = seconds_of([&] {
    for (std::size_t i = 0; i < kAgents; ++i) {
      const AgentId agent = numbered(i);
      cadences.set(agent, Schedule(kInterval, phase_of("seed", agent, kInterval), hours), kStart);
    }
  });
  const std::size_t bytes = bytes_in_use() - before;
  std::size_t beats = 0;
  std::size_t alarms = 0;
  const double spent = seconds_of([&] {
    for (auto at = cadences.next(); at && *at <= kStart + kSimulated; at = cadences.next()) {
      beats += cadences.beat(*at).size();
      ++alarms;
    }
  });
  const double simulated = static_cast<double>(kSimulated) / kSecond;
  std::printf("%-28s %9zu %9zu %10.0f %8.0fx %7zu %9.0f\n", name, beats, alarms,
              static_cast<double>(beats) / spent, simulated / spent, bytes / kAgents,
              filled * 1e9 / static_cast<double>(kAgents));
}

}  // namespace
}  // namespace vagus

int main() {
  using vagus::ActiveHours;
  std::printf("%zu agents, one beat in 5 minutes each, 15 minutes\n\n", vagus::kAgents);
  std::printf("%-28s %9s %9s %10s %9s %7s %9s\n", "", "beats", "alarms", "beats/s", "real time",
              "B/agent", "ns to set");
  vagus::run("at all hours", ActiveHours());
  vagus::run("hours that are open", ActiveHours({"08:00", "20:00", ""}, vagus::Zone()));
  return 0;
}
