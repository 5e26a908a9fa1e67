#include "module.hpp"
#include "records.hpp"
#include "vagus/context/text_price.hpp"

namespace vagus::bindings {

void bind_pricing(py::module_& module) {
  module.def(
      "estimate_text", [](py::handle text) { return text_tokens(text_view(text, "text")); },
      py::arg("text"),
      "Estimated tokens of a text, by script, words, numbers and punctuation; no margin.");
}

}  // namespace vagus::bindings
