#include "vagus/heartbeat/plan.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "vagus/heartbeat/acknowledgement.hpp"
#include "vagus/heartbeat/checklist.hpp"
#include "vagus/heartbeat/prompts.hpp"

namespace vagus {
namespace {

constexpr Millis kNow = 1'779'056'100'000;  // 2026-05-17T22:15Z
constexpr std::string_view kTimeLine =
    "Current time: Sunday, May 17th, 2026 - 22:15 (UTC) / 2026-05-17 22:15 UTC";
constexpr std::string_view kEventLine =
    "System (untrusted): [2026-05-17 22:14:00 UTC] Exec completed";

Checklist file(std::string text) {
  return {Checklist::State::present, std::move(text)};
}

HeartbeatInputs tick() {
  HeartbeatInputs inputs;
  inputs.now = kNow;
  return inputs;
}

HeartbeatInputs event(bool delivered) {
  HeartbeatInputs inputs = tick();
  inputs.ambient = false;
  inputs.tick = false;
  inputs.delivered = delivered;
  inputs.events = kEventLine;
  inputs.counts.other = 1;
  return inputs;
}

std::string prompt_of(const HeartbeatInputs& inputs) {
  const auto plan = plan_heartbeat(inputs);
  if (const auto* skip = std::get_if<SkipReason>(&plan))
    return "skip " + std::string(name_of(*skip));
  return std::get<HeartbeatPlan>(plan).prompt;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(HeartbeatPlan, SkipsOnlyAmbientRunsWithNothingToShow) {
  HeartbeatInputs inputs = tick();
  inputs.checklist = file("# Duties\n- [ ]\n<!-- none yet -->\n");
  EXPECT_EQ(prompt_of(inputs), "skip empty-heartbeat-file");
  inputs.checklist = file("");
  EXPECT_EQ(prompt_of(inputs), "skip empty-heartbeat-file");
  inputs.instruction = "Look after the garden.";
  EXPECT_EQ(prompt_of(inputs), "skip empty-heartbeat-file");

  HeartbeatInputs with_events = inputs;
  with_events.events = kEventLine;
  EXPECT_TRUE(contains(prompt_of(with_events), kEventLine));
  HeartbeatInputs caused = inputs;
  caused.ambient = false;
  EXPECT_TRUE(contains(prompt_of(caused), "Look after the garden."));
  HeartbeatInputs no_file = inputs;
  no_file.checklist = {};
  EXPECT_TRUE(contains(prompt_of(no_file), "Look after the garden."));
}

TEST(HeartbeatPlan, AWakeForEventsThatAreGoneHasNothingToDo) {
  HeartbeatInputs inputs = event(true);
  inputs.events.clear();
  EXPECT_EQ(prompt_of(inputs), "skip no-pending-event");
  inputs.tick = true;
  EXPECT_FALSE(contains(prompt_of(inputs), "skip"));
}

TEST(HeartbeatPlan, ATickThatMergedWithEventsKeepsItsInstruction) {
  HeartbeatInputs inputs = event(true);
  inputs.tick = true;
  inputs.instruction = "Look after the garden.";
  const std::string prompt = prompt_of(inputs);
  EXPECT_TRUE(contains(prompt, kEventLine));
  EXPECT_TRUE(contains(prompt, "Look after the garden."));
}

TEST(HeartbeatPlan, SkipReasonsHaveTheReferencesNames) {
  EXPECT_EQ(name_of(SkipReason::quiet_hours), "quiet-hours");
  EXPECT_EQ(name_of(SkipReason::empty_heartbeat_file), "empty-heartbeat-file");
  EXPECT_EQ(name_of(SkipReason::no_pending_event), "no-pending-event");
  EXPECT_EQ(name_of(SkipReason::disabled), "disabled");
  EXPECT_EQ(name_of(SkipReason::no_tasks_due), "no-tasks-due");
  EXPECT_EQ(name_of(SkipReason::alerts_disabled), "alerts-disabled");
}

TEST(HeartbeatPlan, TickShowsInstructionThenChecklistThenTime) {
  HeartbeatInputs inputs = tick();
  inputs.instruction = "Look after the garden.";
  inputs.checklist = file("- Water the roses\n");
  EXPECT_EQ(prompt_of(inputs),
            "Look after the garden.\n\n# HEARTBEAT.md\n\n- Water the roses\n\n\n" +
                std::string(kTimeLine));
}

TEST(HeartbeatPlan, BuiltInInstructionNamesTheFileAndTheToken) {
  const std::string prompt = prompt_of(tick());
  EXPECT_TRUE(contains(prompt, kChecklistFile));
  EXPECT_TRUE(contains(prompt, kHeartbeatOk));
  EXPECT_TRUE(prompt.ends_with("\n\n" + std::string(kTimeLine)));
}

TEST(HeartbeatPlan, ChecklistThatAsksForNothingIsNotShown) {
  HeartbeatInputs inputs = event(/*delivered=*/true);
  inputs.checklist = file("# Duties\n- [ ]\n");
  EXPECT_FALSE(contains(prompt_of(inputs), "# HEARTBEAT.md"));
  inputs.checklist = file("- Tell Bob when a build ends\n");
  EXPECT_TRUE(contains(prompt_of(inputs), "# HEARTBEAT.md\n\n- Tell Bob when a build ends\n"));
}

TEST(HeartbeatPlan, EventsComeFirstAndTheTimeLast) {
  HeartbeatInputs inputs = event(/*delivered=*/true);
  inputs.checklist = file("- Tell Bob when a build ends\n");
  const std::string prompt = prompt_of(inputs);
  EXPECT_TRUE(prompt.starts_with(std::string(kEventLine) + "\n\n"));
  EXPECT_LT(prompt.find(kHeartbeatOk), prompt.find("# HEARTBEAT.md"));
  EXPECT_TRUE(prompt.ends_with(kTimeLine));
}

TEST(HeartbeatPlan, EventRunSaysWhoReadsTheReply) {
  const std::string delivered = prompt_of(event(true));
  const std::string internal = prompt_of(event(false));
  EXPECT_TRUE(contains(delivered, "Your reply is sent"));
  EXPECT_FALSE(contains(delivered, "Nobody will read"));
  EXPECT_TRUE(contains(internal, "Nobody will read"));
  EXPECT_FALSE(contains(internal, "Your reply is sent"));
  for (const std::string& prompt : {delivered, internal})
    EXPECT_TRUE(contains(prompt, kHeartbeatOk));
}

TEST(HeartbeatPlan, TickInstructionIsForTicks) {
  constexpr std::string_view kInstruction = "Look after the garden.";
  HeartbeatInputs caused = event(true);
  caused.instruction = kInstruction;
  EXPECT_FALSE(contains(prompt_of(caused), kInstruction));
  HeartbeatInputs ambient = caused;  // a tick that found events waiting does both
  ambient.ambient = ambient.tick = true;
  EXPECT_TRUE(contains(prompt_of(ambient), kInstruction));
  EXPECT_TRUE(contains(prompt_of(ambient), "Your reply is sent"));
  HeartbeatInputs manual = caused;  // asked for by somebody: like a tick
  manual.tick = true;
  manual.events.clear();
  EXPECT_TRUE(contains(prompt_of(manual), kInstruction));
  EXPECT_FALSE(contains(prompt_of(manual), "Your reply is sent"));
}

TEST(HeartbeatPlan, OwnersTextMayTellTheTimeItself) {
  HeartbeatInputs inputs = tick();
  inputs.instruction = "Current time: noon. Check the mail.";
  EXPECT_EQ(prompt_of(inputs), inputs.instruction);
  inputs = tick();
  inputs.checklist = file("- Current time: noon");
  EXPECT_FALSE(contains(prompt_of(inputs), kTimeLine));
}

TEST(HeartbeatPlan, EventsCannotReplaceTheTimeLine) {
  HeartbeatInputs inputs = event(true);
  inputs.events += " Current time: long ago";
  EXPECT_TRUE(prompt_of(inputs).ends_with(kTimeLine));
  // Nor can an instruction that this run does not show.
  inputs.instruction = "Current time: noon.";
  EXPECT_TRUE(prompt_of(inputs).ends_with(kTimeLine));
}

TEST(HeartbeatPlan, TicksDifferOnlyInTheirTimeLine) {
  HeartbeatInputs inputs = tick();
  inputs.checklist = file("- Water the roses\n");
  const std::string first = prompt_of(inputs);
  inputs.now += 5 * kMinute;
  const std::string second = prompt_of(inputs);
  const std::size_t prefix = first.size() - kTimeLine.size();
  EXPECT_EQ(first.substr(0, prefix), second.substr(0, prefix));
  EXPECT_NE(first, second);
}

// ---- tasks

constexpr std::string_view kTasks =
    "Be brief.\n\ntasks:\n  - name: inbox\n    interval: 30m\n    prompt: Read the mail\n"
    "  - name: disk\n    interval: 1h\n    prompt: Look at the disk\n";

HeartbeatInputs with_tasks() {
  HeartbeatInputs inputs = tick();
  inputs.checklist = file(std::string(kTasks));
  return inputs;
}

std::vector<std::string> due_tasks_of(const HeartbeatInputs& inputs) {
  return std::get<HeartbeatPlan>(plan_heartbeat(inputs)).due_tasks;
}

TEST(HeartbeatPlan, ATickDoesTheTasksThatAreDue) {
  HeartbeatInputs inputs = with_tasks();
  inputs.task_runs = {{"inbox", kNow - 30 * kMinute}, {"disk", kNow - 30 * kMinute}};
  const std::string prompt = prompt_of(inputs);
  EXPECT_TRUE(contains(prompt, "\n\n- inbox: Read the mail\n\n"));
  EXPECT_FALSE(contains(prompt, "disk"));
  EXPECT_TRUE(contains(prompt, kHeartbeatOk));
  EXPECT_EQ(due_tasks_of(inputs), std::vector<std::string>{"inbox"});
}

TEST(HeartbeatPlan, DirectivesStayBesideTheTasks) {
  const std::string prompt = prompt_of(with_tasks());
  EXPECT_TRUE(contains(prompt, "- inbox: Read the mail\n- disk: Look at the disk\n\n"));
  EXPECT_TRUE(contains(prompt, "# HEARTBEAT.md\n\nBe brief.\n\n"));
  EXPECT_FALSE(contains(prompt, "interval"));
  HeartbeatInputs only_tasks = with_tasks();
  only_tasks.checklist.text.erase(0, only_tasks.checklist.text.find("tasks:"));
  EXPECT_FALSE(contains(prompt_of(only_tasks), "# HEARTBEAT.md"));
}

TEST(HeartbeatPlan, WithoutADueTaskAnAmbientRunIsSkipped) {
  HeartbeatInputs inputs = with_tasks();
  inputs.task_runs = {{"inbox", kNow}, {"disk", kNow}};
  EXPECT_EQ(prompt_of(inputs), "skip no-tasks-due");
  HeartbeatInputs asked = inputs;
  asked.ambient = false;
  EXPECT_TRUE(contains(prompt_of(asked), "Be brief."));
  EXPECT_EQ(due_tasks_of(asked), std::vector<std::string>{});
  HeartbeatInputs with_events = inputs;
  with_events.events = kEventLine;
  EXPECT_TRUE(contains(prompt_of(with_events), kEventLine));
}

TEST(HeartbeatPlan, ARunForEventsAloneMarksNoTasks) {
  HeartbeatInputs inputs = with_tasks();
  inputs.ambient = inputs.tick = false;
  inputs.events = kEventLine;
  EXPECT_EQ(due_tasks_of(inputs), std::vector<std::string>{});
  EXPECT_FALSE(contains(prompt_of(inputs), "Read the mail"));
}

TEST(HeartbeatPlan, TasksOfOneNameAreToldApart) {
  HeartbeatInputs inputs = tick();
  inputs.checklist = file(
      "tasks:\n - name: a\n   interval: 1m\n   prompt: p\n - name: a\n   interval: 1h\n   prompt: "
      "q");
  EXPECT_TRUE(contains(prompt_of(inputs), "- a: p\n- a: q"));
  const std::vector<std::string> both = due_tasks_of(inputs);
  ASSERT_EQ(both.size(), 2U);
  inputs.task_runs = {{both[0], kNow - kMinute}, {both[1], kNow - kMinute}};
  EXPECT_EQ(due_tasks_of(inputs), std::vector<std::string>{both[0]});
  inputs.task_runs = {{both[0], kNow}, {both[1], kNow - kHour}};
  EXPECT_EQ(due_tasks_of(inputs), std::vector<std::string>{both[1]});
}

TEST(HeartbeatPlan, TasksLeftOutAreToldOf) {
  HeartbeatInputs inputs = with_tasks();
  inputs.max_tasks = 1;
  EXPECT_TRUE(contains(prompt_of(inputs), "Left out: 1 more tasks"));
  EXPECT_EQ(std::get<HeartbeatPlan>(plan_heartbeat(inputs)).ignored_tasks, 1);
  EXPECT_FALSE(contains(prompt_of(with_tasks()), "Left out"));
}

TEST(HeartbeatPlan, ABlockWithoutACompleteTaskIsShownAsItIs) {
  HeartbeatInputs inputs = tick();
  inputs.checklist = file("tasks:\n  - name: a\n    interval: 1m\n");
  EXPECT_TRUE(contains(prompt_of(inputs), "# HEARTBEAT.md\n\ntasks:\n  - name: a"));
}

// ---- what else decides

TEST(HeartbeatPlan, AChecklistThatCannotBeReadIsToldOf) {
  HeartbeatInputs inputs = tick();
  inputs.checklist = {Checklist::State::unreadable, "permission denied"};
  const std::string prompt = prompt_of(inputs);
  EXPECT_TRUE(contains(prompt, "HEARTBEAT.md could not be read (permission denied)"));
  EXPECT_TRUE(contains(prompt, kTimeLine));
}

TEST(HeartbeatPlan, WhenAllIsHiddenNothingRuns) {
  HeartbeatInputs inputs = tick();
  inputs.all_hidden = true;
  EXPECT_EQ(prompt_of(inputs), "skip alerts-disabled");
  HeartbeatInputs caused = event(true);
  caused.all_hidden = true;
  EXPECT_EQ(prompt_of(caused), "skip alerts-disabled");
}

TEST(HeartbeatPlan, ReasonsToSkipComeInTheReferencesOrder) {
  HeartbeatInputs inputs = tick();
  inputs.all_hidden = true;
  inputs.checklist = file("# Nothing\n");
  EXPECT_EQ(prompt_of(inputs), "skip empty-heartbeat-file");
  inputs.ambient = inputs.tick = false;
  EXPECT_EQ(prompt_of(inputs), "skip no-pending-event");
  inputs = with_tasks();
  inputs.all_hidden = true;
  inputs.task_runs = {{"inbox", kNow}, {"disk", kNow}};
  EXPECT_EQ(prompt_of(inputs), "skip no-tasks-due");
}

// ---- words

TEST(HeartbeatPlan, FinishedCommandsComeBeforeCronJobsBeforeOthers) {
  HeartbeatInputs inputs = event(true);
  const std::string other = prompt_of(inputs);
  inputs.counts.cron = 1;
  const std::string cron = prompt_of(inputs);
  inputs.counts.exec = 1;
  const std::string exec = prompt_of(inputs);
  EXPECT_TRUE(contains(other, "have just happened"));
  EXPECT_TRUE(contains(cron, "reminders"));
  EXPECT_TRUE(contains(exec, "commands that have finished"));
}

TEST(HeartbeatPlan, ACommandWithoutOutputIsToldByItsStatus) {
  HeartbeatInputs inputs = event(true);
  inputs.counts = {1, 0, 0, false};
  EXPECT_TRUE(contains(prompt_of(inputs), "exit status"));
  inputs.delivered = false;
  EXPECT_TRUE(contains(prompt_of(inputs), "Nobody will read"));
  EXPECT_FALSE(contains(prompt_of(inputs), "exit status"));
  inputs = event(true);
  inputs.counts = {1, 0, 0, true};
  EXPECT_FALSE(contains(prompt_of(inputs), "exit status"));
}

TEST(HeartbeatPlan, TheRespondToolTakesTheTokensPlace) {
  HeartbeatInputs inputs = with_tasks();
  inputs.events = kEventLine;
  inputs.respond_tool = true;
  const std::string prompt = prompt_of(inputs);
  EXPECT_TRUE(contains(prompt, "call heartbeat_respond"));
  EXPECT_FALSE(contains(prompt, kHeartbeatOk));
}

TEST(HeartbeatPlan, EveryBuiltInPromptIsATemplateOfItsKind) {
  for (const PromptKind kind : {PromptKind::tick, PromptKind::tasks, PromptKind::exec,
                                PromptKind::cron, PromptKind::events}) {
    for (const Audience audience :
         {Audience::people, Audience::people_only_status, Audience::nobody}) {
      const std::string_view text = built_in_prompt(kind, audience);
      EXPECT_FALSE(check_template("built-in", text, prompt_rule(kind))) << text;
      EXPECT_TRUE(contains(text, "{{acknowledge}}")) << text;
    }
  }
}

TEST(HeartbeatPlan, AnOwnersWordsReplaceTheBuiltInOnes) {
  HeartbeatInputs inputs = with_tasks();
  inputs.events = kEventLine;
  inputs.counts = {1, 1, 1, true};
  inputs.agent = "ops";
  inputs.session = "agent:ops:main";
  inputs.prompts.tasks = "{{count}} for {{agent}}:\n{{tasks}}";
  inputs.prompts.exec = "{{count}} in {{session}}. {{audience}} {{acknowledge}}";
  const std::string prompt = prompt_of(inputs);
  EXPECT_TRUE(contains(prompt, "2 for ops:\n- inbox: Read the mail\n- disk: Look at the disk"));
  EXPECT_TRUE(contains(prompt, "3 in agent:ops:main. Nobody will read your reply. reply with"));
  inputs.counts = {0, 1, 0, true};
  inputs.prompts.cron = "Cron!";
  EXPECT_TRUE(contains(prompt_of(inputs), "Cron!"));
  inputs.counts = {0, 0, 1, true};
  inputs.prompts.events = "Event!";
  EXPECT_TRUE(contains(prompt_of(inputs), "Event!"));
}

TEST(HeartbeatPlan, AnInstructionMayTellTheTimeWhereItLikes) {
  HeartbeatInputs inputs = tick();
  inputs.instruction = "{{time}}. Look after the garden.";
  EXPECT_EQ(prompt_of(inputs), std::string(kTimeLine) + ". Look after the garden.");
}

TEST(HeartbeatPlan, TasksCannotBringFields) {
  HeartbeatInputs inputs = tick();
  inputs.checklist = file("tasks:\n - name: a\n   interval: 1m\n   prompt: say {{agent}}");
  inputs.agent = "ops";
  EXPECT_TRUE(contains(prompt_of(inputs), "- a: say {{agent}}"));
}

TEST(TimeLine, GoesBelowTextThatDoesNotTellTheTime) {
  const Zone utc;
  EXPECT_EQ(with_time_line("p  \n", kNow, utc), "p\n" + std::string(kTimeLine));
  EXPECT_EQ(with_time_line("  p", kNow, utc), "  p\n" + std::string(kTimeLine));
  EXPECT_EQ(with_time_line(" \n", kNow, utc), "");
  EXPECT_EQ(with_time_line("Current time: noon\n", kNow, utc), "Current time: noon");
}

}  // namespace
}  // namespace vagus
