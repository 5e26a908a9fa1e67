#include <algorithm>

#include "vagus/engine/engine.hpp"
#include "vagus/text/bounded_text.hpp"

/// A run that waits until older turns of its session are summarised, and what providers report.
namespace vagus {
namespace {

UsageReport report_on(const ActiveRun& run, std::int64_t input_tokens) {
  return {priced_model(run), run.sent.revision, std::max<std::int64_t>(1, run.sent.estimated),
          input_tokens};
}

}  // namespace

// An isolated run has no history, and an engine of the host summarises in its own way.
bool Engine::may_summarise(const ActiveRun& run) const {
  if (run.isolated || run.outside || config_.profile != Profile::vagus) return false;
  return context_of(config_, agent(run.agent).config).summarise &&
         run.summaries < kSummariesPerPrompt;
}

void Engine::ask_for_summary(ActiveRun& run, SummaryTask task) {
  const ContextConfig& config = context_of(config_, agent(run.agent).config);
  run.stage = RunStage::summary;
  ++run.summaries;
  const Millis deadline =
      std::min(run.deadline, add_saturated(now_, config.summary_timeout.millis()));
  const std::int64_t id = summaries_.add({0, run.id, run.lane, run.context, task, deadline});
  const std::string& model = config.summary_model.empty() ? run.model : config.summary_model;
  emit(Summarize{id, run.id, run.agent, run.lane, run.context, model, std::move(task), deadline});
}

Result<AskedSummary*> Engine::asked_summary(std::int64_t id) {
  AskedSummary* found = summaries_.find(id);
  if (found != nullptr || summaries_.was_asked(id)) return found;
  return make_error(ErrorCode::invalid_input, "summary_id", std::to_string(id),
                    "no such summary was asked for");
}

MaybeError Engine::handle(const Summarized& summary) {
  const Result<AskedSummary*> asked = asked_summary(summary.summary_id);
  if (!asked) return asked.error();
  if (auto failed = check_text("text", summary.text, config_.limits)) return failed;
  if (*asked == nullptr) return std::nullopt;  // answered before, or too long ago
  Context* memory = sessions_.current((*asked)->lane, (*asked)->context);
  SummaryReview review;
  review.verdict = SummaryVerdict::stale;
  if (memory != nullptr) review = memory->summarised((*asked)->task, summary.text);
  settle_summary(**asked, std::move(review));
  return std::nullopt;
}

MaybeError Engine::handle(const SummaryFailed& failure) {
  const Result<AskedSummary*> asked = asked_summary(failure.summary_id);
  if (!asked) return asked.error();
  if (auto failed = check_text("error", failure.error, config_.limits)) return failed;
  if (*asked == nullptr) return std::nullopt;
  Context* memory = sessions_.current((*asked)->lane, (*asked)->context);
  const bool waits = (*asked)->deadline.has_value();
  if (memory != nullptr && waits) memory->summary_failed((*asked)->task);
  SummaryReview review;
  review.verdict = SummaryVerdict::failed;
  settle_summary(**asked, std::move(review), failure.error);
  return std::nullopt;
}

// The run goes on, whatever came of it: with another try, with the summary, or without.
void Engine::settle_summary(const AskedSummary& asked, SummaryReview review,
                            std::optional<std::string> error) {
  const std::string run_id = asked.run_id;
  const bool waits = asked.deadline.has_value();
  emit(SummarySettled{asked.id, run_id, asked.context, review.verdict, std::move(review.faults),
                      std::move(error), !waits});
  summaries_.forget(asked.id);
  const auto run = active_.find(run_id);
  if (!waits || run == active_.end() || run->second.stage != RunStage::summary) return;
  if (review.again && run->second.deadline > now_) {
    --run->second.summaries;  // the same one once more
    ask_for_summary(run->second, *std::move(review.again));
  } else {
    call_model(run->second);
  }
}

// It may still come, and be used for later prompts.
void Engine::end_late_summaries() {
  while (AskedSummary* late = summaries_.late(now_)) {
    late->deadline.reset();
    if (Context* memory = sessions_.current(late->lane, late->context)) {
      memory->summary_failed(late->task);
    }
    const auto run = active_.find(late->run_id);
    if (run == active_.end() || run->second.stage != RunStage::summary) continue;
    emit(SummarySettled{late->id,
                        late->run_id,
                        late->context,
                        SummaryVerdict::failed,
                        {},
                        "no answer before the deadline",
                        false});
    call_model(run->second);
  }
}

// ---- what providers report

MaybeError Engine::check_usage(const ActiveRun& run, const ModelReplied& reply) const {
  if (!reply.input_tokens) return std::nullopt;
  PriceBook tried;
  auto failed = tried.learn(report_on(run, *reply.input_tokens));
  if (!failed) return std::nullopt;
  return renamed(*failed, failed->field == "reported" ? "input_tokens" : failed->field);
}

// What an isolated tick cost teaches how far estimates are off, but no later prompt begins with it.
void Engine::take_usage(const ActiveRun& run, const ModelReplied& reply) {
  if (!reply.input_tokens || config_.profile != Profile::vagus) return;
  if (run.turn.errand && run.turn.errand->fresh) return;  // its session is not kept
  PriceBook& prices = sessions_.at(run.home).prices;
  const UsageReport report = report_on(run, *reply.input_tokens);
  Context* memory = run.isolated ? nullptr : sessions_.current(run.lane, run.context);
  if (memory == nullptr) {
    prices.learn(report);
  } else {
    prices.observe(report);
    memory->observe(run.sent);
  }
}

}  // namespace vagus
