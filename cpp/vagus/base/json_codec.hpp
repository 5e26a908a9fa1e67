#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "vagus/base/json.hpp"
#include "vagus/base/record.hpp"

/// JSON for records, both ways, from their field tables. Heavy: include it from .cpp files only.
namespace vagus {

/// Reads values from JSON; every refusal names the path, the value and what is allowed.
class JsonReader {
 public:
  explicit JsonReader(ErrorCode code) : code_(code) {}

  MaybeError read(const Json& json, const std::string& path, bool& out) const {
    if (!json.is_boolean()) return wrong(json, path, "must be true or false");
    out = json.get<bool>();
    return std::nullopt;
  }

  MaybeError read(const Json& json, const std::string& path, std::int64_t& out) const {
    const bool fits = json.is_number_unsigned() ? json.get<std::uint64_t>() <= INT64_MAX
                                                : json.is_number_integer();
    if (!fits) return wrong(json, path, "must be a whole number");
    out = json.get<std::int64_t>();
    return std::nullopt;
  }

  MaybeError read(const Json& json, const std::string& path, std::string& out) const {
    if (!json.is_string()) return wrong(json, path, "must be text");
    out = json.get<std::string>();
    return std::nullopt;
  }

  template <class T>
  MaybeError read(const Json& json, const std::string& path, std::optional<T>& out) const {
    if (json.is_null()) {
      out.reset();
      return std::nullopt;
    }
    T value{};
    if (auto failed = read(json, path, value)) return failed;
    out = std::move(value);
    return std::nullopt;
  }

  template <class T>
  MaybeError read(const Json& json, const std::string& path, std::vector<T>& out) const {
    if (!json.is_array()) return wrong(json, path, "must be a list");
    out.clear();
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
      T value{};
      if (auto failed = read(json[i], join_path(path, i), value)) return failed;
      out.push_back(std::move(value));
    }
    return std::nullopt;
  }

  template <class T>
  MaybeError read(const Json& json, const std::string& path, std::map<std::string, T>& out) const {
    if (!json.is_object()) return wrong(json, path, "must be an object");
    out.clear();
    for (const auto& [key, item] : json.items()) {
      T value{};
      if (auto failed = read(item, join_path(path, key), value)) return failed;
      out.insert_or_assign(key, std::move(value));
    }
    return std::nullopt;
  }

  template <NamedEnum E>
  MaybeError read(const Json& json, const std::string& path, E& out) const {
    if (json.is_string()) {
      if (const auto value = enum_from_name<E>(json.get_ref<const std::string&>())) {
        out = *value;
        return std::nullopt;
      }
    }
    return wrong(json, path, "must be " + allowed_names<E>());
  }

  template <TextValue T>
  MaybeError read(const Json& json, const std::string& path, T& out) const {
    if (!json.is_string()) return wrong(json, path, "must be text");
    auto parsed = T::parse(json.get_ref<const std::string&>());
    if (!parsed) return Error{code_, path, parsed.error().value, parsed.error().message};
    out = *std::move(parsed);
    return std::nullopt;
  }

  template <Record R>
  MaybeError read(const Json& json, const std::string& path, R& out) const {
    return read_object(json, path, out, /*tagged=*/false);
  }

  /// One of several records, told apart by its field `type`.
  template <Record... R>
  MaybeError read(const Json& json, const std::string& path, std::variant<R...>& out) const {
    if (!json.is_object()) return wrong(json, path, "must be an object");
    const auto tag = json.find("type");
    if (tag == json.end()) return Error{code_, join_path(path, "type"), "", "is required"};
    if (!tag->is_string()) return wrong(*tag, join_path(path, "type"), "must be text");
    const std::string& name = tag->template get_ref<const std::string&>();
    MaybeError failed;
    bool known = false;
    const auto attempt = [&](auto alternative) {
      if (known || name != alternative.kName) return;
      known = true;
      failed = read_object(json, path, alternative, /*tagged=*/true);
      if (!failed) out = std::move(alternative);
    };
    (attempt(R{}), ...);
    if (known) return failed;
    std::string allowed;
    ((allowed += (allowed.empty() ? "" : ", ") + std::string(R::kName)), ...);
    return wrong(*tag, join_path(path, "type"), "must be one of " + allowed);
  }

 private:
  Error wrong(const Json& json, const std::string& path, const std::string& message) const {
    return Error{code_, path.empty() ? "$" : path, json_quoted(json), message};
  }

  template <Record R>
  MaybeError read_object(const Json& json, const std::string& path, R& out, bool tagged) const {
    if (!json.is_object()) return wrong(json, path, "must be an object");
    for (const auto& [key, item] : json.items()) {
      if (tagged && key == "type") continue;
      if (!has_field<R>(key)) return unknown_field(code_, path, key, field_names<R>());
    }
    R value{};
    MaybeError failed;
    for_each_field<R>([&](const auto& each) {
      if (failed) return;
      const auto found = json.find(std::string(each.name));
      if (found != json.end()) {
        failed = read(*found, join_path(path, each.name), value.*each.member);
      } else if (each.required) {
        failed = Error{code_, join_path(path, each.name), "", "is required"};
      }
    });
    if (!failed) out = std::move(value);
    return failed;
  }

  template <Record R>
  static bool has_field(std::string_view name) {
    bool found = false;
    for_each_field<R>([&](const auto& each) { found = found || each.name == name; });
    return found;
  }

  template <Record R>
  static std::vector<std::string_view> field_names() {
    std::vector<std::string_view> names;
    for_each_field<R>([&](const auto& each) { names.push_back(each.name); });
    return names;
  }

  ErrorCode code_;
};

inline Json to_json(bool value) {
  return value;
}
inline Json to_json(std::int64_t value) {
  return value;
}
inline Json to_json(const std::string& value) {
  return value;
}

template <NamedEnum E>
Json to_json(E value) {
  return name_of(value);
}

template <TextValue T>
Json to_json(const T& value) {
  return value.str();
}

template <Record R>
Json to_json(const R& record);
template <class T>
Json to_json(const std::optional<T>& value);
template <class T>
Json to_json(const std::vector<T>& values);
template <class T>
Json to_json(const std::map<std::string, T>& values);

/// A record inside a variant also says which one it is, in its field `type`.
template <Record... R>
Json to_json(const std::variant<R...>& value) {
  return std::visit(
      [](const auto& record) {
        Json object = {{"type", record.kName}};
        object.update(to_json(record));
        return object;
      },
      value);
}

template <class T>
Json to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : Json(nullptr);
}

template <class T>
Json to_json(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(to_json(value));
  return list;
}

template <class T>
Json to_json(const std::map<std::string, T>& values) {
  Json object = Json::object();
  // Appended, because looking each key up first would take quadratic time.
  auto& fields = object.get_ref<Json::object_t&>();
  for (const auto& [key, value] : values) fields.emplace_back(key, to_json(value));
  return object;
}

/// Every field, in declaration order; an optional field without a value is left out.
template <Record R>
Json to_json(const R& record) {
  Json object = Json::object();
  for_each_field<R>([&](const auto& each) {
    Json value = to_json(record.*each.member);
    if (!value.is_null()) object[std::string(each.name)] = std::move(value);
  });
  return object;
}

}  // namespace vagus
