#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"
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

/// How sure a ledger is of its numbers.
enum class LedgerSource { estimated };
constexpr std::array<std::string_view, 1> enum_names(LedgerSource) {
  return {"estimated"};
}

/// One kind of content in a prompt and what it costs.
struct LedgerPart {
  std::string name;  ///< system, history, replay or prompt
  std::int64_t messages = 0;
  std::int64_t tokens = 0;  ///< before the margin

  static constexpr std::string_view kName = "LedgerPart";
  static constexpr auto fields() {
    return field_list(required("name", &LedgerPart::name, "system, history, replay or prompt"),
                      required("messages", &LedgerPart::messages, "how many messages"),
                      required("tokens", &LedgerPart::tokens, "estimated tokens, without margin"));
  }
};

/// Token costs of one prompt, part by part, against its budget.
struct Ledger {
  std::int64_t window = 0;
  std::int64_t reserve = 0;
  std::int64_t budget = 0;
  std::int64_t raw = 0;        ///< sum of the parts
  std::int64_t estimated = 0;  ///< raw with the margin: what is compared with the budget
  std::int64_t overflow = 0;   ///< estimated beyond the budget, or 0
  std::int64_t dropped = 0;    ///< older messages left out to fit
  LedgerSource source = LedgerSource::estimated;
  std::vector<LedgerPart> parts;
  std::vector<RecoveryStep> steps;  ///< what was done to make it fit, in order; empty for nothing

  static constexpr std::string_view kName = "Ledger";
  static constexpr auto fields() {
    return field_list(required("window", &Ledger::window, "the model's context window, tokens"),
                      required("reserve", &Ledger::reserve, "tokens kept free for the answer"),
                      required("budget", &Ledger::budget, "window - reserve"),
                      required("raw", &Ledger::raw, "sum of the parts"),
                      required("estimated", &Ledger::estimated, "raw with the safety margin"),
                      required("overflow", &Ledger::overflow, "estimated beyond the budget, or 0"),
                      required("dropped", &Ledger::dropped, "older messages left out to fit"),
                      required("source", &Ledger::source, "how sure the numbers are"),
                      required("parts", &Ledger::parts, "costs by kind of content"),
                      field("steps", &Ledger::steps, "what was done to make it fit, in order"));
  }
};

/// A ledger of `parts` against `budget`; parts without messages are left out.
Ledger make_ledger(const Budget& budget, std::vector<LedgerPart> parts, std::int64_t dropped,
                   std::vector<RecoveryStep> steps = {});

}  // namespace vagus
