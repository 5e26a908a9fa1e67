#include "module.hpp"
#include "records.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/tool_calls.hpp"
#include "vagus/context/turn_rules.hpp"

// The rules of transcripts, one by one. Python sees these functions as `vagus.transcripts`.
namespace vagus::bindings {
namespace {

std::vector<Message> messages_argument(py::handle messages) {
  return argument<std::vector<Message>>(messages, "messages");
}

// ---- pairs and turns

PairRepair repair_pairs_of(py::handle messages, py::handle unfinished, py::handle keep) {
  PairingOptions options;
  options.unfinished = argument<std::vector<std::int64_t>>(unfinished, "unfinished");
  options.keep_their_results = argument<bool>(keep, "keep_their_results");
  return repair_pairs(messages_argument(messages), options);
}

void bind_pairs(py::module_& module) {
  bind_record<PairRepair>(module, "Messages with their pairs in order, and what that took.");
  bind_record<ToolCallRepair>(module, "Messages without unusable tool calls.");
  module.attr("NO_RESULT") = std::string(kNoResult);
  module.attr("CALLS_LEFT_OUT") = std::string(kCallsLeftOut);
  module.def("repair_pairs", &repair_pairs_of, py::arg("messages"), py::kw_only(),
             py::arg("unfinished") = py::tuple(), py::arg("keep_their_results") = true,
             "Put the result of every tool call directly behind it.");
  module.def(
      "pairs_intact", [](py::handle messages) { return pairs_intact(messages_argument(messages)); },
      py::arg("messages"), "True when ``repair_pairs`` would change nothing.");
  module.def(
      "repair_tool_calls",
      [](py::handle messages, py::handle allowed) {
        using Names = std::optional<std::vector<std::string>>;
        return repair_tool_calls(messages_argument(messages),
                                 argument<Names>(allowed, "allowed_tools"));
      },
      py::arg("messages"), py::kw_only(), py::arg("allowed_tools") = py::none(),
      "Leave out tool calls that no provider takes.");
  module.def(
      "without_unanswered_calls",
      [](py::handle messages) {
        return to_python(without_unanswered_calls(messages_argument(messages)));
      },
      py::arg("messages"), "The messages without the tool calls that no result follows.");
}

void bind_turns(py::module_& module) {
  bind_record<TurnViolation>(module, "One reason for a provider to refuse a list of messages.");
  module.attr("OPENING") = std::string(kOpening);
  module.def(
      "check_turns",
      [](py::handle messages, py::handle rules) {
        return to_python(
            check_turns(messages_argument(messages), argument<TurnRules>(rules, "rules")));
      },
      py::arg("messages"), py::arg("rules"),
      "Everything in the messages that the provider would refuse.");
  module.def(
      "repair_turns",
      [](py::handle messages, py::handle rules) {
        return to_python(
            repair_turns(messages_argument(messages), argument<TurnRules>(rules, "rules")));
      },
      py::arg("messages"), py::arg("rules"), "The messages as the provider takes them.");
  module.def(
      "merge_consecutive",
      [](py::handle messages, py::handle role) {
        return to_python(
            merge_consecutive(messages_argument(messages), argument<Role>(role, "role")));
      },
      py::arg("messages"), py::arg("role"),
      "One message of every run of messages of the role; other messages stay.");
  module.def(
      "open_with_user",
      [](py::handle messages) { return to_python(open_with_user(messages_argument(messages))); },
      py::arg("messages"), "A user's message in front of the first turn, unless that is a user's.");
}

}  // namespace

void bind_transcripts(py::module_& module) {
  bind_pairs(module);
  bind_turns(module);
}

}  // namespace vagus::bindings
