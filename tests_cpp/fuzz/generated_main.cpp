// Drives a fuzz target with generated inputs: vagus_fuzz_keys [SECONDS [SEED]]. First long ones,
// up to a megabyte, which a function that is not linear would not finish; then small ones until
// time is up.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "keys/nasty.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kMegabyte = 1'000'000;
constexpr std::size_t kLong = 20'000;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string repeated(const std::string& unit, std::size_t size) {
  std::string text;
  while (text.size() < size) text += unit;
  return text;
}

std::string generated(vagus::Nasty& random) {
  std::string text = random.below(2) == 0 ? "agent:a:" : "";
  text += random.text(16);
  for (std::uint64_t flips = random.below(3); flips > 0 && !text.empty(); --flips) {
    text[random.below(text.size())] = static_cast<char>(random.below(256));
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  for (const char* unit :
       {":", "a", "-", " ", "%", "%3a", "agent:", "agent:a:", ":thread:", ":heartbeat",
        "signal:group:", ":run:", "subagent:", "\xCE\xA3", "\xE3\x80\x80", "\xFF"}) {
    run(repeated(unit, kLong));
    run("agent:a:" + repeated(unit, kLong));
    run("agent:a:matrix:channel:" + repeated(unit, kLong));
  }
  run(repeated(":", kMegabyte));
  vagus::Nasty random(seed);
  std::uint64_t inputs = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 100; ++i, ++inputs) run(generated(random));
  }
  std::printf("%llu generated inputs with seed %llu, nothing broken\n",
              static_cast<unsigned long long>(inputs), static_cast<unsigned long long>(seed));
}
