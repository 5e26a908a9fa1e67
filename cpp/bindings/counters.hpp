#pragma once

#include "convert.hpp"
#include "vagus/context/pricer.hpp"

namespace vagus::bindings {

/// A Python callable as a counter of texts. What it raises, and answers that are no list of whole
/// numbers, become errors that name it. Lives no longer than `callable`; refuses what is none.
TextCounter counter_from(py::handle callable);

/// An exception of a function that Python gave, as an error at `field`; what is no `Exception`,
/// such as KeyboardInterrupt, goes on.
Error error_of(const py::error_already_set& failure, const std::string& field);

}  // namespace vagus::bindings
