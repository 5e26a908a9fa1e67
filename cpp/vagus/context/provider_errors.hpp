#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"

/// What the error texts of providers, and of attempts to compact, mean (spec: context,
/// section 4.1).
namespace vagus {

/// What a provider's error text says is wrong.
enum class ProviderErrorKind {
  other,             ///< nothing that is known here
  overflow,          ///< the prompt is too long
  likely_overflow,   ///< it reads as if the prompt were too long
  window_too_small,  ///< the model is refused for its window; no prompt would help
  rate_limit,        ///< too many requests or tokens in a time, or a quota
  billing,           ///< nobody pays
  reasoning,         ///< the model cannot answer without reasoning
  turns,             ///< messages in a wrong order, or calls without results
};
constexpr std::array<std::string_view, 8> enum_names(ProviderErrorKind) {
  return {"other",      "overflow", "likely_overflow", "window_too_small",
          "rate_limit", "billing",  "reasoning",       "turns"};
}

/// A provider's error text, read.
struct ProviderError {
  ProviderErrorKind kind = ProviderErrorKind::other;
  bool in_compaction = false;
  std::optional<std::int64_t> observed_tokens;
  std::optional<std::int64_t> limit_tokens;

  static constexpr std::string_view kName = "ProviderError";
  static constexpr auto fields() {
    return field_list(
        required("kind", &ProviderError::kind, "what is wrong"),
        field("in_compaction", &ProviderError::in_compaction,
              "it is an overflow of the prompt that was to summarise the history"),
        field("observed_tokens", &ProviderError::observed_tokens,
              "tokens that the provider counted in the prompt"),
        field("limit_tokens", &ProviderError::limit_tokens, "tokens that it would have taken"));
  }
};

/// Bytes of an error text that are read.
inline constexpr std::size_t kMaxErrorBytes = 65'536;

/// Reads an error text in any case. What is no overflow is looked for first: a rate limit in tokens
/// per minute is often told as a request that is too large. Numbers may have commas. Linear.
ProviderError classify_provider_error(std::string_view text);

/// Why a compaction came to nothing.
enum class CompactionReason {
  unknown,
  no_compactable_entries,
  below_threshold,
  already_compacted_recently,
  live_context_still_exceeds_target,
  guard_blocked,
  summary_failed,
  timeout,
  provider_error_4xx,
  provider_error_5xx,
};
constexpr std::array<std::string_view, 10> enum_names(CompactionReason) {
  return {"unknown",
          "no_compactable_entries",
          "below_threshold",
          "already_compacted_recently",
          "live_context_still_exceeds_target",
          "guard_blocked",
          "summary_failed",
          "timeout",
          "provider_error_4xx",
          "provider_error_5xx"};
}

/// The reason in a text for people, in any case.
CompactionReason classify_compaction_reason(std::string_view text);

}  // namespace vagus
