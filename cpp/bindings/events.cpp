#include "vagus/events/event_queue.hpp"

#include "module.hpp"
#include "records.hpp"
#include "vagus/events/classify.hpp"
#include "vagus/events/render.hpp"

// System events. Python sees all this as the module `vagus.events`.
namespace vagus::bindings {
namespace {

EventReceipt post(EventQueue& queue, py::handle session, py::handle text, py::handle at,
                  py::handle tag, py::handle route, py::handle trusted, py::handle replaces) {
  SystemEvent event;
  event.text = text_from_python(text, "text");
  event.at = argument<Millis>(at, "at_ms");
  from_python(tag, "tag", event.tag);
  from_python(route, "route", event.route);
  from_python(trusted, "trusted", event.trusted);
  from_python(replaces, "replaces", event.replaces);
  return queue.post(argument<SessionKey>(session, "session_key"), std::move(event))
      .value_or_throw();
}

// The name of a run that may lease events.
std::string new_run(const EventQueue& queue, py::handle run_id) {
  std::string run = text_from_python(run_id, "run_id");
  if (queue.has_lease(run)) refuse("run_id", run_id, "already has a lease");
  return run;
}

void bind_posting(py::class_<EventQueue>& type) {
  type.def(
      "post",
      [](EventQueue& queue, py::handle session, py::handle text, py::handle at, py::handle tag,
         py::handle route, py::handle trusted, py::handle replaces) {
        return to_python(post(queue, session, text, at, tag, route, trusted, replaces));
      },
      py::arg("session_key"), py::arg("text"), py::kw_only(), py::arg("at_ms"),
      py::arg("tag") = py::none(), py::arg("route") = py::none(), py::arg("trusted") = false,
      py::arg("replaces") = false,
      "Queue a line of text: ``queued``, or ``duplicate`` when one with the same text, tag, route "
      "and trust waits: any when it has a tag, else only the newest. ``replaces`` removes older "
      "ones with its tag and route. Raises InvalidInput or InvalidKey.");
}

void bind_leases(py::class_<EventQueue>& type) {
  type.def(
      "lease_all",
      [](EventQueue& queue, py::handle session, py::handle run_id) {
        return queue.lease_all(argument<SessionKey>(session, "session_key"),
                               new_run(queue, run_id));
      },
      py::arg("session_key"), py::arg("run_id"),
      "Hand all that waits to a run, until it commits or gives back.");
  type.def(
      "lease_for",
      [](EventQueue& queue, py::handle session, py::handle run_id, py::handle route) {
        return queue.lease_for(argument<SessionKey>(session, "session_key"), new_run(queue, run_id),
                               argument<std::optional<DeliveryRoute>>(route, "route"));
      },
      py::arg("session_key"), py::arg("run_id"), py::arg("route"),
      "As ``lease_all``, but only events without a route and those whose reply goes to ``route``.");
  type.def(
      "lease_some",
      [](EventQueue& queue, py::handle session, py::handle run_id, py::handle ids) {
        return queue.lease_some(argument<SessionKey>(session, "session_key"),
                                new_run(queue, run_id),
                                argument<std::vector<std::int64_t>>(ids, "ids"));
      },
      py::arg("session_key"), py::arg("run_id"), py::arg("ids"),
      "As ``lease_all``, but only the events with these ids.");
  type.def(
      "commit",
      [](EventQueue& queue, py::handle run_id) {
        queue.commit(text_from_python(run_id, "run_id"));
      },
      py::arg("run_id"), "The run showed what it had leased: that is gone.");
  type.def(
      "give_back",
      [](EventQueue& queue, py::handle run_id) {
        queue.give_back(text_from_python(run_id, "run_id"));
      },
      py::arg("run_id"), "The run failed: what it had leased waits again, in its old order.");
}

}  // namespace

void bind_events(py::module_& module) {
  bind_record<SystemEvent>(module, "A line of text that the next run of a session shows.");
  bind_record<EventBatch>(module, "What waits in a session, or is handed to one run to show.");
  py::class_<EventQueue> type(
      module, "EventQueue",
      "System events by session: bounded, each once, leased to one run at a time.\n\n"
      "At most 20 wait in a session; older ones give way and are counted.");
  type.def(py::init([] { return EventQueue(Limits{}); }), "An empty queue.");
  bind_posting(type);
  bind_leases(type);
  type.def(
      "waiting",
      [](const EventQueue& queue, py::handle session) {
        return queue.waiting_in(argument<SessionKey>(session, "session_key"));
      },
      py::arg("session_key"), "What waits in a session, leased events not included.");
  type.def(
      "clear",
      [](EventQueue& queue, py::handle session) {
        queue.clear(argument<SessionKey>(session, "session_key"));
      },
      py::arg("session_key"), "Remove what waits in a session, leases not included.");
  type.def("__repr__", [](const EventQueue& queue) {
    return "EventQueue(sessions=" + std::to_string(queue.sessions()) + ")";
  });
  const auto of_text = [&module](const char* name, bool (*is)(std::string_view), const char* doc) {
    module.def(
        name, [is](py::handle text) { return is(text_view(text, "text")); }, py::arg("text"), doc);
  };
  of_text("is_exec_completion", &is_exec_completion,
          "True for the line that tells the end of a command.");
  of_text("is_relayable_exec_completion", &is_relayable_exec_completion,
          "True for a completion with output, or with an end other than code 0.");
  of_text("is_cron_event", &is_cron_event,
          "True for what a cron job has to say: neither noise nor a command's completion.");
  of_text("is_noise", &is_noise,
          "True for text that tells nothing: blank, an acknowledgement, a heartbeat's own poll.");
  module.def(
      "event_class",
      [](py::handle event) { return to_python(class_of(argument<SystemEvent>(event, "event"))); },
      py::arg("event"), "What a SystemEvent is about: exec, cron, noise or other.");
  module.def(
      "render_events",
      [](py::handle batch) { return render_events(argument<EventBatch>(batch, "batch")); },
      py::arg("batch"),
      "The lines that show an EventBatch to a model; what is not trusted is defused and says so.");
}

}  // namespace vagus::bindings
