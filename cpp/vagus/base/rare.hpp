#pragma once

#include <memory>
#include <utility>

namespace vagus {

/// A value that few of its owners have: it takes the room of a pointer until it is asked for.
/// Copies like a value.
template <class T>
class Rare {
 public:
  Rare() = default;
  Rare(Rare&&) noexcept = default;
  Rare(const Rare& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Rare& operator=(Rare other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }

  explicit operator bool() const { return value_ != nullptr; }

  // REQUIRES: there is one
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

  /// The value, which is made when there is none.
  T& make() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace vagus
