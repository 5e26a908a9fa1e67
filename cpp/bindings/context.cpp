#include "vagus/context/context.hpp"

#include <memory>

#include "counters.hpp"
#include "errors.hpp"
#include "module.hpp"
#include "records.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/workspace.hpp"
#include "vagus/heartbeat/checklist.hpp"

namespace vagus::bindings {
namespace {

// A context with what Python gave it, and the reports on its prompts.
struct BoundContext {
  Context context;
  PriceBook prices;
  py::object counter;     // None: texts are estimated
  py::object summariser;  // None: `assemble` asks for no summary

  TextCounter text_counter() const {
    return counter.is_none() ? TextCounter() : counter_from(counter);
  }
};

std::unique_ptr<BoundContext> make_context(py::handle key, py::handle profile,
                                           const py::object& counter, const py::object& summariser,
                                           py::handle max_messages) {
  Limits limits;
  limits.transcript_messages = argument<std::int64_t>(max_messages, "max_messages");
  if (limits.transcript_messages < 1 || limits.transcript_messages > kMaxCount) {
    refuse("max_messages", max_messages, "must be from 1 to " + std::to_string(kMaxCount));
  }
  if (!counter.is_none()) static_cast<void>(counter_from(counter));
  if (!summariser.is_none() && PyCallable_Check(summariser.ptr()) == 0) {
    refuse("summariser", summariser, "must be callable: a SummaryTask in, its text out");
  }
  return std::make_unique<BoundContext>(BoundContext{
      Context(argument<ContextKey>(key, "key"), argument<Profile>(profile, "profile"), limits),
      {},
      counter,
      summariser});
}

void check_tools(const std::vector<ToolSchema>& tools, py::handle given) {
  if (tools.size() > kMaxTools) {
    refuse("tools", given, "at most " + std::to_string(kMaxTools) + " tools");
  }
}

// The arguments that say what a prompt is made of.
AssemblyRequest request_of(const BoundContext& self, py::handle turn, py::handle system,
                           py::handle tools, py::handle window, py::handle reserve,
                           py::handle model, py::handle history_turns, py::handle rules,
                           py::handle heartbeat_prompts) {
  const ModelConfig limits{argument<std::int64_t>(window, "window"),
                           argument<std::int64_t>(reserve, "reserve")};
  if (limits.window < 1 || limits.window > kMaxCount) {
    refuse("window", window, "must be from 1 to " + std::to_string(kMaxCount));
  }
  if (limits.reserve < 0 || limits.reserve >= limits.window) {
    refuse("reserve", reserve, "must be at least 0 and below the window");
  }
  AssemblyRequest request;
  request.system = text_from_python(system, "system");
  request.turn = argument<std::vector<Message>>(turn, "turn");
  request.tools = argument<std::vector<ToolSchema>>(tools, "tools");
  check_tools(request.tools, tools);
  request.budget = Budget::of(limits, self.context.profile());
  request.model = text_from_python(model, "model");
  request.prices = &self.prices;
  request.history_turns = argument<std::optional<std::int64_t>>(history_turns, "history_turns");
  if (request.history_turns && *request.history_turns < 0) {
    refuse("history_turns", history_turns, "must not be negative");
  }
  request.rules = argument<std::optional<TurnRules>>(rules, "rules");
  if (request.rules) {
    if (auto failed = check_tools(request.tools, *request.rules)) throw Exception(*failed);
  }
  request.heartbeats.prompts =
      argument<std::vector<std::string>>(heartbeat_prompts, "heartbeat_prompts");
  for (std::size_t i = 0; i < request.turn.size(); ++i) {
    if (auto failed = check_message(join_path("turn", i), request.turn[i], Limits{})) {
      throw Exception(*failed);
    }
  }
  return request;
}

using Made = std::variant<Assembly, SummaryTask, Overflow>;

// The prompt, or the summary that is wanted first.
Made prepare(BoundContext& self, AssemblyRequest& request) {
  const TextCounter counter = self.text_counter();
  request.counter = counter ? &counter : nullptr;
  Made made = self.context.assemble(request);
  if (auto* overflow = std::get_if<Overflow>(&made)) {
    throw OverflowException(std::move(overflow->ledger));
  }
  return made;
}

// Asks the summariser until its work is adopted or of no use.
void summarise(BoundContext& self, SummaryTask task) {
  for (;;) {
    std::string text;
    try {
      text = text_from_python(self.summariser(task), "summariser()");
    } catch (const py::error_already_set& failure) {
      static_cast<void>(error_of(failure, "summariser"));
      return self.context.summary_failed(task);
    } catch (const Exception&) {
      return self.context.summary_failed(task);
    }
    SummaryReview review = self.context.summarised(task, text);
    if (!review.again) return;
    task = *std::move(review.again);
  }
}

Assembly assemble(BoundContext& self, AssemblyRequest request) {
  request.summarise = !self.summariser.is_none();
  for (std::int64_t summaries = 0;; ++summaries) {
    if (summaries == kSummariesPerPrompt) request.summarise = false;
    Made made = prepare(self, request);
    if (auto* assembly = std::get_if<Assembly>(&made)) return std::move(*assembly);
    summarise(self, std::get<SummaryTask>(std::move(made)));
  }
}

/// `name`, a method that takes what a prompt is made of.
template <class Act>
void def_prompt(py::class_<BoundContext>& type, const char* name, Act act, const char* doc) {
  type.def(
      name,
      [act](BoundContext& self, py::handle turn, py::handle system, py::handle tools,
            py::handle window, py::handle reserve, py::handle model, py::handle history_turns,
            py::handle rules, py::handle heartbeat_prompts) {
        return act(self, request_of(self, turn, system, tools, window, reserve, model,
                                    history_turns, rules, heartbeat_prompts));
      },
      py::arg("turn"), py::kw_only(), py::arg("system") = "", py::arg("tools") = py::tuple(),
      py::arg("window") = ModelConfig{}.window, py::arg("reserve") = ModelConfig{}.reserve,
      py::arg("model") = "", py::arg("history_turns") = py::none(), py::arg("rules") = py::none(),
      py::arg("heartbeat_prompts") = py::tuple(), doc);
}

// The objects of Python that it holds may hold it.
int traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  if (!py::detail::is_holder_constructed(object)) return 0;
  const auto& self = py::cast<BoundContext&>(py::handle(object));
  Py_VISIT(self.counter.ptr());
  Py_VISIT(self.summariser.ptr());
  return 0;
}

int clear(PyObject* object) {
  auto& self = py::cast<BoundContext&>(py::handle(object));
  self.counter = py::none();
  self.summariser = py::none();
  return 0;
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

py::object explanation(const Assembly& made) {
  return py::module_::import("vagus._explain")
      .attr("Explanation")(to_python(made.plan), made.ledger);
}

void bind_assembly(py::module_& module) {
  bind_record<MessageFate>(module, "One line of a plan: what became of some messages, and why.");
  py::class_<Assembly> assembly(module, "Assembly", "A prompt that fits, ready to send.");
  assembly.def_property_readonly(
      "messages", [](const Assembly& made) { return to_python(made.messages); },
      "The whole prompt, system message first.");
  assembly.def_property_readonly(
      "turn", [](const Assembly& made) { return to_python(made.turn); },
      "The newest turn as it is shown: what is to be appended when it is answered.");
  assembly.def_property_readonly(
      "ledger", [](const Assembly& made) { return made.ledger; }, "What it costs.");
  assembly.def("explain", &explanation,
               "What became of every message, and why: a list of MessageFate that prints as a "
               "table, in a notebook with a bar of the budget.");
  assembly.def("_repr_html_",
               [](const Assembly& made) { return explanation(made).attr("_repr_html_")(); });
  assembly.def(
      "to_dict",
      [](const Assembly& made) {
        py::dict plain;
        plain["messages"] = to_plain(made.messages);
        plain["ledger"] = to_plain(made.ledger);
        plain["plan"] = to_plain(made.plan);
        return plain;
      },
      "Messages, ledger and plan as plain Python values.");
  assembly.def("__repr__", [](const Assembly& made) {
    return "Assembly(messages=" + std::to_string(made.messages.size()) +
           ", tokens=" + std::to_string(made.ledger.estimated) +
           ", budget=" + std::to_string(made.ledger.budget) + ")";
  });
}

void bind_prompts(py::class_<BoundContext>& type) {
  def_prompt(
      type, "assemble", &assemble,
      "Make a prompt of the system text, as much of the newest history as fits, and ``turn``, a "
      "list of messages.\n\nTools are sent beside the prompt and count like it. ``model`` names "
      "whose reports (see ``observe``) the price is anchored to; ``history_turns`` is the most "
      "turns of history; with ``rules`` the prompt keeps those of that provider; a history's "
      "heartbeats that found nothing are known by ``heartbeat_prompts``, what their messages begin "
      "with.\n\nWhere it does not fit, heartbeats without news go, then images of old turns, then "
      "old tool results are cut, then the summariser is asked, then old turns are left out, then "
      "the turn's own results and texts are cut; the ledger's ``steps`` tell which. Raises "
      "ContextOverflow, with the ledger, when what cannot be cut is alone beyond ``window - "
      "reserve`` tokens; InvalidInput for wrong arguments and for a counter that fails. The "
      "context is unchanged then.");
  def_prompt(
      type, "prepare",
      [](BoundContext& self, AssemblyRequest request) {
        request.summarise = true;
        Made made = prepare(self, request);
        auto* task = std::get_if<SummaryTask>(&made);
        return task != nullptr ? py::cast(std::move(*task))
                               : py::cast(std::get<Assembly>(std::move(made)));
      },
      "The same for hosts that summarise in their own time: an Assembly, or a SummaryTask to be "
      "answered with ``summarised`` or ``summary_failed`` before the next call.");
  def_prompt(
      type, "admit",
      [](BoundContext& self, AssemblyRequest request) {
        const TextCounter counter = self.text_counter();
        request.counter = counter ? &counter : nullptr;
        return self.context.admit(request);
      },
      "Whether the prompt would fit as it is, without making it: a Pressure. What it costs does "
      "not depend on how long the history is.");
}

void bind_summaries(py::class_<BoundContext>& type) {
  type.def(
      "summarised",
      [](BoundContext& self, py::handle task, py::handle text) {
        return self.context.summarised(argument<SummaryTask>(task, "task"),
                                       text_from_python(text, "text"));
      },
      py::arg("task"), py::arg("text"),
      "Take in what a summariser wrote for ``task``: a SummaryReview tells what became of it, and "
      "whether to ask once more.");
  type.def(
      "summary_failed",
      [](BoundContext& self, py::handle task) {
        self.context.summary_failed(argument<SummaryTask>(task, "task"));
      },
      py::arg("task"), "There is no summary for ``task``: the next prompt does without.");
  type.def(
      "observe",
      [](BoundContext& self, const Assembly& sent, py::handle input_tokens, py::handle model) {
        const UsageReport report{text_from_python(model, "model"), sent.sent.revision,
                                 sent.sent.estimated,
                                 argument<std::int64_t>(input_tokens, "input_tokens")};
        if (auto failed = self.prices.observe(report)) throw Exception(*failed);
        self.context.observe(sent.sent);
      },
      py::arg("sent"), py::kw_only(), py::arg("input_tokens"), py::arg("model"),
      "Take in what the provider reported on a prompt: its input tokens, cached ones included. "
      "Later prompts of ``model`` that begin with it cost what was reported and the estimate of "
      "what is new. Raises InvalidInput, and changes nothing.");
}

void bind_memory(py::module_& module) {
  py::class_<BoundContext> type(
      module, "Context",
      "The transcript of one ContextKey and the only way to make prompts from it.\n\n"
      "A prompt never exceeds its budget, never holds an unpaired tool call or result, and always "
      "holds the newest turn: whole, or its longest texts cut where nothing else helps.",
      py::custom_type_setup([](PyHeapTypeObject* heap_type) {
        auto* raw = &heap_type->ht_type;
        raw->tp_flags |= Py_TPFLAGS_HAVE_GC;
        raw->tp_traverse = &traverse;
        raw->tp_clear = &clear;
      }));
  type.def(py::init(&make_context), py::arg("key"), py::kw_only(), py::arg("profile") = "vagus",
           py::arg("counter") = py::none(), py::arg("summariser") = py::none(),
           py::arg("max_messages") = Limits{}.transcript_messages,
           "An empty transcript for ``key``, a ContextKey, of at most ``max_messages``; then the "
           "oldest turns are forgotten.\n\n``counter`` counts texts exactly (see "
           "``vagus.counters``); without one they are estimated. ``summariser`` takes a "
           "SummaryTask and returns its text; when it raises, the prompt does without.");
  type.def(
      "append",
      [](BoundContext& self, py::handle message, py::handle pinned) {
        const TextCounter counter = self.text_counter();
        AppendOptions options;
        options.pinned = argument<bool>(pinned, "pinned");
        options.counter = counter ? &counter : nullptr;
        if (auto failed = self.context.append(argument<Message>(message, "message"), options)) {
          throw Exception(*failed);
        }
      },
      py::arg("message"), py::kw_only(), py::arg("pinned") = false,
      "Add a message at the end; a pinned one, of text and images, is in every prompt. Raises "
      "InvalidInput, and changes nothing.");
  type.def(
      "commit_turn",
      [](BoundContext& self, py::handle key, py::handle messages, py::handle heartbeat,
         py::handle ack_max_chars) {
        const TextCounter counter = self.text_counter();
        const CommittedTurn turn{text_from_python(key, "key"),
                                 argument<std::vector<Message>>(messages, "messages"),
                                 argument<bool>(heartbeat, "heartbeat"),
                                 argument<std::int64_t>(ack_max_chars, "ack_max_chars")};
        return to_python(
            self.context.commit_turn(turn, counter ? &counter : nullptr).value_or_throw());
      },
      py::arg("key"), py::arg("messages"), py::kw_only(), py::arg("heartbeat") = false,
      py::arg("ack_max_chars") = CommittedTurn{}.ack_max_chars,
      "Add all messages of a turn that is over, once however often it is told: 'committed', or "
      "'duplicate' for a key that was committed before, or 'left-out' for a heartbeat that ends "
      "in an acknowledgement. Raises InvalidInput, and adds nothing.");
  bind_prompts(type);
  bind_summaries(type);
  type.def_property_readonly(
      "key", [](const BoundContext& self) { return self.context.key(); }, "The memory identity.");
  type.def_property_readonly(
      "messages", [](const BoundContext& self) { return to_python(self.context.messages()); },
      "The whole transcript, oldest first.");
  type.def_property_readonly(
      "tokens", [](const BoundContext& self) { return self.context.tokens(); },
      "Tokens of the transcript, without margin.");
  type.def_property_readonly(
      "prices", [](const BoundContext& self) { return self.prices; },
      "A copy of what providers reported: a PriceBook.");
  type.def(
      "__len__", [](const BoundContext& self) { return self.context.messages().size(); },
      "How many messages the transcript holds.");
  type.def("__repr__", [](const BoundContext& self) {
    return "Context('" + self.context.key().str() +
           "', messages=" + std::to_string(self.context.messages().size()) +
           ", tokens=" + std::to_string(self.context.tokens()) + ")";
  });
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
  bind_assembly(module);
  bind_memory(module);
}

}  // namespace vagus::bindings
