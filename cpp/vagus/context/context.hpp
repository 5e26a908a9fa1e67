#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/config/config.hpp"
#include "vagus/context/history_fit.hpp"
#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/transcript.hpp"
#include "vagus/keys/context_key.hpp"

namespace vagus {

/// What a prompt is made of, besides a context's own history.
struct AssemblyRequest {
  std::string system;           ///< system message; empty for none
  std::vector<Message> replay;  ///< earlier ticks' turns; the oldest give way, before the turn does
  std::vector<Message> turn;    ///< the newest turn; its texts are cut where nothing else helps
  Budget budget;
  /// False where the caller would rather shorten the turn itself: it is then sent whole or not.
  bool may_cut_turn = true;
};

/// A prompt that fits, ready to send.
struct Assembly {
  std::vector<Message> messages;
  Ledger ledger;
};

/// A prompt that cannot fit: system message and what cannot be cut of the newest turn (see
/// `fit_turn`) are alone beyond the budget. The ledger holds these two; `dropped` counts everything
/// else.
struct Overflow {
  Ledger ledger;
};

/// Budgets for which a context remembers its cut: one for each model that shares it.
inline constexpr std::size_t kRememberedCuts = 16;

/// The memory of one `ContextKey` and the only way to make prompts from it.
///
/// Messages are priced once, when they are appended; prefix sums make a later cut O(log n).
/// Invariants of an `Assembly`: (1) `ledger.estimated <= ledger.budget`; (2) every tool call is
/// paired with its result (see `repair_pairs`); (3) the newest turn has all its messages and parts;
/// (4) history and replay start at a user message. Until the next step on the history, a prompt's
/// history is a prefix of the next prompt's history for the same budget.
class Context {
 public:
  /// REQUIRES: `key` is not empty.
  Context(ContextKey key, Profile profile, const Limits& limits);

  /// Adds a message at the end. Beyond `limits.transcript_messages` the oldest turns are forgotten.
  /// Errors: `invalid_input` (see `check_message`), and for a system message, which has no place in
  /// a history. The context is unchanged then.
  MaybeError append(Message message);

  /// Makes a prompt: system message, history, replay, the newest turn. Where that does not fit, it
  /// climbs down (`Rung`): the history's tool results are cut, then the oldest turns left out, then
  /// the newest turn's own texts cut, each only as far as the one before did not help. What was
  /// taken from the history is remembered for the budget, except where the turn alone is beyond it:
  /// then there is no room for history, and the next prompt has it again. After an `Overflow` the
  /// context is unchanged. `Profile::reference` cuts no text.
  std::variant<Assembly, Overflow> assemble(const AssemblyRequest& request);

  /// The newest whole turns within both bounds of `replay` (spec: heartbeats, section 9; pain
  /// 84218): what an isolated heartbeat that opted in may see of earlier ticks. Pairs are intact,
  /// and the bounds hold with what that took.
  std::vector<Message> newest(const ReplayConfig& replay) const;

  const ContextKey& key() const { return key_; }
  Profile profile() const { return transcript_.profile(); }
  const std::vector<Message>& messages() const { return transcript_.messages(); }
  /// Estimated tokens of the whole history, without margin.
  std::int64_t tokens() const { return transcript_.tokens_from(0); }

 private:
  void remember(std::int64_t budget_tokens, HistoryCut cut);
  void forget_oldest_turns();

  ContextKey key_;
  Limits limits_;
  Transcript transcript_;
  /// What history has given way to, by budget: a prompt for a model with a small window must not
  /// take history away from one with a large window.
  std::map<std::int64_t, HistoryCut> cuts_;
};

}  // namespace vagus
