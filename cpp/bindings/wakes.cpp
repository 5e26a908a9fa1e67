#include "records.hpp"

#include "module.hpp"
#include "vagus/wakes/wake_queue.hpp"

namespace vagus::bindings {
namespace {

WakeReceipt request(WakeQueue& queue, py::handle now, py::handle session, py::handle kind,
                    py::handle reason, py::handle coalesce) {
  return queue
      .request(argument<Millis>(now, "now_ms"), argument<SessionKey>(session, "session_key"),
               argument<WakeKind>(kind, "kind"), text_from_python(reason, "reason"),
               argument<Millis>(coalesce, "coalesce_ms"))
      .value_or_throw();
}

py::object settle(WakeQueue& queue, py::handle token, py::handle outcome, py::handle now,
                  py::handle retry_at) {
  return to_python(queue
                       .settle(argument<std::int64_t>(token, "token"),
                               argument<WakeOutcome>(outcome, "outcome"),
                               argument<Millis>(now, "now_ms"),
                               argument<std::optional<Millis>>(retry_at, "retry_at_ms"))
                       .value_or_throw());
}

std::vector<Wake> due(WakeQueue& queue, py::handle now) {
  const Millis at = argument<Millis>(now, "now_ms");
  if (auto failed = check_time("now_ms", at)) throw Exception(*failed);
  return queue.due(at);
}

}  // namespace

void bind_wakes(py::module_& module) {
  bind_record<WakeCause>(module, "One producer's reason for a wake, and how often it was given.");
  bind_record<Wake>(module, "Everything that was asked of one session since it last ran.");
  bind_record<WakeReceipt>(module, "What became of a wake request.");
  py::class_<WakeQueue> type(
      module, "WakeQueue",
      "Pending wakes, one per session; requests for the same session merge.\n\n"
      "Merging keeps the higher priority, the earlier due time and every cause. A failed wake is "
      "tried again after 1 s, doubling to 60 s, and only ``manual`` brings it forward; a held "
      "session waits without being polled.");
  type.def(py::init([] { return WakeQueue(Limits{}); }), "An empty queue.");
  type.def("request", &request, py::arg("now_ms"), py::arg("session_key"), py::kw_only(),
           py::arg("kind") = "wake", py::arg("reason") = "",
           py::arg("coalesce_ms") = kCoalesceMillis,
           "Ask for a run of ``session_key``. Raises InvalidInput.");
  type.def(
      "due", [](WakeQueue& queue, py::handle now) { return to_python(due(queue, now)); },
      py::arg("now_ms"), "Take out every wake that may run now. Each must be settled.");
  type.def("settle", &settle, py::arg("token"), py::arg("outcome"), py::arg("now_ms"),
           py::kw_only(), py::arg("retry_at_ms") = py::none(),
           "End a wake: done, deferred (until ``retry_at_ms``) or failed. Returns when it is tried "
           "again, or None when it is over. Raises InvalidInput for a token that is not out.");
  type.def(
      "hold",
      [](WakeQueue& queue, py::handle key) {
        queue.hold(argument<SessionKey>(key, "session_key"));
      },
      py::arg("session_key"), "Keep a busy session's wake back. Holds are counted.");
  type.def(
      "release",
      [](WakeQueue& queue, py::handle key) {
        queue.release(argument<SessionKey>(key, "session_key"));
      },
      py::arg("session_key"), "Undo one hold.");
  type.def(
      "next_due", [](const WakeQueue& queue) { return to_python(queue.next_due()); },
      "When the next wake that is not held is due, or None.");
  type.def(
      "waiting", [](const WakeQueue& queue) { return to_python(queue.waiting()); },
      "Every wake that waits, by session key.");
  type.def(
      "__len__", [](const WakeQueue& queue) { return queue.size(); }, "How many wakes wait.");
  type.def("__repr__", [](const WakeQueue& queue) {
    return "WakeQueue(waiting=" + std::to_string(queue.size()) +
           ", out=" + std::to_string(queue.out()) + ")";
  });
}

}  // namespace vagus::bindings
