// What wakes cost, without Python: cmake --build --preset release --target benchmarks
//
// Each figure is the best of several rounds, each with a queue of its own.

#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "measure.hpp"
#include "vagus/wakes/wake_queue.hpp"

namespace vagus {
namespace {

using benchmarks::nanoseconds_each;
using benchmarks::sink;

constexpr int kRounds = 7;
constexpr Millis kStart = 1'800'000'000'000;
constexpr std::size_t kSizes[] = {1'000, 10'000, 100'000, 1'000'000};

std::size_t allocated = 0;  // bytes that are in use; see below

std::vector<SessionKey> sessions(std::size_t count, std::size_t agents) {
  std::vector<SessionKey> keys;
  keys.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string agent = "a" + std::to_string(i % agents);
    keys.push_back(SessionKey::parse("agent:" + agent + ":slack:channel:c" + std::to_string(i))
                       .value_or_throw());
  }
  return keys;
}

Limits room_for(std::size_t count) {
  Limits limits;
  limits.sessions = static_cast<std::int64_t>(count);
  return limits;
}

WakeGuards many_places() {
  WakeGuards guards;
  guards.running = guards.running_per_agent = 2'000'000;
  return guards;
}

WakeRequest finished_command() {
  WakeRequest request;
  request.kind = WakeKind::exec;
  request.reason = "exec finished";
  return request;
}

enum class Order { in_turn, random };

/// A queue, and the sessions that are asked to run.
struct Setting {
  std::vector<SessionKey> keys;
  std::vector<const SessionKey*> order;
  std::unique_ptr<WakeQueue> queue;
  Millis now = kStart;

  Setting(std::size_t count, std::size_t agents, std::size_t times, Order sorted = Order::random)
      : keys(sessions(count, agents)) {
    for (std::size_t i = 0; i < count * times; ++i) order.push_back(&keys[i % count]);
    if (sorted == Order::random) std::shuffle(order.begin(), order.end(), std::mt19937(7));
  }

