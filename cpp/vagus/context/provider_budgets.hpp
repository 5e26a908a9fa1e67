#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "vagus/context/ledger.hpp"
#include "vagus/context/provider_errors.hpp"

namespace vagus {

/// Of models whose provider refused a prompt for its length although it was within the budget, what
/// a prompt may cost from then on. Whoever counts on a window that the provider does not have would
/// be refused for ever (spec: context, section 8, rows 1 and 11).
///
/// Invariant: a budget is never larger than the one before, nor smaller than an eighth of the
/// configured one, so that no error text can take all room away.
class ProviderBudgets {
 public:
  /// The provider of `model` refused the prompt of `ledger`. A prompt may cost what the counts of
  /// `error` say, with 5 % to spare; without counts three quarters of this one. Returns whether the
  /// next prompt will be smaller than this one.
  bool refused(const std::string& model, const Ledger& ledger, const ProviderError& error,
               const Budget& configured);

  /// The smaller one of `configured` and what is known.
  Budget within(const std::string& model, Budget configured) const;

  void clear() { tokens_.clear(); }
  const std::map<std::string, std::int64_t>& known() const { return tokens_; }

 private:
  std::map<std::string, std::int64_t> tokens_;
};

}  // namespace vagus
