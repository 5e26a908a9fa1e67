#include "vagus/heartbeat/pruning.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vagus {
namespace {

using Indexes = std::vector<std::int64_t>;

const TurnText kPoll{"user", "Look after things.\nCurrent time: noon"};
const TurnText kOk{"assistant", "HEARTBEAT_OK"};

Indexes kept(const std::vector<TurnText>& turns,
             std::vector<std::string> prompts = {"Look after things."}) {
  return prune_heartbeats(turns, prompts, 300);
}

TEST(Pruning, TakesOutPollsThatFoundNothing) {
  EXPECT_EQ(kept({kPoll, kOk}), Indexes{});
  EXPECT_EQ(kept({{"user", "hi"}, {"assistant", "yo"}, kPoll, kOk, {"user", "bye"}}),
            (Indexes{0, 1, 4}));
  EXPECT_EQ(kept({kPoll, {"assistant", "HEARTBEAT_OK all quiet"}}), Indexes{});
  EXPECT_EQ(kept({kPoll, {"assistant", "NO_REPLY"}}), Indexes{});
}

TEST(Pruning, KeepsWhatIsNoSuchPair) {
  EXPECT_EQ(kept({kPoll, {"assistant", "Disk full"}}), (Indexes{0, 1}));
  EXPECT_EQ(kept({kPoll, {"assistant", "Disk full\nnotify=false"}}), (Indexes{0, 1}));
  EXPECT_EQ(kept({kPoll, {"assistant", ""}}), (Indexes{0, 1}));
  EXPECT_EQ(kept({{"user", "hi"}, kOk}), (Indexes{0, 1}));
  EXPECT_EQ(kept({kOk, kPoll}), (Indexes{0, 1}));
  EXPECT_EQ(kept({kPoll}), Indexes{0});
  EXPECT_EQ(kept({kPoll, kPoll, kOk}), Indexes{0});
  EXPECT_EQ(kept({kPoll, kOk, kOk}), Indexes{2});
}

TEST(Pruning, KeepsPairsWithMoreThanText) {
  TurnText looked = kOk;
  looked.text_only = false;
  EXPECT_EQ(kept({kPoll, looked}), (Indexes{0, 1}));
  TurnText shown = kPoll;
  shown.text_only = false;
  EXPECT_EQ(kept({shown, kOk}), (Indexes{0, 1}));
}

TEST(Pruning, AnyOfThePromptsWillDoAndBlankOnesMatchNothing) {
  EXPECT_EQ(kept({kPoll, kOk}, {"Other", "Look after"}), Indexes{});
  EXPECT_EQ(kept({kPoll, kOk}, {"", " "}), (Indexes{0, 1}));
  EXPECT_EQ(kept({kPoll, kOk}, {}), (Indexes{0, 1}));
}

TEST(Pruning, TakesOutWholePairsAndKeepsTheOrder) {
  const std::vector<TurnText> all = {
      kPoll, kOk, {"user", "hi"}, {"assistant", "HEARTBEAT_OK"}, {"assistant", "yo"}};
  std::uint64_t state = 9;
  for (int round = 0; round < 2'000; ++round) {
    std::vector<TurnText> turns;
    for (int i = 0; i < 8; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      turns.push_back(all[(state >> 33) % all.size()]);
    }
    const Indexes once = kept(turns);
    EXPECT_TRUE(std::is_sorted(once.begin(), once.end()));
    const std::size_t removed = turns.size() - once.size();
    EXPECT_EQ(removed % 2, 0U);
  }
}

}  // namespace
}  // namespace vagus
