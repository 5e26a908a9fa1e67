// What a stream of chat events costs, without Python: cmake --build --preset release --target
// benchmarks
//
// Every run is watched by a listener, gets a piece of text every ten milliseconds of its own time,
// and ends after a hundred; another begins in its place. Hosts that read many events at once hand
// them over at once.

#include <cstdio>
#include <string>
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
  static constexpr const char* kPiece = " and so on";
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

double nanoseconds_each(std::size_t runs, Shape shape, std::size_t batch = 1) {
  Load load(runs, shape);
  load.feed(10 * runs, batch);
  return benchmarks::nanoseconds_each(
      kEvents, kRounds, [] {}, [&] { load.feed(kEvents, batch); });
}

}  // namespace
}  // namespace vagus

int main() {
  std::printf("%-44s %9s %12s %7s\n", "ChatStream", "ns each", "events/s", "ratio");
  double first = 0;
  const auto row = [&first](const std::string& name, double spent) {
    if (first == 0) first = spent;
    std::printf("  %-42s %9.1f %12.0f %6.2fx\n", name.c_str(), spent, 1e9 / spent, spent / first);
  };
  for (const std::size_t batch : {1UL, 50UL}) {
    first = 0;
    for (const std::size_t runs : {50UL, 100UL, 1'000UL, 10'000UL, 100'000UL}) {
      const std::string ways = batch == 1 ? "one by one" : "in batches of " + std::to_string(batch);
      row(ways + ", live runs: " + std::to_string(runs),
          vagus::nanoseconds_each(runs, vagus::Shape::increments, batch));
    }
  }
  first = 0;
  row("snapshots, live runs: 10000", vagus::nanoseconds_each(10'000, vagus::Shape::snapshots));
  return vagus::benchmarks::sink == 0;
}
