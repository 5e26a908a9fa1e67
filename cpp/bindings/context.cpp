#include "vagus/context/context.hpp"

#include "errors.hpp"
#include "module.hpp"
#include "records.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/workspace.hpp"
#include "vagus/heartbeat/checklist.hpp"

namespace vagus::bindings {
namespace {

Context make_context(py::handle key, py::handle profile) {
  return Context(argument<ContextKey>(key, "key"), argument<Profile>(profile, "profile"), Limits{});
}

Assembly assemble(Context& context, py::handle turn, py::handle system, py::handle window,
                  py::handle reserve) {
  ModelConfig model{argument<std::int64_t>(window, "window"),
                    argument<std::int64_t>(reserve, "reserve")};
  if (model.window < 1 || model.window > kMaxCount) {
    refuse("window", window, "must be from 1 to " + std::to_string(kMaxCount));
  }
  if (model.reserve < 0 || model.reserve >= model.window) {
    refuse("reserve", reserve, "must be at least 0 and below the window");
  }
  AssemblyRequest request;
  request.system = text_from_python(system, "system");
  request.turn = argument<std::vector<Message>>(turn, "turn");
  request.budget = Budget::of(model, context.profile());
  for (std::size_t i = 0; i < request.turn.size(); ++i) {
    if (auto failed = check_message(join_path("turn", i), request.turn[i], Limits{})) {
      throw Exception(*failed);
    }
  }
  auto made = context.assemble(request);
  if (auto* overflow = std::get_if<Overflow>(&made)) {
    throw OverflowException(std::move(overflow->ledger));
  }
  return std::get<Assembly>(std::move(made));
}

void bind_messages(py::module_& module) {
  bind_record<Part>(module, "One piece of a message; ``kind`` says which fields mean something.");
  auto type = bind_record<Message>(module, "One message, in no provider's dialect.");
  type.def_static(
      "of",
      [](py::handle role, py::handle text) {
        return text_message(argument<Role>(role, "role"), text_from_python(text, "text"));
      },
      py::arg("role"), py::arg("text"), "A message of one text part.");
  type.def_property_readonly("text", &text_of,
                             "The text of all text and tool-result parts, joined by newlines.");
  module.def(
      "estimate_tokens",
      [](py::handle message, py::handle profile) {
        return estimate_tokens(argument<Message>(message, "message"),
                               argument<Profile>(profile, "profile"));
      },
      py::arg("message"), py::kw_only(), py::arg("profile") = "vagus",
      "Estimated tokens of one message, without the safety margin.");
}

}  // namespace

void bind_context(py::module_& module) {
  py::list files;
  for (const std::string_view name : kWorkspaceFiles) files.append(std::string(name));
  files.append(std::string(kChecklistFile));
  module.attr("WORKSPACE_FILES") = py::tuple(files);
  bind_messages(module);
  bind_record<LedgerPart>(module, "One kind of content in a prompt and what it costs.");
  bind_record<RecoveryStep>(module, "One step by which a prompt was made to fit its budget.");
  bind_record<Ledger>(module, "Token costs of one prompt, part by part, against its budget.");
  py::class_<Assembly> assembly(module, "Assembly", "A prompt that fits, ready to send.");
  assembly.def_property_readonly(
      "messages", [](const Assembly& made) { return to_python(made.messages); },
      "The whole prompt, system message first.");
  assembly.def_property_readonly(
      "ledger", [](const Assembly& made) { return made.ledger; }, "What it costs.");
  assembly.def(
      "to_dict",
      [](const Assembly& made) {
        py::dict plain;
        plain["messages"] = to_plain(made.messages);
        plain["ledger"] = to_plain(made.ledger);
        return plain;
      },
      "Messages and ledger as plain Python values.");
  assembly.def("__repr__", [](const Assembly& made) {
    return "Assembly(messages=" + std::to_string(made.messages.size()) +
           ", tokens=" + std::to_string(made.ledger.estimated) +
           ", budget=" + std::to_string(made.ledger.budget) + ")";
  });
  py::class_<Context> type(
      module, "Context",
      "The transcript of one ContextKey and the only way to make prompts from it.\n\n"
      "A prompt never exceeds its budget, never holds an unpaired tool call or result, and always "
      "holds the newest turn: whole, or its longest texts cut where nothing else helps.");
  type.def(py::init(&make_context), py::arg("key"), py::kw_only(), py::arg("profile") = "vagus",
           "An empty transcript for ``key``, a ContextKey.");
  type.def(
      "append",
      [](Context& context, py::handle message) {
        if (auto failed = context.append(argument<Message>(message, "message"))) {
          throw Exception(*failed);
        }
      },
      py::arg("message"), "Add a message at the end. Raises InvalidInput.");
  type.def(
      "assemble", &assemble, py::arg("turn"), py::kw_only(), py::arg("system") = "",
      py::arg("window") = ModelConfig{}.window, py::arg("reserve") = ModelConfig{}.reserve,
      "Make a prompt of the system text, as much of the newest history as fits, and ``turn``, "
      "a list of messages. Where that does not fit, old tool results are cut, then old turns are "
      "left out, then the turn's own results and texts are cut; the ledger's ``steps`` tell "
      "which.\n\nRaises ContextOverflow, with the ledger, when system text and what cannot "
      "be cut of the turn are alone beyond ``window - reserve`` tokens.");
  type.def_property_readonly("key", &Context::key, "The memory identity.");
  type.def_property_readonly(
      "messages", [](const Context& context) { return to_python(context.messages()); },
      "The whole transcript, oldest first.");
  type.def_property_readonly("tokens", &Context::tokens,
                             "Estimated tokens of the transcript, without margin.");
  type.def(
      "__len__", [](const Context& context) { return context.messages().size(); },
      "How many messages the transcript holds.");
  type.def("__repr__", [](const Context& context) {
    return "Context('" + context.key().str() +
           "', messages=" + std::to_string(context.messages().size()) +
           ", tokens=" + std::to_string(context.tokens()) + ")";
  });
}

}  // namespace vagus::bindings