  void refill() { queue = std::make_unique<WakeQueue>(room_for(keys.size()), many_places()); }
};

// ---- requests

std::vector<std::vector<const SessionKey*>> in_batches(
    const std::vector<const SessionKey*>& order) {
  constexpr std::size_t kBatch = 1'000;
  std::vector<std::vector<const SessionKey*>> batches;
  for (std::size_t first = 0; first < order.size(); first += kBatch) {
    const auto begin = order.begin() + static_cast<std::ptrdiff_t>(first);
    batches.emplace_back(begin, begin + kBatch);
  }
  return batches;
}

void row(const std::string& name, double spent) {
  std::printf("  %-46s %8.0f %12.0f\n", name.c_str(), spent, 1e9 / spent);
}

void report_requests(std::size_t count, Order order, const char* told) {
  Setting setting(count, 1'000, 1'000'000 / count, order);
  const auto refill = [&] { setting.refill(); };
  const WakeRequest request = finished_command();
  const std::string of = std::to_string(count) + " sessions " + told;
  row("request, " + of, nanoseconds_each(setting.order.size(), kRounds, refill, [&] {
        for (const SessionKey* key : setting.order) {
          sink += setting.queue->request(kStart, *key, request).ok();
        }
      }));
  const std::vector<std::vector<const SessionKey*>> batches = in_batches(setting.order);
  row("request_many, " + of, nanoseconds_each(setting.order.size(), kRounds, refill, [&] {
        for (const auto& batch : batches) {
          sink += setting.queue->request_many(kStart, batch, request)->size();
        }
      }));
}

void report_drain() {
  Setting setting(100'000, 1'000, 1);
  const WakeRequest request = finished_command();
  std::vector<const SessionKey*> once;
  for (const SessionKey& key : setting.keys) once.push_back(&key);
  row("drain: due and settle, 100,000 sessions",
      nanoseconds_each(
          once.size(), kRounds,
          [&] {
            setting.refill();
            sink += setting.queue->request_many(kStart, once, request).ok();
          },
          [&] {
            const auto due = setting.queue->due(kStart + kSecond);
            for (const Wake& wake : due) {
              sink += setting.queue->settle(wake.token, {}, kStart + kSecond).ok();
            }
          }));
}

// ---- growth

// Steps of a queue in which `pending` wakes wait: one more is asked for, and the first is run.
double stepping(std::size_t pending) {
  constexpr std::size_t kSteps = 20'000;
  Setting setting(pending + kSteps, std::max<std::size_t>(pending / 100, 1), 1);
  WakeRequest request = finished_command();
  const auto fill = [&] {
    setting.refill();
    setting.now = kStart;
    for (std::size_t i = 0; i < pending; ++i) {
      request.coalesce_ms = static_cast<Millis>(i);
      sink += setting.queue->request(kStart, *setting.order[i], request).ok();
    }
    request.coalesce_ms = static_cast<Millis>(pending);
  };
  return nanoseconds_each(kSteps, 3, fill, [&] {
    for (std::size_t i = 0; i < kSteps; ++i) {
      sink += setting.queue->request(setting.now, *setting.order[pending + i], request).ok();
      for (const Wake& wake : setting.queue->due(setting.now)) {
        sink += setting.queue->settle(wake.token, {}, setting.now).ok();
      }
      ++setting.now;
    }
  });
}

void report_growth() {
  std::printf("\n%-48s %8s %12s\n", "request + due + settle, while others wait", "ns each",
              "ratio");
  double first = 0;
  for (const std::size_t pending : kSizes) {
    const double spent = stepping(pending);
    if (first == 0) first = spent;
    std::printf("  %-46zu %8.0f %11.2fx\n", pending, spent, spent / first);
  }
}

// ---- memory

void report_memory() {
  constexpr std::size_t kCount = 100'000;
  Setting setting(kCount, kCount, 1);
  const std::size_t before = allocated;
  setting.refill();
  for (const SessionKey& key : setting.keys) {
    sink += setting.queue->request(kStart, key, finished_command()).ok();
  }
  const std::size_t waiting = allocated - before;
  for (const Wake& wake : setting.queue->due(kStart + kSecond)) {
    sink += setting.queue->settle(wake.token, {}, kStart + kSecond).ok();
  }
  const std::size_t idle = allocated - before;
  std::printf("\nbytes for each of %zu sessions, each of an agent of its own\n", kCount);
  std::printf("  %-46s %8zu\n", "while its wake waits", waiting / kCount);
  std::printf("  %-46s %8zu\n", "idle, after as many waited at once", idle / kCount);
}

}  // namespace
}  // namespace vagus

// Counts what is in use, in front of each block.
void* operator new(std::size_t size) {
  auto* block = static_cast<std::size_t*>(std::malloc(size + alignof(std::max_align_t)));
  if (block == nullptr) throw std::bad_alloc();
  *block = size;
  vagus::allocated += size;
  return reinterpret_cast<char*>(block) + alignof(std::max_align_t);
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  auto* block =
      reinterpret_cast<std::size_t*>(static_cast<char*>(memory) - alignof(std::max_align_t));
  vagus::allocated -= *block;
  std::free(block);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

// The same for what starts at a cache line; the line in front of it holds the size.
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto line = static_cast<std::size_t>(alignment);
  auto* block = static_cast<char*>(std::aligned_alloc(line, (size / line + 2) * line));
  if (block == nullptr) throw std::bad_alloc();
  *reinterpret_cast<std::size_t*>(block) = size;
  vagus::allocated += size;
  return block + line;
}

void operator delete(void* memory, std::align_val_t alignment) noexcept {
  if (memory == nullptr) return;
  char* block = static_cast<char*>(memory) - static_cast<std::size_t>(alignment);
  vagus::allocated -= *reinterpret_cast<std::size_t*>(block);
  std::free(block);
}

void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  operator delete(memory, alignment);
}

int main() {
  // A process that has run for a while has its memory: what the system asks for the first touch of
  // a page is not what is measured here.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  std::printf("%-48s %8s %12s\n", "a million requests, in batches of 1,000 if many", "ns each",
              "per second");
  vagus::report_requests(1'000, vagus::Order::random, "at random");
  vagus::report_requests(10'000, vagus::Order::random, "at random");
  vagus::report_requests(100'000, vagus::Order::in_turn, "in turn");
  vagus::report_requests(100'000, vagus::Order::random, "at random");
  vagus::report_drain();
  vagus::report_growth();
  vagus::report_memory();
  return vagus::benchmarks::sink == 0;
}
