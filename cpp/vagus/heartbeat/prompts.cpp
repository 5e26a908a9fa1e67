#include "vagus/heartbeat/prompts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

struct BuiltIn {
  PromptKind kind;
  Audience audience;
  std::string_view text;
};

// The first row of a kind stands for the audiences that it has no row for.
constexpr BuiltIn kBuiltIn[] = {
    {PromptKind::tick, Audience::people,
     "This is a heartbeat: a moment to look after your standing duties. Go through HEARTBEAT.md if "
     "you have one and do what is due now. Do not repeat work or news of earlier turns, and do not "
     "invent duties. If nothing needs attention, {{acknowledge}}; otherwise reply with only what "
     "must be known."},
    {PromptKind::tasks, Audience::people,
     "This is a heartbeat: a moment to look after your standing duties. These tasks of "
     "HEARTBEAT.md are due now:\n\n{{tasks}}\n\nDo them, and only them. If nothing that came of it "
     "needs attention, {{acknowledge}}; otherwise reply with only what must be known."},
    {PromptKind::exec, Audience::people,
     "The system events above tell of commands that have finished in this session. {{audience}} "
     "Tell them what came of it, from the events alone; do not run the commands again and do not "
     "use output of earlier ones. If there is nothing that they need to hear, {{acknowledge}}."},
    {PromptKind::exec, Audience::people_only_status,
     "The system events above tell of commands that have finished in this session without any "
     "output. {{audience}} Tell them how each command ended, by its exit status, and nothing else: "
     "there is no output to explain it, and none of earlier commands belongs here. If there is "
     "nothing that they need to hear, {{acknowledge}}."},
    {PromptKind::exec, Audience::nobody,
     "The system events above tell of commands that have finished in this session. {{audience}} Do "
     "whatever their results call for yourself, then {{acknowledge}}."},
    {PromptKind::cron, Audience::people,
     "The system events above are reminders that were set for this moment. {{audience}} Pass on "
     "what they are about, in words that are helpful now. If there is nothing that they need to "
     "hear, {{acknowledge}}."},
    {PromptKind::cron, Audience::nobody,
     "The system events above are reminders that were set for this moment. {{audience}} Do "
     "whatever they call for yourself, then {{acknowledge}}."},
    {PromptKind::events, Audience::people,
     "The system events above have just happened in this session. {{audience}} Tell them what came "
     "of it, from the events alone. If there is nothing that they need to hear, {{acknowledge}}."},
    {PromptKind::events, Audience::nobody,
     "The system events above have just happened in this session. {{audience}} Do whatever they "
     "call for yourself, then {{acknowledge}}."},
};

}  // namespace

std::string_view built_in_prompt(PromptKind kind, Audience audience) {
  const auto of_kind = [kind](const BuiltIn& each) { return each.kind == kind; };
  const auto exact = std::find_if(std::begin(kBuiltIn), std::end(kBuiltIn), [&](const auto& each) {
    return of_kind(each) && each.audience == audience;
  });
  if (exact != std::end(kBuiltIn)) return exact->text;
  return std::find_if(std::begin(kBuiltIn), std::end(kBuiltIn), of_kind)->text;
}

std::vector<std::string> openings_of(const Heartbeat& heartbeat) {
  constexpr std::string_view kBuiltInOpening = "This is a heartbeat:";
  constexpr std::string_view kReferenceOpening = "Read HEARTBEAT.md if it exists";
  std::vector<std::string> openings = {std::string(kBuiltInOpening),
                                       std::string(kReferenceOpening)};
  const std::size_t fixed = std::min(heartbeat.prompt.find("{{"), heartbeat.prompt.size());
  const std::string own(trim(std::string_view(heartbeat.prompt).substr(0, fixed)));
  if (!own.empty()) openings.push_back(own);
  return openings;
}

std::string_view audience_sentence(Audience audience) {
  return audience == Audience::nobody ? "Nobody will read your reply."
                                      : "Your reply is sent to the people who are waiting for it.";
}

std::string_view acknowledge_command(bool respond_tool) {
  return respond_tool ? "call heartbeat_respond with the outcome no_change and notify set to false"
                      : "reply with HEARTBEAT_OK and nothing else";
}

}  // namespace vagus
