#include "vagus/engine/engine.hpp"

#include "vagus/base/json_codec.hpp"

#include "module.hpp"
#include "records.hpp"
#include "zones.hpp"

namespace vagus::bindings {
namespace {

// Those that the host does not know are left out; the engine names them.
ZoneTable read_zones(const Config& config) {
  ZoneTable zones;
  for (const std::string& name : zones_needed(config)) {
    if (auto offsets = host_offsets(name)) zones.emplace(name, *std::move(offsets));
  }
  return zones;
}

// Two engines with the same seed would call different memories by the same name, so only a host
// that replays a journal names one.
std::int64_t any_seed() {
  const auto bytes = py::module_::import("os").attr("urandom")(7).cast<std::string>();
  std::int64_t seed = 0;
  for (const char byte : bytes) seed = seed * 256 + static_cast<unsigned char>(byte);
  return seed;
}

Engine make_engine(py::handle config_object, py::handle id_seed) {
  Config config = read_config(config_text(config_object)).value_or_throw();
  const std::int64_t seed =
      id_seed.is_none() ? any_seed() : argument<std::int64_t>(id_seed, "id_seed");
  const Zones zones = zones_from(read_zones(config)).value_or_throw();
  return Engine::create(std::move(config), zones, static_cast<std::uint64_t>(seed))
      .value_or_throw();
}

template <class... R>
Command command_argument(py::handle value, std::variant<R...>*) {
  Command command;
  const bool known =
      ((py::isinstance<R>(value) && (command = value.cast<const R&>(), true)) || ...);
  if (!known) refuse("command", value, "must be a vagus command");
  return command;
}

py::object apply(Engine& engine, py::handle command, py::handle now) {
  return to_python(engine
                       .apply(command_argument(command, static_cast<Command*>(nullptr)),
                              argument<Millis>(now, "now_ms"))
                       .value_or_throw());
}

/// A record that is one of several: its plain form says which.
template <Record R, class Variant>
void bind_alternative(py::module_& module, const std::string& summary,
                      std::string (*json_of)(const Variant&)) {
  auto type = bind_fields<R>(module, summary);
  type.def(
      "to_dict",
      [](const R& record) {
        py::dict plain;
        plain["type"] = std::string(R::kName);
        plain.attr("update")(to_plain(record));
        return plain;
      },
      "The fields as plain Python values, with ``type``; fields at None left out.");
  type.def(
      "to_json", [json_of](const R& record) { return json_of(Variant(record)); },
      "Compact JSON text; equal values give equal text.");
}

template <Record R>
void bind_command(py::module_& module, const std::string& summary) {
  bind_alternative<R, Command>(module, summary, &command_to_json);
}

template <Record R>
void bind_effect(py::module_& module, const std::string& summary) {
  bind_alternative<R, Effect>(module, summary, &effect_to_json);
}

Reconfigure make_reconfigure(py::handle config_object) {
  Config config = read_config(config_text(config_object)).value_or_throw();
  ZoneTable zones = read_zones(config);
  return {std::move(config), std::move(zones)};
}

std::string json_of_reconfigure(const Reconfigure& command) {
  return command_to_json(command);
}

// Its configuration has no Python class of its own: it is given, and shown, as plain values.
void bind_reconfigure(py::module_& module) {
  py::class_<Reconfigure> type(module, "Reconfigure",
                               "Command: replace the configuration. Time zones are read when the "
                               "command is made, so that a journal keeps them.");
  type.def(py::init(&make_reconfigure), py::arg("config"),
           "The whole new configuration, as plain values or JSON text. Raises InvalidConfig.");
  type.def_property_readonly(
      "config", [](const Reconfigure& self) { return loads(dump_json(to_json(self.config))); },
      "The configuration as plain values.");
  type.def(
      "to_dict", [](const Reconfigure& self) { return loads(json_of_reconfigure(self)); },
      "The fields as plain Python values, with ``type``.");
  type.def("to_json", &json_of_reconfigure, "Compact JSON text; equal values give equal text.");
  type.def("__eq__", [](const Reconfigure& left, py::handle right) -> py::object {
    if (!py::isinstance<Reconfigure>(right)) {
      return py::reinterpret_borrow<py::object>(Py_NotImplemented);
    }
    return py::bool_(left == right.cast<const Reconfigure&>());
  });
  type.def("__hash__",
           [](const Reconfigure& self) { return py::hash(py::str(json_of_reconfigure(self))); });
  type.def("__repr__", [](const Reconfigure& self) {
    return "Reconfigure(agents=" + std::to_string(self.config.agents.list.size()) + ")";
  });
  type.def("__reduce__", [](const Reconfigure& self) {
    const py::object read = py::module_::import("vagus._core").attr("command_from_json");
    return py::make_tuple(read, py::make_tuple(json_of_reconfigure(self)));
  });
}

void bind_commands(py::module_& module) {
  bind_command<Inbound>(module, "Command: a person's message.");
  bind_command<Steered>(module, "Command: a message was told to the run in flight.");
  bind_command<RequestWake>(module, "Command: ask for a heartbeat.");
  bind_command<PostEvent>(module,
                          "Command: queue a system event and, optionally, wake its session.");
  bind_command<Tick>(module, "Command: time has passed.");
  bind_command<FilesRead>(module, "Command: the answer to ReadFiles.");
  bind_command<ModelReplied>(module, "Command: the model's answer to CallModel.");
  bind_command<ModelFailed>(module, "Command: the model call failed.");
  bind_command<Summarized>(module, "Command: the answer to Summarize.");
  bind_command<SummaryFailed>(module, "Command: there is no summary.");
  bind_command<ResetSession>(module, "Command: start a new, empty transcript for a session.");
  bind_command<ForgetSession>(module, "Command: release all that is kept of an idle session.");
  bind_command<ImportTranscript>(module, "Command: append messages to a session's transcript.");
  bind_command<Delivered>(module, "Command: a reply has arrived.");
  bind_command<DeliveryFailed>(module, "Command: a reply has not arrived.");
  bind_command<SetHeartbeats>(module, "Command: switch all cadences on or off.");
  bind_command<StreamModel>(module, "Command: what the model has said so far.");
  bind_command<AbortRun>(module, "Command: stop runs.");
  bind_command<Subscribe>(module, "Command: tell a subscriber what the runs of a session say.");
  bind_command<Unsubscribe>(module, "Command: a subscriber leaves a session, or is gone.");
  bind_reconfigure(module);
  bind_command<ContextAnswered>(module, "Command: the answer to ContextCall.");
  bind_command<ContextFailed>(module, "Command: a context engine raised.");
  bind_command<RegisterContextEngine>(module, "Command: a context engine is there, once more.");
  bind_command<PrepareSubagent>(module, "Command: a subagent is about to be started.");
  bind_command<SubagentEnded>(module, "Command: a subagent has ended.");
  bind_command<ExecReport>(module, "Command: something happened to a command of a session.");
  bind_command<NodeEvent>(module, "Command: a paired remote node reports something.");
  bind_command<WebhookReceived>(module, "Command: a webhook whose sender is known.");
  bind_command<CronFired>(module, "Command: a cron job is due.");
  bind_command<SubagentReported>(module, "Command: a subagent is done.");
  module.def(
      "command_from_json",
      [](py::handle text) {
        return to_python(command_from_json(text_from_python(text, "text")).value_or_throw());
      },
      py::arg("text"), "The command that ``to_json`` wrote. Raises InvalidInput.");
}

void bind_effects(py::module_& module) {
  bind_effect<TurnQueued>(module, "Effect: a message waits; exactly one TurnSettled follows.");
  bind_effect<TurnRefused>(module, "Effect: a message was not taken.");
  bind_effect<TurnSettled>(module, "Effect: what became of a message that was accepted.");
  bind_effect<SteerRun>(module, "Effect: tell the run in flight this text; answer with Steered.");
  bind_effect<QueueSet>(module, "Effect: a message said /queue; the settings of its session.");
  bind_effect<EventPosted>(module, "Effect: a system event was taken.");
  bind_effect<WakeQueued>(module, "Effect: a wake was accepted.");
  bind_effect<WakeDropped>(module, "Effect: a wake that waited is dead.");
  bind_effect<RunStarted>(module, "Effect: a run was registered; exactly one RunEnded follows.");
  bind_effect<ReadFiles>(module, "Effect: read these files and answer with FilesRead.");
  bind_effect<CallModel>(module,
                         "Effect: send this prompt and answer with ModelReplied or ModelFailed.");
  bind_effect<Summarize>(module,
                         "Effect: have older turns summarised and answer with Summarized or "
                         "SummaryFailed.");
  bind_effect<SummarySettled>(module, "Effect: what became of a summary.");
  bind_effect<Deliver>(module, "Effect: send this text to this route.");
  bind_effect<DeliveryAbandoned>(module, "Effect: a reply was given up.");
  bind_effect<ClockStepped>(module, "Effect: the clock was set back.");
  bind_effect<OverflowDetected>(
      module,
      "Effect: the provider, or a precheck of the reference profile, found a prompt too long.");
  bind_effect<SessionReset>(module, "Effect: a session began a new transcript.");
  bind_effect<RunEnded>(module, "Effect: a run is over; its lane is free.");
  bind_effect<ChatEvent>(module, "Effect: tell these subscribers what a run says, or its end.");
  bind_effect<ChatNotice>(module, "Effect: something was odd about the events of a run.");
  bind_effect<AbortAnswered>(module, "Effect: what an AbortRun did.");
  bind_effect<SetAlarm>(module, "Effect: call apply again at this time.");
  bind_effect<ContextCall>(module,
                           "Effect: call a context engine and answer with ContextAnswered or "
                           "ContextFailed.");
  bind_effect<ContextFallback>(module, "Effect: the built-in engine makes this prompt after all.");
  bind_effect<ContextEngineQuarantined>(module, "Effect: a context engine broke the contract.");
  bind_effect<ProducerHeard>(module, "Effect: what became of the news of a producer.");
  bind_effect<WebhookAnswered>(module, "Effect: answer the web request of a webhook.");
}

}  // namespace

void bind_engine(py::module_& module) {
  bind_commands(module);
  bind_effects(module);
  py::class_<Engine> type(
      module, "Engine",
      "The state machine: commands in, effects out.\n\n"
      "Deterministic and without I/O: the same configuration, seed and commands at the same times "
      "give the same effects, byte for byte. One owner applies one command at a time.");
  type.def(py::init(&make_engine), py::arg("config"), py::kw_only(),
           py::arg("id_seed") = py::none(),
           "An engine for a configuration (a dict or JSON text). Run and context ids come from "
           "``id_seed``: a random one, unless a journal is replayed with the one that it was "
           "written with. Raises InvalidConfig, UnknownAgent.");
  type.def_property_readonly(
      "id_seed", [](const Engine& engine) { return static_cast<std::int64_t>(engine.id_seed()); },
      "Where run and context ids come from; a journal keeps it.");
  type.def(
      "apply", &apply, py::arg("command"), py::arg("now_ms"),
      "Apply a command at a time (ms since the epoch, never decreasing), then run everything "
      "that is due. Returns the effects, to be carried out in order. A raised error leaves the "
      "engine as it was.");
  type.def(
      "wake_fate",
      [](const Engine& engine, py::handle request) {
        return to_python(
            engine.wake_fate(argument<std::int64_t>(request, "request")).value_or_throw());
      },
      py::arg("request"),
      "What became of a request, by the id that WakeQueued gave it. Raises InvalidInput for one "
      "that was never given or is forgotten (``limits.ended_wakes``).");
  type.def(
      "turn_fate",
      [](const Engine& engine, py::handle message) {
        return to_python(
            engine.turn_fate(argument<std::int64_t>(message, "message")).value_or_throw());
      },
      py::arg("message"),
      "Where a message stands, by the number that TurnQueued or TurnSettled gave it. Raises "
      "InvalidInput for one that was never given or is forgotten (``limits.ended_turns``).");
  type.def(
      "explain_wake",
      [](const Engine& engine, py::handle session) {
        return to_python(
            engine.explain_wake(argument<SessionKey>(session, "session_key")).value_or_throw());
      },
      py::arg("session_key"),
      "Why the wake of a session has not run yet. Raises InvalidInput, UnknownAgent.");
  type.def(
      "waiting_wakes", [](const Engine& engine) { return to_python(engine.waiting_wakes()); },
      "Every wake that waits, by session key.");
  type.def(
      "snapshot", [](const Engine& engine) { return loads(dump_json(engine.snapshot())); },
      "What waits, what runs and what is kept, in figures, as plain Python values. No engine can "
      "be "
      "restored from it.");
  type.def("__repr__", [](const Engine& engine) {
    return "Engine(agents=" + std::to_string(engine.config().agents.list.size()) +
           ", id_seed=" + std::to_string(engine.id_seed()) + ")";
  });
}

}  // namespace vagus::bindings
