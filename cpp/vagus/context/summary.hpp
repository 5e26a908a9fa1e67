#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"

/// What a summary of older turns must be, whoever writes it (spec: context, section 4.3).
namespace vagus {

/// Longest summary, in characters. A summary is written anew from the one before and what came
/// since, never appended to it, so that it cannot grow from round to round.
inline constexpr std::int64_t kSummaryChars = 16'000;

/// The headings of a summary, in order.
inline constexpr std::array<std::string_view, 5> kSummaryHeadings = {
    "Decisions", "Open TODOs", "Constraints/Rules", "Pending user asks", "Exact identifiers"};

/// Most identifiers that a summary is checked for.
inline constexpr std::size_t kSummaryIdentifiers = 12;

/// What ends a summary that was cut.
inline constexpr std::string_view kSummaryCutNote = "\n\n[This summary was cut to its limit.]";

/// `text` cut to `max_chars` characters, `note` included, which is left out where there is no room
/// for it. Never longer than `max_chars`.
std::string cap_summary(std::string_view text, std::int64_t max_chars = kSummaryChars,
                        std::string_view note = kSummaryCutNote);

/// What a model could not guess again: hexadecimal ids of eight or more digits, URLs, paths, hosts
/// with a port, numbers of six or more digits. Each once, in the order of the text, hexadecimal
/// ones in upper case; at most `kSummaryIdentifiers`.
std::vector<std::string> exact_identifiers(std::string_view text);

/// One way in which a summary falls short.
struct SummaryFault {
  std::string what;    ///< `missing-heading`, `missing-identifier` or `missing-ask`
  std::string detail;  ///< which heading or identifier; the ask

  static constexpr std::string_view kName = "SummaryFault";
  static constexpr auto fields() {
    return field_list(
        required("what", &SummaryFault::what, "missing-heading, missing-identifier or missing-ask"),
        required("detail", &SummaryFault::detail, "which one"));
  }
};

/// Checks a summary: every heading stands in a line of its own, in order; it holds each of
/// `identifiers`, hexadecimal ones in any case; it shares a word with `latest_ask`, two when the
/// ask has three or more that mean something. Nothing for a good one.
std::vector<SummaryFault> check_summary(std::string_view summary,
                                        const std::vector<std::string>& identifiers,
                                        const std::optional<std::string>& latest_ask);

/// The summary of a conversation in which nothing was said: all headings, nothing below them.
std::string empty_summary();

}  // namespace vagus
