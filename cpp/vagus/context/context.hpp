#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vagus/base/limits.hpp"
#include "vagus/config/config.hpp"
#include "vagus/context/history_fit.hpp"
#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/plan.hpp"
#include "vagus/context/pressure.hpp"
#include "vagus/context/price_book.hpp"
#include "vagus/context/pricer.hpp"
#include "vagus/context/summary_task.hpp"
#include "vagus/context/tools.hpp"
#include "vagus/context/transcript.hpp"
#include "vagus/context/turn_rules.hpp"
#include "vagus/keys/context_key.hpp"

namespace vagus {

/// What a prompt is made of, besides a context's own history, and for whom it is.
struct AssemblyRequest {
  std::string system;                ///< system message; empty for none
  std::vector<Message> replay = {};  ///< earlier ticks' turns; they give way before the turn does
  std::vector<Message> turn = {};    ///< the newest turn; cut where nothing else helps
  Budget budget = {};
  std::vector<ToolSchema> tools = {};    ///< sent beside the messages; they count like them
  std::string model = {};                ///< whose reports `prices` is asked for; empty: nobody's
  const PriceBook* prices = nullptr;     ///< what providers reported; none: estimates as they are
  const TextCounter* counter = nullptr;  ///< counts texts; none: they are estimated
  std::optional<std::int64_t> history_turns = {};  ///< at most so many of the newest turns
  std::optional<TurnRules> rules = {};  ///< the provider's; the prompt then keeps all of them
  HeartbeatTurns heartbeats = {};       ///< how heartbeats in the history are known
  bool summarise = false;  ///< the caller can have summaries made: `assemble` may ask for one
  /// False where the caller would rather shorten the turn itself: it is then sent whole or not.
  bool may_cut_turn = true;
};

/// How the costs of the prompt weigh, by what providers reported.
Scale scale_of(const AssemblyRequest& request);

/// Which prompt a provider's report is about.
struct SentPrompt {
  std::int64_t revision = 0;   ///< of all that it begins with; see `PriceBook`
  std::int64_t estimated = 0;  ///< its tokens, uncorrected
  std::int64_t end = 0;        ///< of the transcript that it held, counted from the beginning
  std::uint64_t turn = 0;      ///< names the newest turn's messages
  std::int64_t turn_messages = 0;
};

/// A prompt that fits, ready to send.
struct Assembly {
  std::vector<Message> messages;
  std::vector<Message> turn;  ///< the newest turn as it is shown: what is to be remembered
  Ledger ledger;
  Plan plan;  ///< what became of every message, and why
  SentPrompt sent;
};

/// A prompt that cannot fit: system message, tools, pinned messages and what cannot be cut of the
/// newest turn (see `fit_turn`) are alone beyond the budget. The ledger holds these; `dropped`
/// counts everything else.
struct Overflow {
  Ledger ledger;
};

/// Budgets for which a context remembers its cut: one for each model that shares it.
inline constexpr std::size_t kRememberedCuts = 16;

/// Turns that `commit_turn` knows again.
inline constexpr std::size_t kRememberedTurns = 1'024;

/// Most messages that a context pins.
inline constexpr std::size_t kPinnedMessages = 64;

/// Tools that one prompt may have.
inline constexpr std::size_t kMaxTools = 1'024;

/// How a message is taken into a history.
struct AppendOptions {
  bool pinned = false;  ///< every prompt has it; only for messages of text and images
  const TextCounter* counter = nullptr;
};

/// What became of a turn.
enum class TurnStatus {
  committed,
  duplicate,  ///< it was there already
  left_out,   ///< a heartbeat that found nothing: no later prompt is to have it
};
constexpr std::array<std::string_view, 3> enum_names(TurnStatus) {
  return {"committed", "duplicate", "left-out"};
}

/// A turn that is over.
struct CommittedTurn {
  std::string key;  ///< names the turn; the same key never counts twice
  std::vector<Message> messages;
  bool heartbeat = false;
  std::int64_t ack_max_chars = 300;  ///< what may stand beside a heartbeat's acknowledgement
};

struct PromptParts;

/// The memory of one `ContextKey` and the only way to make prompts from it.
///
/// Messages are priced once, when they are appended; prefix sums make a later cut O(log n).
/// Invariants of an `Assembly`: (1) `ledger.estimated <= ledger.budget`; (2) every tool call is
/// paired with its result (see `repair_pairs`), and `check_turns` finds nothing when `rules` are
/// given; (3) the newest turn has all its messages and parts; (4) history and replay start at a
/// user's message, or behind a summary of what is in front; (5) the pinned messages are there.
/// Until the next step on the history, a prompt's history is a prefix of the next prompt's history
/// for the same budget.
class Context {
 public:
  /// REQUIRES: `key` is not empty.
  Context(ContextKey key, Profile profile, const Limits& limits);

  /// Adds a message at the end. Beyond `limits.transcript_messages` the oldest turns are forgotten.
  /// Errors: `invalid_input` (see `check_message`); for a system message, which has no place in
  /// a history; for a message that may not be pinned, or one more than `kPinnedMessages`; and those
  /// of the counter. The context is unchanged then.
  MaybeError append(Message message, const AppendOptions& options = {});

