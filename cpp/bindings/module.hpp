#pragma once

#include <pybind11/pybind11.h>

/// One function per folder of the core; each binds what that folder has for Python.
namespace vagus::bindings {

void bind_errors();
void bind_keys(pybind11::module_& module);
void bind_routing(pybind11::module_& module);
void bind_wakes(pybind11::module_& module);
void bind_context(pybind11::module_& module);
void bind_engine(pybind11::module_& module);

}  // namespace vagus::bindings
