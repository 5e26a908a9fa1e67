#include "records.hpp"

#include "module.hpp"
#include "route_query.hpp"
#include "vagus/routing/audit.hpp"
#include "vagus/routing/lint.hpp"
#include "vagus/routing/session_names.hpp"

namespace vagus::bindings {
namespace {

using MaybeText = std::optional<std::string>;

SessionNames make_names(py::handle config) {
  return SessionNames::create(read_config(config_text(config)).value_or_throw()).value_or_throw();
}

// Text as it is; a key as its text.
std::string name_text(py::handle name) {
  if (py::isinstance<SessionKey>(name)) return name.cast<const SessionKey&>().str();
  return text_from_python(name, "session_key");
}

void bind_session_names(py::module_& module) {
  py::class_<SessionNames> type(
      module, "SessionNames",
      "What the name of a session in a command, a file or a store means under a configuration.\n\n"
      "Text in, text out: names may be bare (``main``), belong to nobody (``global``), or come "
      "from another system.");
  type.def(py::init(&make_names), py::arg("config"),
           "Read a configuration (a dict or JSON text). Raises InvalidConfig.");
  type.def(
      "resolve",
      [](const SessionNames& names, py::handle name, py::handle agent) {
        return names.resolve(name_text(name), argument<MaybeText>(agent, "agent")).value_or_throw();
      },
      py::arg("name"), py::kw_only(), py::arg("agent") = py::none(),
      "The name under which a session is stored. ``agent`` owns names that name no agent; left "
      "out, the default agent does. Raises AmbiguousAgent when there is none.");
  type.def(
      "main_alias",
      [](const SessionNames& names, py::handle key, py::handle agent) {
        return names.main_alias(name_text(key), text_from_python(agent, "agent"));
      },
      py::arg("key"), py::arg("agent"),
      "The main session of ``agent`` if ``key`` is one of its spellings, else ``key``.");
  type.def(
      "agent_for",
      [](const SessionNames& names, py::handle key, py::handle agent) {
        return names.agent_for(name_text(key), argument<MaybeText>(agent, "agent"))
            .value_or_throw()
            .str();
      },
      py::arg("key"), py::kw_only(), py::arg("agent") = py::none(),
      "The agent that a request about ``key`` is for. Raises InvalidKey for a malformed key, "
      "UnknownAgent, InvalidInput when the key is another agent's than ``agent``, and "
      "AmbiguousAgent.");
  type.def(
      "aliases",
      [](const SessionNames& names, py::handle agent) {
        return to_python(names.aliases(argument<AgentId>(agent, "agent")));
      },
      py::arg("agent"), "Every spelling of the agent's main session that ``resolve`` understands.");
  type.def(
      "main_session",
      [](const SessionNames& names, py::handle agent) {
        return names.main_session(argument<AgentId>(agent, "agent"));
      },
      py::arg("agent"), "The name under which the agent's main session is stored.");
  type.def(
      "default_agent",
      [](const SessionNames& names) { return names.default_agent().value_or_throw().str(); },
      "The agent for names that name none. Raises AmbiguousAgent.");
  type.def_property_readonly(
      "agents", [](const SessionNames& names) { return to_python(names.agents()); },
      "The configured agents, sorted.");
  type.def("__repr__", [](const SessionNames& names) {
    return "SessionNames(agents=" + std::to_string(names.agents().size()) + ", main_key='" +
           names.main_key().str() + "')";
  });
}

std::vector<SharedSession> audit_routes(const Router& router, const py::sequence& queries) {
  std::vector<RouteQuery> read;
  for (const py::handle item : queries) {
    read.push_back(py::isinstance<RouteQuery>(item)
                       ? item.cast<const RouteQuery&>()
                       : query_from_dict(item, join_path("queries", read.size())));
  }
  return audit(router, read);
}

}  // namespace

void bind_names(py::module_& module) {
  bind_session_names(module);
  bind_record<Finding>(module, "One thing to look at in a configuration.");
  module.def(
      "lint", [](py::handle config) { return to_python(lint(config_text(config))); },
      py::arg("config"),
      "What is wrong with the routing of a configuration (a dict or JSON text), or likely to "
      "surprise.\n\nA configuration that does not load is a finding, not an exception.");
  bind_record<SharedSession>(module, "A session that several people reached directly.");
  module.def(
      "audit",
      [](const Router& router, const py::sequence& queries) {
        return to_python(audit_routes(router, queries));
      },
      py::arg("router"), py::arg("queries"),
      "The sessions that more than one direct peer reaches, when ``queries`` (``RouteQuery`` or "
      "dicts) are routed.");
}

}  // namespace vagus::bindings
