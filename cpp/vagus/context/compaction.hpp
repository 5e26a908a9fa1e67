#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/context/transcript.hpp"

/// Which messages a summary replaces, and in which portions they are summarised (spec: context,
/// sections 4.2 and 4.3). Nothing here asks a model.
namespace vagus {

/// What to keep when the start of a transcript is summarised.
struct CutPoint {
  std::int64_t first_kept = 0;               ///< 0 when everything is kept
  std::optional<std::int64_t> turn_start{};  ///< of the turn that the cut splits, if it splits one

  static constexpr std::string_view kName = "CutPoint";
  static constexpr auto fields() {
    return field_list(
        required("first_kept", &CutPoint::first_kept, "index of the oldest message that is kept"),
        field("turn_start", &CutPoint::turn_start, "where the turn begins that the cut splits"));
  }
};

/// Keeps at least the newest `keep_tokens` tokens, as estimated, and never cuts between a tool call
/// and its result: the cut is the nearest message at or after the wanted one that is no tool's, or,
/// where none follows, the nearest in front of it. (Older versions of the reference keep everything
/// then, so a huge newest result makes compaction do nothing.) Costs O(log n) and the results that
/// are passed over.
CutPoint find_cut_point(const Transcript& transcript, std::int64_t keep_tokens);

/// Sizes of consecutive portions of `tokens`, each worth at most `max_tokens` with the margin of
/// estimates; what alone is worth more has a portion of its own. REQUIRES: no negative tokens.
std::vector<std::int64_t> portions_within(const std::vector<std::int64_t>& tokens,
                                          std::int64_t max_tokens);

/// Sizes of at most `parts` consecutive portions of about equal worth. A call stays with its
/// results. At least one message each.
std::vector<std::int64_t> portions_of_equal_share(const Transcript& transcript, std::int64_t parts);

/// What is left of a history that may use a share of a window.
struct KeptShare {
  std::int64_t first_kept = 0;
  std::int64_t kept_tokens = 0;
  std::int64_t dropped_tokens = 0;
  std::int64_t budget = 0;
  std::int64_t rounds = 0;

  static constexpr std::string_view kName = "KeptShare";
  static constexpr auto fields() {
    return field_list(
        required("first_kept", &KeptShare::first_kept, "index of the oldest message that is kept"),
        required("kept_tokens", &KeptShare::kept_tokens, "estimated tokens of what is kept"),
        required("dropped_tokens", &KeptShare::dropped_tokens, "of what is not"),
        required("budget", &KeptShare::budget, "the share, in tokens"),
        required("rounds", &KeptShare::rounds, "how often the older half was dropped"));
  }
};

/// Drops older halves until the rest costs at most `permille` thousandths of `window` tokens. The
/// newest portion is kept whatever it costs.
KeptShare keep_share(const Transcript& transcript, std::int64_t window, std::int64_t permille);

/// How much of a window a portion may fill, in thousandths: 400, less when single messages are
/// large (an average above a tenth of the window), at least 150.
std::int64_t portion_permille(const Transcript& transcript, std::int64_t window);

/// True for a message that, with the margin, is beyond half of the window: no summariser gets it.
bool is_too_large_to_summarise(std::int64_t tokens, std::int64_t window);

}  // namespace vagus
