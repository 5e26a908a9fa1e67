#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/events/exec_texts.hpp"
#include "vagus/hooks/webhook.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"

/// What a host tells the engine on behalf of producers: commands in the background, remote nodes,
/// cron jobs and subagents; and webhooks, `WebhookReceived`.
namespace vagus {

/// Something happened to a command that a session started: it ended, it waits for somebody's
/// approval, or it was denied. The session hears of it and is woken, with one key for both (spec:
/// heartbeats, section 5).
struct ExecReport {
  SessionKey session_key;
  std::string exec_id;
  ExecPhase phase = ExecPhase::finished;
  std::optional<std::int64_t> exit_code;
  std::string signal;
  bool timed_out = false;
  std::string command;
  std::string output;
  std::string reason;
  std::optional<DeliveryRoute> route;
  bool quiet = false;
  std::optional<std::string> caused_by;

  static constexpr std::string_view kName = "ExecReport";
  static constexpr auto fields() {
    return field_list(
        required("session_key", &ExecReport::session_key, "the session that must hear of it"),
        required("exec_id", &ExecReport::exec_id, "names the command; events are tagged exec:<id>"),
        field("phase", &ExecReport::phase, "finished, approval-needed or denied"),
        field("exit_code", &ExecReport::exit_code, "of a command that finished"),
        field("signal", &ExecReport::signal, "the signal that ended it"),
        field("timed_out", &ExecReport::timed_out, "it was ended because it took too long"),
        field("command", &ExecReport::command, "what was run, or is to be"),
        field("output", &ExecReport::output, "what it printed; the end of it is shown"),
        field("reason", &ExecReport::reason, "why it was denied"),
        field("route", &ExecReport::route,
              "where the reply goes; else where the session's last message came from"),
        field("quiet", &ExecReport::quiet, "its end was seen already: nobody is told"),
        field("caused_by", &ExecReport::caused_by, "the run that started it"));
  }
};

/// A paired remote node reports something (spec: runs, section 4.2).
struct NodeEvent {
  std::string node_id;
  std::string event;
  std::string payload;

  static constexpr std::string_view kName = "NodeEvent";
  static constexpr auto fields() {
    return field_list(required("node_id", &NodeEvent::node_id, "the node"),
                      required("event", &NodeEvent::event, "exec.finished, voice.transcript, ..."),
                      field("payload", &NodeEvent::payload, "a JSON object, as the node sent it"));
  }
};

/// What a cron job does when it is due.
enum class CronRun {
  event,  ///< a session hears of it
  turn    ///< an agent does it, in a session of the job's own
};
constexpr std::array<std::string_view, 2> enum_names(CronRun) {
  return {"event", "turn"};
}

/// A cron job is due (spec: heartbeats, section 5, Cron). As an event its text goes to
/// `session_key`, else to the agent's main session, and wakes it, with one key for both. As a turn
/// the agent is asked, in the job's own session without memory, or in `session_key`; what it says
/// is delivered to `route`, else the main session hears of it. An acknowledgement is told nobody.
struct CronFired {
  std::string job_id;
  std::string text;
  CronRun run = CronRun::event;
  std::optional<SessionKey> session_key;
  std::optional<AgentId> agent;
  std::optional<DeliveryRoute> route;
  HookMode wake_mode = HookMode::now;
  std::string name;
  std::optional<std::string> model;
  std::optional<std::string> thinking;
  std::optional<std::int64_t> timeout_seconds;

  static constexpr std::string_view kName = "CronFired";
  static constexpr auto fields() {
    return field_list(
        required("job_id", &CronFired::job_id, "the job, at most 128 of A-Z, a-z, 0-9, _, - and ."),
        required("text", &CronFired::text, "what the session hears, or the agent is asked"),
        field("run", &CronFired::run, "event or turn"),
        field("session_key", &CronFired::session_key, "instead of the usual session"),
        field("agent", &CronFired::agent, "whose job it is; else the default agent's"),
        field("route", &CronFired::route, "where the answer goes"),
        field("wake_mode", &CronFired::wake_mode,
              "now, or next-heartbeat: what the session hears does not wake it"),
        field("name", &CronFired::name, "what people call the job; else its id"),
        field("model", &CronFired::model, "by which model a turn is done"),
        field("thinking", &CronFired::thinking, "how much it thinks"),
        field("timeout_seconds", &CronFired::timeout_seconds, "how long a turn may take"));
  }
};

/// How a subagent's work ended.
enum class SubagentOutcome { completed, failed, timed_out, cancelled };
constexpr std::array<std::string_view, 4> enum_names(SubagentOutcome) {
  return {"completed", "failed", "timed-out", "cancelled"};
}

/// A subagent is done. The session that asked for its work hears of the result and is woken, with
/// one key for both.
struct SubagentReported {
  SessionKey parent_key;
  SessionKey session_key;
  std::string task_id;
  SubagentOutcome outcome = SubagentOutcome::completed;
  std::string label;
  std::string result;
  std::optional<DeliveryRoute> route;
  std::optional<std::string> caused_by;

  static constexpr std::string_view kName = "SubagentReported";
  static constexpr auto fields() {
    return field_list(
        required("parent_key", &SubagentReported::parent_key, "the session that asked"),
        required("session_key", &SubagentReported::session_key, "the subagent's session"),
        required("task_id", &SubagentReported::task_id, "the work; events are tagged task:<id>"),
        field("outcome", &SubagentReported::outcome, "completed, failed, timed-out or cancelled"),
        field("label", &SubagentReported::label, "what people call the work"),
        field("result", &SubagentReported::result, "what it found, or why it failed"),
        field("route", &SubagentReported::route,
              "where the reply goes; else where the parent's last message came from"),
        field("caused_by", &SubagentReported::caused_by, "the run that asked for the work"));
  }
};

}  // namespace vagus
