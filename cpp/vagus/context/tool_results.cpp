#include "vagus/context/tool_results.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "vagus/base/limits.hpp"
#include "vagus/context/digest.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/weighted_chars.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kCharsPerToken = 4;
constexpr std::int64_t kResultPercent = 30;
constexpr std::int64_t kLargeWindow = 100'000;
constexpr std::int64_t kHugeWindow = 200'000;
constexpr std::int64_t kSmallCap = 16'000;
constexpr std::int64_t kLargeCap = 32'000;
constexpr std::int64_t kHugeCap = 64'000;
constexpr std::int64_t kLowWaterPercent = 75;

// What a user asks gives way last; this share of the newest turn is the tools' all the same.
constexpr std::int64_t kToolsPercent = 20;

constexpr std::int64_t kLeastGuardChars = 1'024;
constexpr std::int64_t kGuardPercent = 90;
constexpr std::int64_t kGuardSnapPercent = 70;
constexpr std::int64_t kImageChars = 8'000;

std::int64_t within_counts(std::int64_t window) {
  return std::clamp<std::int64_t>(window, 0, kMaxCount);
}

// The texts of one result. Points into its message.
struct ResultTexts {
  std::size_t message = 0;
  std::string call_id;
  std::vector<std::string*> texts;
  std::vector<std::int64_t> sizes;
  std::int64_t chars = 0;

  void add(std::string& text) {
    texts.push_back(&text);
    sizes.push_back(weighted_chars(text));
    chars += sizes.back();
  }
};

bool has_text(const Part& part) {
  return part.kind == PartKind::tool_result || part.kind == PartKind::text;
}

std::vector<ResultTexts> results_in(std::vector<Message>& messages) {
  std::vector<ResultTexts> results;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    bool in_result = false;
    for (Part& part : messages[i].parts) {
      if (part.kind == PartKind::tool_result) {
        results.push_back({i, part.call_id, {}, {}, 0});
        in_result = true;
      }
      if (in_result && has_text(part)) results.back().add(part.text);
    }
  }
  return results;
}

// The size of each text of a result that may have `chars`: small texts stay whole, the others share
// what is left by their size.
std::vector<std::int64_t> shares(const ResultTexts& result, std::int64_t chars) {
  std::vector<std::size_t> by_size(result.sizes.size());
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t left, std::size_t right) {
    return result.sizes[left] < result.sizes[right];
  });
  std::vector<std::int64_t> given = result.sizes;
  std::int64_t left = chars;
  std::int64_t large = result.chars;
  std::size_t at = 0;
  for (; at < by_size.size(); ++at) {
    const std::int64_t size = result.sizes[by_size[at]];
    if (size > left / static_cast<std::int64_t>(by_size.size() - at)) break;
    left -= size;
    large -= size;
  }
  for (; at < by_size.size(); ++at) {
    std::int64_t& size = given[by_size[at]];
    size = static_cast<std::int64_t>(static_cast<__int128>(left) * size / large);
  }
  return given;
}

void cut_result(ResultTexts& result, TextCut cut, const CutWords& words) {
  if (result.chars <= cut.max_chars) return;
  const std::vector<std::int64_t> sizes = shares(result, cut.max_chars);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    cut.max_chars = sizes[i];
    if (result.sizes[i] > sizes[i]) *result.texts[i] = cut_text(*result.texts[i], cut, words);
  }
}

// Who makes two results with one digest has one of them cut like the other.
std::string digest_of(const ResultTexts& result) {
  Digest digest;
  digest.add(result.call_id);
  for (const std::string* text : result.texts) digest.add(*text);
  return digest.hex();
}

// A name for each result, the same in every prompt: what it holds, and how many in front of it hold
// the same.
std::vector<std::string> digests_of(const std::vector<ResultTexts>& results) {
  std::vector<std::string> digests;
  std::unordered_map<std::string, std::int64_t> seen;
  for (const ResultTexts& result : results) {
    const std::string digest = digest_of(result);
    digests.push_back(digest + "-" + std::to_string(++seen[digest]));
  }
  return digests;
}

std::int64_t notice_chars(const ResultTexts& result, const CutWords& words) {
  return weighted_chars(cut_notice(result.chars, words));
}

