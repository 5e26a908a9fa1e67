#include "vagus/engine/engine.hpp"

#include <nlohmann/json.hpp>

#include "module.hpp"
#include "records.hpp"

namespace vagus::bindings {
namespace {

// The zone database is the host's: Python's zoneinfo, asked only for zones that the config names.
Zones read_zones(const Config& config) {
  Zones zones;
  for (const std::string& name : zones_needed(config)) {
    std::vector<ZoneOffset> offsets;
    try {
      for (const py::handle entry : py::module_::import("vagus._zones").attr("offsets")(name)) {
        const auto [at, seconds] = entry.cast<std::pair<Millis, std::int64_t>>();
        offsets.push_back({at, seconds});
      }
    } catch (const py::error_already_set& failure) {
      if (!failure.matches(PyExc_ValueError)) throw;
      continue;  // an unknown zone; the engine names it
    }
    zones.emplace(name, Zone::create(name, std::move(offsets)).value_or_throw());
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
  Zones zones = read_zones(config);
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

void bind_commands(py::module_& module) {
  bind_command<Inbound>(module, "Command: a person's message.");
  bind_command<RequestWake>(module, "Command: ask for a heartbeat.");
  bind_command<PostEvent>(module,
                          "Command: queue a system event and, optionally, wake its session.");
  bind_command<Tick>(module, "Command: time has passed.");
  bind_command<FilesRead>(module, "Command: the answer to ReadFiles.");
  bind_command<ModelReplied>(module, "Command: the model's answer to CallModel.");
  bind_command<ModelFailed>(module, "Command: the model call failed.");
  bind_command<ResetSession>(module, "Command: start a new, empty transcript for a session.");
  bind_command<ForgetSession>(module, "Command: release all that is kept of an idle session.");
  bind_command<ImportTranscript>(module, "Command: append messages to a session's transcript.");
  module.def(
      "command_from_json",
      [](py::handle text) {
        return to_python(command_from_json(text_from_python(text, "text")).value_or_throw());
      },
      py::arg("text"), "The command that ``to_json`` wrote. Raises InvalidInput.");
}

void bind_effects(py::module_& module) {
  bind_effect<TurnQueued>(module, "Effect: a message waits behind the run in flight.");
  bind_effect<TurnRefused>(module, "Effect: a message was not taken; too many wait already.");
  bind_effect<EventPosted>(module, "Effect: a system event was taken.");
  bind_effect<WakeQueued>(module, "Effect: a wake was accepted.");
  bind_effect<RunStarted>(module, "Effect: a run was registered; exactly one RunEnded follows.");
  bind_effect<ReadFiles>(module, "Effect: read these files and answer with FilesRead.");
  bind_effect<CallModel>(module,
                         "Effect: send this prompt and answer with ModelReplied or ModelFailed.");
  bind_effect<Deliver>(module, "Effect: send this text to this route.");
  bind_effect<OverflowDetected>(module, "Effect (reference profile): a precheck failed.");
  bind_effect<SessionReset>(module, "Effect: a session began a new transcript.");
  bind_effect<RunEnded>(module, "Effect: a run is over; its lane is free.");
  bind_effect<SetAlarm>(module, "Effect: call apply again at this time.");
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
