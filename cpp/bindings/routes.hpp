#pragma once

#include "lazy_list.hpp"
#include "vagus/routing/router.hpp"

namespace vagus::bindings {

/// The routes of a batch.
using Routes = LazyList<Route>;

/// The routes of `queries`, which are `RouteQuery` objects or dicts. Throws `Exception`, its field
/// below `queries[i]`.
Routes resolve_many(const Router& router, py::handle queries);

void bind_routes(py::module_& module);

}  // namespace vagus::bindings
