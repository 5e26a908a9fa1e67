#include "vagus/context/provider_budgets.hpp"

#include <algorithm>

namespace vagus {
namespace {

constexpr std::int64_t kSparePercent = 95;
constexpr std::int64_t kBlindPercent = 75;
constexpr std::int64_t kLeastShare = 8;  ///< the least budget is the configured one by this

// Counts of an error text may be anything; these multiply without overflow.
std::int64_t bounded(std::int64_t tokens) {
  return std::clamp<std::int64_t>(tokens, 1, std::int64_t{1} << 31);
}

// What the ledger would say of the longest prompt that the provider takes.
std::int64_t most_tokens(std::int64_t estimated, const ProviderError& error) {
  const std::int64_t tokens = bounded(estimated);
  const bool has_counts = error.observed_tokens && error.limit_tokens &&
                          *error.observed_tokens > *error.limit_tokens && *error.limit_tokens > 0;
  if (!has_counts) return tokens * kBlindPercent / 100;
  return tokens * bounded(*error.limit_tokens) / bounded(*error.observed_tokens) * kSparePercent /
         100;
}

}  // namespace

bool ProviderBudgets::refused(const std::string& model, const Ledger& ledger,
                              const ProviderError& error, const Budget& configured) {
  const std::int64_t most = std::min(most_tokens(ledger.estimated, error), ledger.estimated - 1);
  const std::int64_t tokens = std::max({std::int64_t{1}, most, configured.tokens / kLeastShare});
  if (tokens >= ledger.estimated) return false;
  tokens_[model] = within(model, {0, 0, tokens}).tokens;
  return true;
}

Budget ProviderBudgets::within(const std::string& model, Budget configured) const {
  const auto found = tokens_.find(model);
  if (found == tokens_.end() || found->second >= configured.tokens) return configured;
  return {found->second + configured.reserve, configured.reserve, found->second};
}

}  // namespace vagus
