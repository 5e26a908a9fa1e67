#include "vagus/heartbeat/cadences.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vagus {
namespace {

AgentId agent(std::string_view id) {
  return AgentId::parse(id).value_or_throw();
}

AgentId numbered(std::size_t number) {
  return agent("agent-" + std::to_string(number));
}

Schedule every(Millis interval, Millis phase = 0) {
  return Schedule(interval, phase, ActiveHours());
}

Schedule between(std::string start, std::string end, Millis interval) {
  return Schedule(interval, 0, ActiveHours({std::move(start), std::move(end), ""}, Zone()));
}

std::vector<std::string> names(const std::vector<AgentId>& agents) {
  std::vector<std::string> texts;
  for (const AgentId& each : agents) texts.push_back(each.str());
  return texts;
}

using Names = std::vector<std::string>;

Cadences started(Millis now = 0) {
  Cadences cadences;
  cadences.enable(true, now);
  return cadences;
}

TEST(Cadences, AgentsBeatAtTheirSlotsInOrder) {
  Cadences cadences = started();
  cadences.set(agent("slow"), every(kMinute, 5), 0);
  cadences.set(agent("fast"), every(kSecond, 5), 0);
  cadences.set(agent("odd"), every(kMinute, 4), 0);
  EXPECT_EQ(cadences.next(), 4);
  EXPECT_EQ(names(cadences.beat(3)), Names{});
  EXPECT_EQ(names(cadences.beat(5)), (Names{"odd", "slow", "fast"})) << "ties as they came";
  EXPECT_EQ(cadences.next(), kSecond + 5);
  EXPECT_EQ(names(cadences.beat(kSecond + 5)), Names{"fast"});
}

TEST(Cadences, ALateCallGivesOneBeatAndTheNextSlotFromNow) {
  Cadences cadences = started();
  cadences.set(agent("a"), every(kMinute), 0);
  EXPECT_EQ(names(cadences.beat(10 * kDay + 1)), Names{"a"});
  EXPECT_EQ(names(cadences.beat(10 * kDay + 1)), Names{});
  EXPECT_EQ(cadences.next(), 10 * kDay + kMinute);
}

TEST(Cadences, NobodyBeatsBeforeTheyAreSwitchedOn) {
  Cadences cadences;
  EXPECT_FALSE(cadences.enabled());
  cadences.set(agent("a"), every(kMinute), 0);
  EXPECT_EQ(cadences.next(), std::nullopt);
  EXPECT_TRUE(cadences.beat(kDay).empty());
  EXPECT_EQ(cadences.all().front().next, std::nullopt);
  cadences.enable(true, kDay + 1);
  EXPECT_TRUE(cadences.enabled());
  EXPECT_EQ(cadences.next(), kDay + kMinute);
}

TEST(Cadences, WhileOffThereIsNoAlarmAndAfterwardsNoBacklog) {
  Cadences cadences = started();
  cadences.set(agent("a"), every(kMinute), 0);
  cadences.set(agent("b"), every(kHour), 0);
  cadences.enable(false, 30 * kSecond);
  EXPECT_EQ(cadences.next(), std::nullopt);
  EXPECT_TRUE(cadences.beat(kHour).empty());
  cadences.set(agent("c"), every(kSecond), kHour);
  EXPECT_EQ(cadences.next(), std::nullopt);
  cadences.enable(true, kHour + 1);
  EXPECT_EQ(cadences.next(), kHour + kSecond);
  EXPECT_EQ(names(cadences.beat(kHour + kMinute)), (Names{"c", "a"}));
}

TEST(Cadences, SwitchingOnWhatIsOnKeepsTheSlots) {
  Cadences cadences = started();
  cadences.set(agent("a"), every(kMinute), 0);
  cadences.enable(true, 10 * kMinute);
  EXPECT_EQ(cadences.next(), kMinute);
}

TEST(Cadences, AnEqualScheduleKeepsTheSlot) {
  Cadences cadences = started();
  cadences.set(agent("a"), every(kMinute), 0);
  cadences.set(agent("a"), every(kMinute, 60 * kMinute), 30);
  EXPECT_EQ(cadences.next(), kMinute) << "the same phase, written otherwise";
  EXPECT_EQ(cadences.all().size(), 1u);
}

TEST(Cadences, AnEqualScheduleWhoseSlotHasPassedGetsTheNextOne) {
  Cadences cadences = started();
  cadences.set(agent("a"), every(kMinute), 0);
  cadences.set(agent("a"), every(kMinute), kMinute);
  EXPECT_EQ(cadences.next(), 2 * kMinute);
}

TEST(Cadences, AnotherScheduleCountsFromNow) {
  const auto after_change_to = [](Schedule schedule) {
    Cadences cadences = started();
    cadences.set(agent("a"), every(kHour), 0);
    cadences.set(agent("a"), std::move(schedule), 90);
    EXPECT_EQ(cadences.all().size(), 1u);
    return cadences.next();
  };
  EXPECT_EQ(after_change_to(every(kMinute)), kMinute);
  EXPECT_EQ(after_change_to(every(kHour, 91)), 91);
  EXPECT_EQ(after_change_to(between("05:00", "06:00", kHour)), 5 * kHour);
}

TEST(Cadences, ARemovedAgentBeatsNoMore) {
  Cadences cadences = started();
  for (std::size_t i = 0; i < 4; ++i) {
    cadences.set(numbered(i), every(kMinute, static_cast<Millis>(10 * i + 1)), 0);
  }
  cadences.remove(numbered(1));
  cadences.remove(numbered(1));
  cadences.remove(agent("never"));
  EXPECT_EQ(names(cadences.beat(59)), (Names{"agent-0", "agent-2", "agent-3"}));
  cadences.remove(numbered(3));
  cadences.remove(numbered(0));
  cadences.remove(numbered(2));
  EXPECT_EQ(cadences.next(), std::nullopt);
  EXPECT_TRUE(cadences.all().empty());
  cadences.set(numbered(1), every(kMinute), kMinute);
  EXPECT_EQ(cadences.next(), 2 * kMinute);
}

TEST(Cadences, AClockThatIsSetBackTakesTheSlotsAlong) {
  Cadences cadences = started(10 * kDay);
  cadences.set(agent("a"), every(kMinute), 10 * kDay);
  EXPECT_EQ(names(cadences.beat(10 * kDay + kMinute)), Names{"a"});
  EXPECT_TRUE(cadences.beat(3 * kDay + kMinute).empty());
  EXPECT_EQ(cadences.next(), 3 * kDay + 2 * kMinute);
}

TEST(Cadences, AClockThatIsSetBackALittleGivesNoSecondBeat) {
  Cadences cadences = started();
  cadences.set(agent("a"), every(kMinute), 0);
  EXPECT_EQ(names(cadences.beat(kMinute + 1)), Names{"a"});
  EXPECT_TRUE(cadences.beat(kMinute - 1).empty());
  EXPECT_TRUE(cadences.beat(kMinute).empty()) << "the same slot comes by again";
  EXPECT_EQ(cadences.next(), 2 * kMinute);
}

TEST(Cadences, HoursThatAreClosedAreWaitedFor) {
  Cadences cadences = started();
  cadences.set(agent("a"), between("09:00", "10:00", 30 * kMinute), 0);
  EXPECT_EQ(cadences.next(), 9 * kHour);
  EXPECT_EQ(names(cadences.beat(9 * kHour)), Names{"a"});
  EXPECT_EQ(names(cadences.beat(9 * kHour + 30 * kMinute)), Names{"a"});
  EXPECT_EQ(cadences.next(), kDay + 9 * kHour);
}

TEST(Cadences, AtTheEndOfTimeNobodyBeatsForEver) {
  Cadences cadences = started(kMaxMillis - 10);
  cadences.set(agent("a"), every(kMinute), kMaxMillis - 10);
  EXPECT_EQ(cadences.next(), kMaxMillis);
  EXPECT_EQ(names(cadences.beat(kMaxMillis)), Names{"a"});
  EXPECT_EQ(cadences.next(), std::nullopt);
  EXPECT_TRUE(cadences.beat(kMaxMillis).empty());
}

// Against the plain reading: every agent's own slot, looked at one by one.
class PlainCadences {
 public:
  void set(std::size_t id, const Schedule& schedule, Millis now) {
    const auto found = agents_.find(id);
    const bool kept = on_ && found != agents_.end() && found->second.first == schedule &&
                      found->second.second > now;
    if (!kept) agents_.insert_or_assign(id, std::pair(schedule, schedule.next_after(now)));
  }
  void remove(std::size_t id) { agents_.erase(id); }
  void enable(bool on, Millis now) {
    for (auto& [id, agent] : agents_) {
      if (on && !on_) agent.second = agent.first.next_after(now);
    }
    on_ = on;
  }
  Names beat(Millis now) {
    std::vector<std::pair<Millis, std::string>> due;
    for (auto& [id, agent] : agents_) {
      if (!on_ || agent.second > now) continue;
      due.emplace_back(agent.second, numbered(id).str());
      agent.second = agent.first.next_after(now);
    }
    std::sort(due.begin(), due.end());
    Names names;
    for (const auto& each : due) names.push_back(each.second);
    return names;
  }
  std::optional<Millis> next() const {
    std::optional<Millis> least;
    for (const auto& [id, agent] : agents_) {
      if (on_ && (!least || agent.second < *least)) least = agent.second;
    }
    return least;
  }

