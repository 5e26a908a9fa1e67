#include "module.hpp"
#include "records.hpp"
#include "vagus/heartbeat/acknowledgement.hpp"
#include "vagus/heartbeat/checklist.hpp"
#include "vagus/heartbeat/enrolment.hpp"
#include "vagus/heartbeat/plan.hpp"
#include "vagus/heartbeat/pruning.hpp"
#include "vagus/heartbeat/reply.hpp"
#include "vagus/heartbeat/tasks.hpp"
#include "vagus/heartbeat/time_line.hpp"
#include "vagus/heartbeat/visibility.hpp"
#include "zones.hpp"

// The rules of heartbeats, one by one. Python sees these functions as the module `vagus.heartbeat`.
namespace vagus::bindings {
namespace {

// ---- replies

HeartbeatReply read_reply(py::handle text, py::handle result, py::handle ack_max_chars,
                          py::handle response_prefix, py::handle has_media) {
  const std::string said = text_from_python(text, "text");
  const std::string prefix = text_from_python(response_prefix, "response_prefix");
  ReplyInput input;
  input.text = said;
  input.result = argument<std::optional<HeartbeatResult>>(result, "result");
  input.ack_max_chars = count_argument(ack_max_chars, "ack_max_chars");
  input.response_prefix = prefix;
  input.has_media = argument<bool>(has_media, "has_media");
  return read_heartbeat_reply(input);
}

void bind_replies(py::module_& module) {
  bind_record<HeartbeatResult>(module, "What came of a heartbeat, as the agent's tool call says.");
  bind_record<HeartbeatReply>(module, "What a heartbeat's answer comes to.");
  bind_record<StrippedText>(module, "A text without the acknowledgement at its ends.");
  module.attr("RESPOND_TOOL") = loads(std::string(respond_tool_json()));
  module.def("heartbeat_read_reply", &read_reply, py::arg("text"), py::arg("result") = py::none(),
             py::kw_only(), py::arg("ack_max_chars") = ReplyInput{}.ack_max_chars,
             py::arg("response_prefix") = "", py::arg("has_media") = false,
             "What a heartbeat's answer comes to: a structured result first, else the text. Raises "
             "InvalidInput.");
  module.def(
      "heartbeat_read_result",
      [](py::handle calls) {
        return to_python(read_heartbeat_result(argument<std::vector<std::string>>(calls, "calls")));
      },
      py::arg("calls"),
      "The last valid of the calls of the tool heartbeat_respond, each the JSON text of its "
      "arguments; None when none is valid.");
  module.def(
      "heartbeat_strip_acknowledgement",
      [](py::handle text, py::handle ack_max_chars) {
        std::optional<std::int64_t> allowance;
        if (!ack_max_chars.is_none()) allowance = count_argument(ack_max_chars, "ack_max_chars");
        return strip_acknowledgement(text_view(text, "text"), allowance);
      },
      py::arg("text"), py::kw_only(), py::arg("ack_max_chars") = py::none(),
      "The text without HEARTBEAT_OK at its ends and, with an allowance, without what may stand "
      "beside it.");
  module.def(
      "heartbeat_is_silence",
      [](py::handle text) { return is_silence(text_from_python(text, "text")); }, py::arg("text"),
      "True for a blank text and for NO_REPLY in either of its forms.");
  module.def(
      "heartbeat_without_prefix",
      [](py::handle text, py::handle prefix) {
        return std::string(without_prefix(text_view(text, "text"), text_view(prefix, "prefix")));
      },
      py::arg("text"), py::arg("prefix"),
      "The text without the response prefix that it starts with, in any case.");
  module.def(
      "heartbeat_is_repeat",
      [](py::handle text, py::handle last_text, py::handle last_sent, py::handle now) {
        return is_repeat(text_view(text, "text"), text_view(last_text, "last_text"),
                         time_argument(last_sent, "last_sent_ms"), time_argument(now, "now_ms"));
      },
      py::arg("text"), py::arg("last_text"), py::kw_only(), py::arg("last_sent_ms"),
      py::arg("now_ms"), "True when the text is what was sent less than 24 hours ago.");
}

// ---- checklist and prompts

void bind_checklist(py::module_& module) {
  bind_record<ChecklistTask>(module, "A duty with an interval of its own.");
  bind_record<ChecklistTasks>(module, "The tasks of a checklist, in order.");
  module.def(
      "heartbeat_checklist_is_empty",
      [](py::handle text) { return checklist_is_empty(text_view(text, "text")); }, py::arg("text"),
      "True when the contents of a HEARTBEAT.md ask for nothing.");
  module.def(
      "heartbeat_read_tasks",
      [](py::handle text, py::handle max_tasks) {
        return read_tasks(text_view(text, "text"), count_argument(max_tasks, "max_tasks"));
      },
      py::arg("text"), py::kw_only(), py::arg("max_tasks") = Limits{}.checklist_tasks,
      "The tasks of a HEARTBEAT.md.");
  module.def(
      "heartbeat_without_tasks",
      [](py::handle text) { return without_tasks(text_view(text, "text")); }, py::arg("text"),
      "The text without its blocks of tasks.");
  module.def(
      "heartbeat_task_is_due",
      [](py::handle task, py::handle last_run, py::handle now) {
        std::optional<Millis> last;
        if (!last_run.is_none()) last = time_argument(last_run, "last_run_ms");
        return task_is_due(argument<ChecklistTask>(task, "task"), last,
                           time_argument(now, "now_ms"));
      },
      py::arg("task"), py::arg("last_run_ms"), py::kw_only(), py::arg("now_ms"),
      "True when a task that last started then, or never (None), is due.");
}

void bind_time_line(py::module_& module) {
  module.def(
      "heartbeat_time_line",
      [](py::handle now, py::handle zone, py::handle hours) {
        const auto face = argument<std::int64_t>(hours, "hours");
        if (face != 12 && face != 24) refuse("hours", hours, "must be 12 or 24");
        const auto line = face == 12 ? &time_line_of_12_hours : &time_line;
        return line(time_argument(now, "now_ms"), zone_argument(zone, "zone"));
      },
      py::arg("now_ms"), py::arg("zone") = "UTC", py::kw_only(), py::arg("hours") = 24,
      "The line that tells a model the time, on a clock of 24 or 12 hours. Raises InvalidInput for "
      "an unknown zone.");
  module.def(
      "heartbeat_with_time_line",
      [](py::handle text, py::handle now, py::handle zone) {
        return with_time_line(text_view(text, "text"), time_argument(now, "now_ms"),
                              zone_argument(zone, "zone"));
      },
      py::arg("text"), py::arg("now_ms"), py::kw_only(), py::arg("zone") = "UTC",
      "The text with the time line below it, unless it is blank or tells the time itself.");
}

// ---- configuration and transcripts

void bind_configuration(py::module_& module) {
  bind_record<Visibility>(module, "What of a heartbeat its readers get to see.");
  bind_record<EnrolledAgent>(module, "An agent that heartbeats are configured for.");
  module.def(
      "heartbeat_enrolled",
      [](py::handle config) {
        return to_python(enrolment(read_config(config_text(config)).value_or_throw()));
      },
      py::arg("config"),
      "The agents that heartbeats are configured for, those without a cadence included. Raises "
      "InvalidConfig.");
  module.def(
      "heartbeat_visibility",
      [](py::handle config_object, py::handle channel, py::handle account) {
        const Config config = read_config(config_text(config_object)).value_or_throw();
        const auto id = argument<std::optional<std::string>>(account, "account");
        return visibility_of(config.channels, text_view(channel, "channel"), id.value_or(""));
      },
      py::arg("config"), py::arg("channel"), py::arg("account") = py::none(),
      "What of heartbeats an account on a channel shows. Raises InvalidConfig.");
  bind_record<TurnText>(module, "What pruning needs to know of one message.");
  module.def(
      "heartbeat_prune",
      [](py::handle turns, py::handle prompts, py::handle ack_max_chars) {
        return to_python(prune_heartbeats(argument<std::vector<TurnText>>(turns, "turns"),
                                          argument<std::vector<std::string>>(prompts, "prompts"),
                                          count_argument(ack_max_chars, "ack_max_chars")));
      },
      py::arg("turns"), py::arg("prompts"), py::kw_only(),
      py::arg("ack_max_chars") = ReplyInput{}.ack_max_chars,
      "The indexes of the turns that are left when heartbeats that found nothing are taken out.");
}

}  // namespace

void bind_heartbeat(py::module_& module) {
  bind_replies(module);
  bind_checklist(module);
  bind_time_line(module);
  bind_configuration(module);
}

}  // namespace vagus::bindings
