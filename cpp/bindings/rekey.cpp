#include "records.hpp"

#include "module.hpp"
#include "vagus/routing/rekey.hpp"

namespace vagus::bindings {
namespace {

Config read_config_argument(py::handle config, const std::string& name) {
  Result<Config> read = read_config(config_text(config));
  if (!read) throw Exception(renamed(read.error(), name + "." + read.error().field));
  return *std::move(read);
}

std::vector<std::string> key_texts(const py::sequence& keys) {
  std::vector<std::string> texts;
  for (const py::handle key : keys) {
    const bool typed = py::isinstance<SessionKey>(key);
    texts.push_back(typed ? key.cast<const SessionKey&>().str()
                          : text_from_python(key, join_path("keys", texts.size())));
  }
  return texts;
}

RekeyPlan plan(py::handle old_config, py::handle new_config, const py::sequence& keys) {
  return plan_rekey(read_config_argument(old_config, "old_config"),
                    read_config_argument(new_config, "new_config"), key_texts(keys))
      .value_or_throw();
}

py::dict mapping(const RekeyPlan& plan) {
  py::dict renames;
  for (const RekeyStep& step : plan.steps) {
    if (step.outcome == RekeyOutcome::rename) renames[py::str(step.key)] = to_python(step.to);
  }
  return renames;
}

// One line for every key that does not simply stay.
std::string plan_repr(const RekeyPlan& plan) {
  std::string text = "RekeyPlan(kept=" + std::to_string(plan.kept) +
                     ", renames=" + std::to_string(plan.renames) +
                     ", conflicts=" + std::to_string(plan.conflicts) +
                     ", orphans=" + std::to_string(plan.orphans) + ")";
  for (const RekeyStep& step : plan.steps) {
    if (step.outcome == RekeyOutcome::kept) continue;
    text += "\n  " + std::string(name_of(step.outcome)) + " " + quote_clipped(step.key);
    if (step.to) text += " -> " + step.to->str();
    if (!step.reason.empty()) text += ": " + step.reason;
  }
  return text;
}

}  // namespace

void bind_rekey(py::module_& module) {
  bind_record<RekeyStep>(module, "What becomes of one stored session.");
  auto type =
      bind_record<RekeyPlan>(module, "What a change of configuration does to all stored sessions.");
  type.def("mapping", &mapping, "The renames, which are safe in any order: old key to new key.");
  // Not `def`, which would only add an overload behind the record's own.
  type.attr("__repr__") = py::cpp_function(&plan_repr, py::is_method(type));
  module.def("plan_rekey", &plan, py::arg("old_config"), py::arg("new_config"), py::arg("keys"),
             "How the sessions stored as ``keys`` under one configuration are found under another."
             "\n\nRaises InvalidConfig. Text that is no session key is an orphan.");
}

}  // namespace vagus::bindings
