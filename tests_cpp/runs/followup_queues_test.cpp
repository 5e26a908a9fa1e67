#include "vagus/runs/followup_queues.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "vagus/runs/queue_action.hpp"
#include "vagus/runs/queue_directive.hpp"

namespace vagus {
namespace {

const DeliveryRoute kRoomA{"slack", std::nullopt, "channel:A", std::nullopt};
const DeliveryRoute kRoomB{"slack", std::nullopt, "channel:B", std::nullopt};

QueueSettings settings_for(QueueMode mode, std::int64_t cap = 20,
                           DropPolicy drop = DropPolicy::summarize, Millis debounce = 0) {
  return {mode, debounce, cap, drop};
}

UserTurn turn(std::string text, std::optional<DeliveryRoute> route = std::nullopt,
              std::optional<std::string> id = std::nullopt) {
  UserTurn made;
  made.text = std::move(text);
  made.route = std::move(route);
  made.message_id = std::move(id);
  return made;
}

class FollowupQueuesTest : public testing::Test {
 protected:
  TurnReceipt push(UserTurn made) {
    return queues.push("a", std::move(made), settings, now).value_or_throw();
  }

  /// The texts of the next batch, `dropped: lines` of its summary first; empty for no batch.
  std::string take() {
    const auto batch = queues.take("a", now);
    if (!batch) return "";
    std::string shown = batch->dropped > 0 ? std::to_string(batch->dropped) + ":" : "";
    for (const std::string& line : batch->summary) shown += " " + line;
    for (const UserTurn& each : batch->turns) shown += (shown.empty() ? "" : " ") + each.text;
    return shown;
  }

  /// As `take`, and the batch is answered.
  std::string run() {
    std::string shown = take();
    queues.commit("a", "run", now);
    return shown;
  }

  std::string state_of(std::int64_t message) {
    return std::string(name_of(queues.fate(message).value_or_throw().state));
  }

