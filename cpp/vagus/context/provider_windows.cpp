#include "vagus/context/provider_windows.hpp"

#include <algorithm>

namespace vagus {
namespace {

constexpr std::int64_t kSparePercent = 95;
constexpr std::int64_t kBlindPercent = 75;
constexpr std::int64_t kLeastShare = 8;  ///< the least window is the configured one by this

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

bool ProviderWindows::refused(const std::string& model, const Ledger& ledger,
                              const ProviderError& error, std::int64_t configured) {
  const std::int64_t most = std::min(most_tokens(ledger.estimated, error), ledger.estimated - 1);
  const std::int64_t least = std::max<std::int64_t>(1, configured / kLeastShare);
  const std::int64_t window = std::max(most + ledger.reserve, least);
  if (window - ledger.reserve >= ledger.estimated) return false;
  known_[model] = std::min(window, of(model, configured));
  return true;
}

std::int64_t ProviderWindows::of(const std::string& model, std::int64_t configured) const {
  const auto found = known_.find(model);
  return found == known_.end() ? configured : std::min(found->second, configured);
}

}  // namespace vagus
