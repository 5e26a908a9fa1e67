// What keys and routes cost, without Python: cmake --build --preset release --target benchmarks
//
// Each figure is the best of several rounds over the same inputs. The messages of a row are as many
// at every size, so that a ratio shows what the size of the configuration costs.

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "measure.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/router.hpp"

namespace vagus {
namespace {

constexpr int kRounds = 25;
constexpr std::size_t kQueries = 64;
constexpr std::array<std::size_t, 3> kSizes = {10, 10'000, 100'000};

using benchmarks::sink;

double nanoseconds_each(std::size_t operations, const std::function<void()>& work) {
  return benchmarks::nanoseconds_each(
      operations, kRounds, [] {}, work);
}

// ---- keys

double parsing(const std::vector<std::string>& texts) {
  return nanoseconds_each(texts.size() * 20, [&texts] {
    for (int again = 0; again < 20; ++again) {
      for (const std::string& text : texts) sink += SessionKey::parse(text).ok();
    }
  });
}

void report_keys() {
  const auto numbered = [](const std::string& head, const std::string& tail) {
    std::vector<std::string> texts;
    for (int i = 1'000; i < 2'000; ++i) texts.push_back(head + std::to_string(i) + tail);
    return texts;
  };
  const double usual = parsing(numbered("agent:main:slack:channel:c", ":thread:1712345678.123456"));
  std::printf("%-44s %8s %7s\n", "SessionKey::parse", "ns each", "ratio");
  const auto row = [usual](const char* name, double spent) {
    std::printf("  %-42s %8.1f %6.2fx\n", name, spent, spent / usual);
  };
  row("canonical, a Slack thread", usual);
  row("canonical, a direct message", parsing(numbered("agent:ops:discord:direct:", "")));
  row("canonical, a Matrix room with capitals",
      parsing(numbered("agent:a:matrix:channel:!Ab", "")));
  row("to be lower-cased", parsing(numbered("Agent:Main:Slack:Channel:C", "")));
  row("not ASCII", parsing(numbered("agent:main:slack:channel:\u00C9", "")));
  row("longer than the key's own memory",
      parsing(numbered("agent:main:slack:channel:" + std::string(80, 'c'), "")));
}

void report_sanitising() {
  std::printf("\n%-44s %8s %7s\n", "AgentId::lenient", "ns each", "ratio");
  double first = 0;
  for (const std::size_t dashes : {1'600u, 16'000u, 160'000u}) {
    const std::string text(dashes, '-');
    const double spent =
        nanoseconds_each(1, [&text] { sink += AgentId::lenient(text).str().size(); });
    if (first == 0) first = spent;
    std::printf("  %-42s %8.0f %6.1fx\n", (std::to_string(dashes) + " dashes").c_str(), spent,
                spent / first);
  }
}

// ---- routes

/// One kind of configuration, of any size, and the messages that it is asked about.
struct Workload {
  const char* name;
  std::function<void(Config&, std::size_t size)> configure;
  std::function<RouteQuery(std::size_t number)> query;
};

std::string id_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(8 - digits.size(), '0') + digits;
}

BindingConfig binding(const std::function<void(BindingMatch&)>& set_match) {
  BindingConfig made;
  made.agent = AgentId::lenient("ops");
  made.match.channel = "discord";
  set_match(made.match);
  return made;
}

RouteQuery message(std::string id) {
  RouteQuery query;
  query.channel = "discord";
  query.peer = Peer{PeerKind::direct, std::move(id)};
  return query;
}

void bind_peers(Config& config, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    config.bindings.push_back(binding([i](auto& match) {
      match.peer = Peer{PeerKind::direct, id_of(i)};
    }));
  }
}

void bind_guilds(Config& config, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    config.bindings.push_back(binding([i](auto& match) {
      match.guild = "g";
      match.roles = {"r" + id_of(i)};
    }));
  }
}

// The messages ask for places all over the configuration of `size`.
std::size_t spread(std::size_t number, std::size_t size) {
  return number * size / kQueries;
}

std::vector<Workload> workloads(std::size_t size) {
  const auto last = "r" + id_of(size - 1);
  return {
      {"a person with a binding", bind_peers,
       [size](std::size_t i) { return message(id_of(spread(i, size))); }},
      {"a person without one", bind_peers, [](std::size_t i) { return message("x" + id_of(i)); }},
      {"guild and role, the last binding", bind_guilds,
       [last](std::size_t i) {
         RouteQuery query = message(id_of(i));
         query.guild = "g";
         query.roles = {last};
         return query;
       }},
      {"an account",
       [](Config& config, std::size_t count) {
         for (std::size_t i = 0; i < count; ++i) {
           config.bindings.push_back(binding([i](auto& match) { match.account = "a" + id_of(i); }));
         }
       },
       [size](std::size_t i) {
         RouteQuery query = message(id_of(i));
         query.account = "a" + id_of(spread(i, size));
         return query;
       }},
      {"a linked person",
       [](Config& config, std::size_t count) {
         for (std::size_t i = 0; i < count; ++i) {
           config.session.identity_links["p" + id_of(i)] = {"discord:" + id_of(i)};
         }
       },
       [size](std::size_t i) { return message(id_of(spread(i, size))); }},
      {"a person in no link",
       [](Config& config, std::size_t count) {
         for (std::size_t i = 0; i < count; ++i) {
           config.session.identity_links["p" + id_of(i)] = {"discord:" + id_of(i)};
         }
       },
       [](std::size_t i) { return message("x" + id_of(i)); }},
  };
}

double routing(const Workload& workload, std::size_t size) {
  Config config;
  config.session.dm_scope = DmScope::per_channel_peer;
  for (const char* id : {"main", "ops"}) {
    AgentConfig agent;
    agent.id = AgentId::lenient(id);
    agent.is_default = config.agents.list.empty();
    config.agents.list.push_back(agent);
  }
  workload.configure(config, size);
  const Router router = Router::create(config).value_or_throw();
  std::vector<RouteQuery> queries;
  for (std::size_t i = 0; i < kQueries; ++i) queries.push_back(workload.query(i));
  return nanoseconds_each(kQueries * 100, [&] {
    for (int again = 0; again < 100; ++again) {
      for (const RouteQuery& query : queries) sink += router.resolve(query).ok();
    }
  });
}

void report_routes() {
  std::printf("\n%-34s", "Router::resolve, ns each, of");
  for (const std::size_t size : kSizes) std::printf(" %9zu", size);
  std::printf("   ratio\n");
  const std::size_t rows = workloads(kSizes[0]).size();
  for (std::size_t row = 0; row < rows; ++row) {
    std::array<double, kSizes.size()> spent{};
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
      spent[i] = routing(workloads(kSizes[i])[row], kSizes[i]);
    }
    std::printf("  %-32s", workloads(kSizes[0])[row].name);
    for (const double each : spent) std::printf(" %9.0f", each);
    std::printf(" %6.2fx\n", spent.back() / spent.front());
  }
}

}  // namespace
}  // namespace vagus

int main() {
  vagus::report_keys();
  vagus::report_sanitising();
  vagus::report_routes();
  return vagus::benchmarks::sink == 0;
}
