#include "records.hpp"

#include "module.hpp"
#include "vagus/keys/admission.hpp"

namespace vagus::bindings {
namespace {

// None is no key.
std::string asked_key(py::handle key) {
  return key.is_none() ? std::string() : key_text(key, "session_key");
}

template <class... Kind>
std::optional<std::variant<Kind...>> one_of(py::handle value, const std::variant<Kind...>*) {
  std::optional<std::variant<Kind...>> found;
  ((py::isinstance<Kind>(value) ? (void)found.emplace(value.cast<const Kind&>()) : void()), ...);
  return found;
}

Principal principal_argument(py::handle value) {
  const auto principal = one_of(value, static_cast<const Principal*>(nullptr));
  if (principal) return *principal;
  refuse("principal", value, "must be a HookCaller, GatewayClient, AgentCaller or Operator");
}

AdmissionPolicy make_policy(const py::args& args, const py::kwargs& kwargs) {
  return AdmissionPolicy::create(record_from_python<AdmissionRules>(args, kwargs)).value_or_throw();
}

Admission admit_key(py::handle key, py::handle principal, const AdmissionPolicy& policy,
                    py::handle new_id) {
  return admit(asked_key(key), principal_argument(principal), policy,
               argument<std::optional<std::string>>(new_id, "new_id").value_or(""));
}

HookKey hook_key(py::handle key, py::handle source, py::handle allow, py::handle prefixes,
                 py::handle default_key, py::handle new_id) {
  const HookKeyRules rules{
      argument<bool>(allow, "allow_request_session_key"),
      argument<std::vector<std::string>>(prefixes, "allowed_session_key_prefixes"),
      argument<std::optional<std::string>>(default_key, "default_session_key")};
  return hook_session_key(argument<HookSource>(source, "source"), asked_key(key), rules,
                          text_from_python(new_id, "new_id"));
}

}  // namespace

void bind_admission(py::module_& module) {
  bind_record<HookCaller>(module, "A webhook, as the principal of ``admit``.");
  bind_record<GatewayClient>(module, "A client of the gateway, as the principal of ``admit``.");
  bind_record<AgentCaller>(module,
                           "An agent that acts on sessions, as the principal of ``admit``.");
  bind_record<Operator>(module, "Whoever runs the installation, as the principal of ``admit``.");
  bind_record<Admission>(module, "What became of a key from outside.");
  bind_record<HookKey>(module, "A hook's key as text, or why there is none.");
  py::class_<AdmissionPolicy>(module, "AdmissionPolicy",
                              "What an installation lets in. Immutable; give fields by name.\n\n"
                              "Raises InvalidConfig when the rules do not fit together.")
      .def(py::init(&make_policy))
      .def_static(
          "from_config",
          [](py::handle config) {
            const Config read = read_config(config_text(config)).value_or_throw();
            return AdmissionPolicy::create(admission_rules_of(read)).value_or_throw();
          },
          py::arg("config"),
          "What a configuration lets in: its agents, ``session.main_key`` and ``hooks``. Raises "
          "InvalidConfig.");
  module.def("admit", &admit_key, py::arg("key"), py::arg("principal"), py::arg("policy"),
             py::kw_only(), py::arg("new_id") = py::none(),
             "Whether ``principal`` may use the session called ``key``, and which one that is.\n\n"
             "Never raises for what a key says: the result is allowed or has a code and a reason. "
             "``new_id`` names the session of a hook without a key.");
  module.def("hook_session_key", &hook_key, py::arg("key"), py::kw_only(),
             py::arg("source") = "request", py::arg("allow_request_session_key") = false,
             py::arg("allowed_session_key_prefixes") = py::tuple(),
             py::arg("default_session_key") = py::none(), py::arg("new_id") = "",
             "The text of a hook's session key by the reference's rules: the key given, else the "
             "default, else ``hook:<new_id>``. ``admit`` checks more.");
  module.def(
      "rescope",
      [](py::handle key, py::handle agent) {
        return rescope(asked_key(key),
                       argument<std::optional<std::string>>(agent, "agent").value_or(""));
      },
      py::arg("key"), py::arg("agent") = py::none(),
      "``key`` as a session of ``agent``: an agent key changes its owner, other text stays.");
}

}  // namespace vagus::bindings
