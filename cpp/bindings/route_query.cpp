#include "route_query.hpp"

#include <utility>

namespace vagus::bindings {
namespace {

// Interned, so that the names in a call, which Python interns too, are found by identity.
const std::array<PyObject*, QueryArguments::kFields>& interned_names() {
  static const auto names = [] {
    std::array<PyObject*, QueryArguments::kFields> made{};
    std::size_t at = 0;
    for_each_field<RouteQuery>([&](const auto& each) {
      made[at++] = PyUnicode_InternFromString(std::string(each.name).c_str());
    });
    return made;
  }();
  return names;
}

std::size_t position_of(PyObject* name) {
  const auto& names = interned_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (PyUnicode_Check(name) && PyUnicode_Compare(names[i], name) == 0) return i;
  }
  return names.size();
}

template <class T>
void read(py::handle value, const char* field, T& out) {
  from_python(value, field, out);
}

// A peer written as a dict has exactly the fields of a `Peer`.
void read(py::handle value, const char* field, std::optional<Peer>& out) {
  if (!PyDict_Check(value.ptr())) {
    from_python(value, field, out);
    return;
  }
  const auto part = [&](const char* name) {
    PyObject* found = PyDict_GetItemString(value.ptr(), name);
    if (found == nullptr) {
      throw Exception(Error{ErrorCode::invalid_input, join_path(field, name), "", "is required"});
    }
    return py::handle(found);
  };
  Peer& peer = out.emplace();
  from_python(part("kind"), join_path(field, "kind"), peer.kind);
  from_python(part("id"), join_path(field, "id"), peer.id);
  if (PyDict_Size(value.ptr()) != 2) refuse(field, value, "must have kind and id, and no more");
}

// Any iterable of texts but a text: roles often come as a set.
void read(py::handle value, const char* field, std::vector<std::string>& out) {
  if (PyUnicode_Check(value.ptr())) refuse(field, value, "must be a list");
  if (PyAnySet_Check(value.ptr())) {
    for (const py::handle item : value) from_python(item, field, out.emplace_back());
    return;
  }
  from_python(value, field, out);
}

}  // namespace

bool QueryArguments::set(PyObject* name, PyObject* value) {
  const std::size_t at = position_of(name);
  if (at == values_.size() || values_[at] != nullptr) return false;
  values_[at] = value;
  return true;
}

RouteQuery QueryArguments::query() const {
  RouteQuery query;
  std::size_t at = 0;
  for_each_field<RouteQuery>([&](const auto& each) {
    PyObject* value = values_[at++];
    if (value != nullptr && value != Py_None) read(value, each.name.data(), query.*each.member);
  });
  if (values_[0] == Py_None) refuse("channel", Py_None, "must be text");
  return query;
}

RouteQuery query_from_dict(py::handle fields, const std::string& path) {
  if (!PyDict_Check(fields.ptr())) refuse(path, fields, "must be a RouteQuery or a dict");
  QueryArguments arguments;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t at = 0;
  while (PyDict_Next(fields.ptr(), &at, &name, &value)) {
    if (arguments.set(name, value)) continue;
    std::vector<std::string_view> known;
    for_each_field<RouteQuery>([&](const auto& each) { known.push_back(each.name); });
    throw Exception(
        unknown_field(ErrorCode::invalid_input, path, text_from_python(name, path), known));
  }
  try {
    return arguments.query();
  } catch (const Exception& failure) {
    throw Exception(renamed(failure.error(), path + "." + failure.error().field));
  }
}

}  // namespace vagus::bindings
