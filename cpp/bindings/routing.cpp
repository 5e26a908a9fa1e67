#include "errors.hpp"
#include "records.hpp"

#include "module.hpp"
#include "route_query.hpp"
#include "routes.hpp"
#include "vagus/routing/delivery_route.hpp"
#include "vagus/routing/explain.hpp"
#include "vagus/routing/router.hpp"

namespace vagus::bindings {
namespace {

Router make_router(py::handle config) {
  return Router::create(read_config(config_text(config)).value_or_throw()).value_or_throw();
}

// The arguments of a call, as Python's fast convention passes them: values, the last of which
// belong to `names`.
RouteQuery query_of_call(const char* function, PyObject* const* values, Py_ssize_t positional,
                         PyObject* names) {
  const auto wrong = [function](const std::string& message) {
    throw py::type_error(std::string(function) + "() " + message);
  };
  if (positional > 1) wrong("takes one positional argument, the channel");
  QueryArguments arguments;
  if (positional == 1) arguments.set_channel(values[0]);
  const Py_ssize_t named = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < named; ++i) {
    PyObject* name = PyTuple_GET_ITEM(names, i);
    if (arguments.set(name, values[positional + i])) continue;
    wrong("got an unexpected argument " + py::repr(name).cast<std::string>());
  }
  return arguments.query();
}

PyObject* resolve(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  try {
    const auto& router = py::handle(self).cast<const Router&>();
    Result<Route> route = router.resolve(query_of_call("resolve", values, count, names));
    return py::cast(std::move(route).value_or_throw()).release().ptr();
  } catch (...) {
    set_python_error(std::current_exception());
    return nullptr;
  }
}

RouteExplanation explain_query(const Router& router, py::handle query, py::handle limit) {
  const auto most = argument<std::int64_t>(limit, "limit");
  if (most < 0) refuse("limit", limit, "must not be negative");
  const RouteQuery asked = py::isinstance<RouteQuery>(query) ? query.cast<const RouteQuery&>()
                                                             : query_from_dict(query, "query");
  return explain(router, asked, static_cast<std::size_t>(most));
}

// Replaces the one-line form that every record has.
void show_as(py::class_<RouteExplanation>& type, const char* name,
             std::string (*shown)(const RouteExplanation&)) {
  type.attr(name) = py::cpp_function(shown, py::name(name), py::is_method(type));
}

void bind_explanation(py::module_& module) {
  bind_record<TierExplanation>(module, "What became of one tier of bindings.");
  bind_record<BindingExplanation>(module, "What became of one binding.");
  bind_record<RouteStep>(module, "One step between the binding and the session key.");
  bind_record<RouteFailure>(module, "Why a message has no route.");
  auto type = bind_record<RouteExplanation>(
      module, "How a route came about; printed, it is a report of some lines.");
  show_as(type, "__repr__", &to_text);
  show_as(type, "__str__", &to_text);
  show_as(type, "_repr_html_", &to_html);
}

constexpr const char* kResolveDoc =
    "resolve($self, channel='', *, account=None, peer=None, parent_peer=None, guild=None, "
    "team=None, roles=(), thread=None, dm_scope=None, group_scope=None, default_agent=None)\n"
    "--\n\n"
    "The route of a message.\n\n"
    "The arguments are the fields of RouteQuery. Raises AmbiguousAgent when no binding matches and "
    "no agent is the default, UnknownAgent when the one that must answer is not configured, "
    "InvalidKey for text that no key can hold.";

// Called for every message, so it bypasses pybind11's dispatch, which takes longer than routing.
void add_resolve(py::class_<Router>& type) {
  static PyMethodDef method = {
      "resolve", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&resolve)),
      METH_FASTCALL | METH_KEYWORDS, kResolveDoc};
  type.attr("resolve") = py::reinterpret_steal<py::object>(
      PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), &method));
}

}  // namespace

void bind_routing(py::module_& module) {
  bind_record<DeliveryRoute>(module, "Where a reply goes.");
  bind_record<RouteQuery>(module, "What a message says about where it came from.");
  bind_record<Route>(module, "The agent and session that a message belongs to.");
  bind_routes(module);
  bind_explanation(module);
  py::class_<Router> type(
      module, "Router",
      "Chooses the agent and session for a message. Bindings are compiled into an index once; "
      "resolving costs the same however many there are.");
  type.def(py::init(&make_router), py::arg("config"),
           "Compile a configuration (a dict or JSON text). Raises InvalidConfig.");
  add_resolve(type);
  type.def("resolve_many", &resolve_many, py::arg("queries"),
           "The routes of many messages, each a RouteQuery or a dict with its fields. Raises what "
           "``resolve`` raises for the first that fails, its field below ``queries[i]``.");
  type.def("explain", &explain_query, py::arg("query"), py::kw_only(),
           py::arg("limit") = kExplainedBindings,
           "Why a message, a RouteQuery or a dict with its fields, has the route or the error that "
           "``resolve`` gives. Lists at most ``limit`` bindings of its channel, and counts the "
           "rest.");
  type.def(
      "default_agent",
      [](const Router& router) { return router.default_agent().value_or_throw().str(); },
      "The agent for work that names none. Raises AmbiguousAgent.");
  type.def("__repr__", [](const Router& router) {
    return "Router(places=" + std::to_string(router.size()) + ")";
  });
}

}  // namespace vagus::bindings
