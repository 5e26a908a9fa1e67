#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "vagus/base/result.hpp"

/// A record is a plain struct that lists its own fields once:
///
///   struct Peer {
///     PeerKind kind = PeerKind::direct;
///     std::string id;
///     static constexpr std::string_view kName = "Peer";
///     static constexpr auto fields() {
///       return field_list(required("kind", &Peer::kind, "direct, group or channel"),
///                         required("id", &Peer::id, "the channel's own id, case kept"));
///     }
///   };
///
/// Reading configuration, the JSON form of commands and effects, and the Python classes are all
/// derived from that one table, so they cannot disagree. A record lives directly in namespace
/// `vagus`, where its `==` is found.
namespace vagus {

template <class Owner, class T>
struct Field {
  std::string_view name;
  T Owner::*member;
  std::string_view doc;
  bool required;
};

/// A field that may be left out; it then keeps its default.
template <class Owner, class T>
constexpr Field<Owner, T> field(std::string_view name, T Owner::*member, std::string_view doc) {
  return {name, member, doc, false};
}

/// A field that must be given.
template <class Owner, class T>
constexpr Field<Owner, T> required(std::string_view name, T Owner::*member, std::string_view doc) {
  return {name, member, doc, true};
}

/// Fields in order. A chain of pairs: a `std::tuple` of as many takes a compiler several times as
/// long, in every file that sees the record.
template <class... F>
struct FieldList {
  static constexpr std::size_t kSize = 0;
};

template <class First, class... Rest>
struct FieldList<First, Rest...> {
  static constexpr std::size_t kSize = 1 + sizeof...(Rest);
  First first;
  FieldList<Rest...> rest;
};

constexpr FieldList<> field_list() {
  return {};
}

template <class First, class... Rest>
constexpr FieldList<First, Rest...> field_list(const First& first, const Rest&... rest) {
  return {first, field_list(rest...)};
}

template <class T>
concept Record = requires {
  { T::kName } -> std::convertible_to<std::string_view>;
  T::fields();
};

template <class... F, class Visit>
constexpr void visit_fields(const FieldList<F...>& fields, Visit& visit) {
  if constexpr (sizeof...(F) > 0) {
    visit(fields.first);
    visit_fields(fields.rest, visit);
  }
}

/// Calls `visit(field)` for every field, in declaration order.
template <Record R, class Visit>
constexpr void for_each_field(Visit&& visit) {
  visit_fields(R::fields(), visit);
}

/// Field by field; nested records compare the same way.
template <Record R>
bool operator==(const R& left, const R& right) {
  bool equal = true;
  for_each_field<R>(
      [&](const auto& each) { equal = equal && left.*each.member == right.*each.member; });
  return equal;
}

/// An enum whose values 0, 1, 2… have the names `enum_names(E{})[0, 1, 2…]`, found by ADL.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E value) {
  enum_names(value).size();
};

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  return enum_names(value)[static_cast<std::size_t>(value)];
}

template <NamedEnum E>
constexpr std::optional<E> enum_from_name(std::string_view name) {
  constexpr auto names = enum_names(E{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

/// The names of `E` as people read them in an error: `a, b or c`.
template <NamedEnum E>
std::string allowed_names() {
  constexpr auto names = enum_names(E{});
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 == names.size() ? " or " : ", ";
    list += names[i];
  }
  return list;
}

/// A value type with one text form: `T::parse(text)` and `value.str()`.
template <class T>
concept TextValue = requires(const T& value, std::string_view text) {
  { value.str() } -> std::convertible_to<std::string>;
  { T::parse(text) } -> std::same_as<Result<T>>;
};

}  // namespace vagus
