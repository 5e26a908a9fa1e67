#include "vagus/context/reference_pricing.hpp"

#include <nlohmann/json.hpp>

#include "json_values.hpp"
#include "module.hpp"
#include "vagus/context/weighted_chars.hpp"

namespace vagus::bindings {
namespace {

Json json_argument(py::handle value, const std::string& field) {
  return json_from_python(value, field, kMaxJsonDepth);
}

}  // namespace

void bind_reference_pricing(py::module_& module) {
  module.def(
      "reference_chars",
      [](py::handle text, bool wide) {
        return weighted_chars(text_view(text, "text"), wide ? 2 : 1);
      },
      py::arg("text"), py::kw_only(), py::arg("wide") = false,
      "Characters weighted by script; ``wide`` counts no UTF-16 unit below 2.");
  module.def(
      "reference_estimate_tokens",
      [](py::handle message, py::handle version) {
        return reference_estimate(json_argument(message, "message"),
                                  argument<ReferenceVersion>(version, "version"));
      },
      py::arg("message"), py::kw_only(), py::arg("version") = "2026.9",
      "Tokens of a message for compaction: characters by four.");
  module.def(
      "reference_guard_chars",
      [](py::handle message) { return reference_guard_chars(json_argument(message, "message")); },
      py::arg("message"), "Characters of a message for the guard of tool loops.");
  module.def(
      "reference_pressure_tokens",
      [](py::handle message) { return reference_pressure(json_argument(message, "message")); },
      py::arg("message"), "Tokens of a message for the check before a prompt is sent.");
  module.def(
      "reference_rendered_prompt_tokens",
      [](py::handle prompt, py::handle system) {
        return reference_rendered_prompt(text_view(system, "system"), text_view(prompt, "prompt"));
      },
      py::arg("prompt"), py::kw_only(), py::arg("system") = "",
      "Tokens of a prompt and a system prompt for the same check.");
  module.def(
      "reference_tool_tokens",
      [](py::handle tools) { return reference_tools(json_argument(tools, "tools")); },
      py::arg("tools"), "Tokens of tool schemas for the same check, before its margin.");
  module.def(
      "reference_pre_prompt_tokens",
      [](py::handle messages, py::handle prompt) {
        return reference_pre_prompt(json_argument(messages, "messages"),
                                    text_view(prompt, "prompt"));
      },
      py::arg("messages"), py::arg("prompt"),
      "Tokens of a whole prompt before 2026.9, with margin; system prompt and tools are free.");
}

}  // namespace vagus::bindings
