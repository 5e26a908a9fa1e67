#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "simulator/world.hpp"

/// vagus_simulator [--seed N] [--agents N] [--days N]: lives through days of many agents and checks
/// every promise at every step. Exit code 1 when one was broken, 2 for wrong arguments.
namespace vagus::simulator {
namespace {

constexpr std::int64_t kMost = 1'000'000;

bool read_number(std::string_view text, std::int64_t lowest, std::int64_t& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() && number >= lowest &&
         number <= kMost;
}

bool read_options(int count, char** texts, Options& options) {
  std::int64_t seed = static_cast<std::int64_t>(options.seed);
  bool read = count % 2 == 1;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = texts[i];
    const std::string_view value = texts[i + 1];
    const bool known = (name == "--seed" && read_number(value, 0, seed)) ||
                       (name == "--agents" && read_number(value, 1, options.agents)) ||
                       (name == "--days" && read_number(value, 1, options.days));
    read = read && known;
  }
  options.seed = static_cast<std::uint64_t>(seed);
  return read;
}

int simulate(const Options& options) {
  std::printf("seed %llu: %lld agents, %lld days\n", static_cast<unsigned long long>(options.seed),
              static_cast<long long>(options.agents), static_cast<long long>(options.days));
  std::fflush(stdout);  // known even of a run that is cut short
  World world(options);
  const std::string broken = world.run();
  const Counts& counts = world.counts();
  std::printf(
      "%lld steps, %lld crashes; %lld wakes asked for, %lld runs, %lld model calls, %lld retries, "
      "%lld dropped; %lld events, shown %lld times\n",
      static_cast<long long>(world.steps()), static_cast<long long>(world.crashes()),
      static_cast<long long>(counts.requests), static_cast<long long>(counts.runs),
      static_cast<long long>(counts.calls), static_cast<long long>(counts.retries),
      static_cast<long long>(counts.dropped), static_cast<long long>(counts.events),
      static_cast<long long>(counts.shown));
  if (!broken.empty()) {
    std::printf("BROKEN at seed %llu, %s\n", static_cast<unsigned long long>(options.seed),
                broken.c_str());
    return EXIT_FAILURE;
  }
  std::printf("every promise was kept\n");
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace vagus::simulator

int main(int count, char** texts) {
  vagus::simulator::Options options;
  if (!vagus::simulator::read_options(count, texts, options)) {
    std::fprintf(stderr, "usage: %s [--seed N] [--agents N] [--days N]\n", texts[0]);
    return 2;
  }
  return vagus::simulator::simulate(options);
}
