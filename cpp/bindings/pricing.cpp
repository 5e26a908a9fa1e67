#include "module.hpp"
#include "records.hpp"
#include "vagus/context/text_price.hpp"
#include "vagus/context/tools.hpp"

namespace vagus::bindings {

void bind_pricing(py::module_& module) {
  module.def(
      "estimate_text", [](py::handle text) { return text_tokens(text_view(text, "text")); },
      py::arg("text"),
      "Estimated tokens of a text, by script, words, numbers and punctuation; no margin.");
  module.def(
      "estimate_tool",
      [](py::handle tool) { return estimate_tool(argument<ToolSchema>(tool, "tool")); },
      py::arg("tool"), "Estimated tokens of one tool schema, without the safety margin.");
  module.def(
      "price_prompt",
      [](py::handle prompt) { return price_prompt(argument<Prompt>(prompt, "prompt")); },
      py::arg("prompt"),
      "Estimated tokens of a prompt, system text, tools and images included; no margin.");
}

}  // namespace vagus::bindings
