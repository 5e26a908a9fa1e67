#include "vagus/context/price_book.hpp"

#include <algorithm>

#include "vagus/context/estimate.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kUnit = 1'000;
constexpr std::int64_t kAnchoredMarginPercent = 2;
/// The newest report counts for a quarter.
constexpr std::int64_t kWeight = 4;

MaybeError check_model(std::string_view model) {
  std::string why;
  if (model.empty()) why = "must name a model";
  if (model.size() > PriceBook::kMaxModelBytes) {
    why = "longer than " + std::to_string(PriceBook::kMaxModelBytes) + " bytes";
  }
  if (!is_valid_utf8(model)) why = "must be UTF-8";
  if (why.empty()) return std::nullopt;
  return make_error(ErrorCode::invalid_input, "model", model, why);
}

MaybeError check_number(std::string_view field, std::int64_t value, std::int64_t lowest) {
  if (value >= lowest && value <= kMaxCount) return std::nullopt;
  return Error{ErrorCode::invalid_input, std::string(field), std::to_string(value),
               "must be from " + std::to_string(lowest) + " to " + std::to_string(kMaxCount)};
}

MaybeError first_of(std::initializer_list<MaybeError> checks) {
  for (const MaybeError& failed : checks) {
    if (failed) return failed;
  }
  return std::nullopt;
}

MaybeError check_report(const UsageReport& report) {
  return first_of({check_model(report.model), check_number("revision", report.revision, 0),
                   check_number("estimated", report.estimated, 1),
                   check_number("reported", report.reported, 1)});
}

}  // namespace

Price priced(std::int64_t tokens, std::int64_t measured, PriceSource source) {
  const std::int64_t guessed = tokens - measured;
  std::int64_t reserve = with_margin(guessed) - guessed;
  if (source == PriceSource::anchored) {
    reserve += (measured * kAnchoredMarginPercent + 99) / 100;
  }
  return Price{tokens, reserve, source};
}

MaybeError PriceBook::observe(const UsageReport& report) {
  if (auto failed = check_report(report)) return failed;
  // What no tokenizer can have counted (a host that leaves cached tokens out) anchors nothing.
  const bool is_plausible = report.reported >= report.estimated * kMinRatio / kUnit;
  anchor_ = is_plausible ? std::optional(report) : std::nullopt;
  take_in(report);
  return std::nullopt;
}

MaybeError PriceBook::learn(const UsageReport& report) {
  if (auto failed = check_report(report)) return failed;
  take_in(report);
  return std::nullopt;
}

void PriceBook::take_in(const UsageReport& report) {
  if (report.estimated < kMinLearned) return;
  const std::int64_t seen =
      std::clamp(report.reported * kUnit / report.estimated, kMinRatio, kMaxRatio);
  const auto known = std::find_if(learned_.begin(), learned_.end(),
                                  [&](const Learned& each) { return each.model == report.model; });
  Learned newest{report.model, seen};
  if (known != learned_.end()) {
    newest.ratio = (known->ratio * (kWeight - 1) + seen + kWeight / 2) / kWeight;
    learned_.erase(known);
  } else if (learned_.size() == kMaxModels) {
    learned_.erase(learned_.begin());
  }
  learned_.push_back(std::move(newest));
}

Result<Price> PriceBook::price(std::string_view model, std::int64_t revision,
                               std::int64_t estimated) const {
  const auto failed = first_of({check_model(model), check_number("revision", revision, 0),
                                check_number("estimated", estimated, 0)});
  if (failed) return *failed;
  if (!anchor_ || anchor_->model != model || anchor_->revision != revision) {
    return priced(corrected(model, estimated), 0, PriceSource::estimated);
  }
  // A prompt that is estimated lower does not begin with the reported one; it is no cheaper for it.
  const std::int64_t since = std::max<std::int64_t>(0, estimated - anchor_->estimated);
  return priced(anchor_->reported + corrected(model, since), anchor_->reported,
                PriceSource::anchored);
}

std::int64_t PriceBook::ratio(std::string_view model) const {
  const auto known = std::find_if(learned_.begin(), learned_.end(),
                                  [&](const Learned& each) { return each.model == model; });
  return known == learned_.end() ? kUnit : known->ratio;
}

std::int64_t PriceBook::corrected(std::string_view model, std::int64_t estimated) const {
  return (estimated * ratio(model) + kUnit - 1) / kUnit;
}

}  // namespace vagus
