#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/result.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/text_cut.hpp"

/// Tool results within limits (spec: context, sections 3.1 and 3.2). A result is a `tool_result`
/// part with the parts behind it, up to the next one; its size is that of its texts, in weighted
/// characters. Images stay whatever the limits are.
namespace vagus {

/// The most characters that one result may have in a window of so many tokens: 30 % of it at four
/// characters a token, and not more than `hard_cap`; without one, 16,000, from 100,000 tokens on
/// 32,000, and from 200,000 on 64,000.
std::int64_t tool_result_cap(std::int64_t window, std::optional<std::int64_t> hard_cap);

/// The most characters that all results together may have: four times one result's, or half the
/// window at four characters a token when that is more.
std::int64_t all_results_cap(std::int64_t window, std::int64_t result_chars);

/// Limits on the tool results of a prompt.
struct ResultLimits {
  std::int64_t result_chars = 0;
  std::int64_t all_chars = 0;
  CutWords words;

  static constexpr std::string_view kName = "ResultLimits";
  static constexpr auto fields() {
    return field_list(
        required("result_chars", &ResultLimits::result_chars, "of one result"),
        required(
            "all_chars", &ResultLimits::all_chars,
            "of all results; beyond it the oldest are reduced to their notice, down to 75 % of "
            "it, so that the next time is far away"),
        field("words", &ResultLimits::words, "what stands where a result was cut"));
  }
};

/// Refuses (`invalid_input`) negative limits and words that `check_cut_words` refuses.
MaybeError check_result_limits(const ResultLimits& limits);

/// How short results have been shown, so that they are never shown longer, or otherwise, again:
/// what was sent once is in the provider's cache. By a digest of the result's id and text.
struct ResultMemory {
  std::map<std::string, std::int64_t> chars;

  static constexpr std::string_view kName = "ResultMemory";
  static constexpr auto fields() {
    return field_list(field("chars", &ResultMemory::chars,
                            "characters that a result has been cut to, by its digest"));
  }
};

/// Messages with shorter results, and what that took away.
struct ShrunkResults {
  std::vector<Message> messages;
  std::int64_t texts = 0;
  std::int64_t chars = 0;
  std::int64_t tokens = 0;
  ResultMemory memory;

  static constexpr std::string_view kName = "ShrunkResults";
  static constexpr auto fields() {
    return field_list(
        required("messages", &ShrunkResults::messages, "the same, results cut"),
        field("texts", &ShrunkResults::texts, "texts that are shorter now"),
        field("chars", &ShrunkResults::chars, "weighted characters that are gone"),
        field("tokens", &ShrunkResults::tokens, "estimated tokens that are gone"),
        field("memory", &ShrunkResults::memory, "to give when the messages are shrunk next time"));
  }
};

/// Cuts results to the limits: each to `result_chars` or what `memory` says, then the oldest to
/// their notice until all are within `all_chars`. The results of the newest turn, behind the last
/// message of a user, are spared the second cut. What a result becomes depends on its text and
/// the size that it is cut to only, and a size never grows: until a result must be cut further, its
/// bytes stay the same from prompt to prompt. The memory that comes back has only results of these
/// messages. REQUIRES: `check_result_limits` passes. Linear.
ShrunkResults shrink_results(std::vector<Message> messages, const ResultLimits& limits,
                             const ResultMemory& memory);

/// Cuts the texts of users and tools in the newest turn, from the last message of a user on, to
/// `max_chars` together: the last that can be done for a turn that is too long by itself. Tools
/// give way first, down to a fifth. Small texts stay whole, large ones share what is left by their
/// size. What the assistant said and called stays. Costs a sort of the texts.
ShrunkResults shrink_newest_turn(std::vector<Message> messages, std::int64_t max_chars,
                                 const CutWords& words);

/// What cutting results could take away, without doing it.
struct ResultPotential {
  std::int64_t results = 0;
  std::int64_t chars = 0;
  std::int64_t oversized = 0;
  std::int64_t oversized_reducible = 0;
  std::int64_t all_reducible = 0;

  static constexpr std::string_view kName = "ResultPotential";
  static constexpr auto fields() {
    return field_list(
        field("results", &ResultPotential::results, "results with text"),
        field("chars", &ResultPotential::chars, "what they have together"),
        field("oversized", &ResultPotential::oversized, "results beyond the limit of one"),
        field("oversized_reducible", &ResultPotential::oversized_reducible,
              "what cutting those takes away"),
        field("all_reducible", &ResultPotential::all_reducible,
              "what reducing more results takes away after that, to get all within their limit"));
  }
};

/// REQUIRES: `check_result_limits` passes.
ResultPotential result_potential(const std::vector<Message>& messages, const ResultLimits& limits);

/// The most characters, doubled, that one result may have inside a tool loop: the window's tokens,
/// and at least 1,024.
std::int64_t loop_result_cap(std::int64_t window);

/// The messages of a tool loop as the model may see them before its next call.
struct GuardedLoop {
  ShrunkResults shrunk;
  std::int64_t chars = 0;
  std::int64_t max_chars = 0;
  bool fits = true;

  static constexpr std::string_view kName = "GuardedLoop";
  static constexpr auto fields() {
    return field_list(required("shrunk", &GuardedLoop::shrunk, "the messages, results cut"),
                      field("chars", &GuardedLoop::chars, "what they have, results twice"),
                      field("max_chars", &GuardedLoop::max_chars, "what they may have"),
                      field("fits", &GuardedLoop::fits, "false: the loop must be compacted first"));
  }
};

/// Cuts each result to half of `loop_result_cap`. All messages fit when they have at most 90 % of
/// the window at four characters a token, or 1,024, where results count double and an image counts
/// as 8,000.
GuardedLoop guard_tool_loop(std::vector<Message> messages, std::int64_t window,
                            const CutWords& words);

/// What making `after` of `before` took away. REQUIRES: the same messages with the same parts, only
/// their texts differ.
ShrunkResults shrunk_results(const std::vector<Message>& before, std::vector<Message> after);

/// Estimated characters of a message as the guard counts them, results once.
std::int64_t message_chars(const Message& message);

}  // namespace vagus
