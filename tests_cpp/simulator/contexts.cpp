#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "context/build.hpp"
#include "vagus/context/context.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/turn_fit.hpp"

/// Random histories, budgets and summarisers that misbehave: every prompt ends within a bounded
/// number of steps in one that fits, or in a refusal of what alone is beyond the budget. See
/// docs/testing.md.
namespace vagus {
namespace {

using namespace testing_messages;

constexpr int kSteps = 6;

struct Broken {
  std::string what;
};

void require(bool holds, std::string_view what) {
  if (!holds) throw Broken{std::string(what)};
}

struct Tally {
  std::int64_t prompts = 0;
  std::int64_t refusals = 0;
  std::int64_t summaries = 0;
  std::int64_t adopted = 0;
  std::int64_t late = 0;
  std::int64_t anchored = 0;
  std::int64_t exact = 0;
  std::int64_t steps = 0;
};

// What a summariser does with a task.
enum class Mood { good, fails, empty, growing, faulty, late };
constexpr Mood kMoods[] = {Mood::good,  Mood::good,    Mood::good,   Mood::fails,
                           Mood::empty, Mood::growing, Mood::faulty, Mood::late};

std::string good_summary(const SummaryTask& task) {
  std::string text = empty_summary();
  for (const std::string& each : task.identifiers) text += " " + each;
  if (task.latest_ask) text += "\n" + *task.latest_ask;
  return text;
}

Result<std::vector<std::int64_t>> count_bytes(const std::vector<std::string_view>& texts) {
  std::vector<std::int64_t> counts;
  for (const std::string_view text : texts) {
    counts.push_back((static_cast<std::int64_t>(text.size()) + 2) / 3);
  }
  return counts;
}

Result<std::vector<std::int64_t>> fail_to_count(const std::vector<std::string_view>&) {
  return make_error(ErrorCode::invalid_input, "counter", "", "is out of order");
}

/// One context with its host.
class Story {
 public:
  Story(std::uint64_t seed, Tally& tally)
      : dice_(seed), tally_(tally), context_(some_key(), Profile::vagus, limits()) {
    if (dice_.roll(4) == 0) counter_ = &count_bytes;
    for (std::int64_t& window : windows_) window = 40 + dice_.roll(1 + dice_.roll(3'000));
    system_ = dice_.roll(3) == 0 ? "" : text(60);
    if (dice_.roll(3) == 0) tools_ = {{"exec", text(20), "{\"type\":\"object\"}", {}}};
    if (dice_.roll(3) == 0) rules_ = static_cast<TurnRules>(dice_.roll(3));
    learns_ = dice_.roll(2) == 0;
  }

  void play() {
    for (int step = 0; step < kSteps; ++step) {
      for (std::int64_t left = dice_.roll(4); left > 0; --left) append_turn();
      if (late_ && dice_.roll(2) == 0) deliver_late();
      if (dice_.roll(8) == 0) fail_once();
      prompt();
    }
  }

 private:
  Limits limits() {
    Limits limits;
    if (dice_.roll(4) == 0) limits.transcript_messages = 8 + dice_.roll(40);
    return limits;
  }

  std::string text(std::int64_t most) {
    static const std::string letters[] = {"a", "a b ", "é", "漢", "😀", "deadbeef00 "};
    const std::string& letter = letters[dice_.roll(6)];
    std::string out;
    for (std::int64_t left = dice_.roll(1 + most); left > 0; --left) out += letter;
    return out;
  }

  std::string some_text() {
    static constexpr std::int64_t sizes[] = {0, 4, 40, 200, 1'000};
    return text(sizes[dice_.roll(5)]);
  }

  void append(Message message, bool pinned = false) {
    const AppendOptions options{pinned, counter_ ? &counter_ : nullptr};
    require(!context_.append(std::move(message), options).has_value(), "an append was refused");
  }

  void append_turn() {
    const std::int64_t kind = dice_.roll(10);
    if (kind == 0) return append(says(some_text()));
    if (kind == 1) return append(result(std::to_string(dice_.roll(3)), some_text()));
    if (kind == 2) {
      append(user("Look after your duties."));
      append(calls({"h"}));
      append(result("h", some_text()));
      return append(says("HEARTBEAT_OK"));
    }
    const bool pinned = kind == 3 && pins_ < 3 && (++pins_, true);
    Message asked = user(pinned ? text(6) : some_text());
    if (dice_.roll(8) == 0 && !pinned) asked.parts.push_back(image_part());
    append(std::move(asked), pinned);
    for (std::int64_t left = dice_.roll(3); left > 0; --left) {
      append(calls({"1", "2"}));
      append(result("1", some_text()));
      if (dice_.roll(4) > 0) append(result("2", some_text()));
    }
    if (dice_.roll(4) > 0) append(says(some_text()));
  }

  AssemblyRequest request() {
    AssemblyRequest request;
    request.system = system_;
    request.tools = tools_;
    request.turn = {user(some_text() + "?")};
    if (dice_.roll(4) == 0) {
      request.turn.push_back(calls({"t"}));
      request.turn.push_back(result("t", some_text()));
    }
    if (dice_.roll(6) == 0) request.replay = {user(text(40)), says(text(40))};
    const std::int64_t window = windows_[dice_.roll(3)];
    request.budget = Budget::of({window, dice_.roll(window)}, Profile::vagus);
    request.model = "model";
    if (learns_) request.prices = &prices_;
    request.counter = counter_ ? &counter_ : nullptr;
    if (dice_.roll(6) == 0) request.history_turns = dice_.roll(5);
    request.rules = rules_;
    request.heartbeats.prompts = {"Look after"};
    request.summarise = dice_.roll(4) > 0;
    return request;
  }

  // A counter that fails leaves everything as it was.
  void fail_once() {
    const TextCounter broken = &fail_to_count;
    const std::vector<Message> before = context_.messages();
    require(context_.append(user("x"), {false, &broken}).has_value(), "a failed count was taken");
    AssemblyRequest asked = request();
    asked.counter = &broken;
    bool failed = false;
    try {
      context_.assemble(asked);
    } catch (const Exception&) {
      failed = true;
    }
    require(failed, "a prompt was made with a counter that fails");
    require(context_.messages() == before, "a failed count changed the history");
  }

  void deliver_late() {
    ++tally_.late;
    context_.summarised(*late_, good_summary(*late_));
    late_.reset();
  }

  void summarise(SummaryTask task) {
    for (;;) {
      ++tally_.summaries;
      require(task.attempt <= kSummaryAttempts, "a summary was asked for too often");
      require(task.first < task.end, "a summary of nothing was asked for");
      switch (kMoods[dice_.roll(8)]) {
        case Mood::late:
          late_ = task;
          return context_.summary_failed(task);
        case Mood::fails:
          return context_.summary_failed(task);
        case Mood::empty:
          return check_refused(context_.summarised(task, " \n"));
        case Mood::growing:
          return check_refused(
              context_.summarised(task, good_summary(task) + std::string(4 * 100'000, 'x')));
        case Mood::faulty: {
          SummaryReview review = context_.summarised(task, "All went well.");
          if (!review.again) return;
          task = *std::move(review.again);
          break;
        }
        case Mood::good: {
          const SummaryReview review = context_.summarised(task, good_summary(task));
          tally_.adopted += review.verdict == SummaryVerdict::adopted ? 1 : 0;
          if (!review.again) return;
          task = *review.again;
          break;
        }
      }
    }
  }

  // Cut to its limits, a summary without end may be one after all.
  void check_refused(const SummaryReview& review) {
    require(!review.again || review.verdict == SummaryVerdict::faulty, "asked again for nothing");
    if (review.again) context_.summary_failed(*review.again);
  }

  void prompt() {
    AssemblyRequest asked = request();
    std::int64_t tasks = 0;
    for (;;) {
      const std::vector<Message> before = context_.messages();
      auto made = context_.assemble(asked);
      require(context_.messages() == before, "a prompt changed the history");
      if (auto* task = std::get_if<SummaryTask>(&made)) {
        require(asked.summarise, "a summary was asked for that nobody can make");
        require(++tasks <= kSummariesPerPrompt, "there is no end of summaries");
        if (tasks == kSummariesPerPrompt) asked.summarise = false;
        summarise(*std::move(task));
        continue;
      }
      if (auto* overflow = std::get_if<Overflow>(&made)) {
        check_refusal(overflow->ledger, asked);
        return;
      }
      const Assembly& assembly = std::get<Assembly>(made);
      check(assembly, asked);
      remember(assembly, asked);
      return;
    }
  }

  void check_steps(const Ledger& ledger) {
    std::int64_t last = 0;
    for (const RecoveryStep& step : ledger.steps) {
      require(step.after < step.before, "a rung made nothing smaller");
      require(last == 0 || step.before == last, "a rung is missing");
      last = step.after;
      ++tally_.steps;
    }
  }

  void check(const Assembly& assembly, const AssemblyRequest& asked) {
    ++tally_.prompts;
    const Ledger& ledger = assembly.ledger;
    tally_.anchored += ledger.source == PriceSource::anchored ? 1 : 0;
    tally_.exact += ledger.source == PriceSource::exact ? 1 : 0;
    require(ledger.estimated <= ledger.budget && ledger.overflow == 0, "beyond the budget");
    std::int64_t sum = 0;
    for (const LedgerPart& part : ledger.parts) sum += part.tokens;
    require(sum == ledger.raw, "the parts do not add up");
    if (asked.rules) {
      require(check_turns(assembly.messages, *asked.rules).empty(), "a rule is broken");
    } else {
      require(pairs_intact(assembly.messages), "a call and its result are apart");
    }
    require(assembly.turn.size() == repair_pairs(asked.turn).size(),
            "the newest turn is not whole");
    check_steps(ledger);
    check_plan(assembly.plan);
  }

  void check_plan(const Plan& plan) {
    std::set<std::int64_t> told;
    std::int64_t forgotten = 0;
    for (const MessageFate& line : plan) {
      if (line.section != Section::history && line.section != Section::pinned) continue;
      if (line.fate == Fate::added) continue;
      if (line.reason == FateReason::forgotten) forgotten = line.count;
      require(line.after <= line.before || line.fate == Fate::shortened, "a message grew");
      for (std::int64_t i = 0; i < line.count; ++i) told.insert(line.first + i);
    }
    const auto all = forgotten + static_cast<std::int64_t>(context_.messages().size());
    require(std::ssize(told) <= all, "the plan tells of too many messages");
    require(std::ssize(told) >= all, "the plan leaves messages out");
  }

  // What cannot be made smaller is alone too much; provider's rules may ask for more.
  void check_refusal(const Ledger& ledger, const AssemblyRequest& asked) {
    ++tally_.refusals;
    require(ledger.overflow > 0, "a prompt that fits was refused");
    check_steps(ledger);
    for (const LedgerPart& part : ledger.parts) {
      const bool fixed = part.name == "system" || part.name == "tools" || part.name == "pinned" ||
                         part.name == "prompt" || part.name == "rules";
      require(fixed, "a refusal has a part that could have gone: " + part.name);
    }
    if (asked.rules) return;
    const Pricer pricer(Profile::vagus, asked.counter);
    Scale scale;
    if (asked.prices != nullptr) scale.ratio = asked.prices->ratio(asked.model);
    Cost least = sum_of(pricer.costs(fit_turn(repair_pairs(asked.turn), 0)));
    if (!asked.system.empty()) least += pricer.cost(text_message(Role::system, asked.system));
    least += pricer.cost(asked.tools);
    // Pins were counted or guessed when they were added: whichever weighs more.
    const bool guessed_weighs_more = scale.weight({0, 1}) > scale.weight({1, 0});
    for (const LedgerPart& part : ledger.parts) {
      if (part.name != "pinned") continue;
      least += guessed_weighs_more ? Cost{0, part.tokens} : Cost{part.tokens, 0};
    }
    require(scale.charge(least) > ledger.budget, "what is left would have fitted");
  }

  // The turn is over; the provider may have told what it cost.
  void remember(const Assembly& assembly, const AssemblyRequest& asked) {
    if (dice_.roll(3) == 0) return;
    for (const Message& message : assembly.turn) append(message);
    append(says(text(40)));
    if (!learns_ || dice_.roll(2) == 0) return;
    const std::int64_t real = 1 + assembly.sent.estimated * (5 + dice_.roll(20)) / 10;
    const UsageReport report{asked.model, assembly.sent.revision,
                             std::max<std::int64_t>(1, assembly.sent.estimated), real};
    require(!prices_.observe(report).has_value(), "a report was refused");
    context_.observe(assembly.sent);
  }

  Dice dice_;
  Tally& tally_;
  Context context_;
  TextCounter counter_;
  PriceBook prices_;
  std::int64_t windows_[3] = {};
  std::string system_;
  std::vector<ToolSchema> tools_;
  std::optional<TurnRules> rules_;
  bool learns_ = false;
  std::int64_t pins_ = 0;
  std::optional<SummaryTask> late_;
};

int run(std::uint64_t first, std::uint64_t histories) {
  Tally tally;
  for (std::uint64_t seed = first; seed < first + histories; ++seed) {
    try {
      Story(seed, tally).play();
    } catch (const Broken& broken) {
      std::cout << "seed " << seed << ": " << broken.what << "\n";
      return 1;
    }
  }
  std::cout << histories << " histories from seed " << first << ": " << tally.prompts
            << " prompts, " << tally.refusals << " refusals, " << tally.steps << " rungs, "
            << tally.summaries << " summaries asked for, " << tally.adopted << " adopted, "
            << tally.late << " late, " << tally.exact << " exact, " << tally.anchored
            << " anchored\n";
  const bool all = tally.prompts > 0 && tally.refusals > 0 && tally.adopted > 0 && tally.late > 0 &&
                   tally.exact > 0 && tally.anchored > 0;
  return all || histories < 1'000 ? 0 : 1;
}

}  // namespace
}  // namespace vagus

int main(int argc, char** argv) {
  const auto number = [&](int at, std::uint64_t otherwise) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
  };
  return vagus::run(number(2, 0), number(1, 100'000));
}