 private:
  bool on_ = false;
  std::map<std::size_t, std::pair<Schedule, Millis>> agents_;
};

TEST(Cadences, AgreeWithThePlainReading) {
  std::uint64_t state = 5;
  const auto roll = [&](std::uint64_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 20) % bound;
  };
  Cadences cadences;
  PlainCadences plain;
  Millis now = 1'750'000'000'000;
  for (int step = 0; step < 20'000; ++step) {
    now += static_cast<Millis>(roll(1'000));
    const std::size_t id = roll(40);
    const auto interval = static_cast<Millis>(997 * (1 + roll(4)));
    switch (roll(8)) {
      case 0:
        cadences.remove(numbered(id));
        plain.remove(id);
        break;
      case 1: {
        const bool on = roll(4) != 0;
        cadences.enable(on, now);
        plain.enable(on, now);
        break;
      }
      case 2:
      case 3: {
        const Schedule schedule = every(interval, static_cast<Millis>(id));
        cadences.set(numbered(id), schedule, now);
        plain.set(id, schedule, now);
        break;
      }
      default: {
        Names expected = plain.beat(now);
        Names got = names(cadences.beat(now));
        std::sort(expected.begin(), expected.end());
        std::sort(got.begin(), got.end());
        ASSERT_EQ(got, expected) << "step " << step;
      }
    }
    ASSERT_EQ(cadences.next(), plain.next()) << "step " << step;
  }
}

}  // namespace
}  // namespace vagus
