#include "vagus/context/compaction.hpp"

#include <algorithm>

#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kPermille = 1'000;
constexpr std::int64_t kUsualPortion = 400;
constexpr std::int64_t kSmallestPortion = 150;
constexpr std::int64_t kLargeMessage = 100;  // of the window, in thousandths

std::int64_t count_of(const Transcript& transcript) {
  return static_cast<std::int64_t>(transcript.size());
}

bool is_result(const Message& message) {
  return message.role == Role::tool;
}

bool may_cut_at(const Transcript& transcript, std::size_t index) {
  return index < transcript.size() && !is_result(transcript.messages()[index]);
}

// The newest message from which to the end at least `tokens` are spent; 0 when all cost less.
std::size_t newest_worth(const Transcript& transcript, std::int64_t tokens) {
  std::size_t from = 0;
  std::size_t to = transcript.size();
  while (to - from > 1) {
    const std::size_t middle = from + (to - from) / 2;
    (transcript.tokens_from(middle) >= tokens ? from : to) = middle;
  }
  return from;
}

// A message that calls tools, with the results that follow it; else one message. Sizes.
std::vector<std::size_t> inseparable(const Transcript& transcript) {
  std::vector<std::size_t> sizes;
  for (const Message& message : transcript.messages()) {
    if (is_result(message) && !sizes.empty()) {
      ++sizes.back();
    } else {
      sizes.push_back(1);
    }
  }
  return sizes;
}

}  // namespace

CutPoint find_cut_point(const Transcript& transcript, std::int64_t keep_tokens) {
  CutPoint cut;
  if (transcript.tokens_from(0) < keep_tokens || transcript.size() == 0) return cut;
  const std::size_t wanted = newest_worth(transcript, keep_tokens);
  std::size_t at = wanted;
  while (at < transcript.size() && !may_cut_at(transcript, at)) ++at;
  if (at == transcript.size()) {
    at = wanted;
    while (at > 0 && !may_cut_at(transcript, at)) --at;
  }
  cut.first_kept = static_cast<std::int64_t>(at);
  const bool splits = at > 0 && transcript.turn_at_or_after(at) != at;
  const std::size_t turns = transcript.turns_before(at);
  if (splits && turns > 0) {
    cut.turn_start = static_cast<std::int64_t>(transcript.turn_after(0, turns - 1));
  }
  return cut;
}

std::vector<std::int64_t> portions_within(const std::vector<std::int64_t>& tokens,
                                          std::int64_t max_tokens) {
  const std::int64_t room = std::max<std::int64_t>(1, without_margin(max_tokens));
  std::vector<std::int64_t> sizes;
  std::int64_t spent = room;  // the first message opens a portion
  for (const std::int64_t each : tokens) {
    if (spent + each > room || spent >= room) {
      sizes.push_back(0);
      spent = 0;
    }
    ++sizes.back();
    spent += each;
  }
  return sizes;
}

std::vector<std::int64_t> portions_of_equal_share(const Transcript& transcript,
                                                  std::int64_t parts) {
  parts = std::clamp<std::int64_t>(parts, 1, std::max<std::int64_t>(1, count_of(transcript)));
  const std::int64_t share = transcript.tokens_from(0) / parts;
  std::vector<std::int64_t> sizes;
  std::int64_t spent = 0;
  std::size_t at = 0;
  for (const std::size_t size : inseparable(transcript)) {
    const std::int64_t tokens = transcript.tokens_from(at) - transcript.tokens_from(at + size);
    const bool full =
        !sizes.empty() && spent + tokens > share && static_cast<std::int64_t>(sizes.size()) < parts;
    if (sizes.empty() || full) {
      sizes.push_back(0);
      spent = 0;
    }
    sizes.back() += static_cast<std::int64_t>(size);
    spent += tokens;
    at += size;
  }
  return sizes;
}

KeptShare keep_share(const Transcript& transcript, std::int64_t window, std::int64_t permille) {
  KeptShare kept;
  kept.budget = std::max<std::int64_t>(1, window * permille / kPermille);
  std::size_t first = 0;
  while (transcript.tokens_from(first) > kept.budget) {
    const Transcript rest(transcript.profile(), transcript.messages_from(first));
    const std::vector<std::int64_t> halves = portions_of_equal_share(rest, 2);
    if (halves.size() < 2) break;
    first += static_cast<std::size_t>(halves.front());
    ++kept.rounds;
  }
  kept.first_kept = static_cast<std::int64_t>(first);
  kept.kept_tokens = transcript.tokens_from(first);
  kept.dropped_tokens = transcript.tokens_from(0) - kept.kept_tokens;
  return kept;
}

std::int64_t portion_permille(const Transcript& transcript, std::int64_t window) {
  if (transcript.size() == 0 || window <= 0) return kUsualPortion;
  const std::int64_t average = with_margin(transcript.tokens_from(0)) / count_of(transcript);
  const std::int64_t share = average * kPermille / window;
  if (share <= kLargeMessage) return kUsualPortion;
  return std::max(kSmallestPortion, kUsualPortion - 2 * share);
}

bool is_too_large_to_summarise(std::int64_t tokens, std::int64_t window) {
  return with_margin(tokens) > window / 2;
}

}  // namespace vagus
