// What a stream of chat events costs, without Python: cmake --build --preset release --target
// benchmarks
//
// Every run is watched by a listener, gets a piece of text every ten milliseconds of its own time,
// and ends after a hundred; another begins in its place. Hosts that read many events at once hand
// them over at once. The peer is the least that can be done with the same pieces: a hash map of
// strings, to which they are appended; what it costs more with more runs is memory's alone.
//
// With the number of live runs and of events as arguments, those are played once and nothing is
// timed, for tools that count instructions.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include "measure.hpp"
#include "vagus/runs/chat_stream.hpp"

namespace vagus {
namespace {

using benchmarks::sink;

constexpr int kRounds = 5;
constexpr std::size_t kEvents = 2'000'000;
constexpr std::int64_t kPieces = 100;
constexpr Millis kPause = 10;
constexpr const char* kPiece = " and so on";

enum class Shape { increments, snapshots };

/// Runs that take turns: a piece for each, then time passes. What is told is taken after each
/// event, as a host does.
class Load {
 public:
  Load(std::size_t runs, Shape shape) : shape_(shape), runs_(runs) {
    for (int i = 0; i < 200; ++i) {
      sessions_.push_back(
          SessionKey::parse("agent:main:slack:channel:c" + std::to_string(i)).value_or_throw());
      sink += !stream_.subscribe("desk", sessions_.back(), now_);
    }
    for (std::int64_t i = 0; i <= kPieces; ++i) {
      snapshots_.push_back((i == 0 ? "" : snapshots_.back()) + std::string(kPiece));
    }
    // As in life, they are not all at the same place at the same time.
    for (std::size_t i = 0; i < runs; ++i) {
      begin(i);
      runs_[i].seq = static_cast<std::int64_t>(i) % kPieces;
    }
  }

  /// `batch` events at a time, of which no two are of one run.
  void feed(std::size_t events, std::size_t batch) {
    inputs_.resize(batch);
    for (std::size_t fed = 0; fed < events; fed += batch) {
      std::vector<const ChatInput*> given;
      for (std::size_t i = 0; i < batch; ++i) given.push_back(&made(inputs_[i], next_ + i));
      if (batch == 1) {
        sink += stream_.feed(*given.front(), now_).ok();
      } else {
        sink += stream_.feed_many(given, now_).ok();
      }
      sink += stream_.take().size();
      for (std::size_t i = 0; i < batch; ++i) {
        if (runs_[next_ + i].seq > kPieces) begin(next_ + i);
      }
      next_ += batch;
      if (next_ < runs_.size()) continue;
      next_ = 0;
      now_ += kPause;
      stream_.tick(now_);
    }
  }

 private:
  struct Producer {
    std::string run_id;
    std::int64_t seq = 0;
  };

  void begin(std::size_t i) {
    ChatRegistration registration;
    registration.run_id = "run-" + std::to_string(++begun_);
    registration.session_key = sessions_[i % sessions_.size()];
    registration.clients = {{"client-" + std::to_string(begun_), "main", {}}};
    sink += !stream_.open(registration, now_);
    runs_[i] = {std::move(registration.run_id), 0};
  }

  const ChatInput& made(ChatInput& input, std::size_t i) {
    Producer& run = runs_[i];
    ++run.seq;
    input.run_id = run.run_id;
    input.seq = run.seq;
    input.kind = run.seq > kPieces ? ChatInputKind::end : ChatInputKind::text;
    const bool is_text = input.kind == ChatInputKind::text;
    input.delta = is_text && shape_ == Shape::increments ? kPiece : "";
    if (is_text && shape_ == Shape::snapshots) {
      input.text = snapshots_[static_cast<std::size_t>(run.seq)];
    } else {
      input.text.clear();
    }
    return input;
  }

  Shape shape_;
  ChatStream stream_;
  std::vector<ChatInput> inputs_;
  std::vector<SessionKey> sessions_;
  std::vector<std::string> snapshots_;
  std::vector<Producer> runs_;
  std::size_t next_ = 0;
  std::size_t begun_ = 0;
  Millis now_ = 0;
};

/// The same runs and pieces, of which nobody is told anything.
class PlainMap {
 public:
  explicit PlainMap(std::size_t runs) : ids_(runs), seqs_(runs) {
    for (std::size_t i = 0; i < runs; ++i) {
      begin(i);
      seqs_[i] = static_cast<std::int64_t>(i) % kPieces;
    }
  }

  void feed(std::size_t events, std::size_t) {
    for (std::size_t fed = 0; fed < events; ++fed) {
      const auto run = texts_.find(ids_[next_]);
      run->second += kPiece;
      if (++seqs_[next_] > kPieces) {
        sink += run->second.size();
        texts_.erase(run);
        begin(next_);
      }
      next_ = next_ + 1 < ids_.size() ? next_ + 1 : 0;
    }
  }

 private:
  void begin(std::size_t i) {
    ids_[i] = "run-" + std::to_string(++begun_);
    texts_[ids_[i]];
    seqs_[i] = 0;
  }

  std::unordered_map<std::string, std::string> texts_;
  std::vector<std::string> ids_;
  std::vector<std::int64_t> seqs_;
  std::size_t next_ = 0;
  std::size_t begun_ = 0;
};

/// After every run was fed a few times.
template <class Subject>
double nanoseconds_each(Subject subject, std::size_t runs, std::size_t batch) {
  subject.feed(10 * runs, batch);
  return benchmarks::nanoseconds_each(
      kEvents, kRounds, [] {}, [&] { subject.feed(kEvents, batch); });
}

}  // namespace
}  // namespace vagus

int main(int argc, char** argv) {
  using namespace vagus;
  if (argc == 3) {
    Load(std::strtoul(argv[1], nullptr, 10), Shape::increments)
        .feed(std::strtoul(argv[2], nullptr, 10), 1);
    return benchmarks::sink == 0;
  }
  std::printf("%-44s %9s %12s %7s %8s\n", "", "ns each", "events/s", "ratio", "more ns");
  double first = 0;
  const auto row = [&first](const std::string& name, double spent) {
    if (first == 0) first = spent;
    std::printf("  %-42s %9.1f %12.0f %6.2fx %8.1f\n", name.c_str(), spent, 1e9 / spent,
                spent / first, spent - first);
  };
  const auto grow = [&](const std::string& name, std::size_t least, const auto& measured) {
    first = 0;
    for (const std::size_t runs : {least, 1'000UL, 10'000UL, 100'000UL}) {
      row(name + ", live runs: " + std::to_string(runs), measured(runs));
    }
  };
  grow("hash map of strings", 10,
       [](std::size_t runs) { return nanoseconds_each(PlainMap(runs), runs, 1); });
  for (const std::size_t batch : {1UL, 50UL}) {
    grow(batch == 1 ? "one by one" : "in batches of " + std::to_string(batch),
         batch == 1 ? 10 : batch, [batch](std::size_t runs) {
           return nanoseconds_each(Load(runs, Shape::increments), runs, batch);
         });
  }
  first = 0;
  row("snapshots, live runs: 10000", nanoseconds_each(Load(10'000, Shape::snapshots), 10'000, 1));
  return benchmarks::sink == 0;
}
