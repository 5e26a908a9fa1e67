#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "vagus/base/error.hpp"

namespace vagus {

/// A value or the reason why there is none (`std::expected` is C++23).
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  /// A default value, made where it stays, for records that are large.
  explicit Result(std::in_place_t) : state_(std::in_place_index<0>) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok()
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  // REQUIRES: !ok()
  const Error& error() const { return *std::get_if<1>(&state_); }

  /// The value, or `Exception` with the error.
  T value_or_throw() && {
    if (!ok()) throw Exception(error());
    return std::move(**this);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or the reason of a failure; `if (auto failed = check(x)) return *failed;`
using MaybeError = std::optional<Error>;

}  // namespace vagus
