#pragma once

#include <array>
#include <cstddef>

#include "convert.hpp"
#include "vagus/routing/router.hpp"

/// What messages say about where they came from, as Python gives it. Read by hand, because routing
/// is called for every message and pybind11's dispatch by keywords would take most of its time.
namespace vagus::bindings {

/// The Python values of a query's fields, in the order of `RouteQuery::fields()`; borrowed, and
/// null where a field was not given.
class QueryArguments {
 public:
  static constexpr std::size_t kFields = decltype(RouteQuery::fields())::kSize;

  /// Remembers `value` as the field `name`. False when there is no such field, or it was given.
  bool set(PyObject* name, PyObject* value);
  void set_channel(PyObject* value) { values_[0] = value; }

  /// Throws `Exception` with the field's name. A peer may be a `Peer` or a dict.
  RouteQuery query() const;

 private:
  std::array<PyObject*, kFields> values_{};
};

/// A dict with a query's fields. Throws `Exception`, its field below `path`.
RouteQuery query_from_dict(py::handle fields, const std::string& path);

}  // namespace vagus::bindings
