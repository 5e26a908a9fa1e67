#include "routes.hpp"

#include "route_query.hpp"

namespace vagus::bindings {
namespace {

struct QueryBatch {
  std::vector<const RouteQuery*> queries;
  std::vector<py::object> objects;  ///< keeps the queries that Python made
  std::vector<RouteQuery> read;     ///< the queries that were dicts
};

QueryBatch read_batch(py::handle given) {
  const py::tuple items = items_of(given, "queries", "RouteQuery or dict");
  const std::size_t size = items.size();
  const auto type = py::type::of<RouteQuery>();
  auto* query_type = reinterpret_cast<PyTypeObject*>(type.ptr());
  QueryBatch batch;
  batch.objects.push_back(items);
  batch.queries.resize(size);
  batch.read.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    const py::handle item = PyTuple_GET_ITEM(items.ptr(), static_cast<Py_ssize_t>(i));
    if (PyObject_TypeCheck(item.ptr(), query_type)) {
      batch.queries[i] = item.cast<const RouteQuery*>();
    } else {
      batch.read.push_back(query_from_dict(item, join_path("queries", i)));
      batch.queries[i] = &batch.read.back();
    }
  }
  return batch;
}

std::vector<Route> resolve_all(const Router& router,
                               const std::vector<const RouteQuery*>& queries) {
  return router.resolve_many(queries).value_or_throw();
}

}  // namespace

Routes resolve_many(const Router& router, py::handle queries) {
  const QueryBatch batch = read_batch(queries);
  if (batch.queries.size() < kUnlockedFrom) return Routes(resolve_all(router, batch.queries));
  const py::gil_scoped_release unlocked;
  return Routes(resolve_all(router, batch.queries));
}

void bind_routes(py::module_& module) {
  auto type = bind_lazy_list<Route>(
      module, "Routes",
      "The routes of a batch, in order. Immutable; a ``Route`` is made when it is asked for, and a "
      "list of one of its values is made at once.");
  const auto add_column = [&type](const char* name, auto value, const char* doc) {
    type.def_property_readonly(
        name, [value](const Routes& routes) { return routes.column(value); }, doc);
  };
  add_column("session_keys", &Route::session_key, "The session of each.");
  add_column("agent_ids", &Route::agent_id, "The agent of each.");
  add_column("matched_by", &Route::matched_by, "The rule that chose the agent of each.");
  add_column("bindings", &Route::binding,
             "The index of the binding that matched, or None, of each.");
}

}  // namespace vagus::bindings
