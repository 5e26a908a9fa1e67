#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "context/build.hpp"
#include "measure.hpp"
#include "vagus/context/context.hpp"

/// What appending to a transcript, admission and assembly cost, by how long the transcript is, and
/// how much memory it takes. Build in Release: cmake --build --preset release --target benchmarks
namespace vagus {
namespace {

using namespace testing_messages;
using benchmarks::nanoseconds_each;
using benchmarks::sink;

constexpr std::int64_t kWindow = 10'000;
constexpr std::int64_t kReserve = 2'000;
constexpr int kRounds = 7;

// Turns of four messages, about a kilobyte together.
Message nth(std::size_t i) {
  static const std::string sentence =
      "The build finished without warnings and every check of the release passed. ";
  std::string text;
  for (std::size_t k = 0; k < 1 + i % 5; ++k) text += sentence;
  switch (i % 4) {
    case 0:
      return user("What is the state of build " + std::to_string(i) + "? " + text);
    case 1:
      return calls({std::to_string(i)});
    case 2:
      return result(std::to_string(i - 1), text + text);
    default:
      return says(text);
  }
}

Context context_of(std::size_t messages) {
  Limits limits;
  limits.transcript_messages = 2'000'000;
  Context context(some_key(), Profile::vagus, limits);
  for (std::size_t i = 0; i < messages; ++i) {
    if (context.append(nth(i))) std::abort();
  }
  return context;
}

AssemblyRequest asking() {
  AssemblyRequest request;
  request.system = std::string(2'000, 's');
  request.turn = {user("And now?")};
  request.budget = Budget::of({kWindow, kReserve}, Profile::vagus);
  return request;
}

double appending(Context& context) {
  constexpr std::size_t kAppends = 10'000;
  std::vector<Message> messages;
  std::size_t next = context.messages().size();
  return nanoseconds_each(
      kAppends, kRounds,
      [&] {
        messages.clear();
        for (std::size_t i = 0; i < kAppends; ++i) messages.push_back(nth(next++));
      },
      [&] {
        for (Message& message : messages) {
          if (context.append(std::move(message))) std::abort();
        }
      });
}

double assembling(Context& context) {
  constexpr std::size_t kPrompts = 200;
  const AssemblyRequest request = asking();
  return nanoseconds_each(
      kPrompts, kRounds, [] {},
      [&] {
        for (std::size_t i = 0; i < kPrompts; ++i) {
          const auto made = context.assemble(request);
          sink += std::get<Assembly>(made).messages.size();
        }
      });
}

// Copying a long transcript leaves nothing of its newest messages in the caches; copying a short
// one would.
void empty_caches() {
  static std::vector<std::size_t> other(std::size_t{1} << 25);  // 256 MB
  for (std::size_t i = 0; i < other.size(); i += 8) sink += ++other[i];
}

double first_assembly(const Context& context) {
  const AssemblyRequest request = asking();
  Context copy = context;
  return nanoseconds_each(
      1, kRounds,
      [&] {
        copy = context;
        empty_caches();
      },
      [&] {
        const auto made = copy.assemble(request);
        sink += std::get<Assembly>(made).messages.size();
      });
}

double admitting(const Context& context) {
  constexpr std::size_t kAsked = 2'000;
  const AssemblyRequest request = asking();
  return nanoseconds_each(
      kAsked, kRounds, [] {},
      [&] {
        for (std::size_t i = 0; i < kAsked; ++i) {
          sink += static_cast<std::size_t>(context.admit(request).tokens);
        }
      });
}

// On the heap, with what the allocator adds to each block.
std::size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void row(std::size_t messages) {
  const std::size_t before = bytes_in_use();
  Context context = context_of(messages);
  const auto bytes = static_cast<double>(bytes_in_use() - before);
  const double first = first_assembly(context);
  const double again = assembling(context);
  const double admitted = admitting(context);
  const double append = appending(context);
  std::printf("%10zu  %12.0f  %12.1f  %12.1f  %12.2f  %10.1f  %8.0f\n", messages, append,
              first / 1e3, again / 1e3, admitted / 1e3, bytes / 1'048'576,
              bytes / static_cast<double>(messages));
}

}  // namespace
}  // namespace vagus

int main() {
  std::printf("a prompt of at most %d tokens\n",
              static_cast<int>(vagus::kWindow - vagus::kReserve));
  std::printf("%10s  %12s  %12s  %12s  %12s  %10s  %8s\n", "messages", "append ns", "cut us",
              "assemble us", "admit us", "MB", "bytes");
  for (const std::size_t messages : {1'000u, 10'000u, 100'000u, 1'000'000u}) vagus::row(messages);
  return vagus::benchmarks::sink == 0 ? 1 : 0;
}
