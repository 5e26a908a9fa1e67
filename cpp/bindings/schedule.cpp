#include "vagus/heartbeat/schedule.hpp"

#include "module.hpp"
#include "records.hpp"
#include "vagus/text/time_of_day.hpp"
#include "vagus/text/unicode.hpp"
#include "zones.hpp"

// When an agent beats. Python sees all this as the module `vagus.schedule`.
namespace vagus::bindings {
namespace {

constexpr std::string_view kUtc = "UTC";

Millis interval_from_python(py::handle every) {
  const Millis interval = argument<Duration>(every, "every").millis();
  if (interval == 0) refuse("every", every, "must be longer than nothing");
  return interval;
}

AgentId agent_from_python(py::handle agent) {
  AgentId id = argument<AgentId>(agent, "agent");
  if (id.empty()) refuse("agent", agent, "must not be empty");
  return id;
}

// Where the interval begins: as it was given, or that of an agent.
Millis phase_from_python(py::handle phase, py::handle seed, py::handle agent, Millis interval) {
  if (seed.is_none() != agent.is_none()) refuse("agent", agent, "goes together with a seed");
  if (seed.is_none()) return phase.is_none() ? 0 : argument<Millis>(phase, "phase_ms");
  if (!phase.is_none()) refuse("phase_ms", phase, "follows from seed and agent");
  return phase_of(text_from_python(seed, "seed"), agent_from_python(agent), interval);
}

void check_time_of_day(py::handle text, const std::string& field, bool is_end) {
  if (parse_time_of_day(text_view(text, field), is_end)) return;
  refuse(field, text,
         is_end ? "must be HH:MM from 00:00 to 24:00" : "must be HH:MM from 00:00 to 23:59");
}

ActiveHours hours_from_python(py::handle hours, py::handle timezone) {
  Zone zone = zone_argument(timezone, "timezone");
  if (hours.is_none()) return ActiveHours();
  const py::tuple times = items_of(hours, "active_hours", "a start and an end");
  if (times.size() != 2) refuse("active_hours", hours, "must be a start and an end");
  check_time_of_day(times[0], "active_hours[0]", /*is_end=*/false);
  check_time_of_day(times[1], "active_hours[1]", /*is_end=*/true);
  return ActiveHours({times[0].cast<std::string>(), times[1].cast<std::string>(), ""},
                     std::move(zone));
}

// The reference's rule: hours that cannot be read are none.
ActiveHours lenient_hours(py::handle hours, py::handle timezone) {
  try {
    return hours_from_python(hours, timezone);
  } catch (const Exception&) {
    return ActiveHours();
  }
}

Schedule make_schedule(py::handle every, py::handle phase, py::handle seed, py::handle agent,
                       py::handle hours, py::handle timezone, py::handle lenient) {
  const Millis interval = interval_from_python(every);
  return Schedule(interval, phase_from_python(phase, seed, agent, interval),
                  argument<bool>(lenient, "lenient") ? lenient_hours(hours, timezone)
                                                     : hours_from_python(hours, timezone));
}

Millis time_from_python(py::handle value, const std::string& field) {
  const Millis at = argument<Millis>(value, field);
  if (auto failed = check_time(field, at)) throw Exception(*failed);
  return at;
}

Millis parse_span(py::handle text, py::handle unit) {
  const auto bare = Duration::unit_millis(text_view(unit, "unit"));
  if (!bare) refuse("unit", unit, "must be d, h, m, s or ms");
  return Duration::parse(text_view(text, "duration"), *bare).value_or_throw().millis();
}

void bind_schedule_class(py::module_& module) {
  py::class_<Schedule> type(
      module, "Schedule",
      "When one agent beats: instants on a grid, inside its active hours.\n\n"
      "The grid is every ``every`` from ``phase_ms`` on; with ``seed`` and ``agent`` the phase is "
      "the agent's own. ``active_hours`` is a start and an end, ``HH:MM`` by the clock of "
      "``timezone``; an end before the start is on the next day, equal ones never open. Raises "
      "InvalidInput, or InvalidKey for the agent; ``lenient`` takes hours that make no sense for "
      "no "
      "hours, as the reference does, instead.");
  type.def(py::init(&make_schedule), py::arg("every"), py::kw_only(),
           py::arg("phase_ms") = py::none(), py::arg("seed") = py::none(),
           py::arg("agent") = py::none(), py::arg("active_hours") = py::none(),
           py::arg("timezone") = kUtc, py::arg("lenient") = false);
  type.def(
      "next_after",
      [](const Schedule& schedule, py::handle now) {
        return schedule.next_after(time_from_python(now, "now_ms"));
      },
      py::arg("now_ms"),
      "The first slot after ``now_ms`` inside the active hours. When none comes within seven days, "
      "the time that the hours open; when they never do, the first slot of all.");
  type.def(
      "next_in_place_of",
      [](const Schedule& schedule, py::handle before, py::handle slot, py::handle now) {
        if (!py::isinstance<Schedule>(before)) refuse("before", before, "must be a Schedule");
        return schedule.next_in_place_of(before.cast<const Schedule&>(),
                                         argument<Millis>(slot, "slot_ms"),
                                         time_from_python(now, "now_ms"));
      },
      py::arg("before"), py::kw_only(), py::arg("slot_ms"), py::arg("now_ms"),
      "The next slot when this schedule takes the place of ``before``, whose next one was "
      "``slot_ms``: that one when nothing changed and it is still ahead, else the first after "
      "``now_ms``.");
  type.def(
      "is_active",
      [](const Schedule& schedule, py::handle at) {
        return schedule.hours().contains(time_from_python(at, "at_ms"));
      },
      py::arg("at_ms"), "True inside the active hours.");
  type.def_property_readonly("every_ms", &Schedule::interval, "From one slot to the next.");
  type.def_property_readonly("phase_ms", &Schedule::phase, "Where the grid begins.");
  type.def("__eq__", [](const Schedule& left, py::handle right) -> py::object {
    if (!py::isinstance<Schedule>(right)) {
      return py::reinterpret_borrow<py::object>(Py_NotImplemented);
    }
    return py::bool_(left == right.cast<const Schedule&>());
  });
  type.def("__hash__", [](const Schedule& schedule) {
    return py::hash(py::make_tuple(schedule.interval(), schedule.phase()));
  });
  type.def("__repr__", [](const Schedule& schedule) {
    return "Schedule(every='" + Duration(schedule.interval()).str() +
           "', phase_ms=" + std::to_string(schedule.phase()) + ")";
  });
}

}  // namespace

void bind_schedule(py::module_& module) {
  bind_schedule_class(module);
  module.def(
      "phase_of",
      [](py::handle seed, py::handle agent, py::handle every) {
        return phase_of(text_from_python(seed, "seed"), agent_from_python(agent),
                        interval_from_python(every));
      },
      py::arg("seed"), py::arg("agent"), py::arg("every"),
      "Where in the interval ``every`` an agent beats, in milliseconds: the same after every "
      "restart, and another for nearly every agent. Raises InvalidInput or InvalidKey.");
  module.def("parse_duration", &parse_span, py::arg("text"), py::kw_only(), py::arg("unit") = "m",
             "Milliseconds of a span such as ``5m``, ``1h30m`` or ``250ms``; a bare number counts "
             "``unit``: d, h, m, s or ms. Raises InvalidInput.");
}

}  // namespace vagus::bindings