  Limits limits;
  FollowupQueues queues{limits};
  QueueSettings settings = settings_for(QueueMode::followup);
  Millis now = 1'000;
};

TEST_F(FollowupQueuesTest, RunsMessagesOneByOne) {
  const auto one = push(turn("one"));
  const auto two = push(turn("two"));
  EXPECT_EQ(run(), "one");
  EXPECT_EQ(state_of(one.message), "run");
  EXPECT_EQ(state_of(two.message), "waiting");
  EXPECT_EQ(run(), "two");
  EXPECT_EQ(run(), "");
  EXPECT_EQ(queues.open(), 0U);
  EXPECT_EQ(queues.find("a"), nullptr);
}

TEST_F(FollowupQueuesTest, CollectsNeighboursOfOneRouteAndNoOthers) {
  settings.mode = QueueMode::collect;
  const auto a1 = push(turn("a1", kRoomA));
  const auto b1 = push(turn("b1", kRoomB));
  const auto b2 = push(turn("b2", DeliveryRoute{" Slack", "default", "channel:B ", ""}));
  push(turn("nowhere 1"));
  push(turn("nowhere 2"));
  EXPECT_EQ(run(), "a1");
  EXPECT_EQ(run(), "b1 b2") << "one place, however it is written";
  EXPECT_EQ(run(), "nowhere 1 nowhere 2");
  EXPECT_EQ(state_of(a1.message), "run");
  EXPECT_EQ(state_of(b1.message), "run");
  EXPECT_EQ(state_of(b2.message), "merged");
  EXPECT_EQ(queues.fate(b2.message).value_or_throw().run_id, "run");
}

TEST_F(FollowupQueuesTest, CollectsNothingThatHasItsOwnAsker) {
  settings.mode = QueueMode::collect;
  push(turn("own 1", DeliveryRoute{"WebChat", {}, "x", {}}));
  push(turn("own 2", DeliveryRoute{"webchat", {}, "x", {}}));
  push(turn("no recipient 1", DeliveryRoute{"slack", {}, "", {}}));
  push(turn("no recipient 2", DeliveryRoute{"slack", {}, "", {}}));
  UserTurn asked = turn("asked", kRoomA);
  asked.asked_by = "some run";
  push(asked);
  push(turn("person", kRoomA));
  for (const char* alone :
       {"own 1", "own 2", "no recipient 1", "no recipient 2", "asked", "person"}) {
    EXPECT_EQ(run(), alone);
  }
}

TEST_F(FollowupQueuesTest, CollectsOnlyWhatMayBeCollected) {
  push(turn("by itself"));
  settings.mode = QueueMode::collect;
  push(turn("c1"));
  push(turn("c2"));
  settings.mode = QueueMode::steer;
  push(turn("steered"));
  EXPECT_EQ(run(), "by itself");
  EXPECT_EQ(run(), "c1 c2");
  EXPECT_EQ(run(), "steered");
}

TEST_F(FollowupQueuesTest, ABatchHasNoMoreTextThanAMessageMay) {
  limits.text_bytes = 300;
  queues = FollowupQueues(limits);
  settings.mode = QueueMode::collect;
  for (const char each : {'1', '2', '3'}) push(turn(std::string(80, each)));
  EXPECT_EQ(run(), std::string(80, '1') + " " + std::string(80, '2'));
  EXPECT_EQ(run(), std::string(80, '3'));
  settings.cap = 1;
  push(turn(std::string(100, '4')));
  push(turn(std::string(250, '5')));
  EXPECT_EQ(run(), "1: " + std::string(100, '4')) << "a summary counts too";
  EXPECT_EQ(run(), std::string(250, '5'));
}

TEST_F(FollowupQueuesTest, WaitsForQuietButNotForEver) {
  settings = settings_for(QueueMode::followup, 100, DropPolicy::newest, 60);
  push(turn("one"));
  now += 31;
  push(turn("two"));
  EXPECT_EQ(queues.due("a"), now + 60) << "each message begins the span again";
  EXPECT_EQ(run(), "");
  for (int i = 0; i < 30; ++i) {
    now += 30;
    push(turn("more"));
  }
  EXPECT_EQ(queues.due("a"), 1'000 + kLongestDebounces * 60);
  EXPECT_EQ(run(), "one");
  EXPECT_EQ(run(), "two");
}

TEST_F(FollowupQueuesTest, RefusesTheNewestOrLetsTheOldestGo) {
  settings = settings_for(QueueMode::followup, 2, DropPolicy::newest);
  const auto one = push(turn("1"));
  push(turn("2"));
  const auto refused = push(turn("3", std::nullopt, "m3"));
  EXPECT_EQ(refused.verdict, TurnVerdict::full);
  EXPECT_EQ(refused.message, 0);
  settings.drop = DropPolicy::oldest;
  const auto taken = push(turn("3", std::nullopt, "m3"));
  EXPECT_EQ(taken.verdict, TurnVerdict::queued) << "what was refused may come again";
  ASSERT_EQ(taken.ended.size(), 1U);
  EXPECT_EQ(taken.ended.front().message, one.message);
  EXPECT_EQ(taken.ended.front().state, TurnState::refused);
  EXPECT_EQ(state_of(one.message), "refused");
  EXPECT_EQ(run(), "2");
  EXPECT_EQ(run(), "3");
}

TEST_F(FollowupQueuesTest, ASummaryIsATurnOfItsOwn) {
  settings = settings_for(QueueMode::followup, 1);
  const auto first = push(turn("first"));
  const auto second = push(turn("second"));
  EXPECT_EQ(state_of(first.message), "waiting");
  EXPECT_EQ(run(), "1: first");
  EXPECT_EQ(run(), "second") << "the survivor is not eaten";
  EXPECT_EQ(state_of(first.message), "summarised");
  EXPECT_EQ(state_of(second.message), "run");
}

TEST_F(FollowupQueuesTest, ASummaryIsShownOnItsOwnRouteOnly) {
  settings = settings_for(QueueMode::collect, 2);
  push(turn("a1", kRoomA));
  push(turn("b1", kRoomB));
  push(turn("b2", kRoomB));
  push(turn("b3", kRoomB));
  EXPECT_EQ(run(), "1: a1");
  EXPECT_EQ(run(), "1: b1 b2 b3") << "collected with messages of the same route";
}

TEST_F(FollowupQueuesTest, KeepsAsManyLinesAsMessagesMayWait) {
  settings = settings_for(QueueMode::followup, 2);
  std::vector<std::int64_t> messages;
  for (int i = 1; i <= 6; ++i) messages.push_back(push(turn(std::to_string(i))).message);
  EXPECT_EQ(queues.find("a")->dropped(), 4);
  EXPECT_EQ(run(), "4: 3 4");
  EXPECT_EQ(state_of(messages[0]), "refused");
  EXPECT_EQ(state_of(messages[1]), "refused");
  EXPECT_EQ(state_of(messages[2]), "summarised");
  EXPECT_EQ(run(), "5");
}

TEST_F(FollowupQueuesTest, AChangeOfPolicyLeavesTheSummaryToItsTurn) {
  settings = settings_for(QueueMode::followup, 1);
  push(turn("1"));
  push(turn("2"));
  settings = settings_for(QueueMode::interrupt, 9, DropPolicy::newest);
  push(turn("3"));
  EXPECT_EQ(run(), "1: 1");
  EXPECT_EQ(run(), "2");
  EXPECT_EQ(run(), "3");
}

TEST_F(FollowupQueuesTest, WhatRunsIsOutsideTheCapAndIsRemovedByName) {
  settings = settings_for(QueueMode::followup, 2, DropPolicy::oldest);
  push(turn("1"));
  push(turn("2"));
  EXPECT_EQ(take(), "1");
  push(turn("3"));
  EXPECT_EQ(queues.take("a", now), std::nullopt) << "one batch at a time";
  queues.commit("a", "run-1", now);
  EXPECT_EQ(run(), "2");
  EXPECT_EQ(run(), "3");
}

TEST_F(FollowupQueuesTest, WhatWasNotAnsweredWaitsAgainInItsPlace) {
  settings = settings_for(QueueMode::collect, 2, DropPolicy::summarize, 10);
  for (const char* text : {"1", "2", "3"}) push(turn(text));
  now += 10;
  EXPECT_EQ(take(), "1: 1 2 3");
  push(turn("4"));
  now += 5;
  queues.give_back("a", now);
  EXPECT_EQ(queues.due("a"), now + 10);
  now += 10;
  EXPECT_EQ(run(), "1: 1 2 3 4");
  EXPECT_EQ(queues.open(), 0U);
  queues.give_back("a", now);  // nothing is out
  EXPECT_TRUE(queues.commit("a", "run", now).empty());
}

TEST_F(FollowupQueuesTest, TakesAMessageOnce) {
  EXPECT_EQ(push(turn("x", kRoomA, "M")).verdict, TurnVerdict::queued);
  EXPECT_EQ(push(turn("y", kRoomA, "M")).verdict, TurnVerdict::duplicate);
  EXPECT_EQ(push(turn("y", kRoomB, "M")).verdict, TurnVerdict::queued) << "another route";
  EXPECT_EQ(push(turn("y", std::nullopt, "M")).verdict, TurnVerdict::queued);
  EXPECT_EQ(queues.push("b", turn("y", kRoomA, "M"), settings, now)->verdict, TurnVerdict::queued)
      << "another lane";
  EXPECT_EQ(push(turn("x")).verdict, TurnVerdict::queued);
  EXPECT_EQ(push(turn("x")).verdict, TurnVerdict::queued) << "without a name all are new";
  now += kRecentMillis + 1;
  EXPECT_EQ(push(turn("x", kRoomA, "M")).verdict, TurnVerdict::duplicate) << "it still waits";
  EXPECT_EQ(run(), "x");
  EXPECT_EQ(push(turn("x", kRoomA, "M")).verdict, TurnVerdict::queued);
  EXPECT_EQ(push(turn("x", kRoomA, "M")).verdict, TurnVerdict::duplicate);
}

TEST_F(FollowupQueuesTest, NamesOfMessagesCannotCollide) {
  EXPECT_EQ(push(turn("a", DeliveryRoute{"signal|group", {}, "peer", {}}, "1")).verdict,
            TurnVerdict::queued);
  EXPECT_EQ(push(turn("b", DeliveryRoute{"signal", {}, "group|peer", {}}, "1")).verdict,
            TurnVerdict::queued);
  EXPECT_EQ(push(turn("c", DeliveryRoute{"s", "-", "p", {}}, "1")).verdict, TurnVerdict::queued);
  EXPECT_EQ(push(turn("d", DeliveryRoute{"s", {}, "p", "-"}, "1")).verdict, TurnVerdict::queued);
}

TEST_F(FollowupQueuesTest, RemembersSoManyNames) {
  limits.message_ids = 2;
  queues = FollowupQueues(limits);
  for (const char* id : {"1", "2", "3"}) {
    push(turn(id, std::nullopt, id));
    run();
  }
  EXPECT_EQ(push(turn("1", std::nullopt, "1")).verdict, TurnVerdict::queued);
  EXPECT_EQ(push(turn("3", std::nullopt, "3")).verdict, TurnVerdict::duplicate);
}

TEST_F(FollowupQueuesTest, RunsAtOnceWhatMay) {
  settings.debounce_ms = 50;
  push(turn("waits"));
  EXPECT_EQ(queues.push("a", turn("at once"), settings, now, true)->verdict, TurnVerdict::queued);
  EXPECT_EQ(queues.push("a", turn("then"), settings, now, true)->verdict, TurnVerdict::queued);
  EXPECT_EQ(run(), "at once");
  EXPECT_EQ(run(), "then");
  EXPECT_EQ(run(), "");
  now += 50;
  EXPECT_EQ(run(), "waits");
}

TEST_F(FollowupQueuesTest, MergesIntoARunByName) {
  push(turn("one"));
  const auto two = push(turn("two"));
  EXPECT_EQ(queues.merge(two.message, "run-9", now)->text, "two");
  EXPECT_EQ(state_of(two.message), "merged");
  EXPECT_EQ(queues.merge(two.message, "run-9", now), std::nullopt);
  EXPECT_EQ(queues.merge(99, "run-9", now), std::nullopt);
  EXPECT_EQ(run(), "one");
}

TEST_F(FollowupQueuesTest, CancelsWhatWaitsAndItsSummary) {
  settings = settings_for(QueueMode::followup, 1);
  const auto one = push(turn("1", std::nullopt, "m1"));
  const auto two = push(turn("2"));
  EXPECT_EQ(queues.clear("a", "reset", now).size(), 2U);
  for (const auto& each : {one, two}) {
    EXPECT_EQ(state_of(each.message), "cancelled");
    EXPECT_EQ(queues.fate(each.message).value_or_throw().reason, "reset");
  }
  EXPECT_EQ(queues.due("a"), std::nullopt);
  EXPECT_EQ(push(turn("1", std::nullopt, "m1")).verdict, TurnVerdict::queued);
  EXPECT_TRUE(queues.clear("nowhere", "reset", now).empty());
}

TEST_F(FollowupQueuesTest, FatesAreForgottenInTheEnd) {
  limits.ended_turns = 2;
  queues = FollowupQueues(limits);
  for (int i = 0; i < 3; ++i) {
    push(turn("x"));
    run();
  }
  EXPECT_FALSE(queues.fate(1).ok());
  EXPECT_TRUE(queues.fate(2).ok());
  for (const std::int64_t unknown : {0L, -1L, 4L, 1L << 60}) {
    EXPECT_EQ(queues.fate(unknown).error().field, "message");
  }
}

TEST_F(FollowupQueuesTest, RefusesBadInputAndChangesNothing) {
  limits.text_bytes = 4;
  limits.sessions = 1;
  queues = FollowupQueues(limits);
  push(turn("ok"));
  const auto field = [&](const std::string& lane, UserTurn made, const QueueSettings& with) {
    const auto receipt = queues.push(lane, std::move(made), with, now);
    return receipt ? "" : receipt.error().field;
  };
  EXPECT_EQ(field("a", turn("long!"), settings), "text");
  EXPECT_EQ(field("b", turn("ok"), settings), "lane");
  EXPECT_EQ(field(std::string(kMaxKeyBytes + 1, 'x'), turn("ok"), settings), "lane");
  EXPECT_EQ(field("a", turn("ok", {}, std::string(kMaxKeyBytes + 1, 'x')), settings), "message_id");
  EXPECT_EQ(field("a", turn("ok"), {QueueMode::collect, -1, 20, DropPolicy::oldest}),
            "debounce_ms");
  EXPECT_EQ(field("a", turn("ok"), {QueueMode::collect, 0, 0, DropPolicy::oldest}), "cap");
  EXPECT_EQ(queues.depth("a"), 1);
  EXPECT_EQ(queues.open(), 1U);
}

TEST(TurnText, ShowsOneMessageAsItIsAndNumbersSeveral) {
  TurnBatch batch;
  batch.turns = {turn("  one\n")};
  EXPECT_EQ(text_of(batch), "  one\n");
  batch.turns.push_back(turn("two"));
  EXPECT_EQ(text_of(batch), "[2 messages came while you were at work]\n\n(1)\n  one\n\n\n(2)\ntwo");
  batch.turns = {turn("last")};
  batch.dropped = 3;
  batch.summary = {"b", "c"};
  EXPECT_EQ(text_of(batch),
            "[3 messages had to give way while you were at work; what is left of them:]\n- b\n- c"
            "\n\n[1 message came while you were at work]\n\n(1)\nlast");
}

TEST(TurnText, ALineIsFoldedAndCut) {
  EXPECT_EQ(summary_line_of(turn(" a \n\n b\t")), "a b");
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word ";
  const std::string line = summary_line_of(turn(words));
  EXPECT_EQ(line, words.substr(0, 159) + "…");
  UserTurn named = turn("long");
  named.summary_line = "short form";
  EXPECT_EQ(summary_line_of(named), "short form");
}

// ---- settings and directives

TEST(QueueSettings, ComeFromTheFirstThatHasThem) {
  QueueConfig config;
  EXPECT_EQ(queue_settings(config, "slack", {}, {}, 200), QueueSettings{});
  config.mode = QueueMode::followup;
  config.by_channel = {{"Slack", QueueMode::steer}};
  config.debounce_ms = 1;
  config.debounce_ms_by_channel = {{"slack", 2}};
  config.cap = 7;
  EXPECT_EQ(queue_settings(config, "telegram", {}, {}, 200),
            (QueueSettings{QueueMode::followup, 1, 7, DropPolicy::summarize}));
  EXPECT_EQ(queue_settings(config, " SLACK", {}, {}, 5),
            (QueueSettings{QueueMode::steer, 2, 5, DropPolicy::summarize}));
  const QueueOverrides session{QueueMode::collect, 3, 8, DropPolicy::oldest};
  EXPECT_EQ(queue_settings(config, "slack", session, {}, 200),
            (QueueSettings{QueueMode::collect, 3, 8, DropPolicy::oldest}));
  EXPECT_EQ(queue_settings(config, "slack", session, {QueueMode::interrupt, 4, 9, {}}, 200),
            (QueueSettings{QueueMode::interrupt, 4, 9, DropPolicy::oldest}));
}

TEST(QueueAction, SaysWhatBecomesOfWhatAsks) {
  for (const QueueMode mode : {QueueMode::steer, QueueMode::interrupt}) {
    EXPECT_EQ(queue_action(mode, false, false), QueueAction::run);
    EXPECT_EQ(queue_action(mode, true, true), QueueAction::drop);
  }
  EXPECT_EQ(queue_action(QueueMode::steer, true, false), QueueAction::steer);
  EXPECT_EQ(queue_action(QueueMode::interrupt, true, false), QueueAction::interrupt);
  EXPECT_EQ(queue_action(QueueMode::collect, true, false), QueueAction::enqueue);
  EXPECT_EQ(queue_action(QueueMode::followup, true, false), QueueAction::enqueue);
}

TEST(QueueDirective, ReadsItsWordsAndLeavesTheRest) {
  const auto read =
      parse_queue_directive("please /Queue: Collect debounce=1.5s CAP:25.9 drop:oldest do\nit now");
  EXPECT_TRUE(read.found);
  EXPECT_EQ(read.text, "please do\nit now");
  EXPECT_EQ(read.overrides(), (QueueOverrides{QueueMode::collect, 1'500, 25, DropPolicy::oldest}));
  EXPECT_EQ(read.mode_word, "Collect");
  EXPECT_EQ(read.debounce_word, "1.5s");
  EXPECT_TRUE(read.has_options);
  EXPECT_EQ(check_queue_directive(read), std::nullopt);
}

TEST(QueueDirective, StandsAlone) {
  for (const char* text : {"hello /queued", "a/queue steer", "/queue/x", "queue steer", ""}) {
    EXPECT_FALSE(parse_queue_directive(text).found) << text;
    EXPECT_EQ(parse_queue_directive(text).text, text);
  }
  EXPECT_EQ(parse_queue_directive("/queues /queue").text, "/queues");
  EXPECT_EQ(parse_queue_directive("/queue nonsense steer").text, "nonsense steer");
  EXPECT_EQ(parse_queue_directive("/queue nonsense steer").mode, std::nullopt);
}

TEST(QueueDirective, ResetsAndStopsThere) {
  for (const char* word : {"default", "Reset", "clear"}) {
    const auto read = parse_queue_directive("/queue " + std::string(word) + " steer");
    EXPECT_TRUE(read.reset);
    EXPECT_EQ(read.text, "steer");
  }
}

TEST(QueueDirective, NamesWhatItCannotRead) {
  const std::pair<const char*, const char*> bad[] = {{"cap:0", "queue.cap"},
                                                     {"cap:", "queue.cap"},
                                                     {"cap:nan", "queue.cap"},
                                                     {"cap:-3", "queue.cap"},
                                                     {"debounce:-1", "queue.debounce"},
                                                     {"debounce:soon", "queue.debounce"},
                                                     {"drop:all", "queue.drop"}};
  for (const auto& [option, field] : bad) {
    const auto read = parse_queue_directive("/queue " + std::string(option));
    EXPECT_EQ(read.text, "");
    EXPECT_TRUE(read.has_options);
    EXPECT_EQ(read.overrides(), QueueOverrides{});
    ASSERT_TRUE(check_queue_directive(read).has_value()) << option;
    EXPECT_EQ(check_queue_directive(read)->field, field);
  }
}

TEST(QueueWords, AreReadInAnyCase) {
  EXPECT_EQ(queue_mode_of(" Queued "), QueueMode::steer);
  EXPECT_EQ(queue_mode_of("follow-ups"), QueueMode::followup);
  EXPECT_EQ(queue_mode_of("coalesce"), QueueMode::collect);
  EXPECT_EQ(queue_mode_of("ABORT"), QueueMode::interrupt);
  EXPECT_EQ(queue_mode_of("steer_backlog"), QueueMode::followup);
  EXPECT_EQ(queue_word_of("Steer+Backlog"), "steer-backlog");
  EXPECT_EQ(queue_word_of("queued"), "steer");
  EXPECT_EQ(queue_word_of("later"), std::nullopt);
  for (const char* word : {"", "now", "steer steer"}) EXPECT_EQ(queue_mode_of(word), std::nullopt);
  EXPECT_EQ(drop_policy_of("summary"), DropPolicy::summarize);
  EXPECT_EQ(drop_policy_of("none"), std::nullopt);
}

// ---- any order of things

/// What becomes of accepted messages, by number.
struct Model {
  std::map<std::int64_t, std::string> waiting;  ///< texts of those that have not ended
  std::map<std::int64_t, TurnState> ended;

  void end(const std::vector<TurnEnd>& ends) {
    for (const TurnEnd& each : ends) {
      EXPECT_EQ(waiting.erase(each.message), 1U) << each.message;
      EXPECT_TRUE(ended.emplace(each.message, each.state).second) << "ended twice";
    }
  }
};

TEST(FollowupQueuesModel, EveryAcceptedMessageEndsOnceAndInOrder) {
  std::mt19937 random(5);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 150; ++round) {
    Limits limits;
    limits.queued_turns = 6;
    FollowupQueues queues(limits);
    Model model;
    Millis now = 1;
    std::int64_t newest = 0;
    for (int step = 0; step < 120; ++step) {
      const QueueSettings settings{
          static_cast<QueueMode>(below(4)), static_cast<Millis>(below(3) * 20),
          1 + static_cast<std::int64_t>(below(8)), static_cast<DropPolicy>(below(3))};
      switch (below(8)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const std::optional<DeliveryRoute> routes[] = {std::nullopt, kRoomA, kRoomB};
          std::optional<std::string> id;
          if (below(3) == 0) id = std::to_string(below(30));
          const bool urgent = below(8) == 0;
          const auto receipt = queues
                                   .push("a", turn(std::to_string(step), routes[below(3)], id),
                                         settings, now, urgent)
                                   .value_or_throw();
          if (receipt.verdict == TurnVerdict::queued) {
            ASSERT_GT(receipt.message, newest);
            newest = receipt.message;
            model.waiting[newest] = std::to_string(step);
            ASSERT_LE(queues.depth("a"), std::min<std::int64_t>(settings.cap, 6));
          } else {
            ASSERT_TRUE(receipt.ended.empty());
          }
          model.end(receipt.ended);
          break;
        }
        case 4:
          if (const auto batch = queues.take("a", now)) {
            for (const UserTurn& each : batch->turns) {
              ASSERT_EQ(model.waiting.count(each.message), 1U);
              ASSERT_EQ(each.text, model.waiting[each.message]);
              ASSERT_TRUE(each.route == batch->route);
            }
            ASSERT_TRUE(std::is_sorted(batch->turns.begin(), batch->turns.end(),
                                       [](const UserTurn& left, const UserTurn& right) {
                                         return left.message < right.message;
                                       }));
            ASSERT_GE(batch->dropped, std::ssize(batch->summary));
            ASSERT_EQ(queues.due("a"), std::nullopt) << "one batch at a time";
          }
          break;
        case 5:
          if (below(3) == 0) {
            queues.give_back("a", now);
          } else {
            model.end(queues.commit("a", "run", now));
          }
          break;
        case 6:
          now += static_cast<Millis>(below(30));
          break;
        default:
          if (below(6) == 0) model.end(queues.clear("a", "reset", now));
          if (!model.waiting.empty()) {
            auto chosen = model.waiting.begin();
            std::advance(chosen, static_cast<std::ptrdiff_t>(below(model.waiting.size())));
            const std::int64_t message = chosen->first;
            if (queues.merge(message, "run", now)) {
              model.end({TurnEnd{message, {}, TurnState::merged, "run", "", {}}});
            }
          }
      }
      ASSERT_EQ(queues.open(), model.waiting.size());
      const FollowupQueue* queue = queues.find("a");
      if (queue != nullptr && !queue->is_out()) {
        ASSERT_TRUE(queues.due("a").has_value()) << "what waits has a time";
        ASSERT_LE(*queues.due("a"), now + 40);
      }
    }
    model.end(queues.commit("a", "run", now));
    now += 1'000;
    while (queues.take("a", now)) model.end(queues.commit("a", "run", now));
    EXPECT_TRUE(model.waiting.empty()) << "a message was lost";
    EXPECT_EQ(queues.open(), 0U);
    EXPECT_EQ(queues.find("a"), nullptr);
    EXPECT_EQ(std::ssize(model.ended), newest);
    for (const auto& [message, state] : model.ended) {
      EXPECT_EQ(queues.fate(message).value_or_throw().state, state);
    }
  }
}

// A lane's own time stops at zero, and its queue must be ready by then.
TEST_F(FollowupQueuesTest, AStepOfTheClockBeforeZeroKeepsThePause) {
  settings = settings_for(QueueMode::collect, 20, DropPolicy::summarize, 500);
  push(turn("one"));
  queues.shift(-1'200);
  EXPECT_EQ(queues.due("a"), 300);
  queues.shift(-1'200);
  EXPECT_EQ(queues.due("a"), 0);
}

}  // namespace
}  // namespace vagus
