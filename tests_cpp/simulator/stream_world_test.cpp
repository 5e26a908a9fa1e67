#include "simulator/stream_world.hpp"

#include <gtest/gtest.h>

#include <memory>

/// The stream keeps its promises whatever happens to it, and the simulator finds what it is there
/// to find: each test breaks one promise in what a stream says that keeps it.
namespace vagus::simulator {
namespace {

StreamOptions small(std::uint64_t seed = 1) {
  return {seed, 8'000, 20};
}

/// Changes the outputs at the `nth` event for which `fits` is true.
template <class Fits, class Change>
StreamWorld::Tamper at(int nth, Fits fits, Change change) {
  auto seen = std::make_shared<int>(0);
  return [=](std::vector<ChatOutput>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      auto* event = std::get_if<ChatEvent>(&outputs[i]);
      if (event != nullptr && fits(*event) && ++*seen == nth) return change(outputs, i, *event);
    }
  };
}

bool is_delta(const ChatEvent& event) {
  return event.state == ChatState::delta;
}

bool is_end(const ChatEvent& event) {
  return !is_delta(event);
}

std::string broken(StreamWorld::Tamper tamper) {
  const auto failure = StreamWorld(std::move(tamper)).run(draw(small()));
  return failure ? failure->what : "";
}

bool says(const std::string& text, std::string_view promise) {
  return text.find(promise) != std::string::npos;
}

TEST(StreamSimulator, EveryPromiseIsKept) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    StreamWorld world;
    const auto failure = world.run(draw(small(seed)));
    EXPECT_FALSE(failure) << "seed " << seed << ", event " << failure->at << ": " << failure->what;
    const ChatStats stats = world.stats();
    for (const std::int64_t count : {stats.finals, stats.errors, stats.aborts, stats.deltas,
                                     stats.gaps, stats.duplicates, stats.late, stats.unresolved}) {
      EXPECT_GT(count, 20) << "seed " << seed;
    }
  }
}

TEST(StreamSimulator, FindsAnEndThatIsMissingOrComesTwice) {
  EXPECT_TRUE(says(broken(at(5, is_end,
                             [](auto& outputs, std::size_t i, ChatEvent&) {
                               outputs.erase(outputs.begin() + static_cast<std::ptrdiff_t>(i));
                             })),
                   "terminal"));
  EXPECT_TRUE(says(broken(at(5, is_end,
                             [](auto& outputs, std::size_t i, ChatEvent&) {
                               const ChatOutput again = outputs[i];
                               outputs.push_back(again);
                             })),
                   "another end"));
}

TEST(StreamSimulator, FindsTextAfterTheEndOrLostInIt) {
  EXPECT_TRUE(says(broken(at(5, is_end,
                             [](auto& outputs, std::size_t, ChatEvent& event) {
                               ChatEvent more = event;
                               more.state = ChatState::delta;
                               outputs.emplace_back(std::move(more));
                             })),
                   "after its end"));
  const auto has_text = [](const ChatEvent& event) { return is_end(event) && !event.text.empty(); };
  EXPECT_TRUE(says(
      broken(at(5, has_text, [](auto&, std::size_t, ChatEvent& event) { event.text.pop_back(); })),
      "text"));
}

TEST(StreamSimulator, FindsWhatReachesAStranger) {
  const auto leak = [](auto&, std::size_t, ChatEvent& event) {
    event.subscribers.emplace_back("stranger");
  };
  EXPECT_TRUE(says(broken(at(5, is_delta, leak)), "isolation"));
  EXPECT_TRUE(says(broken(at(5, is_end, leak)), "isolation"));
}

TEST(StreamSimulator, FindsDeltasThatDoNotAddUp) {
  EXPECT_TRUE(
      says(broken(at(5, is_delta,
                     [](auto&, std::size_t, ChatEvent& event) { event.delta_text += "more"; })),
           "do not add up"));
}

TEST(StreamSimulator, LeavesOutWhatAFailureDoesNotNeed) {
  const auto leak = [](std::vector<ChatOutput>& outputs) {
    for (ChatOutput& output : outputs) {
      auto* event = std::get_if<ChatEvent>(&output);
      if (event != nullptr && event->state == ChatState::aborted) event->text += "!";
    }
  };
  const std::vector<StreamOp> fewest = shrunk(draw({7, 400, 20}), leak);
  ASSERT_EQ(fewest.size(), 2U) << to_text(fewest);
  EXPECT_TRUE(StreamWorld(leak).run(fewest));
  const std::string text = to_text(fewest);
  const auto read = from_text(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_text(*read), text);
  EXPECT_FALSE(from_text("open 1 2"));
  EXPECT_FALSE(from_text("explode 1 1 1 1 1 1"));
}

}  // namespace
}  // namespace vagus::simulator
