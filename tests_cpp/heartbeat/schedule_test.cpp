#include "vagus/heartbeat/schedule.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace vagus {
namespace {

AgentId agent(std::string_view id) {
  return AgentId::parse(id).value_or_throw();
}

ActiveHours window(std::string start, std::string end, Zone zone = Zone()) {
  return ActiveHours({std::move(start), std::move(end), ""}, std::move(zone));
}

TEST(Phase, IsTheReferencesNumber) {
  EXPECT_EQ(phase_of("", agent("main"), 1'800'000), 757'562);
  EXPECT_EQ(phase_of("seed-606085", agent("a"), 3'600'000), 3'110'155);
  EXPECT_EQ(phase_of("s", agent("a"), 1), 0);
}

TEST(Phase, SpreadsAgents) {
  std::set<Millis> phases;
  for (int i = 0; i < 100; ++i) {
    const Millis phase = phase_of("vagus", agent("agent-" + std::to_string(i)), kHour);
    EXPECT_GE(phase, 0);
    EXPECT_LT(phase, kHour);
    phases.insert(phase);
  }
  EXPECT_GE(phases.size(), 99u);
}

TEST(Schedule, NextSlotIsAfterNow) {
  struct Case {
    Millis interval, phase, now, next;
  };
  const Case cases[] = {
      {1000, 0, 0, 1000},      {1000, 250, 0, 250},   {1000, 250, 251, 1250},
      {1000, 999, 999, 1999},  {1000, 0, 1000, 2000}, {1000, -1, 12'345, 12'999},
      {1000, 5250, 0, 250},    {1, 0, 7, 8},          {kDay, 5, 5, kDay + 5},
      {kMaxMillis, 10, 9, 10},
  };
  for (const Case& each : cases) {
    const Schedule schedule(each.interval, each.phase, ActiveHours());
    EXPECT_EQ(schedule.next_after(each.now), each.next) << each.interval << " " << each.phase;
    EXPECT_EQ(schedule.interval(), each.interval);
    EXPECT_EQ(((schedule.phase() - each.phase) % each.interval), 0);
  }
}

TEST(Schedule, EverySlotIsOnTheGridAndNoneIsSkipped) {
  std::uint64_t state = 3;
  const auto next = [&](std::uint64_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<Millis>((state >> 20) % bound);
  };
  for (int round = 0; round < 5000; ++round) {
    const Millis interval = 1 + next(5'000'000);
    const Millis phase = next(10'000'000) - 5'000'000;
    const Millis now = next(2'000'000'000'000);
    const Millis slot = Schedule(interval, phase, ActiveHours()).next_after(now);
    EXPECT_GT(slot, now);
    EXPECT_LE(slot, now + interval);
    EXPECT_EQ((slot - phase) % interval, 0);
  }
}

TEST(Schedule, SaturatesAtTheEndOfTime) {
  EXPECT_EQ(Schedule(kDay, 1, ActiveHours()).next_after(kMaxMillis), kMaxMillis);
  EXPECT_EQ(Schedule(kMaxMillis, 0, ActiveHours()).next_after(kMaxMillis - 1), kMaxMillis);
  EXPECT_EQ(Schedule(kMaxMillis, 5, ActiveHours()).next_after(kMaxMillis - 1), kMaxMillis);
  EXPECT_EQ(Schedule(kMaxMillis, INT64_MIN, ActiveHours()).next_after(kMaxMillis), kMaxMillis);
  EXPECT_EQ(Schedule(kMinute, 0, window("05:07", "05:07")).next_after(kMaxMillis), kMaxMillis);
}

TEST(Schedule, SeeksTheNextSlotInsideTheActiveHours) {
  const Millis noon = 1'749'988'800'000;  // 2025-06-15T12:00Z
  const auto from_noon = [&](Millis interval, const ActiveHours& hours) {
    return Schedule(interval, noon % interval, hours).next_after(noon - 1);
  };
  EXPECT_EQ(from_noon(kMinute, window("11:00", "11:30")), 1'750'071'600'000);
  EXPECT_EQ(from_noon(30 * kSecond, window("00:00", "00:01")), 1'750'032'000'000);
  EXPECT_EQ(from_noon(kHour, window("09:00", "17:00")), noon);

  const Zone shanghai = Zone::create("Asia/Shanghai", {{0, 28'800}}).value_or_throw();
  const Schedule every_4h(4 * kHour, 1'750'000'860'000 % (4 * kHour),
                          window("08:00", "23:00", shanghai));
  EXPECT_EQ(every_4h.next_after(1'750'000'859'999), 1'750'044'060'000);
}

TEST(Schedule, BeatsWhenTheHoursOpenWhenNoSlotIsInside) {
  const Millis noon = 1'749'988'800'000;
  const Millis next_13h = noon + kHour;
  // Daily at noon, active from 13:00: the two never meet.
  const Schedule daily(kDay, noon % kDay, window("13:00", "14:00"));
  EXPECT_EQ(daily.next_after(noon - 1), next_13h);
  EXPECT_EQ(daily.next_after(next_13h - 1), next_13h + kDay)
      << "the slot comes first, then the hours";
  EXPECT_EQ(daily.next_after(next_13h), next_13h + kDay);
  const Schedule overnight(kDay, noon % kDay, window("22:00", "06:00"));
  EXPECT_EQ(overnight.next_after(noon - 1), noon + 10 * kHour);
  // Hours that never open have no better answer than the slot.
  EXPECT_EQ(Schedule(kMinute, 0, window("05:07", "05:07")).next_after(noon), noon + kMinute);
}

TEST(Schedule, FindsANarrowWindowHoweverShortTheInterval) {
  const Millis noon = 1'749'988'800'000;
  const Schedule schedule(kSecond, 250, window("00:00", "00:01"));
  EXPECT_EQ(schedule.next_after(noon), noon + 12 * kHour + 250);
  EXPECT_EQ(schedule.next_after(noon + 12 * kHour + 250), noon + 12 * kHour + kSecond + 250);
}

TEST(Schedule, SeeksNoFurtherThanSevenDays) {
  // Every 25 hours from noon: the slots come an hour later each day.
  const Millis noon = 1'749'988'800'000;
  const Millis interval = 25 * kHour;
  const auto next = [&](std::string start, std::string end) {
    return Schedule(interval, noon % interval, window(std::move(start), std::move(end)))
        .next_after(noon - 1);
  };
  EXPECT_EQ(next("18:00", "19:00"), noon + 6 * interval);  // six days and six hours later
  EXPECT_EQ(next("19:00", "20:00"), noon + 7 * kHour);     // the slot is too far, the hours are not
}

// The plain reading of the rule, minute by minute and slot by slot.
TEST(Schedule, AgreesWithTheRule) {
  std::uint64_t state = 11;
  const auto roll = [&](std::uint64_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<Millis>((state >> 20) % bound);
  };
  const auto clock = [&](Millis minute) {
    const auto two = [](Millis n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return two(minute / 60) + ":" + two(minute % 60);
  };
  for (int round = 0; round < 400; ++round) {
    const Millis interval = kMinute * (1 + roll(3'000));
    const Millis phase = roll(static_cast<std::uint64_t>(interval));
    const ActiveHours hours = window(clock(roll(1440)), clock(roll(1440)));
    const Millis now = 1'700'000'000'000 + roll(10'000'000'000);
    const Millis next = Schedule(interval, phase, hours).next_after(now);
    EXPECT_GT(next, now);
    Millis slot = now - ((now - phase) % interval) + interval;
    const Millis first = slot;
    while (!hours.contains(slot) && slot <= first + 7 * kDay) slot += interval;
    if (hours.contains(slot) && slot <= first + 7 * kDay - kMinute) {
      EXPECT_EQ(next, slot);
    } else if (!hours.contains(next)) {
      EXPECT_EQ(next, first) << "hours that never open";
    }
  }
}

TEST(Schedule, InThePlaceOfAnEqualOneKeepsASlotThatIsAhead) {
  const Schedule schedule(kSecond, 250, ActiveHours());
  EXPECT_EQ(schedule.next_in_place_of(schedule, 5'250, 3'000), 5'250);
  EXPECT_EQ(schedule.next_in_place_of(schedule, 99'999, 3'000), 99'999);
  EXPECT_EQ(schedule.next_in_place_of(schedule, 3'000, 3'000), 3'250);
  const Zone tokyo = Zone::create("Asia/Tokyo", {{0, 32'400}}).value_or_throw();
  const Schedule others[] = {
      Schedule(kMinute, 250, ActiveHours()),
      Schedule(kSecond, 251, ActiveHours()),
      Schedule(kSecond, 250, window("09:00", "17:00")),
      Schedule(kSecond, 250, ActiveHours({"00:00", "24:00", ""}, tokyo)),
  };
  for (const Schedule& before : others) {
    EXPECT_EQ(schedule.next_in_place_of(before, 5'250, 3'000), 3'250);
  }
}

}  // namespace
}  // namespace vagus