  /// Adds all messages of a turn, or none: none when its key is one of the last
  /// `kRememberedTurns`, and none of a heartbeat that ends in an acknowledgement. Errors:
  /// as `append`, and `invalid_input` for a key that is empty or longer than `kMaxKeyBytes`.
  Result<TurnStatus> commit_turn(const CommittedTurn& turn, const TextCounter* counter = nullptr);

  /// Makes a prompt: system message, history, replay, the newest turn. Where that does not fit, it
  /// climbs down (`Rung`), each rung only as far as the one before did not help. With `summarise`
  /// the answer may be a `SummaryTask`: have it done, tell `summarised` or `summary_failed`, and
  /// ask again. What was taken from the history is remembered for the budget, except where the turn
  /// alone is beyond it: then there is no room for history, and the next prompt has it again.
  /// After an `Overflow` or a `SummaryTask` the context is unchanged. `Profile::reference` cuts no
  /// text. Throws `Exception` when the counter fails; the context is unchanged then too.
  std::variant<Assembly, SummaryTask, Overflow> assemble(const AssemblyRequest& request);

  /// Whether the prompt would fit as it is, without making it: O(log n) and the turn. A prompt that
  /// does not fit costs a look at the history's results too, to tell what would help.
  Pressure admit(const AssemblyRequest& request) const;

  /// Takes in what the summariser wrote for `task`. A summary is adopted when it has text, no
  /// faults (see `check_summary`) and costs less than what it replaces. The first faulty one is
  /// asked for again; after any other verdict than `adopted` its messages are not summarised again:
  /// the next `assemble` goes on with the next rung. A summary that comes late is adopted as long
  /// as it continues the one that is shown.
  SummaryReview summarised(const SummaryTask& task, std::string_view text);

  /// There is no summary for `task`: the next `assemble` goes on with the next rung.
  void summary_failed(const SummaryTask& task);

  /// The provider reported on the prompt `sent`; the report itself is the price book's. Later
  /// prompts that begin with it are anchored to it.
  void observe(const SentPrompt& sent) { anchor_ = sent; }

  /// The newest whole turns within both bounds of `replay` (spec: heartbeats, section 9; pain
  /// 84218): what an isolated heartbeat that opted in may see of earlier ticks. Pairs are intact,
  /// and the bounds hold with what that took.
  std::vector<Message> newest(const ReplayConfig& replay) const;

  const ContextKey& key() const { return key_; }
  Profile profile() const { return transcript_.profile(); }
  const std::vector<Message>& messages() const { return transcript_.messages(); }
  /// Tokens of the whole history, without margin.
  std::int64_t tokens() const { return transcript_.tokens_from(0); }
  /// The summary that prompts of this budget show; empty for none.
  std::string summary(std::int64_t budget_tokens) const;

 private:
  /// What prompts of one budget last showed.
  struct Remembered {
    HistoryCut cut;
    Cost cost;              ///< of the history as it was shown
    std::size_t shown = 0;  ///< of how many messages
    std::int64_t used = 0;  ///< when, among all prompts
  };
  struct Draft;
  /// System text and tools are the same in most prompts, and longer than all that is new.
  struct Priced {
    std::string system;
    std::vector<ToolSchema> tools;
    bool counted = false;
    Cost system_cost;
    Cost tools_cost;
  };

  MaybeError check_append(const Message& message, bool pinned) const;
  HistoryCut cut_for(std::int64_t budget_tokens) const;
  void adopt(HistoryCut cut, const std::string& summary, std::size_t first, std::size_t end,
             std::int64_t budget_tokens);
  const Priced& priced(const AssemblyRequest& request) const;
  PromptParts parts_of(const AssemblyRequest& request) const;
  Cost cost_under(const HistoryCut& cut, const AssemblyRequest& request,
                  const PromptParts& parts) const;
  std::int64_t revision_of(const AssemblyRequest& request, const HistoryCut& cut) const;
  bool continues(const SentPrompt& sent) const;
  std::optional<Price> anchored(const AssemblyRequest& request, const PromptParts& parts,
                                const HistoryCut& cut, const Cost& history) const;
  bool may_be_anchored(const AssemblyRequest& request, const HistoryCut& cut) const;
  Draft drafted(const AssemblyRequest& request, std::int64_t less) const;
  Assembly assembled(const AssemblyRequest& request, Draft& draft, std::int64_t less) const;
  std::vector<RecoveryStep> recovered(const AssemblyRequest& request, Draft& draft,
                                      std::int64_t less) const;
  std::int64_t obey(Assembly& assembly, const AssemblyRequest& request) const;
  void remember(std::int64_t budget_tokens, Remembered shown);
  void forget_oldest_turns();
  void take_in(Message message, const Cost& cost, bool pinned);

  ContextKey key_;
  Limits limits_;
  Transcript transcript_;
  /// What history has given way to, by budget: a prompt for a model with a small window must not
  /// take history away from one with a large window.
  std::map<std::int64_t, Remembered> cuts_;
  std::int64_t uses_ = 0;
  std::deque<std::string> committed_;
  std::optional<SentPrompt> anchor_;
  mutable Priced priced_;
};

}  // namespace vagus
