#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/config/config.hpp"
#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/transcript.hpp"
#include "vagus/keys/context_key.hpp"

namespace vagus {

/// What a prompt is made of, besides a context's own history.
struct AssemblyRequest {
  std::string system;           ///< system message; empty for none
  std::vector<Message> replay;  ///< earlier ticks' turns; the oldest give way, before the turn does
  std::vector<Message> turn;    ///< the newest turn; always sent whole
  Budget budget;
};

/// A prompt that fits, ready to send.
struct Assembly {
  std::vector<Message> messages;
  Ledger ledger;
};

/// A prompt that cannot fit: system message and newest turn alone are beyond the budget. The ledger
/// holds these two; `dropped` counts everything else.
struct Overflow {
  Ledger ledger;
};

/// When history has to be cut, it is cut to this share of the room it has, so that the next cut is
/// many turns away and the prompt's prefix stays the same for the provider's cache until then.
inline constexpr std::int64_t kLowWaterPercent = 75;

/// Budgets for which a context remembers its cut: one for each model that shares it.
inline constexpr std::size_t kRememberedCuts = 16;

/// The memory of one `ContextKey` and the only way to make prompts from it.
///
/// Messages are priced once, when they are appended; prefix sums make a later cut O(log n).
/// Invariants of an `Assembly`: (1) `ledger.estimated <= ledger.budget`; (2) every tool call is
/// paired with its result (see `repair_pairs`); (3) the newest turn is whole; (4) history and
/// replay start at a user message. Until the next cut, a prompt's history is a prefix of the next
/// prompt's history for the same budget.
class Context {
 public:
  /// REQUIRES: `key` is not empty.
  Context(ContextKey key, Profile profile, const Limits& limits);

  /// Adds a message at the end. Beyond `limits.transcript_messages` the oldest turns are forgotten.
  /// Errors: `invalid_input` (see `check_message`), and for a system message, which has no place in
  /// a history. The context is unchanged then.
  MaybeError append(Message message);

  /// Makes a prompt: system message, as much of the newest history as fits, replay, the newest
  /// turn. After an `Overflow` the context is unchanged.
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
  std::size_t& first_kept(std::int64_t budget_tokens);
  void forget_oldest_turns();

  ContextKey key_;
  Limits limits_;
  Transcript transcript_;
  /// Where history starts since the last cut, by the budget that the cut was made for: a prompt for
  /// a model with a small window must not take history away from one with a large window.
  std::map<std::int64_t, std::size_t> first_kept_;
};

}  // namespace vagus
