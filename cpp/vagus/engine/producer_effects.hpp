#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/hooks/response.hpp"
#include "vagus/keys/session_key.hpp"

/// What the engine tells its host about the news of producers.
namespace vagus {

/// Who brings news from outside a conversation.
enum class Producer { exec, node, hook, cron, subagent };
constexpr std::array<std::string_view, 5> enum_names(Producer) {
  return {"exec", "node", "hook", "cron", "subagent"};
}

/// What became of a producer's news.
enum class Hearing {
  queued,        ///< an event waits in the session
  duplicate,     ///< the same news waits there already, or was heard a moment ago
  started,       ///< a turn was taken, whose run has `run_id`
  subscribed,    ///< the node wants to see what the session says
  unsubscribed,  ///< and no longer
  silent,        ///< nobody is to be told; `reason` says why
  refused        ///< it cannot be used; `reason` says why
};
constexpr std::array<std::string_view, 7> enum_names(Hearing) {
  return {"queued", "duplicate", "started", "subscribed", "unsubscribed", "silent", "refused"};
}

/// What became of the news of a producer: of `ExecReport`, `NodeEvent`, `CronFired`,
/// `SubagentReported`, and of the turn of a hook or cron job whose answer reached nobody.
struct ProducerHeard {
  Producer producer = Producer::exec;
  std::string id;
  Hearing hearing = Hearing::queued;
  std::optional<SessionKey> session_key;
  std::optional<std::string> run_id;
  std::string reason;

  static constexpr std::string_view kName = "ProducerHeard";
  static constexpr auto fields() {
    return field_list(
        required("producer", &ProducerHeard::producer, "exec, node, hook, cron or subagent"),
        required("id", &ProducerHeard::id, "the command, node, run, job or task"),
        required("hearing", &ProducerHeard::hearing, "what became of it"),
        field("session_key", &ProducerHeard::session_key, "the session that hears of it"),
        field("run_id", &ProducerHeard::run_id, "the run of a turn that was taken"),
        field("reason", &ProducerHeard::reason, "why nobody hears of it"));
  }
};

/// Answer the web request that `WebhookReceived` was made of.
struct WebhookAnswered {
  HookResponse response;
  std::optional<SessionKey> session_key;
  std::optional<std::string> run_id;
  bool replayed = false;
  std::string code;

  static constexpr std::string_view kName = "WebhookAnswered";
  static constexpr auto fields() {
    return field_list(
        required("response", &WebhookAnswered::response, "what to answer"),
        field("session_key", &WebhookAnswered::session_key, "the session that it was for"),
        field("run_id", &WebhookAnswered::run_id, "the run of an agent hook"),
        field("replayed", &WebhookAnswered::replayed,
              "it came before: the answer is that of the first time, and nothing was done"),
        field("code", &WebhookAnswered::code,
              "why it was refused: an admission's code, invalid-hook or no-room; else empty"));
  }
};

}  // namespace vagus
