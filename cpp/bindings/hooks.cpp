#include "records.hpp"

#include "module.hpp"
#include "vagus/hooks/mapping.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus::bindings {
namespace {

using Texts = std::map<std::string, std::string>;

// A body as it came, or its JSON as plain Python values.
std::string body_text(py::handle body) {
  if (py::isinstance<py::bytes>(body)) return body.cast<std::string>();
  try {
    return config_text(body);
  } catch (const Exception& failure) {
    Error error = failure.error();
    error.code = ErrorCode::invalid_input;
    throw Exception(renamed(std::move(error), "body"));
  }
}

Texts headers_argument(py::handle value) {
  Texts headers;
  for (auto& [name, text] : argument<Texts>(value, "headers")) headers[lower_ascii(name)] = text;
  return headers;
}

py::object match_hook(const HookMappings& mappings, py::handle path, py::handle body,
                      py::handle headers, py::handle query, py::handle now_ms) {
  HookRequest request;
  request.path = text_from_python(path, "path");
  request.body = body_text(body);
  request.headers = headers_argument(headers);
  request.query = argument<Texts>(query, "query");
  request.now = argument<std::int64_t>(now_ms, "now_ms");
  if (request.now < 0 || request.now > kMaxMillis) refuse("now_ms", now_ms, "is no time");
  return to_python(mappings.match(request).value_or_throw());
}

}  // namespace

void bind_hooks(py::module_& module) {
  bind_record<WakeHook>(module, "A webhook's line for a session, and whether it wakes.");
  bind_record<AgentHook>(module, "A webhook's turn of an agent; None is what was not said.");
  py::class_<HookMappings>(
      module, "HookMappings",
      "Which webhook becomes what. Immutable.\n\n"
      "Takes a list of mappings, as dicts or as JSON text. Raises InvalidConfig.")
      .def(py::init([](py::handle mappings) {
             return HookMappings::read(config_text(mappings)).value_or_throw();
           }),
           py::arg("mappings"))
      .def("match", &match_hook, py::arg("path"), py::arg("body"), py::kw_only(),
           py::arg("headers") = py::dict(), py::arg("query") = py::dict(), py::arg("now_ms"),
           "What the first mapping that matches makes of a request; None when none matches.\n\n"
           "Raises InvalidInput for a body that is no JSON object, and for a text or message that "
           "is blank or too long once its template is filled in.")
      .def_property_readonly("templated_session_keys", &HookMappings::templated_session_keys,
                             "Whether a session key depends on what a request says.")
      .def("__len__", &HookMappings::size);
  module.def(
      "read_wake_hook",
      [](py::handle body) { return read_wake_hook(body_text(body)).value_or_throw(); },
      py::arg("body"),
      "The body of a wake: str, bytes or a dict. Raises InvalidInput for what is no wake.");
  module.def(
      "read_agent_hook",
      [](py::handle body, py::handle channels) {
        return read_agent_hook(body_text(body),
                               argument<std::vector<std::string>>(channels, "channels"))
            .value_or_throw();
      },
      py::arg("body"), py::kw_only(), py::arg("channels") = py::tuple(),
      "The body of a turn: str, bytes or a dict; ``channels`` it may be delivered through, besides "
      "``last``. Raises InvalidInput for what is no turn.");
  module.def(
      "hook_idempotency_key",
      [](py::handle body, py::handle headers, py::handle names) {
        return to_python(idempotency_key(argument<Texts>(headers, "headers"), body_text(body),
                                         argument<std::vector<std::string>>(names, "names"))
                             .value_or_throw());
      },
      py::arg("body"), py::kw_only(), py::arg("headers") = py::dict(),
      py::arg("names") = py::make_tuple("idempotency-key"),
      "The key by which a repetition of a request is known: of the headers called ``names``, in "
      "that order, then of the body; None without one.");
}

}  // namespace vagus::bindings
