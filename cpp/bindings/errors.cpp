#include "errors.hpp"

#include <array>
#include <new>

#include "module.hpp"

namespace vagus::bindings {
namespace {

// In the order of `ErrorCode`.
constexpr std::array<const char*, 7> kTypeNames = {
    "InvalidInput",   "InvalidKey",      "InvalidConfig", "UnknownAgent",
    "AmbiguousAgent", "ContextOverflow", "UnknownRun"};
static_assert(static_cast<std::size_t>(ErrorCode::unknown_run) + 1 == kTypeNames.size());

py::object error_type(ErrorCode code) {
  return py::module_::import("vagus._errors").attr(kTypeNames[static_cast<std::size_t>(code)]);
}

void raise(const py::object& type, const py::object& instance) {
  PyErr_SetObject(type.ptr(), instance.ptr());
}

void translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const OverflowException& overflow) {
    const py::object type = error_type(ErrorCode::context_overflow);
    raise(type, type(py::cast(overflow.ledger())));
  } catch (const Exception& failure) {
    const Error& error = failure.error();
    const py::object type = error_type(error.code);
    raise(type, type(error.what(), py::arg("field") = error.field, py::arg("value") = error.value));
  }
}

}  // namespace

void set_python_error(std::exception_ptr thrown) {
  try {
    translate(thrown);
  } catch (py::error_already_set& raised) {
    raised.restore();
  } catch (const py::builtin_exception& raised) {
    raised.set_error();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& failure) {
    PyErr_SetString(PyExc_RuntimeError, failure.what());
  }
}

void bind_errors() {
  py::register_local_exception_translator(&translate);
}

}  // namespace vagus::bindings
