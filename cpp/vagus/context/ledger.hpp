#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/context/price_book.hpp"
#include "vagus/context/recovery.hpp"

namespace vagus {

/// What a prompt may cost: the model's window without the reserve that its answer needs.
struct Budget {
  std::int64_t window = 0;
  std::int64_t reserve = 0;  ///< after the cap below
  std::int64_t tokens = 0;   ///< window - reserve, at least 1

  /// The asked reserve is capped so that small windows keep room for a prompt: at a quarter of the
  /// window (`vagus`), or so that min(8000, half the window) remains (`reference`)
  /// (spec: context, section 2.4). A window of 128,000 with reserve 16,384 gives 111,616 either
  /// way.
  static Budget of(const ModelConfig& model, Profile profile);
};

/// One kind of content in a prompt and what it costs.
struct LedgerPart {
  std::string name;  ///< that of a `Section`
  std::int64_t messages = 0;
  std::int64_t tokens = 0;  ///< before the margin
  std::int64_t images = 0;  ///< of these, what images cost

  static constexpr std::string_view kName = "LedgerPart";
  static constexpr auto fields() {
    return field_list(
        required("name", &LedgerPart::name,
                 "system, tools, summary, pinned, history, replay, prompt, or rules: what "
                 "a provider's rules add"),
        required("messages", &LedgerPart::messages, "how many messages, or tools"),
        required("tokens", &LedgerPart::tokens, "tokens, without margin"),
        field("images", &LedgerPart::images, "of these, what images cost"));
  }
};

/// Token costs of one prompt, part by part, against its budget.
struct Ledger {
  std::int64_t window = 0;
  std::int64_t reserve = 0;
  std::int64_t budget = 0;
  std::int64_t raw = 0;  ///< sum of the parts
  /// What is compared with the budget: raw with the margin that `source` asks for, corrected by
  /// what the provider reported.
  std::int64_t estimated = 0;
  std::int64_t overflow = 0;  ///< estimated beyond the budget, or 0
  std::int64_t dropped = 0;   ///< older messages left out to fit
  PriceSource source = PriceSource::estimated;
  std::vector<LedgerPart> parts;
  std::vector<RecoveryStep> steps;  ///< what was done to make it fit, in order; empty for nothing

  static constexpr std::string_view kName = "Ledger";
  static constexpr auto fields() {
    return field_list(required("window", &Ledger::window, "the model's context window, tokens"),
                      required("reserve", &Ledger::reserve, "tokens kept free for the answer"),
                      required("budget", &Ledger::budget, "window - reserve"),
                      required("raw", &Ledger::raw, "sum of the parts"),
                      required("estimated", &Ledger::estimated,
                               "what is compared with the budget: raw with "
                               "the margin for its source"),
                      required("overflow", &Ledger::overflow, "estimated beyond the budget, or 0"),
                      required("dropped", &Ledger::dropped, "older messages left out to fit"),
                      required("source", &Ledger::source,
                               "exact: counted; anchored: reported by the provider up to an "
                               "earlier prompt; or estimated"),
                      required("parts", &Ledger::parts, "costs by kind of content"),
                      field("steps", &Ledger::steps, "what was done to make it fit, in order"));
  }
};

/// A ledger of `parts` against `budget`, all estimated; parts without messages are left out.
Ledger make_ledger(const Budget& budget, std::vector<LedgerPart> parts, std::int64_t dropped);

}  // namespace vagus
