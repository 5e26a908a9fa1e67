#include "convert.hpp"

#include "vagus/text/unicode.hpp"

namespace vagus::bindings {
namespace {

std::string shown(py::handle value) {
  const std::string text = py::repr(value).cast<std::string>();
  return text.size() <= 80 ? text : std::string(prefix_within(text, 60)) + "…";
}

}  // namespace

void refuse(const std::string& field, py::handle value, const std::string& message) {
  throw Exception(Error{ErrorCode::invalid_input, field, shown(value), message});
}

std::string_view text_view(py::handle value, std::string_view field) {
  if (!PyUnicode_Check(value.ptr())) refuse(std::string(field), value, "must be text");
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    refuse(std::string(field), value, "not valid Unicode (a lone surrogate)");
  }
  return {bytes, static_cast<std::size_t>(size)};
}

std::string text_from_python(py::handle value, const std::string& field) {
  return std::string(text_view(value, field));
}

py::tuple items_of(py::handle sequence, const std::string& field, const std::string& of_what) {
  if (PyUnicode_Check(sequence.ptr()) || !PySequence_Check(sequence.ptr()) ||
      PyDict_Check(sequence.ptr())) {
    refuse(field, sequence, "must be a list of " + of_what);
  }
  auto items = py::reinterpret_steal<py::tuple>(PySequence_Tuple(sequence.ptr()));
  if (!items) throw py::error_already_set();
  return items;
}

void from_python(py::handle value, const std::string& field, bool& out) {
  if (!PyBool_Check(value.ptr())) refuse(field, value, "must be True or False");
  out = value.ptr() == Py_True;
}

void from_python(py::handle value, const std::string& field, std::int64_t& out) {
  if (!PyLong_Check(value.ptr()) || PyBool_Check(value.ptr())) {
    refuse(field, value, "must be a whole number");
  }
  int overflow = 0;
  out = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (overflow != 0) refuse(field, value, "must fit 64 bits");
}

std::string config_text(py::handle config) {
  try {
    if (PyUnicode_Check(config.ptr())) return text_from_python(config, "$");
    return py::module_::import("json")
        .attr("dumps")(config, py::arg("allow_nan") = false)
        .cast<std::string>();
  } catch (const Exception& failure) {
    Error error = failure.error();
    error.code = ErrorCode::invalid_config;
    throw Exception(std::move(error));
  } catch (const py::error_already_set& failure) {
    const bool expected = failure.matches(PyExc_ValueError) || failure.matches(PyExc_TypeError) ||
                          failure.matches(PyExc_RecursionError);
    if (!expected) throw;
    throw Exception(
        Error{ErrorCode::invalid_config, "$", "",
              "cannot be written as JSON: " + py::str(failure.value()).cast<std::string>()});
  }
}

py::object loads(const std::string& text) {
  return py::module_::import("json").attr("loads")(text);
}

Millis time_argument(py::handle value, const std::string& field) {
  const auto at = argument<Millis>(value, field);
  if (auto failed = check_time(field, at)) throw Exception(*failed);
  return at;
}

std::int64_t count_argument(py::handle value, const std::string& field, std::int64_t lowest) {
  const auto count = argument<std::int64_t>(value, field);
  if (count >= lowest && count <= kMaxCount) return count;
  refuse(field, value,
         "must be from " + std::to_string(lowest) + " to " + std::to_string(kMaxCount));
}

std::string key_text(py::handle value, const std::string& field) {
  if (py::isinstance<SessionKey>(value)) return value.cast<const SessionKey&>().str();
  return text_from_python(value, field);
}

}  // namespace vagus::bindings
