#include <nlohmann/json.hpp>

#include "json_values.hpp"
#include "module.hpp"
#include "records.hpp"
#include "vagus/context/dialect.hpp"
#include "vagus/context/tools.hpp"

namespace vagus::bindings {
namespace {

Json list_from_python(py::handle value, const std::string& field) {
  return json_from_python(value, field, kMaxMessageDepth);
}

}  // namespace

void bind_dialects(py::module_& module) {
  bind_record<ToolSchema>(module, "A tool as a model is told of it.");
  bind_record<Prompt>(module, "All that is sent to a model.");
  bind_record<PromptPrice>(module, "Estimated tokens of a prompt, by what they are for.");
  module.def(
      "read_messages",
      [](py::handle dialect, py::handle messages) {
        const auto read = argument<Dialect>(dialect, "dialect");
        return to_python(
            read_messages(read, list_from_python(messages, "messages")).value_or_throw());
      },
      py::arg("dialect"), py::arg("messages"),
      "Messages of a dialect, a list of dicts. Raises InvalidInput with path and value.");
  module.def(
      "write_messages",
      [](py::handle dialect, py::handle messages) {
        const auto written = argument<Dialect>(dialect, "dialect");
        return json_to_python(
            write_messages(written, argument<std::vector<Message>>(messages, "messages"))
                .value_or_throw());
      },
      py::arg("dialect"), py::arg("messages"),
      "Messages as a dialect writes them, a list of dicts. Raises InvalidInput with the path of "
      "what the dialect cannot say.");
  module.def(
      "read_tools",
      [](py::handle dialect, py::handle tools) {
        const auto read = argument<Dialect>(dialect, "dialect");
        return to_python(read_tools(read, list_from_python(tools, "tools")).value_or_throw());
      },
      py::arg("dialect"), py::arg("tools"),
      "Tools of a dialect, a list of dicts. Raises InvalidInput with path and value.");
  module.def(
      "write_tools",
      [](py::handle dialect, py::handle tools) {
        const auto written = argument<Dialect>(dialect, "dialect");
        return json_to_python(
            write_tools(written, argument<std::vector<ToolSchema>>(tools, "tools"))
                .value_or_throw());
      },
      py::arg("dialect"), py::arg("tools"),
      "Tools as a dialect writes them, a list of dicts. Raises InvalidInput.");
}

}  // namespace vagus::bindings
