#pragma once

#include <string>

#include "convert.hpp"

/// JSON values between C++ and Python, without text in between.
namespace vagus::bindings {

/// Refuses, with the path below `field` and the value: anything that JSON does not have (NaN,
/// infinities, keys that are no text, lone surrogates), whole numbers beyond 64 bits, and nesting
/// deeper than `max_depth`, which cycles have.
Json json_from_python(py::handle value, const std::string& field, std::int64_t max_depth);

/// REQUIRES: text that is UTF-8.
py::object json_to_python(const Json& value);

}  // namespace vagus::bindings
