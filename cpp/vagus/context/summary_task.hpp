#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/summary.hpp"
#include "vagus/context/transcript.hpp"

/// Asking for a summary of older turns (spec: context, sections 4.2 and 4.3): what the summariser
/// is shown, and whether what it gives may be used. Who asks a model is the host.
namespace vagus {

/// How often one summary is asked for: once, and once more when the first has faults.
inline constexpr std::int64_t kSummaryAttempts = 2;

/// Summaries that one prompt may take; then older turns are left out.
inline constexpr std::int64_t kSummariesPerPrompt = 4;

/// Most characters of one tool result that a summariser is shown.
inline constexpr std::int64_t kSummarisedResultChars = 2'000;

/// A summary that is wanted, of the messages `first` to `end` of a transcript, counted from its
/// beginning, and of what was summarised before.
struct SummaryTask {
  std::string context_key;
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t budget = 0;
  std::string instruction;
  std::string previous;
  std::vector<Message> messages;
  std::vector<std::string> identifiers;
  std::optional<std::string> latest_ask;
  std::int64_t max_chars = 0;
  std::int64_t max_tokens = 0;
  std::int64_t attempt = 1;
  std::vector<SummaryFault> faults;

  static constexpr std::string_view kName = "SummaryTask";
  static constexpr auto fields() {
    return field_list(
        required("context_key", &SummaryTask::context_key, "whose memory it is about"),
        required("first", &SummaryTask::first,
                 "the first message that is summarised, counted from the transcript's beginning"),
        required("end", &SummaryTask::end, "the first message behind them"),
        required("budget", &SummaryTask::budget, "the prompts, by budget, that it is for"),
        required("instruction", &SummaryTask::instruction, "what the summariser is told to do"),
        field("previous", &SummaryTask::previous, "the summary so far, to be merged; may be empty"),
        required("messages", &SummaryTask::messages,
                 "what happened since, oldest first: results cut, without images and thinking"),
        field("identifiers", &SummaryTask::identifiers, "what the summary must name exactly"),
        field("latest_ask", &SummaryTask::latest_ask, "the last thing that a person asked for"),
        required("max_chars", &SummaryTask::max_chars, "a longer summary is cut"),
        required("max_tokens", &SummaryTask::max_tokens, "the same, in estimated tokens"),
        field("attempt", &SummaryTask::attempt, "2: the first summary had faults"),
        field("faults", &SummaryTask::faults, "which ones"));
  }
};

/// What became of a summary.
enum class SummaryVerdict {
  adopted,  ///< it replaces the messages from now on
  empty,
  growing,  ///< it is not smaller than what it replaces
  faulty,   ///< something is missing, also at the last attempt
  stale,    ///< the transcript, or its summary, is no longer what was summarised
  failed,   ///< there was none
};
constexpr std::array<std::string_view, 6> enum_names(SummaryVerdict) {
  return {"adopted", "empty", "growing", "faulty", "stale", "failed"};
}

/// What became of a summary, and what to do next.
struct SummaryReview {
  SummaryVerdict verdict = SummaryVerdict::adopted;
  std::vector<SummaryFault> faults;
  std::optional<SummaryTask> again;

  static constexpr std::string_view kName = "SummaryReview";
  static constexpr auto fields() {
    return field_list(
        required("verdict", &SummaryReview::verdict,
                 "adopted, empty, growing, faulty, stale or failed"),
        field("faults", &SummaryReview::faults, "what is missing in a faulty one"),
        field("again", &SummaryReview::again,
              "the task once more, when it may be asked again; else the next prompt does without"));
  }
};

/// Messages `[first, end)` of `transcript` as a task, without its limits. Its messages are worth at
/// most `max_tokens` estimated tokens: `end` moves back, but never between a call and its results,
/// and the texts of what must stay together are cut. REQUIRES: first < end <= size().
SummaryTask summary_task(const Transcript& transcript, std::size_t first, std::size_t end,
                         std::string previous, std::int64_t max_tokens);

/// The task once more, after a summary with `faults`.
SummaryTask asked_again(SummaryTask task, std::vector<SummaryFault> faults);

/// `text` trimmed and within the task's limits, in characters and tokens.
std::string bounded_summary(std::string_view text, const SummaryTask& task);

/// The task as a prompt, for hosts that give it to a model as it is: a system message and one of a
/// user.
std::vector<Message> summary_prompt(const SummaryTask& task);

}  // namespace vagus
