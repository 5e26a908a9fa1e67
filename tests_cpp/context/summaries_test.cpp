#include <gtest/gtest.h>

#include <algorithm>

#include "build.hpp"
#include "vagus/context/context.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/text_price.hpp"

/// Older turns give way to a summary, when there is somebody who writes it.
namespace vagus {
namespace {

using namespace testing_messages;

constexpr std::int64_t kWindow = 4'000;

AssemblyRequest asking(bool summarise = true) {
  AssemblyRequest request;
  request.turn = {user("now")};
  request.budget = Budget::of({kWindow, 0}, Profile::vagus);
  request.summarise = summarise;
  return request;
}

// A turn of about 420 tokens with the margin.
std::vector<Message> turn(int number) {
  return {user("Question " + std::to_string(number) + " about deployment deadbeef0" +
               std::to_string(number) + " " + std::string(700, 'q')),
          says(std::string(700, 'a'))};
}

Context long_context(int turns = 20) {
  Context context(some_key(), Profile::vagus, Limits{});
  for (int i = 0; i < turns; ++i) {
    for (Message& message : turn(i)) EXPECT_FALSE(context.append(std::move(message)));
  }
  return context;
}

SummaryTask task_of(Context& context, const AssemblyRequest& request = asking()) {
  auto made = context.assemble(request);
  EXPECT_TRUE(std::holds_alternative<SummaryTask>(made));
  return std::get<SummaryTask>(std::move(made));
}

Assembly assembled(Context& context, const AssemblyRequest& request = asking()) {
  auto made = context.assemble(request);
  EXPECT_TRUE(std::holds_alternative<Assembly>(made));
  return std::get<Assembly>(std::move(made));
}

std::string good_summary(const SummaryTask& task, const std::string& more = "") {
  std::string text = empty_summary();
  for (const std::string& each : task.identifiers) text += "\n- " + each;
  if (task.latest_ask) text += "\n" + *task.latest_ask;
  return text + more;
}

bool has_rung(const Ledger& ledger, Rung rung) {
  return std::any_of(ledger.steps.begin(), ledger.steps.end(),
                     [rung](const RecoveryStep& step) { return step.rung == rung; });
}

std::string prompt_text(const Assembly& assembly) {
  std::string all;
  for (const Message& message : assembly.messages) all += text_of(message) + "\n";
  return all;
}

// Summaries until there is a prompt; each is `more` long.
Assembly summarised(Context& context, const std::string& more = "") {
  for (int i = 0; i < 10; ++i) {
    auto made = context.assemble(asking());
    if (auto* assembly = std::get_if<Assembly>(&made)) return std::move(*assembly);
    const SummaryTask task = std::get<SummaryTask>(std::move(made));
    EXPECT_EQ(context.summarised(task, good_summary(task, more)).verdict, SummaryVerdict::adopted);
  }
  ADD_FAILURE() << "no end of summaries";
  return {};
}

TEST(Summaries, WhatFitsIsNotSummarised) {
  Context context = long_context(3);
  EXPECT_TRUE(assembled(context).ledger.steps.empty());
}

TEST(Summaries, ATaskSaysWhatToWriteAndOfWhat) {
  Context context = long_context();
  const SummaryTask task = task_of(context);
  EXPECT_EQ(task.first, 0);
  EXPECT_GT(task.end, 0);
  EXPECT_EQ(task.budget, kWindow);
  EXPECT_EQ(task.messages.front(), context.messages().front());
  EXPECT_FALSE(task.identifiers.empty());
  ASSERT_TRUE(task.latest_ask.has_value());
  EXPECT_TRUE(task.previous.empty());
  for (const std::string_view heading : kSummaryHeadings) {
    EXPECT_NE(task.instruction.find(heading), std::string::npos);
  }
  for (const std::string& each : task.identifiers) {
    EXPECT_NE(task.instruction.find(each), std::string::npos);
  }
}

TEST(Summaries, ATaskChangesNothingAndIsAskedAgainWhileNobodyAnswers) {
  Context context = long_context();
  const SummaryTask first = task_of(context);
  EXPECT_EQ(task_of(context), first);
  EXPECT_EQ(context.messages().size(), 40u);
}

TEST(Summaries, AnAdoptedSummaryStandsForTheTurnsAndIsProgress) {
  Context context = long_context();
  const Assembly assembly = summarised(context);
  EXPECT_TRUE(has_rung(assembly.ledger, Rung::summarise));
  EXPECT_FALSE(has_rung(assembly.ledger, Rung::drop_turns));
  EXPECT_EQ(assembly.ledger.dropped, 0);
  EXPECT_EQ(assembly.messages[0].role, Role::user);
  EXPECT_NE(text_of(assembly.messages[0]).find("Decisions"), std::string::npos);
  EXPECT_LE(assembly.ledger.estimated, assembly.ledger.budget);
  EXPECT_EQ(assembly.ledger.parts[0].name, "summary");
  EXPECT_FALSE(context.summary(kWindow).empty());
  const Assembly again = assembled(context);
  EXPECT_EQ(again.messages, assembly.messages);
  EXPECT_TRUE(again.ledger.steps.empty()) << "it is told once";
}

TEST(Summaries, TheNextSummaryIsMadeOfTheOneBefore) {
  Context context = long_context();
  summarised(context);
  const std::string before = context.summary(kWindow);
  for (int i = 0; i < 12; ++i) {
    for (Message& message : turn(i)) ASSERT_FALSE(context.append(std::move(message)));
  }
  const SummaryTask task = task_of(context);
  EXPECT_EQ(task.previous, before);
  EXPECT_NE(task.instruction.find("Write one summary of it"), std::string::npos);
}

TEST(Summaries, ASummaryNeverGrowsBeyondItsShare) {
  Context context = long_context();
  for (int round = 0; round < 8; ++round) {
    summarised(context, std::string(50'000, 'z'));
    EXPECT_LE(text_tokens(context.summary(kWindow)), kWindow / 4);
    for (int i = 0; i < 6; ++i) {
      for (Message& message : turn(i)) ASSERT_FALSE(context.append(std::move(message)));
    }
  }
}

struct BadSummary {
  const char* name;
  std::string text;
  SummaryVerdict verdict;
};

class BadSummaries : public testing::TestWithParam<BadSummary> {};

TEST_P(BadSummaries, AreNotUsedAndTheNextRungHelps) {
  Context context = long_context();
  SummaryTask task = task_of(context);
  SummaryReview review = context.summarised(task, GetParam().text);
  EXPECT_EQ(review.verdict, GetParam().verdict);
  if (review.again) {
    EXPECT_EQ(review.again->attempt, 2);
    EXPECT_EQ(review.again->faults, review.faults);
    EXPECT_NE(review.again->instruction.find(review.faults[0].detail), std::string::npos);
    review = context.summarised(*review.again, GetParam().text);
  }
  EXPECT_FALSE(review.again.has_value());
  EXPECT_TRUE(context.summary(kWindow).empty());
  const Assembly assembly = assembled(context);
  EXPECT_TRUE(has_rung(assembly.ledger, Rung::drop_turns));
  EXPECT_GT(assembly.ledger.dropped, 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadSummaries,
    testing::Values(BadSummary{"empty", "", SummaryVerdict::empty},
                    BadSummary{"blank", " \n\t", SummaryVerdict::empty},
                    BadSummary{"error", "summary unavailable", SummaryVerdict::faulty},
                    BadSummary{"headings", empty_summary(), SummaryVerdict::faulty}),
    [](const auto& tested) { return tested.param.name; });

TEST(Summaries, OneThatIsNotSmallerIsRefused) {
  Context context(some_key(), Profile::vagus, Limits{});
  ASSERT_FALSE(context.append(user("short")));
  ASSERT_FALSE(context.append(says("too")));
  for (int i = 0; i < 8; ++i) {
    ASSERT_FALSE(context.append(user("x")));
    ASSERT_FALSE(context.append(says(std::string(2'000, 'a'))));
  }
  SummaryTask task = task_of(context);
  task.end = task.first + 2;
  task.messages.resize(2);
  task.identifiers.clear();
  task.latest_ask.reset();
  EXPECT_EQ(context.summarised(task, empty_summary()).verdict, SummaryVerdict::growing);
  EXPECT_TRUE(has_rung(assembled(context).ledger, Rung::drop_turns));
}

TEST(Summaries, WithoutAnAnswerTheNextRungHelpsAndTheStateIsRemembered) {
  Context context = long_context();
  context.summary_failed(task_of(context));
  const Assembly assembly = assembled(context);
  EXPECT_TRUE(has_rung(assembly.ledger, Rung::drop_turns));
  const Assembly next = assembled(context);
  EXPECT_TRUE(next.ledger.steps.empty()) << "a second tick repeats nothing";
  EXPECT_EQ(next.messages, assembly.messages);
}

TEST(Summaries, ALateOneIsAdoptedWhileItContinuesWhatIsShown) {
  Context context = long_context();
  const SummaryTask task = task_of(context);
  context.summary_failed(task);
  const std::int64_t dropped = assembled(context).ledger.dropped;
  ASSERT_GT(dropped, 0);
  EXPECT_EQ(context.summarised(task, good_summary(task)).verdict, SummaryVerdict::adopted);
  const Assembly assembly = assembled(context);
  EXPECT_LT(assembly.ledger.dropped, dropped);
  EXPECT_NE(text_of(assembly.messages[0]).find("Decisions"), std::string::npos);
  EXPECT_EQ(context.summarised(task, good_summary(task)).verdict, SummaryVerdict::stale);
}

TEST(Summaries, OneOfForgottenMessagesIsStale) {
  Limits limits;
  limits.transcript_messages = 40;
  Context context(some_key(), Profile::vagus, limits);
  for (int i = 0; i < 20; ++i) {
    for (Message& message : turn(i)) ASSERT_FALSE(context.append(std::move(message)));
  }
  const SummaryTask task = task_of(context);
  ASSERT_FALSE(context.append(user("one more")));
  EXPECT_EQ(context.summarised(task, good_summary(task)).verdict, SummaryVerdict::stale);
  EXPECT_TRUE(context.summary(kWindow).empty());
}

TEST(Summaries, ALongTurnIsSplitBetweenCallsAndResults) {
  Context context(some_key(), Profile::vagus, Limits{});
  ASSERT_FALSE(context.append(user("Look at everything.")));
  for (int i = 0; i < 12; ++i) {
    const std::string id = std::to_string(i);
    ASSERT_FALSE(context.append(calls({id})));
    ASSERT_FALSE(context.append(result(id, std::string(1'600, 'r'))));
  }
  const SummaryTask task = task_of(context);
  EXPECT_EQ(task.first, 0);
  EXPECT_NE(context.messages()[static_cast<std::size_t>(task.end)].role, Role::tool);
  const Assembly assembly = summarised(context);
  EXPECT_TRUE(pairs_intact(assembly.messages));
  EXPECT_EQ(assembly.messages[1].role, Role::assistant) << "it goes on inside the turn";
  EXPECT_EQ(assembled(context).messages, assembly.messages);
}

TEST(Summaries, WhatASummariserIsShownIsBounded) {
  Context context(some_key(), Profile::vagus, Limits{});
  Message thought = says("so");
  thought.parts[0].kind = PartKind::thinking;
  thought.parts.push_back(call_part("1"));
  Message picture = user("see");
  picture.parts.push_back(image_part());
  ASSERT_FALSE(context.append(std::move(picture)));
  ASSERT_FALSE(context.append(std::move(thought)));
  ASSERT_FALSE(context.append(result("1", std::string(60'000, 'r'))));
  for (int i = 0; i < 20; ++i) {
    for (Message& message : turn(i)) ASSERT_FALSE(context.append(std::move(message)));
  }
  const SummaryTask task = task_of(context);
  std::int64_t tokens = 0;
  for (const Message& message : task.messages) {
    tokens += estimate_tokens(message, Profile::vagus);
    for (const Part& part : message.parts) {
      EXPECT_NE(part.kind, PartKind::image);
      EXPECT_NE(part.kind, PartKind::thinking);
      if (part.kind == PartKind::tool_result) {
        EXPECT_LE(part.text.size(), 2'000u);
      }
    }
  }
  EXPECT_LE(tokens, kWindow * 4 / 10);
}

TEST(Summaries, OneBudgetsSummaryIsNotAnothers) {
  Context context = long_context();
  summarised(context);
  AssemblyRequest large = asking();
  large.budget = Budget::of({100'000, 0}, Profile::vagus);
  const Assembly assembly = assembled(context, large);
  EXPECT_EQ(assembly.messages.size(), 41u);
  EXPECT_EQ(prompt_text(assembly).find("Decisions"), std::string::npos);
}

TEST(Summaries, ThePlanSaysWhichMessagesAreSummarised) {
  Context context = long_context();
  const Assembly assembly = summarised(context);
  const auto line = std::find_if(assembly.plan.begin(), assembly.plan.end(),
                                 [](const auto& each) { return each.fate == Fate::summarised; });
  ASSERT_NE(line, assembly.plan.end());
  EXPECT_EQ(line->first, 0);
  EXPECT_GT(line->count, 0);
  EXPECT_GT(line->before, 0);
  EXPECT_EQ(line->after, 0);
}

TEST(Summaries, WhatALimitOfTurnsTookIsToldToo) {
  Context context = long_context();
  AssemblyRequest request = asking();
  request.history_turns = 18;
  const SummaryTask task = task_of(context, request);
  ASSERT_GT(task.first, 0);
  ASSERT_EQ(context.summarised(task, good_summary(task)).verdict, SummaryVerdict::adopted);
  const Assembly assembly = assembled(context, asking(false));
  const std::string shown = prompt_text(assembly);
  ASSERT_NE(shown.find("Decisions"), std::string::npos);
  // What is neither shown beside the summary and the turn, nor in the summary.
  const std::int64_t history = std::ssize(assembly.messages) - 2;
  const std::int64_t left_out = 40 - history - (task.end - task.first);
  EXPECT_GE(left_out, task.first);
  EXPECT_NE(shown.find(std::to_string(left_out) + " earlier messages"), std::string::npos)
      << left_out << "\n"
      << shown.substr(0, 2'000);
}

// `fate reason first count` of what is not shown of a history.
std::vector<std::string> unshown(const Assembly& assembly) {
  std::vector<std::string> lines;
  for (const MessageFate& each : assembly.plan) {
    const bool hides = each.fate == Fate::summarised || each.fate == Fate::dropped;
    if (each.section != Section::history || !hides) continue;
    lines.push_back(std::string(name_of(each.fate)) + " " + std::string(name_of(each.reason)) +
                    " " + std::to_string(each.first) + " " + std::to_string(each.count));
  }
  return lines;
}

TEST(Summaries, ThePlanTellsApartWhatIsInTheSummaryAndWhatIsNot) {
  Context context = long_context();
  AssemblyRequest request = asking();
  request.history_turns = 18;
  const SummaryTask task = task_of(context, request);
  ASSERT_EQ(context.summarised(task, good_summary(task)).verdict, SummaryVerdict::adopted);
  const Assembly assembly = assembled(context, asking(false));
  const std::int64_t shown = std::ssize(assembly.messages) - 2;
  const auto line = [](const char* fate, std::int64_t first, std::int64_t end) {
    return std::string(fate) + " " + std::to_string(first) + " " + std::to_string(end - first);
  };
  EXPECT_EQ(unshown(assembly), (std::vector{line("dropped history-limit", 0, task.first),
                                            line("summarised over-budget", task.first, task.end),
                                            line("dropped over-budget", task.end, 40 - shown)}));
  EXPECT_EQ(assembly.ledger.dropped, task.first + 40 - shown - task.end);
}

TEST(Summaries, WithoutItsSummaryAHistoryWasLeftOut) {
  Context context = long_context();
  summarised(context);
  // Turns that leave less and less room, until there is none for the summary.
  for (std::size_t length = 1'000;; length += 100) {
    AssemblyRequest request = asking(false);
    request.turn = {user(std::string(length, 'x'))};
    Context copy = context;
    auto made = copy.assemble(request);
    ASSERT_TRUE(std::holds_alternative<Assembly>(made)) << length;
    const Assembly& assembly = std::get<Assembly>(made);
    if (prompt_text(assembly).find("Decisions") != std::string::npos) continue;
    for (const std::string& each : unshown(assembly)) EXPECT_FALSE(each.starts_with("summarised"));
    EXPECT_EQ(assembly.ledger.dropped, 40);
    break;
  }
}

TEST(Summaries, NoMemoryTakesWhatIsAboutAnother) {
  Context mine(*ContextKey::parse("agent:ada:main:epoch:1"), Profile::vagus, Limits{});
  Context other = long_context();
  for (int i = 0; i < 20; ++i) {
    for (Message& message : turn(i)) EXPECT_FALSE(mine.append(std::move(message)));
  }
  const SummaryTask task = task_of(other);
  EXPECT_EQ(task.context_key, other.key().str());
  EXPECT_EQ(mine.summarised(task, good_summary(task)).verdict, SummaryVerdict::stale);
  EXPECT_EQ(other.summarised(task, good_summary(task)).verdict, SummaryVerdict::adopted);
}

TEST(Summaries, NamesThatNoSummaryCanRepeatAreNotAskedFor) {
  Context context(some_key(), Profile::vagus, Limits{});
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(100 + i);
    ASSERT_FALSE(context.append(user("See https://example.org/" + std::string(300, 'a') + number +
                                     " and deadbeef0" + number + " " + std::string(700, 'q'))));
    ASSERT_FALSE(context.append(says(std::string(700, 'a'))));
  }
  const SummaryTask task = task_of(context);
  ASSERT_FALSE(task.identifiers.empty());
  for (const std::string& each : task.identifiers) EXPECT_LE(each.size(), 256u);
  EXPECT_EQ(context.summarised(task, good_summary(task)).verdict, SummaryVerdict::adopted);
}

TEST(HistoryCut, StretchesAreToldApartAndBounded) {
  HistoryCut cut;
  cut.mark(0, 4, Fate::dropped, FateReason::history_limit);
  cut.mark(4, 10, Fate::dropped, FateReason::over_budget);
  cut.mark(2, 6, Fate::summarised, FateReason::over_budget);
  cut.first_kept = 10;
  std::vector<std::size_t> ends;
  for (const Unshown& each : cut.unshown) ends.push_back(each.end);
  EXPECT_EQ(ends, (std::vector<std::size_t>{2, 6, 10}));
  EXPECT_EQ(cut.dropped(), 6);
  cut.forget(3);
  EXPECT_EQ(cut.unshown.front().fate, Fate::summarised);
  EXPECT_EQ(cut.dropped(), 4);
  cut.mark(7, 7, Fate::summarised, FateReason::over_budget);
  EXPECT_EQ(cut.unshown.size(), 2u);
  for (std::size_t i = 7; i < 1'000; ++i) {
    cut.mark(i, i + 1, i % 2 == 0 ? Fate::dropped : Fate::summarised, FateReason::over_budget);
  }
  EXPECT_LE(cut.unshown.size(), 64u);
  EXPECT_EQ(cut.unshown.back().end, 1'000u);
}

TEST(Summaries, APromptForTheSummariserHoldsAllOfTheTask) {
  Context context = long_context();
  SummaryTask task = task_of(context);
  task.previous = "what was before";
  const std::vector<Message> prompt = summary_prompt(task);
  ASSERT_EQ(prompt.size(), 2u);
  EXPECT_EQ(text_of(prompt[0]), task.instruction);
  EXPECT_NE(text_of(prompt[1]).find("what was before"), std::string::npos);
  EXPECT_NE(text_of(prompt[1]).find("Question 0"), std::string::npos);
}

}  // namespace
}  // namespace vagus
