#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/base/record.hpp"
#include "vagus/base/result.hpp"

namespace vagus {

/// How sure a price is: counted, measured by the provider up to an earlier prompt, or estimated.
enum class PriceSource { exact, anchored, estimated };
constexpr std::array<std::string_view, 3> enum_names(PriceSource) {
  return {"exact", "anchored", "estimated"};
}

/// Tokens of a prompt or message, and what to keep free because they may be more.
struct Price {
  std::int64_t tokens = 0;
  std::int64_t reserve = 0;
  PriceSource source = PriceSource::estimated;

  static constexpr std::string_view kName = "Price";
  static constexpr auto fields() {
    return field_list(required("tokens", &Price::tokens, "the best guess, or the count"),
                      required("reserve", &Price::reserve, "how much more it may be"),
                      required("source", &Price::source, "exact, anchored or estimated"));
  }
};

/// `tokens` of which `measured` are certain: nothing in reserve for what was counted here, 2 % of
/// what a provider measured of an earlier prompt (`anchored`), a fifth of what is estimated.
Price priced(std::int64_t tokens, std::int64_t measured, PriceSource source);

/// A provider's usage report on one prompt.
struct UsageReport {
  std::string model;
  std::int64_t revision = 0;   ///< of the transcript that was sent; see `PriceBook`
  std::int64_t estimated = 0;  ///< what the prompt was estimated at, uncorrected
  std::int64_t reported = 0;   ///< input tokens, cached ones included

  static constexpr std::string_view kName = "UsageReport";
  static constexpr auto fields() {
    return field_list(
        required("model", &UsageReport::model, "which model answered"),
        required("revision", &UsageReport::revision, "revision of the transcript that was sent"),
        required("estimated", &UsageReport::estimated, "the prompt's estimate, uncorrected"),
        required("reported", &UsageReport::reported, "input tokens, cached ones included"));
  }
};

/// What is known about how far estimates are off, for one context.
///
/// The newest report is an anchor: a later prompt that begins with the reported one costs what was
/// reported, and only what came after it is estimated. A prompt begins with it as long as the
/// transcript only grew. Whoever cuts, shrinks, summarises or resets moves the revision on, and the
/// anchor counts no more: stale counters are worse than estimates (spec: context, section 8, row
/// 17). A report of less than half of the estimate is no anchor: it counts only a part of the
/// prompt.
///
/// Reports also teach how far estimates are off for each model: the ratio of reported to estimated
/// tokens, in permille, weighted to the newest and from 500 to 2,500 whatever is reported. It
/// corrects all estimates.
///
/// Invariants: (1) a price is never negative and never falls when the estimate grows; (2) a refused
/// report changes nothing; (3) all numbers are at most 2^40 times small factors, so that nothing
/// overflows.
class PriceBook {
 public:
  static constexpr std::int64_t kMinRatio = 500;
  static constexpr std::int64_t kMaxRatio = 2'500;
  /// Prompts estimated at less say little about the ratio.
  static constexpr std::int64_t kMinLearned = 256;
  /// Models whose ratio is remembered; the one that was reported longest ago gives way.
  static constexpr std::size_t kMaxModels = 64;
  static constexpr std::size_t kMaxModelBytes = 256;

  /// Takes a report in. `invalid_input`, with the field, for a model without name or with one
  /// beyond `kMaxModelBytes` or not UTF-8, for numbers that are negative or beyond `kMaxCount`, and
  /// for a prompt of no tokens.
  MaybeError observe(const UsageReport& report);

  /// The same for a prompt that no later one begins with: it teaches the ratio only.
  MaybeError learn(const UsageReport& report);

  /// The price of a prompt estimated at `estimated` tokens, of the transcript at `revision`.
  /// `invalid_input` as for `observe`.
  Result<Price> price(std::string_view model, std::int64_t revision, std::int64_t estimated) const;

  /// Reported per 1,000 estimated tokens; 1,000 for a model that is not known.
  std::int64_t ratio(std::string_view model) const;

  /// `estimated` tokens of `model`, corrected by its ratio, rounded up.
  std::int64_t corrected(std::string_view model, std::int64_t estimated) const;

  const std::optional<UsageReport>& anchor() const { return anchor_; }

 private:
  struct Learned {
    std::string model;
    std::int64_t ratio;
  };

  void take_in(const UsageReport& report);

  std::optional<UsageReport> anchor_;
  std::vector<Learned> learned_;  // the newest report last
};

}  // namespace vagus
