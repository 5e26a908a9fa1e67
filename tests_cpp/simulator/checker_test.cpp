#include "simulator/checker.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "simulator/world.hpp"

/// The simulator finds what it is there to find: each test breaks one promise in what the checker
/// sees of an engine that keeps it.
namespace vagus::simulator {
namespace {

constexpr Options kSmall{3, 12, 1};

std::string broken(CrashingHost::Tamper tamper) {
  return World(kSmall, std::move(tamper)).run();
}

/// The effect of kind `E` at its `nth` coming, changed or taken away.
template <class E, class Change>
CrashingHost::Tamper at(int nth, Change change) {
  auto seen = std::make_shared<int>(0);
  return [=](std::vector<Effect>& effects) {
    for (std::size_t i = 0; i < effects.size(); ++i) {
      if (std::holds_alternative<E>(effects[i]) && ++*seen == nth) return change(effects, i);
    }
  };
}

void take_away(std::vector<Effect>& effects, std::size_t i) {
  effects.erase(effects.begin() + static_cast<std::ptrdiff_t>(i));
}

void repeat(std::vector<Effect>& effects, std::size_t i) {
  effects.push_back(effects[i]);
}

bool says(const std::string& text, std::string_view promise) {
  return text.find(promise) != std::string::npos;
}

TEST(Simulator, KeepsEveryPromise) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    World world({seed, 12, 1});
    EXPECT_EQ(world.run(), "") << "seed " << seed;
    EXPECT_GT(world.crashes(), 0);
    EXPECT_GT(world.counts().retries, 0);
    EXPECT_GT(world.counts().shown, 50);
  }
}

TEST(Simulator, RepeatsAHistoryForASeed) {
  World first(kSmall);
  World second(kSmall);
  first.run();
  second.run();
  EXPECT_EQ(first.steps(), second.steps());
  EXPECT_EQ(first.counts().runs, second.counts().runs);
  EXPECT_EQ(first.counts().shown, second.counts().shown);
}

TEST(Simulator, FindsAWakeThatIsNeverSettled) {
  EXPECT_NE(broken(at<RunEnded>(40, take_away)), "");
}

TEST(Simulator, FindsARunThatEndsTwice) {
  EXPECT_TRUE(says(broken(at<RunEnded>(40, repeat)), "ends once"));
}

TEST(Simulator, FindsARunThatStartsTwice) {
  EXPECT_TRUE(says(broken(at<RunStarted>(40, repeat)), "starts once"));
}

TEST(Simulator, FindsARequestThatIsForgotten) {
  auto forget = [runs = 0](std::vector<Effect>& effects) mutable {
    for (Effect& effect : effects) {
      auto* run = std::get_if<RunStarted>(&effect);
      if (run != nullptr && run->kind == RunKind::heartbeat && ++runs == 30) ++run->requests;
    }
  };
  EXPECT_TRUE(says(broken(forget), "no request is forgotten"));
}

TEST(Simulator, FindsAWakeThatIsLost) {
  EXPECT_NE(broken(at<RunStarted>(40, take_away)), "");
  EXPECT_NE(broken(at<WakeQueued>(40, take_away)), "");
}

TEST(Simulator, FindsAFateThatDoesNotFitTheRun) {
  const auto lie = [](std::vector<Effect>& effects, std::size_t i) {
    auto& ended = std::get<RunEnded>(effects[i]);
    const bool well = ended.outcome == RunOutcome::acknowledged;
    ended.outcome = well ? RunOutcome::skipped : RunOutcome::acknowledged;
  };
  auto tamper = [lie, done = false](std::vector<Effect>& effects) mutable {
    for (std::size_t i = 0; i < effects.size() && !done; ++i) {
      const auto* ended = std::get_if<RunEnded>(&effects[i]);
      if (ended == nullptr || ended->kind == RunKind::user || ended->retry_at_ms) continue;
      lie(effects, i);
      done = true;
    }
  };
  EXPECT_TRUE(says(broken(tamper), "ends in one fate"));
}

TEST(Simulator, FindsAWakeThatStartsLate) {
  const auto hurry = [](std::vector<Effect>& effects) {
    for (Effect& effect : effects) {
      if (auto* wake = std::get_if<WakeQueued>(&effect)) wake->due_ms -= 20 * kSecond;
    }
  };
  EXPECT_TRUE(says(broken(hurry), "due and free starts"));
}

TEST(Simulator, FindsAnEventThatIsToldTwice) {
  std::string told;
  auto repeat_events = [told](std::vector<Effect>& effects) mutable {
    for (Effect& effect : effects) {
      auto* call = std::get_if<CallModel>(&effect);
      if (call == nullptr || call->messages.empty()) continue;
      const std::string prompt = text_of(call->messages.back());
      if (told.empty()) told = prompt.find("event #") == prompt.npos ? "" : prompt;
      if (!told.empty()) call->messages.back() = text_message(Role::user, told);
    }
  };
  EXPECT_TRUE(says(broken(repeat_events), "event"));
}

TEST(Simulator, FindsAnEventThatIsLost) {
  const auto hide = [](std::vector<Effect>& effects) {
    for (Effect& effect : effects) {
      auto* call = std::get_if<CallModel>(&effect);
      if (call != nullptr && !call->messages.empty()) {
        call->messages.back() = text_message(Role::user, "nothing");
      }
    }
  };
  EXPECT_TRUE(says(broken(hide), "no event is lost"));
}

TEST(Simulator, FindsACadenceThatIsTooFast) {
  const auto hurry = [](std::vector<Effect>& effects, std::size_t i) {
    auto tick = std::get<WakeQueued>(effects[i]);
    tick.kind = WakeKind::interval;
    for (int times = 0; times < 3; ++times) effects.emplace_back(tick);
  };
  EXPECT_TRUE(says(broken(at<WakeQueued>(30, hurry)), "rate"));
}

TEST(Simulator, FindsAMessageThatEndsTwiceOrNever) {
  EXPECT_TRUE(says(broken(at<TurnSettled>(3, repeat)), "a message ends once"));
  EXPECT_TRUE(says(broken(at<TurnSettled>(3, take_away)), "every message ends"));
  const auto otherwise = [](std::vector<Effect>& effects, std::size_t i) {
    std::get<TurnSettled>(effects[i]).state = TurnState::cancelled;
  };
  EXPECT_TRUE(says(broken(at<TurnSettled>(3, otherwise)), "a message has one fate"));
}

}  // namespace
}  // namespace vagus::simulator
