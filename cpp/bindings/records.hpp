#pragma once

#include <algorithm>
#include <string>

#include "convert.hpp"

/// Python classes for records: read-only attributes, a keyword constructor, equality, `repr` and
/// `to_dict`, all from the record's own table of fields.
namespace vagus::bindings {

/// Only so many fields may be given by position, so that later versions may add fields anywhere.
inline constexpr std::size_t kMaxPositional = 2;

template <Record R>
R record_from_python(const py::args& args, const py::kwargs& kwargs) {
  R record{};
  std::size_t position = 0;
  std::size_t used = 0;
  if (args.size() > kMaxPositional) {
    refuse(std::string(R::kName), args[kMaxPositional], "must be given by name");
  }
  for_each_field<R>([&](const auto& each) {
    const std::string name(each.name);
    const bool named = kwargs.contains(name.c_str());
    if (position < args.size()) {
      if (named) refuse(name, kwargs[name.c_str()], "given twice");
      from_python(args[position++], name, record.*each.member);
    } else if (named) {
      from_python(kwargs[name.c_str()], name, record.*each.member);
      ++used;
    } else if (each.required) {
      throw Exception(Error{ErrorCode::invalid_input, name, "", "is required"});
    }
  });
  if (position < args.size()) refuse(std::string(R::kName), args[position], "too many arguments");
  if (used == kwargs.size()) return record;
  std::vector<std::string_view> known;
  for_each_field<R>([&](const auto& each) { known.push_back(each.name); });
  for (const auto& [key, value] : kwargs) {
    const std::string name = text_from_python(key, std::string(R::kName));
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Exception(unknown_field(ErrorCode::invalid_input, "", name, known));
    }
  }
  return record;
}

template <class T>
py::object to_plain(const std::optional<T>& value);
template <class T>
py::object to_plain(const std::vector<T>& values);

/// Which one it is, too, in its field `type`.
template <Record... R>
py::object to_plain(const std::variant<R...>& value);

template <class T>
py::object to_plain(const T& value) {
  if constexpr (Record<T>) {
    py::dict dict;
    for_each_field<T>([&](const auto& each) {
      py::object item = to_plain(value.*each.member);
      if (!item.is_none()) dict[py::str(std::string(each.name))] = std::move(item);
    });
    return dict;
  } else if constexpr (TextValue<T>) {
    return py::str(value.str());
  } else {
    return to_python(value);
  }
}

template <class T>
py::object to_plain(const std::optional<T>& value) {
  return value ? to_plain(*value) : py::none();
}

template <class T>
py::object to_plain(const std::vector<T>& values) {
  py::list list;
  for (const T& value : values) list.append(to_plain(value));
  return list;
}

template <Record... R>
py::object to_plain(const std::variant<R...>& value) {
  return std::visit(
      [](const auto& each) {
        py::dict plain;
        plain["type"] = std::string(each.kName);
        plain.attr("update")(to_plain(each));
        return py::object(plain);
      },
      value);
}

/// `Name(field=value, ...)`, fields at None left out.
template <Record R>
std::string record_repr(const R& record) {
  std::string text(R::kName);
  text += "(";
  bool first = true;
  for_each_field<R>([&](const auto& each) {
    const py::object value = to_python(record.*each.member);
    if (value.is_none()) return;
    text +=
        (first ? "" : ", ") + std::string(each.name) + "=" + py::repr(value).cast<std::string>();
    first = false;
  });
  return text + ")";
}

template <Record R>
std::string record_doc(const std::string& summary) {
  std::string doc = summary + "\n\nFields:\n";
  for_each_field<R>([&](const auto& each) {
    doc += "    " + std::string(each.name) + ": " + std::string(each.doc) + "\n";
  });
  return doc;
}

/// The class without `to_dict`, for records whose plain form needs more than their fields.
template <Record R>
py::class_<R> bind_fields(py::module_& module, const std::string& summary) {
  const std::string doc = record_doc<R>(summary);
  py::class_<R> type(module, std::string(R::kName).c_str(), doc.c_str());
  type.def(py::init([](const py::args& args, const py::kwargs& kwargs) {
    return record_from_python<R>(args, kwargs);
  }));
  for_each_field<R>([&](const auto& each) {
    type.def_property_readonly(
        std::string(each.name).c_str(),
        [member = each.member](const R& record) { return to_python(record.*member); },
        std::string(each.doc).c_str());
  });
  type.def("__eq__", [](const R& left, py::handle right) -> py::object {
    if (!py::isinstance<R>(right)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
    return py::bool_(left == right.cast<const R&>());
  });
  type.def("__hash__", [](const R& record) { return py::hash(py::str(record_repr(record))); });
  type.def("__repr__", &record_repr<R>);
  type.def("__reduce__", [](py::object self) {
    py::dict fields;
    for_each_field<R>([&](const auto& each) {
      const py::str name{std::string(each.name)};
      fields[name] = self.attr(name);
    });
    const py::object made =
        py::module_::import("functools").attr("partial")(py::type::of(self), **fields);
    return py::make_tuple(made, py::tuple());
  });
  return type;
}

template <Record R>
py::class_<R> bind_record(py::module_& module, const std::string& summary) {
  auto type = bind_fields<R>(module, summary);
  type.def(
      "to_dict", [](const R& record) { return to_plain(record); },
      "The fields as plain Python values; fields at None left out.");
  return type;
}

}  // namespace vagus::bindings