// Reduces results, the first ones first, until all have `target` characters together. Gives how
// much that takes away; `spared` is the first result that stays.
std::int64_t reduce_oldest(const std::vector<ResultTexts>& results,
                           std::vector<std::int64_t>& sizes, std::size_t spared,
                           std::int64_t target, const CutWords& words) {
  std::int64_t excess = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) - target;
  std::int64_t reduced = 0;
  for (std::size_t i = 0; i < spared && excess > 0; ++i) {
    const std::int64_t least = std::min(sizes[i], notice_chars(results[i], words));
    reduced += sizes[i] - least;
    excess -= sizes[i] - least;
    sizes[i] = least;
  }
  return reduced;
}

std::size_t newest_turn(const std::vector<Message>& messages) {
  const auto last = std::find_if(messages.rbegin(), messages.rend(),
                                 [](const Message& message) { return message.role == Role::user; });
  return static_cast<std::size_t>(std::distance(last, messages.rend()));
}

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

std::int64_t part_chars(const Part& part) {
  switch (part.kind) {
    case PartKind::text:
    case PartKind::thinking:
    case PartKind::tool_result:
      return weighted_chars(part.text);
    case PartKind::tool_call:
      return weighted_chars(part.arguments);
    case PartKind::image:
      return kImageChars;
    case PartKind::opaque:
      return static_cast<std::int64_t>(part.data.size());
  }
  return 0;
}

}  // namespace

std::int64_t tool_result_cap(std::int64_t window, std::optional<std::int64_t> hard_cap) {
  const std::int64_t tokens = within_counts(window);
  const std::int64_t automatic = tokens >= kHugeWindow    ? kHugeCap
                                 : tokens >= kLargeWindow ? kLargeCap
                                                          : kSmallCap;
  return std::min(tokens * kResultPercent / 100 * kCharsPerToken, hard_cap.value_or(automatic));
}

std::int64_t all_results_cap(std::int64_t window, std::int64_t result_chars) {
  return std::max(4 * within_counts(result_chars), within_counts(window) * kCharsPerToken / 2);
}

MaybeError check_result_limits(const ResultLimits& limits) {
  const auto refused = [](std::string_view field, std::int64_t value) {
    return make_error(ErrorCode::invalid_input, field, std::to_string(value),
                      "must not be negative");
  };
  if (limits.result_chars < 0) return refused("result_chars", limits.result_chars);
  if (limits.all_chars < 0) return refused("all_chars", limits.all_chars);
  return check_cut_words(limits.words);
}

ShrunkResults shrink_results(std::vector<Message> messages, const ResultLimits& limits,
                             const ResultMemory& memory) {
  std::vector<ResultTexts> results = results_in(messages);
  // Digests cost more than all the rest, and most prompts need none.
  std::vector<std::string> digests;
  if (!memory.chars.empty()) digests = digests_of(results);
  std::vector<std::int64_t> sizes;
  for (std::size_t i = 0; i < results.size(); ++i) {
    sizes.push_back(std::min(results[i].chars, limits.result_chars));
    if (digests.empty()) continue;
    const auto known = memory.chars.find(digests[i]);
    if (known == memory.chars.end()) continue;
    sizes.back() = std::min(sizes.back(), std::max<std::int64_t>(known->second, 0));
  }
  const std::size_t turn = newest_turn(messages);
  const auto spared = static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [turn](const ResultTexts& result) { return result.message < turn; }));
  if (sum(sizes) > limits.all_chars) {
    const std::int64_t target = limits.all_chars / 100 * kLowWaterPercent;
    reduce_oldest(results, sizes, spared, target, limits.words);
  }
  ShrunkResults shrunk;
  const auto is_cut = [&](std::size_t i) { return sizes[i] < results[i].chars; };
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!is_cut(i)) continue;
    if (digests.empty()) digests = digests_of(results);
    shrunk.memory.chars[digests[i]] = sizes[i];
  }
  if (shrunk.memory.chars.empty()) {
    shrunk.messages = std::move(messages);
    return shrunk;
  }
  const std::vector<Message> before = messages;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (is_cut(i)) cut_result(results[i], TextCut{.max_chars = sizes[i]}, limits.words);
  }
  ResultMemory shown = std::move(shrunk.memory);
  shrunk = shrunk_results(before, std::move(messages));
  shrunk.memory = std::move(shown);
  return shrunk;
}

