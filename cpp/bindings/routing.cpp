#include "records.hpp"

#include "module.hpp"
#include "vagus/routing/delivery_route.hpp"
#include "vagus/routing/router.hpp"

namespace vagus::bindings {
namespace {

Router make_router(py::handle config) {
  return Router::create(read_config(config_text(config)).value_or_throw()).value_or_throw();
}

Route resolve(const Router& router, py::handle channel, py::handle account, py::handle peer) {
  return router
      .resolve({text_from_python(channel, "channel"),
                argument<std::optional<std::string>>(account, "account").value_or(""),
                argument<std::optional<Peer>>(peer, "peer")})
      .value_or_throw();
}

}  // namespace

void bind_routing(py::module_& module) {
  bind_record<DeliveryRoute>(module, "Where a reply goes.");
  bind_record<Route>(module, "The agent and session that a message belongs to.");
  py::class_<Router> type(
      module, "Router",
      "Chooses the agent and session for a message. Bindings are compiled into an index once; "
      "resolving costs the same however many there are.");
  type.def(py::init(&make_router), py::arg("config"),
           "Compile a configuration (a dict or JSON text). Raises InvalidConfig, UnknownAgent.");
  type.def("resolve", &resolve, py::arg("channel") = "", py::kw_only(),
           py::arg("account") = py::none(), py::arg("peer") = py::none(),
           "The route of a message. Raises AmbiguousAgent when no binding matches and no agent is "
           "the default.");
  type.def(
      "default_agent",
      [](const Router& router) { return router.default_agent().value_or_throw().str(); },
      "The agent for work that names none. Raises AmbiguousAgent.");
  type.def("__repr__", [](const Router& router) {
    return "Router(places=" + std::to_string(router.size()) + ")";
  });
}

}  // namespace vagus::bindings
