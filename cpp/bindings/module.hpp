#pragma once

#include <pybind11/pybind11.h>

/// One function per folder of the core; each binds what that folder has for Python.
namespace vagus::bindings {

void bind_errors();
void bind_keys(pybind11::module_& module);
void bind_admission(pybind11::module_& module);
void bind_key_texts(pybind11::module_& module);
void bind_routing(pybind11::module_& module);
void bind_names(pybind11::module_& module);
void bind_rekey(pybind11::module_& module);
void bind_events(pybind11::module_& module);
void bind_schedule(pybind11::module_& module);
void bind_hooks(pybind11::module_& module);
void bind_resets(pybind11::module_& module);
void bind_wake_labels(pybind11::module_& module);
void bind_wakes(pybind11::module_& module);
void bind_heartbeat(pybind11::module_& module);
void bind_chat(pybind11::module_& module);
void bind_compaction(pybind11::module_& module);
void bind_context(pybind11::module_& module);
void bind_context_engine(pybind11::module_& module);
void bind_dialects(pybind11::module_& module);
void bind_pricing(pybind11::module_& module);
void bind_lanes(pybind11::module_& module);
void bind_reference_pricing(pybind11::module_& module);
void bind_transcripts(pybind11::module_& module);
void bind_engine(pybind11::module_& module);

}  // namespace vagus::bindings
