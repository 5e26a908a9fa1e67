#pragma once

#include <exception>

#include "convert.hpp"
#include "vagus/context/ledger.hpp"

namespace vagus::bindings {

/// A prompt that cannot fit, on its way to `vagus.ContextOverflow`.
class OverflowException : public std::runtime_error {
 public:
  explicit OverflowException(Ledger ledger)
      : std::runtime_error("the prompt is beyond its budget"), ledger_(std::move(ledger)) {}
  const Ledger& ledger() const { return ledger_; }

 private:
  Ledger ledger_;
};

/// Sets the Python error for what a core function has thrown: for functions that Python calls
/// without pybind11 in between.
void set_python_error(std::exception_ptr thrown);

}  // namespace vagus::bindings
