#include "vagus/context/summary_task.hpp"

#include <algorithm>
#include <utility>

#include "vagus/context/estimate.hpp"
#include "vagus/context/history.hpp"
#include "vagus/context/text_cut.hpp"
#include "vagus/context/text_price.hpp"
#include "vagus/context/turn_fit.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kIdentifiedMessages = 10;
constexpr std::int64_t kAskChars = 800;
/// A longer name, such as a signed address, is more than a summary can repeat.
constexpr std::size_t kIdentifierBytes = 256;
/// All names together; less where little may be shown.
constexpr std::int64_t kIdentifiersBytes = 2'048;

constexpr std::string_view kInstruction =
    "You write the memory of a conversation whose older part will no longer be shown. Put down "
    "what "
    "whoever goes on with it must know, and nothing else: no greeting, no comment, no guesses. "
    "Use exactly these headings, in this order, each in a line of its own, with short points "
    "below; write \"Nothing.\" where there is nothing.";
constexpr std::string_view kMerge =
    "There is a summary of what came before. Write one summary of it and of the new messages: keep "
    "what still holds, change what has changed, leave out what is settled.";
constexpr std::string_view kIdentifiers =
    "Write these exactly as they are where they belong, under the last heading at least:";
constexpr std::string_view kFaults = "The summary before this one was not good enough:";

std::string instruction_of(const SummaryTask& task) {
  std::string text(kInstruction);
  text += "\n";
  for (const std::string_view heading : kSummaryHeadings) text += "\n## " + std::string(heading);
  if (!task.previous.empty()) text += "\n\n" + std::string(kMerge);
  if (!task.identifiers.empty()) {
    text += "\n\n" + std::string(kIdentifiers);
    for (const std::string& each : task.identifiers) text += "\n- " + each;
  }
  if (task.latest_ask) {
    text += "\n\nThe last thing that was asked for must be recognisable:\n" + *task.latest_ask;
  }
  if (!task.faults.empty()) {
    text += "\n\n" + std::string(kFaults);
    for (const SummaryFault& fault : task.faults) text += "\n- " + fault.what + ": " + fault.detail;
  }
  return text;
}

// What a summariser needs of a message: no image, no thinking, results cut.
std::optional<Message> prepared(const Message& message) {
  Message shown{message.role, {}};
  for (const Part& part : message.parts) {
    if (part.kind == PartKind::thinking || part.kind == PartKind::opaque) continue;
    shown.parts.push_back(part);
    shown.parts.back().extra.reset();
  }
  remove_images(shown);
  std::erase_if(shown.parts, [](const Part& part) { return part.kind == PartKind::image; });
  if (shown.parts.empty()) return std::nullopt;
  if (shown.role != Role::tool) return shown;
  for (Part& part : shown.parts) {
    part.text = cut_text(part.text, TextCut{.max_chars = kSummarisedResultChars}, CutWords{});
  }
  return shown;
}

bool splits_a_pair(const Transcript& transcript, std::size_t at) {
  return at < transcript.size() && transcript.messages()[at].role == Role::tool;
}

// The first place from `from` on that is between no call and its results.
std::size_t next_cut(const Transcript& transcript, std::size_t from) {
  while (splits_a_pair(transcript, from)) ++from;
  return from;
}

std::int64_t price(const std::vector<Message>& messages) {
  std::int64_t tokens = 0;
  for (const Message& each : messages) tokens += estimate_tokens(each, Profile::vagus);
  return tokens;
}

// Those of the newest messages; of an ask, only those that are still shown in part are left.
std::vector<std::string> identifiers_in(const std::vector<Message>& messages,
                                        std::int64_t max_tokens) {
  const std::size_t from = messages.size() - std::min(messages.size(), kIdentifiedMessages);
  std::string text;
  for (std::size_t i = from; i < messages.size(); ++i) text += text_of(messages[i]) + "\n";
  std::vector<std::string> names = exact_identifiers(text);
  std::int64_t left = std::min(kIdentifiersBytes, max_tokens);
  std::erase_if(names, [&left](const std::string& each) {
    if (each.size() > kIdentifierBytes || std::ssize(each) > left) return true;
    left -= std::ssize(each);
    return false;
  });
  return names;
}

std::optional<std::string> latest_ask_in(const std::vector<Message>& messages) {
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    if (at->role != Role::user || is_blank(text_of(*at))) continue;
    return cut_text(text_of(*at), TextCut{.max_chars = kAskChars}, CutWords{});
  }
  return std::nullopt;
}

std::string shown_line(const Message& message) {
  std::string text = std::string(name_of(message.role)) + ":";
  for (const Part& part : message.parts) {
    if (part.kind == PartKind::tool_call) {
      text += " [calls " + part.name + " " + part.arguments + "]";
    } else if (part.kind == PartKind::tool_result) {
      text += " [" + std::string(part.is_error ? "error" : "result") + " of " + part.name + "] " +
              part.text;
    } else {
      text += " " + part.text;
    }
  }
  return text;
}

}  // namespace

SummaryTask summary_task(const Transcript& transcript, std::size_t first, std::size_t end,
                         std::string previous, std::int64_t max_tokens) {
  SummaryTask task;
  std::int64_t tokens = 0;
  std::size_t at = first;
  while (at < end) {
    const std::size_t next = std::min(next_cut(transcript, at + 1), end);
    std::vector<Message> group;
    for (std::size_t i = at; i < next; ++i) {
      if (auto shown = prepared(transcript.messages()[i])) group.push_back(*std::move(shown));
    }
    // The first group is all there is to summarise, so it is made to fit as far as it can be.
    if (at == first) group = fit_turn(std::move(group), max_tokens);
    tokens += price(group);
    if (at > first && tokens > max_tokens) break;
    for (Message& message : group) task.messages.push_back(std::move(message));
    at = next;
  }
  task.first = transcript.forgotten() + static_cast<std::int64_t>(first);
  task.end = transcript.forgotten() + static_cast<std::int64_t>(at);
  task.previous = std::move(previous);
  task.identifiers = identifiers_in(task.messages, max_tokens);
  task.latest_ask = latest_ask_in(task.messages);
  task.instruction = instruction_of(task);
  return task;
}

SummaryTask asked_again(SummaryTask task, std::vector<SummaryFault> faults) {
  ++task.attempt;
  task.faults = std::move(faults);
  task.instruction = instruction_of(task);
  return task;
}

std::string bounded_summary(std::string_view text, const SummaryTask& task) {
  const std::string_view whole = trim(text);
  std::int64_t chars = std::min(task.max_chars, static_cast<std::int64_t>(whole.size()));
  std::string summary = cap_summary(whole, chars);
  for (std::int64_t cost = text_tokens(summary); cost > task.max_tokens && chars > 0;
       cost = text_tokens(summary)) {
    chars = std::min(chars * task.max_tokens / cost, chars * 9 / 10);
    summary = cap_summary(whole, chars);
  }
  return summary;
}

std::vector<Message> summary_prompt(const SummaryTask& task) {
  std::string text;
  if (!task.previous.empty()) text += "The summary so far:\n\n" + task.previous + "\n\n";
  text += "The messages:\n";
  for (const Message& message : task.messages) text += "\n" + shown_line(message) + "\n";
  return {text_message(Role::system, task.instruction), text_message(Role::user, std::move(text))};
}

}  // namespace vagus
