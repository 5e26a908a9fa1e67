#include "vagus/heartbeat/plan.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "vagus/heartbeat/acknowledgement.hpp"
#include "vagus/heartbeat/checklist.hpp"

namespace vagus {
namespace {

constexpr Millis kNow = 1'779'056'100'000;  // 2026-05-17T22:15Z
constexpr std::string_view kTimeLine =
    "Current time: Sunday, May 17th, 2026 - 22:15 (UTC) / 2026-05-17 22:15 UTC";
constexpr std::string_view kEventLine =
    "System (untrusted): [2026-05-17 22:14:00 UTC] Exec completed";

HeartbeatInputs tick() {
  HeartbeatInputs inputs;
  inputs.now = kNow;
  return inputs;
}

HeartbeatInputs event(bool delivered) {
  HeartbeatInputs inputs = tick();
  inputs.ambient = false;
  inputs.tick = false;
  inputs.event_delivered = delivered;
  inputs.events = kEventLine;
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
  inputs.checklist = "# Duties\n- [ ]\n<!-- none yet -->\n";
  EXPECT_EQ(prompt_of(inputs), "skip empty-heartbeat-file");
  inputs.checklist = "";
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
  no_file.checklist.reset();
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
}

TEST(HeartbeatPlan, TickShowsInstructionThenChecklistThenTime) {
  HeartbeatInputs inputs = tick();
  inputs.instruction = "Look after the garden.";
  inputs.checklist = "- Water the roses\n";
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
  inputs.checklist = "# Duties\n- [ ]\n";
  EXPECT_FALSE(contains(prompt_of(inputs), "# HEARTBEAT.md"));
  inputs.checklist = "- Tell Bob when a build ends\n";
  EXPECT_TRUE(contains(prompt_of(inputs), "# HEARTBEAT.md\n\n- Tell Bob when a build ends\n"));
}

TEST(HeartbeatPlan, EventsComeFirstAndTheTimeLast) {
  HeartbeatInputs inputs = event(/*delivered=*/true);
  inputs.checklist = "- Tell Bob when a build ends\n";
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
  inputs.checklist = "- Current time: noon";
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
  inputs.checklist = "- Water the roses\n";
  const std::string first = prompt_of(inputs);
  inputs.now += 5 * kMinute;
  const std::string second = prompt_of(inputs);
  const std::size_t prefix = first.size() - kTimeLine.size();
  EXPECT_EQ(first.substr(0, prefix), second.substr(0, prefix));
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace vagus
