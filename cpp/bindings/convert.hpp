#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "vagus/base/json.hpp"
#include "vagus/base/record.hpp"
#include "vagus/config/config.hpp"
#include "vagus/keys/context_key.hpp"
#include "vagus/keys/session_key.hpp"

/// Values between C++ and Python, by kind. Wrong Python values become `Exception`s that name the
/// field.
namespace vagus::bindings {

namespace py = pybind11;

[[noreturn]] void refuse(const std::string& field, py::handle value, const std::string& message);

/// The UTF-8 text of a Python `str`; refuses other types and lone surrogates.
std::string text_from_python(py::handle value, const std::string& field);

/// The same, as a view that lives as long as the Python text.
std::string_view text_view(py::handle value, std::string_view field);

/// The items of a Python list, tuple or other sequence that is no text; refuses anything else.
py::tuple items_of(py::handle sequence, const std::string& field, const std::string& of_what);

/// JSON text of a configuration given as JSON text or as plain Python values. Cycles, values JSON
/// does not have and endless nesting are `invalid_config`.
std::string config_text(py::handle config);

/// `json.loads(text)`.
py::object loads(const std::string& text);

// ---- from Python

inline void from_python(py::handle value, const std::string& field, std::string& out) {
  out = text_from_python(value, field);
}

void from_python(py::handle value, const std::string& field, bool& out);
void from_python(py::handle value, const std::string& field, std::int64_t& out);

template <NamedEnum E>
void from_python(py::handle value, const std::string& field, E& out) {
  const auto named = enum_from_name<E>(text_from_python(value, field));
  if (!named) refuse(field, value, "must be " + allowed_names<E>());
  out = *named;
}

/// A key or id: the Python object itself, or its text.
template <TextValue T>
void from_python(py::handle value, const std::string& field, T& out) {
  if constexpr (!std::is_same_v<T, AgentId>) {
    if (py::isinstance<T>(value)) {
      out = value.cast<const T&>();
      return;
    }
  }
  Result<T> parsed = T::parse(text_from_python(value, field));
  if (!parsed) throw Exception(renamed(parsed.error(), field));
  out = *std::move(parsed);
}

template <Record R>
void from_python(py::handle value, const std::string& field, R& out) {
  if (!py::isinstance<R>(value)) {
    refuse(field, value, "must be a " + std::string(R::kName));
  }
  out = value.cast<const R&>();
}

template <class T>
void from_python(py::handle value, const std::string& field, std::vector<T>& out);

template <class T>
void from_python(py::handle value, const std::string& field, std::optional<T>& out) {
  out.reset();
  if (value.is_none()) return;
  from_python(value, field, out.emplace());
}

template <class T>
void from_python(py::handle value, const std::string& field, std::vector<T>& out) {
  if (!py::isinstance<py::list>(value) && !py::isinstance<py::tuple>(value)) {
    refuse(field, value, "must be a list");
  }
  out.clear();
  for (const py::handle item : value) {
    T element{};
    from_python(item, join_path(field, out.size()), element);
    out.push_back(std::move(element));
  }
}

template <class T>
void from_python(py::handle value, const std::string& field, std::map<std::string, T>& out) {
  if (!py::isinstance<py::dict>(value)) refuse(field, value, "must be a dict");
  out.clear();
  for (const auto& [key, item] : py::reinterpret_borrow<py::dict>(value)) {
    const std::string name = text_from_python(key, field);
    from_python(item, join_path(field, name), out[name]);
  }
}

/// One of several records.
template <Record... R>
void from_python(py::handle value, const std::string& field, std::variant<R...>& out) {
  const bool known = ((py::isinstance<R>(value) && (out = value.cast<const R&>(), true)) || ...);
  if (known) return;
  std::string names;
  ((names += (names.empty() ? "" : ", ") + std::string(R::kName)), ...);
  refuse(field, value, "must be one of " + names);
}

/// The argument `field`, converted.
template <class T>
T argument(py::handle value, const std::string& field) {
  T out{};
  from_python(value, field, out);
  return out;
}

/// A time in milliseconds since 1970; refuses what is none.
Millis time_argument(py::handle value, const std::string& field = "now_ms");

/// A number from `lowest` to `kMaxCount`; refuses others.
std::int64_t count_argument(py::handle value, const std::string& field, std::int64_t lowest = 0);

/// The text of a key, which may come as one of vagus's own.
std::string key_text(py::handle value, const std::string& field);

// ---- to Python

inline py::object to_python(const std::string& value) {
  return py::str(value);
}
inline py::object to_python(bool value) {
  return py::bool_(value);
}
inline py::object to_python(std::int64_t value) {
  return py::int_(value);
}
inline py::object to_python(const AgentId& value) {
  return py::str(value.str());
}
inline py::object to_python(const SessionKey& value) {
  return py::cast(value);
}
inline py::object to_python(const ContextKey& value) {
  return py::cast(value);
}

template <Record R>
py::object to_python(const R& value);
template <class T>
py::object to_python(const std::optional<T>& value);
template <class T>
py::object to_python(const std::vector<T>& values);
template <class T>
py::object to_python(const std::map<std::string, T>& values);
template <class... T>
py::object to_python(const std::variant<T...>& value);

template <NamedEnum E>
py::object to_python(E value) {
  const std::string_view name = name_of(value);
  return py::reinterpret_steal<py::object>(PyUnicode_InternFromString(std::string(name).c_str()));
}

template <Record R>
py::object to_python(const R& value) {
  return py::cast(value);
}

template <class T>
py::object to_python(const std::optional<T>& value) {
  return value ? to_python(*value) : py::none();
}

template <class T>
py::object to_python(const std::vector<T>& values) {
  py::list list;
  for (const T& value : values) list.append(to_python(value));
  return list;
}

template <class T>
py::object to_python(const std::map<std::string, T>& values) {
  py::dict dict;
  for (const auto& [key, value] : values) dict[py::str(key)] = to_python(value);
  return dict;
}

template <class... T>
py::object to_python(const std::variant<T...>& value) {
  return std::visit([](const auto& each) { return to_python(each); }, value);
}

}  // namespace vagus::bindings
