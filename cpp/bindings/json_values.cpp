#include "json_values.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace vagus::bindings {
namespace {

// Where a value stands, spelled out only for an error.
struct Place {
  const Place* outer;
  std::string_view key;
  std::size_t index;
  bool is_index;
};

std::string path_of(const Place* place, const std::string& field) {
  if (place == nullptr) return field;
  const std::string outer = path_of(place->outer, field);
  return place->is_index ? join_path(outer, place->index) : join_path(outer, place->key);
}

class Converter {
 public:
  Converter(const std::string& field, std::int64_t max_depth)
      : field_(field), max_depth_(max_depth) {}

  Json convert(py::handle value, const Place* place, std::int64_t depth) const {
    if (value.is_none()) return nullptr;
    if (PyBool_Check(value.ptr())) return value.ptr() == Py_True;
    if (PyUnicode_Check(value.ptr())) return text(value, place);
    if (PyLong_Check(value.ptr())) return whole(value, place);
    if (PyFloat_Check(value.ptr())) return number(value, place);
    const bool is_list = PyList_Check(value.ptr()) || PyTuple_Check(value.ptr());
    if (!is_list && !PyDict_Check(value.ptr())) {
      bad(value, place, "must be a dict, list, text, number, bool or None");
    }
    if (depth == max_depth_) {
      throw Exception(Error{ErrorCode::invalid_input, path_of(place, field_), "",
                            "nested deeper than " + std::to_string(max_depth_) + " levels"});
    }
    return is_list ? list(value, place, depth) : object(value, place, depth);
  }

 private:
  [[noreturn]] void bad(py::handle value, const Place* place, const std::string& why) const {
    refuse(path_of(place, field_), value, why);
  }

  std::string text(py::handle value, const Place* place) const {
    Py_ssize_t size = 0;
    if (const char* utf8 = PyUnicode_AsUTF8AndSize(value.ptr(), &size)) {
      return {utf8, static_cast<std::size_t>(size)};
    }
    PyErr_Clear();
    return text_from_python(value, path_of(place, field_));
  }

  Json whole(py::handle value, const Place* place) const {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
    if (overflow == 0) return static_cast<std::int64_t>(number);
    const unsigned long long positive = PyLong_AsUnsignedLongLong(value.ptr());
    if (PyErr_Occurred() == nullptr) return static_cast<std::uint64_t>(positive);
    PyErr_Clear();
    bad(value, place, "is beyond 64 bits");
  }

  Json number(py::handle value, const Place* place) const {
    const double number = PyFloat_AS_DOUBLE(value.ptr());
    if (!std::isfinite(number)) bad(value, place, "must be finite");
    return number;
  }

  Json list(py::handle value, const Place* place, std::int64_t depth) const {
    Json made = Json::array();
    Place inner{place, {}, 0, true};
    for (const py::handle item : py::reinterpret_borrow<py::sequence>(value)) {
      made.push_back(convert(item, &inner, depth + 1));
      ++inner.index;
    }
    return made;
  }

  Json object(py::handle value, const Place* place, std::int64_t depth) const {
    Json made = Json::object();
    auto& fields = made.get_ref<Json::object_t&>();
    for (const auto& [key, item] : py::reinterpret_borrow<py::dict>(value)) {
      if (!PyUnicode_Check(key.ptr())) bad(key, place, "has a key that is no text");
      std::string name = text(key, place);
      const Place inner{place, name, 0, false};
      Json converted = convert(item, &inner, depth + 1);
      fields.emplace_back(std::move(name), std::move(converted));
    }
    return made;
  }

  const std::string& field_;
  std::int64_t max_depth_;
};

}  // namespace

Json json_from_python(py::handle value, const std::string& field, std::int64_t max_depth) {
  return Converter(field, max_depth).convert(value, nullptr, 0);
}

py::object json_to_python(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return py::str(value.get_ref<const std::string&>());
    case Json::value_t::boolean:
      return py::bool_(value.get<bool>());
    case Json::value_t::number_integer:
      return py::int_(value.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return py::int_(value.get<std::uint64_t>());
    case Json::value_t::number_float:
      return py::float_(value.get<double>());
    case Json::value_t::array: {
      py::list list;
      for (const Json& item : value) list.append(json_to_python(item));
      return list;
    }
    case Json::value_t::object: {
      py::dict dict;
      for (const auto& [key, item] : value.items()) dict[py::str(key)] = json_to_python(item);
      return dict;
    }
    default:
      return py::none();
  }
}

}  // namespace vagus::bindings
