#include "module.hpp"

#include "vagus/text/unicode.hpp"

namespace py = pybind11;

PYBIND11_MODULE(_core, module) {
  module.doc() = "The engine's C++ core. Import `vagus` instead.";
  module.attr("__version__") = VAGUS_VERSION;
  module.attr("unicode_version") = py::str(std::string(vagus::unicode_version()));
  vagus::bindings::bind_errors();
  vagus::bindings::bind_keys(module);
  vagus::bindings::bind_admission(module);
  vagus::bindings::bind_key_texts(module);
  vagus::bindings::bind_routing(module);
  vagus::bindings::bind_names(module);
  vagus::bindings::bind_rekey(module);
  vagus::bindings::bind_events(module);
  vagus::bindings::bind_schedule(module);
  vagus::bindings::bind_hooks(module);
  vagus::bindings::bind_resets(module);
  vagus::bindings::bind_wake_labels(module);
  vagus::bindings::bind_wakes(module);
  vagus::bindings::bind_heartbeat(module);
  vagus::bindings::bind_lanes(module);
  vagus::bindings::bind_context(module);
  vagus::bindings::bind_context_engine(module);
  vagus::bindings::bind_dialects(module);
  vagus::bindings::bind_pricing(module);
  vagus::bindings::bind_reference_pricing(module);
  vagus::bindings::bind_compaction(module);
  vagus::bindings::bind_transcripts(module);
  vagus::bindings::bind_chat(module);
  vagus::bindings::bind_engine(module);
}
