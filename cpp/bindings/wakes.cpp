#include "lazy_list.hpp"
#include "module.hpp"
#include "records.hpp"
#include "vagus/wakes/wake_queue.hpp"

namespace vagus::bindings {
namespace {

using Receipts = LazyList<WakeReceipt>;
using MaybeIntent = std::optional<WakeIntent>;
using MaybeMillis = std::optional<Millis>;

WakeQueue make_queue(py::handle config, py::handle jitter_seed) {
  const Config read = read_config(config_text(config)).value_or_throw();
  const auto seed = argument<std::int64_t>(jitter_seed, "jitter_seed");
  return WakeQueue(read.limits, read.wakes, static_cast<std::uint64_t>(seed));
}

// ---- requests

struct RequestArguments {
  py::handle kind, reason, coalesce, intent, depth;

  WakeRequest read() const {
    return {argument<WakeKind>(kind, "kind"), argument<MaybeIntent>(intent, "intent"),
            text_from_python(reason, "reason"), argument<Millis>(coalesce, "coalesce_ms"),
            argument<std::int64_t>(depth, "depth")};
  }
};

/// The keys of a batch, which are `SessionKey` objects or text.
struct KeyBatch {
  std::vector<const SessionKey*> keys;
  py::tuple objects;             ///< keeps the keys that Python has
  std::vector<SessionKey> read;  ///< the keys that were text
};

KeyBatch keys_of(py::handle given) {
  KeyBatch batch;
  batch.objects = items_of(given, "session_keys", "SessionKey or str");
  const std::size_t size = batch.objects.size();
  const auto type = py::type::of<SessionKey>();
  batch.keys.resize(size);
  batch.read.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    const py::handle item = PyTuple_GET_ITEM(batch.objects.ptr(), static_cast<Py_ssize_t>(i));
    if (Py_TYPE(item.ptr()) == reinterpret_cast<PyTypeObject*>(type.ptr())) {
      batch.keys[i] = item.cast<const SessionKey*>();
    } else {
      batch.read.push_back(argument<SessionKey>(item, join_path("session_keys", i)));
      batch.keys[i] = &batch.read.back();
    }
  }
  return batch;
}

void bind_requests(py::class_<WakeQueue>& type) {
  type.def(
      "request",
      [](WakeQueue& queue, py::handle now, py::handle session, py::handle kind, py::handle reason,
         py::handle coalesce, py::handle intent, py::handle depth) {
        const WakeRequest request = RequestArguments{kind, reason, coalesce, intent, depth}.read();
        return queue
            .request(argument<Millis>(now, "now_ms"), argument<SessionKey>(session, "session_key"),
                     request)
            .value_or_throw();
      },
      py::arg("now_ms"), py::arg("session_key"), py::kw_only(), py::arg("kind") = "wake",
      py::arg("reason") = "", py::arg("coalesce_ms") = kCoalesceMillis,
      py::arg("intent") = py::none(), py::arg("depth") = 0,
      "Ask for a run of ``session_key``. ``intent`` is what the kind says unless it is given; "
      "``depth`` counts the wakes that caused each other and then this one. Raises InvalidInput.");
  type.def(
      "request_many",
      [](WakeQueue& queue, py::handle now, py::handle sessions, py::handle kind, py::handle reason,
         py::handle coalesce, py::handle intent, py::handle depth) {
        const WakeRequest request = RequestArguments{kind, reason, coalesce, intent, depth}.read();
        const Millis at = argument<Millis>(now, "now_ms");
        return Receipts(queue.request_many(at, keys_of(sessions).keys, request).value_or_throw());
      },
      py::arg("now_ms"), py::arg("session_keys"), py::kw_only(), py::arg("kind") = "wake",
      py::arg("reason") = "", py::arg("coalesce_ms") = kCoalesceMillis,
      py::arg("intent") = py::none(), py::arg("depth") = 0,
      "The same request for many sessions, in order: all of them or, with an error, none.");
  type.def(
      "drop",
      [](WakeQueue& queue, py::handle session, py::handle reason, py::handle now) {
        return queue
            .drop(argument<SessionKey>(session, "session_key"), text_from_python(reason, "reason"),
                  argument<Millis>(now, "now_ms"))
            .value_or_throw();
      },
      py::arg("session_key"), py::arg("reason"), py::arg("now_ms"),
      "Give up what waits for a session that is no more. Returns whether something did. Raises "
      "InvalidInput.");
}

// ---- runs

WakeSettlement settlement_of(py::handle outcome, py::handle reason, py::handle retry_at) {
  return {argument<WakeOutcome>(outcome, "outcome"), text_from_python(reason, "reason"),
          argument<MaybeMillis>(retry_at, "retry_at_ms")};
}

std::vector<Wake> due(WakeQueue& queue, py::handle now, py::handle lease) {
  const Millis at = time_argument(now, "now_ms");
  if (lease.is_none()) return queue.due(at);
  const Millis span = time_argument(lease, "lease_ms");
  if (span == 0) refuse("lease_ms", lease, "must be longer than zero");
  return queue.due(at, span);
}

void bind_runs(py::class_<WakeQueue>& type) {
  type.def(
      "due",
      [](WakeQueue& queue, py::handle now, py::handle lease) {
        return to_python(due(queue, now, lease));
      },
      py::arg("now_ms"), py::kw_only(), py::arg("lease_ms") = py::none(),
      "Take out every wake that may run now. Each must be settled; with ``lease_ms``, one that is "
      "neither settled nor renewed in that time comes back as failed. Raises InvalidInput.");
  type.def(
      "renew",
      [](WakeQueue& queue, py::handle token, py::handle now, py::handle lease) {
        const auto failed =
            queue.renew(argument<std::int64_t>(token, "token"), argument<Millis>(now, "now_ms"),
                        argument<Millis>(lease, "lease_ms"));
        if (failed) throw Exception(*failed);
      },
      py::arg("token"), py::arg("now_ms"), py::arg("lease_ms"),
      "Lease a wake that is out until ``now_ms + lease_ms``. Raises InvalidInput.");
  type.def(
      "settle",
      [](WakeQueue& queue, py::handle token, py::handle outcome, py::handle now, py::handle reason,
         py::handle retry_at) {
        return to_python(queue
                             .settle(argument<std::int64_t>(token, "token"),
                                     settlement_of(outcome, reason, retry_at),
                                     argument<Millis>(now, "now_ms"))
                             .value_or_throw());
      },
      py::arg("token"), py::arg("outcome"), py::arg("now_ms"), py::kw_only(),
      py::arg("reason") = "", py::arg("retry_at_ms") = py::none(),
      "End a wake: done, skipped or abandoned (with a ``reason``), deferred (until "
      "``retry_at_ms``) or failed. "
      "Returns when it is tried again, or None when it is over. Raises InvalidInput for a token "
      "that is not out.");
  type.def(
      "settle_many",
      [](WakeQueue& queue, py::handle tokens, py::handle outcome, py::handle now, py::handle reason,
         py::handle retry_at) {
        return to_python(queue
                             .settle_many(argument<std::vector<std::int64_t>>(tokens, "tokens"),
                                          settlement_of(outcome, reason, retry_at),
                                          argument<Millis>(now, "now_ms"))
                             .value_or_throw());
      },
      py::arg("tokens"), py::arg("outcome"), py::arg("now_ms"), py::kw_only(),
      py::arg("reason") = "", py::arg("retry_at_ms") = py::none(),
      "End many wakes the same way: all of them or, with an error, none.");
  type.def(
      "hold",
      [](WakeQueue& queue, py::handle key, py::handle now) {
        queue.hold(argument<SessionKey>(key, "session_key"), time_argument(now, "now_ms"));
      },
      py::arg("session_key"), py::arg("now_ms"),
      "Keep a busy session's wake back. Holds are counted.");
  type.def(
      "release",
      [](WakeQueue& queue, py::handle key, py::handle now) {
        queue.release(argument<SessionKey>(key, "session_key"), time_argument(now, "now_ms"));
      },
      py::arg("session_key"), py::arg("now_ms"), "Undo one hold.");
  type.def(
      "shift",
      [](WakeQueue& queue, py::handle delta) {
        const auto by = argument<Millis>(delta, "delta_ms");
        if (by < -kMaxMillis || by > kMaxMillis) refuse("delta_ms", delta, "is out of range");
        queue.shift(by);
      },
      py::arg("delta_ms"),
      "The clock stepped: what was to happen in a minute still does. Raises InvalidInput.");
}

// ---- what is there

void bind_looks(py::class_<WakeQueue>& type) {
  type.def(
      "next_due", [](const WakeQueue& queue) { return to_python(queue.next_due()); },
      "When ``due`` next has something to do if nothing else is called, or None.");
  type.def(
      "fate",
      [](const WakeQueue& queue, py::handle id) {
        return queue.fate(argument<std::int64_t>(id, "id")).value_or_throw();
      },
      py::arg("id"),
      "What became of a request. Raises InvalidInput for an id that was never given out or is "
      "forgotten.");
  type.def(
      "explain",
      [](const WakeQueue& queue, py::handle session, py::handle now) {
        return queue.explain(argument<SessionKey>(session, "session_key"),
                             time_argument(now, "now_ms"));
      },
      py::arg("session_key"), py::arg("now_ms"), "Why the wake of a session has not run yet.");
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

void bind_wake_records(py::module_& module) {
  bind_record<WakeCause>(module, "One producer's reason for a wake, and how often it was given.");
  bind_record<WakeDelay>(module, "One thing that made a wake wait, and for how long.");
  bind_record<Wake>(module, "Everything that was asked of one session since it last ran.");
  bind_record<WakeReceipt>(module, "Where a request stands once it is accepted.");
  bind_record<WakeFate>(module, "What became of a request.");
  bind_record<WakeObstacle>(module, "One thing that a wake waits for.");
  auto told = bind_record<WakeExplanation>(module, "Why a session's wake has not run yet.");
  told.def("__str__", [](const WakeExplanation& why) { return to_text(why); });
  auto receipts = bind_lazy_list<WakeReceipt>(
      module, "WakeReceipts",
      "The receipts of a batch, in order. Immutable; a ``WakeReceipt`` is made when it is asked "
      "for, and a list of one of its values is made at once.");
  const auto add_column = [&receipts](const char* name, auto value, const char* doc) {
    receipts.def_property_readonly(
        name, [value](const Receipts& list) { return list.column(value); }, doc);
  };
  add_column("ids", &WakeReceipt::id, "The name of each request.");
  add_column("tokens", &WakeReceipt::token, "The wake that each is part of.");
  add_column("due_ms", &WakeReceipt::due_ms, "When the wake of each may run.");
}

}  // namespace

void bind_wakes(py::module_& module) {
  bind_wake_records(module);
  py::class_<WakeQueue> type(
      module, "WakeQueue",
      "Pending wakes, one per session; requests for the same session merge.\n\n"
      "Merging keeps the higher priority, the more pressing intent, the earlier time and every "
      "cause. Guards delay a wake and never discard it. A failed wake is tried again after 1 s, "
      "doubling to 60 s, and only ``manual`` brings it forward; a held session waits without "
      "being polled. Every request ends in one of merged, delivered, expired and dead.");
  type.def(py::init(&make_queue), py::arg("config") = py::dict(), py::kw_only(),
           py::arg("jitter_seed") = 0,
           "An empty queue. Of the configuration ``wakes`` and ``limits`` count. Raises "
           "InvalidConfig.");
  bind_requests(type);
  bind_runs(type);
  bind_looks(type);
}

}  // namespace vagus::bindings
