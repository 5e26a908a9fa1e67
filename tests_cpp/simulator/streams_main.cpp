#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "simulator/stream_world.hpp"

/// vagus_stream_simulator [--seed N] [--events N] [--sessions N] [--replay FILE]: lets everything
/// happen to the runs of many sessions and checks every promise of their stream after each event.
/// Exit code 1 when one was broken, with the fewest events that break it, printed and written to
/// stream-<seed>.events, which --replay takes; 2 for wrong arguments.
namespace vagus::simulator {
namespace {

constexpr std::int64_t kMost = 1'000'000'000;

bool read_number(std::string_view text, std::int64_t& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() && number >= 1 &&
         number <= kMost;
}

struct Arguments {
  StreamOptions options;
  std::string replay;
};

bool read_arguments(int count, char** texts, Arguments& arguments) {
  std::int64_t seed = static_cast<std::int64_t>(arguments.options.seed);
  bool read = count % 2 == 1;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = texts[i];
    const std::string_view value = texts[i + 1];
    if (name == "--replay") arguments.replay = value;
    const bool known = (name == "--seed" && read_number(value, seed)) ||
                       (name == "--events" && read_number(value, arguments.options.events)) ||
                       (name == "--sessions" && read_number(value, arguments.options.sessions)) ||
                       name == "--replay";
    read = read && known;
  }
  arguments.options.seed = static_cast<std::uint64_t>(seed);
  return read;
}

std::optional<std::vector<StreamOp>> ops_of(const Arguments& arguments) {
  if (arguments.replay.empty()) return draw(arguments.options);
  std::ifstream file(arguments.replay);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? from_text(text.str()) : std::nullopt;
}

int simulate(const Arguments& arguments) {
  const auto seed = static_cast<unsigned long long>(arguments.options.seed);
  std::printf("seed %llu: %lld events, %lld sessions\n", seed,
              static_cast<long long>(arguments.options.events),
              static_cast<long long>(arguments.options.sessions));
  std::fflush(stdout);  // known even of a run that is cut short
  const auto ops = ops_of(arguments);
  if (!ops) {
    std::fprintf(stderr, "%s: not a list of events\n", arguments.replay.c_str());
    return 2;
  }
  StreamWorld world;
  const auto failure = world.run(*ops);
  const ChatStats stats = world.stats();
  std::printf(
      "%lld runs: %lld finals, %lld errors, %lld aborts; %lld deltas, %lld late events, "
      "%lld duplicates, %lld gaps, %lld runs without a session\n",
      static_cast<long long>(stats.opened), static_cast<long long>(stats.finals),
      static_cast<long long>(stats.errors), static_cast<long long>(stats.aborts),
      static_cast<long long>(stats.deltas), static_cast<long long>(stats.late),
      static_cast<long long>(stats.duplicates), static_cast<long long>(stats.gaps),
      static_cast<long long>(stats.unresolved));
  if (!failure) {
    std::printf("every promise was kept\n");
    return EXIT_SUCCESS;
  }
  const std::string fewest = to_text(shrunk(*ops));
  const std::string path = "stream-" + std::to_string(seed) + ".events";
  std::printf("BROKEN at seed %llu, event %zu: %s\n%s", seed, failure->at, failure->what.c_str(),
              fewest.c_str());
  if (std::ofstream(path) << fewest) std::printf("again: --replay %s\n", path.c_str());
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace vagus::simulator

int main(int count, char** texts) {
  vagus::simulator::Arguments arguments;
  if (!vagus::simulator::read_arguments(count, texts, arguments)) {
    std::fprintf(stderr, "usage: %s [--seed N] [--events N] [--sessions N] [--replay FILE]\n",
                 texts[0]);
    return 2;
  }
  return vagus::simulator::simulate(arguments);
}
