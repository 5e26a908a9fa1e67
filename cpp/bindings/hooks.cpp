#include "records.hpp"

#include "module.hpp"
#include "vagus/hooks/door.hpp"
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
  request.now = time_argument(now_ms);
  return to_python(mappings.match(request).value_or_throw());
}

HookDoor make_door(py::handle config, py::handle token) {
  return HookDoor::create(read_config(config_text(config)).value_or_throw().hooks,
                          text_from_python(token, "token"))
      .value_or_throw();
}

HookReception receive(HookDoor& door, py::handle method, py::handle target, py::handle headers,
                      py::handle body, py::handle client, py::handle now_ms) {
  HookHttp request;
  request.method = text_from_python(method, "method");
  request.target = text_from_python(target, "target");
  request.headers = argument<Texts>(headers, "headers");
  request.body = body_text(body);
  request.client = text_from_python(client, "client");
  return door.receive(request, time_argument(now_ms));
}

HookReception finish(const HookDoor& door, const WebhookReceived& call, py::handle changes) {
  if (changes.is_none()) return door.finish(call, std::nullopt);
  return door.finish(call, body_text(changes));
}

// The engine's command `WebhookReceived` is bound with the others.
void bind_door(py::module_& module) {
  bind_record<HookResponse>(module, "What a web server answers.");
  bind_record<HookReception>(module, "What became of a web request at the door.");
  py::class_<HookDoor>(module, "HookDoor",
                       "Checks web requests and reads what they ask for. Opens no port.\n\n"
                       "Takes a configuration and the secret that opens its hooks. Raises "
                       "InvalidConfig; InvalidInput for a blank token where hooks are enabled.")
      .def(py::init(&make_door), py::arg("config"), py::kw_only(), py::arg("token"))
      .def("receive", &receive, py::arg("method"), py::arg("target"), py::kw_only(),
           py::arg("headers") = py::dict(), py::arg("body") = "", py::arg("client") = "",
           py::arg("now_ms"),
           "What becomes of a request: none of ours, an answer, or a call for the engine. Never "
           "raises for what a request says.")
      .def("finish", &finish, py::arg("call"), py::arg("changes"),
           "What becomes of a call that a transform has changed (a dict of its fields), or wants "
           "dropped (None).")
      .def("transform_failed", &HookDoor::transform_failed,
           "What becomes of a call whose transform failed.")
      .def_property_readonly(
          "transforms", [](const HookDoor& door) { return to_python(door.transforms()); },
          "The transforms that mappings name.");
}

}  // namespace

void bind_hooks(py::module_& module) {
  bind_record<WakeHook>(module, "A webhook's line for a session, and whether it wakes.");
  bind_record<AgentHook>(module, "A webhook's turn of an agent; None is what was not said.");
  bind_door(module);
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
