#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/context/message.hpp"

namespace vagus {

/// Makes every tool call and result part of a pair (spec: context, section 3.6): results move
/// directly after the message that calls, in call order; a call without result gets an error result
/// that says so; results without call, and second results for one call, are dropped. A call id may
/// be used again in a later turn. Idempotent; unchanged input comes back as it was.
std::vector<Message> repair_pairs(std::vector<Message> messages);

/// What `repair_pairs` must know besides the messages.
struct PairingOptions {
  /// Positions of assistant messages that were broken off (aborted, or failed at the provider). It
  /// is not known which of their calls were made, so none gets a result that nobody gave.
  std::vector<std::int64_t> unfinished;
  /// Results that such a message did get stay behind it.
  bool keep_their_results = true;
};

/// Messages with their pairs in order, and what that took.
struct PairRepair {
  std::vector<Message> messages;
  std::int64_t added = 0;
  std::int64_t duplicates = 0;
  std::int64_t orphans = 0;
  bool changed = false;

  static constexpr std::string_view kName = "PairRepair";
  static constexpr auto fields() {
    return field_list(
        required("messages", &PairRepair::messages, "every call with its result behind it"),
        field("added", &PairRepair::added, "calls that got an error result"),
        field("duplicates", &PairRepair::duplicates, "results left out: their call had one"),
        field("orphans", &PairRepair::orphans, "results left out: nothing called them"),
        field("changed", &PairRepair::changed, "the messages are not as they were"));
  }
};

/// The same for histories with unfinished messages, and with a report. Positions beyond the
/// messages mean nothing.
PairRepair repair_pairs(std::vector<Message> messages, const PairingOptions& options);

/// Removes the calls that no result follows (spec: context, section 3.7), for providers that refuse
/// them where `repair_pairs` was told not to answer them. A message that had nothing else says that
/// calls were left out.
std::vector<Message> without_unanswered_calls(std::vector<Message> messages);

/// What a call without result is told, and what a message says that had only such calls.
inline constexpr std::string_view kNoResult = "No result of this tool call was recorded.";
inline constexpr std::string_view kCallsLeftOut = "(Tool calls without a result were left out.)";

/// True when `repair_pairs` would change nothing.
bool pairs_intact(const std::vector<Message>& messages);

}  // namespace vagus
