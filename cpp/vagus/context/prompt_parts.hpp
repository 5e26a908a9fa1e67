#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vagus/context/context.hpp"
#include "vagus/context/shown_history.hpp"

/// The pieces that a prompt is put together from, and the accounts of them.
namespace vagus {

/// A stretch of a prompt with its price.
struct Stretch {
  std::vector<Message> messages;
  std::vector<Cost> costs;
  Cost cost;

  Stretch() = default;
  Stretch(std::vector<Message> all, const Pricer& pricer);

  Stretch from(std::size_t first) const;

  /// The turns in it; messages in front of the first belong to none.
  Stretch turns() const;

  /// The newest whole turns that weigh at most `room`.
  Stretch newest_within(const Scale& scale, std::int64_t room) const;

  /// The same with its texts cut (see `fit_turn`) so that it weighs at most `room`, or as little as
  /// it can.
  Stretch fitted(std::int64_t room, const Scale& scale, const Pricer& pricer) const;
};

/// What a prompt has beside its history.
struct PromptParts {
  Pricer pricer;
  Scale scale;
  Cost system;
  Cost tools;
  Stretch asked_replay;  ///< all that was asked for
  Stretch replay;        ///< what there is room for
  Stretch asked_turn;
  Stretch turn;

  Cost cost() const { return system + tools + turn.cost; }
};

/// What the prompt costs, part by part; by the provider's report where there is an `anchor`.
Ledger ledger_of(const AssemblyRequest& request, const PromptParts& parts,
                 const ShownHistory& history, const std::optional<Price>& anchor);

/// What became of every message. Messages in front of the history's cut share a line.
Plan plan_of(const AssemblyRequest& request, const PromptParts& parts, const ShownHistory& history,
             const Transcript& transcript);

}  // namespace vagus
