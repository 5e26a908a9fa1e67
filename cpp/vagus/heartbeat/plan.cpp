#include "vagus/heartbeat/plan.hpp"

#include <utility>

#include "vagus/heartbeat/checklist.hpp"

namespace vagus {
namespace {

constexpr std::string_view kEventsForPeople =
    "The system events above have just happened in this session. Your reply is sent to the people "
    "who are waiting for them: tell them what came of it, from the events alone. If there is "
    "nothing that they need to hear, reply with HEARTBEAT_OK and nothing else.";

constexpr std::string_view kEventsForAgent =
    "The system events above have just happened in this session. Nobody will read your reply: do "
    "whatever they call for yourself, then reply with HEARTBEAT_OK and nothing else.";

constexpr std::string_view kTick =
    "This is a heartbeat: a moment to look after your standing duties. Go through HEARTBEAT.md if "
    "you have one and do what is due now. Do not repeat work or news of earlier turns, and do not "
    "invent duties. If nothing needs attention, reply with HEARTBEAT_OK and nothing else; "
    "otherwise reply with only what must be known.";

constexpr std::string_view kTimeLabel = "Current time:";

/// Blocks of text, set apart by blank lines.
class Blocks {
 public:
  void add(std::string_view block) {
    if (block.empty()) return;
    if (!text_.empty()) text_ += "\n\n";
    text_ += block;
  }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string checklist_block(const std::optional<std::string>& checklist) {
  if (!checklist || checklist_is_empty(*checklist)) return "";
  return "# " + std::string(kChecklistFile) + "\n\n" + *checklist;
}

}  // namespace

std::variant<HeartbeatPlan, SkipReason> plan_heartbeat(const HeartbeatInputs& inputs) {
  const bool has_events = !inputs.events.empty();
  const std::string checklist = checklist_block(inputs.checklist);
  if (inputs.ambient && !has_events && inputs.checklist && checklist.empty()) {
    return SkipReason::empty_heartbeat_file;
  }
  if (!inputs.tick && !has_events) return SkipReason::no_pending_event;

  const std::string_view tick = inputs.instruction.empty() ? kTick : inputs.instruction;
  Blocks prompt;
  prompt.add(inputs.events);
  if (has_events) prompt.add(inputs.event_delivered ? kEventsForPeople : kEventsForAgent);
  if (inputs.tick) prompt.add(tick);
  // Shown beside events too: a wake that also asked for the checklist may say what to do about
  // them.
  prompt.add(checklist);
  // Only the owner's words can stand in for the time line; an event that says the time cannot.
  const bool says_time = (inputs.tick && tick.find(kTimeLabel) != std::string_view::npos) ||
                         checklist.find(kTimeLabel) != std::string::npos;
  // Last, because everything before it may stay the same from tick to tick and be cached.
  if (!says_time) prompt.add(time_line(inputs.now, inputs.zone));
  return HeartbeatPlan{std::move(prompt).take()};
}

}  // namespace vagus
