#include "module.hpp"
#include "records.hpp"
#include "vagus/wakes/wake_label.hpp"

// What other systems call their wakes. Python sees this as the module `vagus.wakes`.
namespace vagus::bindings {

void bind_wake_labels(py::module_& module) {
  bind_record<WakeLabel>(module, "What a wake of another system is to vagus.");
  module.def(
      "read_wake_label",
      [](py::handle reason, py::handle source, py::handle intent) {
        return read_wake_label(text_view(reason, "reason"),
                               argument<std::optional<WakeSource>>(source, "source"),
                               argument<std::optional<WakeIntent>>(intent, "intent"));
      },
      py::arg("reason"), py::kw_only(), py::arg("source") = py::none(),
      py::arg("intent") = py::none(),
      "What a wake with this label is. A ``source`` that is given beats what the label says, and "
      "an "
      "``intent`` what the kind says. Raises InvalidInput.");
}

}  // namespace vagus::bindings