ShrunkResults shrink_newest_turn(std::vector<Message> messages, std::int64_t max_chars,
                                 const CutWords& words) {
  const std::vector<Message> before = messages;
  const std::size_t behind_user = newest_turn(messages);
  ResultTexts users;
  ResultTexts tools;
  for (std::size_t i = behind_user - std::min<std::size_t>(behind_user, 1); i < messages.size();
       ++i) {
    const Role role = messages[i].role;
    if (role != Role::user && role != Role::tool) continue;
    for (Part& part : messages[i].parts) {
      if (has_text(part)) (role == Role::user ? users : tools).add(part.text);
    }
  }
  const std::int64_t room = std::max<std::int64_t>(max_chars, 0);
  const std::int64_t for_tools =
      std::min(tools.chars, std::max(room - users.chars, room * kToolsPercent / 100));
  cut_result(tools, TextCut{.max_chars = for_tools}, words);
  cut_result(users, TextCut{.max_chars = room - for_tools}, words);
  return shrunk_results(before, std::move(messages));
}

ResultPotential result_potential(const std::vector<Message>& messages, const ResultLimits& limits) {
  std::vector<Message> copy = messages;
  std::vector<ResultTexts> results = results_in(copy);
  std::erase_if(results, [](const ResultTexts& result) { return result.chars == 0; });
  ResultPotential potential;
  std::vector<std::int64_t> sizes;
  for (const ResultTexts& result : results) {
    sizes.push_back(std::min(result.chars, limits.result_chars));
    potential.chars += result.chars;
    potential.oversized += result.chars > limits.result_chars ? 1 : 0;
    potential.oversized_reducible += result.chars - sizes.back();
  }
  potential.results = static_cast<std::int64_t>(results.size());
  const std::int64_t excess = sum(sizes) - limits.all_chars;
  if (results.size() < 2 || excess <= 0) return potential;
  const std::int64_t reducible =
      reduce_oldest(results, sizes, results.size(), limits.all_chars, limits.words);
  potential.all_reducible = std::min(reducible, excess);
  return potential;
}

std::int64_t loop_result_cap(std::int64_t window) {
  return std::max(kLeastGuardChars, within_counts(window));
}

std::int64_t message_chars(const Message& message) {
  std::int64_t chars = 0;
  for (const Part& part : message.parts) chars += part_chars(part);
  return chars;
}

ShrunkResults shrunk_results(const std::vector<Message>& before, std::vector<Message> after) {
  ShrunkResults shrunk;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    for (std::size_t j = 0; j < before[i].parts.size(); ++j) {
      const Part& part = before[i].parts[j];
      if (part == after[i].parts[j]) continue;
      shrunk.chars += part_chars(part) - part_chars(after[i].parts[j]);
      ++shrunk.texts;
    }
    shrunk.tokens += estimate_tokens(before[i], Profile::vagus);
    shrunk.tokens -= estimate_tokens(after[i], Profile::vagus);
  }
  shrunk.messages = std::move(after);
  return shrunk;
}

GuardedLoop guard_tool_loop(std::vector<Message> messages, std::int64_t window,
                            const CutWords& words) {
  const std::vector<Message> before = messages;
  for (ResultTexts& result : results_in(messages)) {
    const TextCut cut{.max_chars = loop_result_cap(window) / 2,
                      .snap_percent = kGuardSnapPercent,
                      .keeps_tail = false};
    cut_result(result, cut, words);
  }
  GuardedLoop guarded;
  for (const Message& message : messages) {
    guarded.chars += message_chars(message) * (message.role == Role::tool ? 2 : 1);
  }
  guarded.max_chars =
      std::max(kLeastGuardChars, within_counts(window) * kCharsPerToken * kGuardPercent / 100);
  guarded.fits = guarded.chars <= guarded.max_chars;
  guarded.shrunk = shrunk_results(before, std::move(messages));
  return guarded;
}

}  // namespace vagus
