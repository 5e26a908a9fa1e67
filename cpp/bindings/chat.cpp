#include <deque>

#include "module.hpp"
#include "records.hpp"
#include "vagus/runs/chat_stream.hpp"

namespace vagus::bindings {
namespace {

using MaybeKey = std::optional<SessionKey>;

ChatStream make_stream(py::handle config, py::handle profile) {
  const Config read = read_config(config_text(config)).value_or_throw();
  StreamProfile chosen;
  if (!profile.is_none()) chosen = argument<StreamProfile>(profile, "profile");
  if (auto failed = check_profile(chosen)) throw Exception(*failed);
  return ChatStream(chosen, read.limits);
}

void expect(const MaybeError& failed) {
  if (failed) throw Exception(*failed);
}

py::object told(ChatStream& stream) {
  return to_python(stream.take());
}

ChatPrincipal requester_of(py::handle requester) {
  if (requester.is_none()) return {{}, {}, true};
  return argument<ChatPrincipal>(requester, "requester");
}

/// The events of a batch: `ChatInput` objects, or `(run_id, seq, delta)` for a piece of text.
class InputBatch {
 public:
  explicit InputBatch(py::handle given)
      : objects_(items_of(given, "inputs", "ChatInput or tuple")) {
    const std::size_t size = objects_.size();
    inputs.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      const py::handle item = PyTuple_GET_ITEM(objects_.ptr(), static_cast<Py_ssize_t>(i));
      if (PyTuple_CheckExact(item.ptr())) {
        inputs.push_back(&piece(item, i));
      } else if (py::isinstance<ChatInput>(item)) {
        inputs.push_back(item.cast<const ChatInput*>());
      } else {
        refuse(join_path("inputs", i), item, "must be a ChatInput or (run_id, seq, delta)");
      }
    }
  }

  std::vector<const ChatInput*> inputs;

 private:
  const ChatInput& piece(py::handle item, std::size_t index) {
    constexpr Py_ssize_t kParts = 3;
    if (PyTuple_GET_SIZE(item.ptr()) != kParts) {
      refuse(join_path("inputs", index), item, "must be (run_id, seq, delta)");
    }
    const auto part = [&](Py_ssize_t at) { return py::handle(PyTuple_GET_ITEM(item.ptr(), at)); };
    ChatInput& made = made_.emplace_back();
    made.run_id = text_view(part(0), "run_id");
    from_python(part(1), "seq", made.seq);
    made.delta = text_view(part(2), "delta");
    return made;
  }

  py::tuple objects_;           ///< keeps the inputs that Python has
  std::deque<ChatInput> made_;  ///< from tuples
};

void bind_records(py::module_& module) {
  auto profile = bind_record<StreamProfile>(
      module, "How a stream behaves; by default like the newest version of the modelled system.");
  profile.def_static(
      "april", [] { return StreamProfile::april(); },
      "That of version 2026.4: 150 ms, and nothing is sent by a timer.");
  bind_record<ChatPrincipal>(module, "Who started a run, or asks to stop one.");
  bind_record<ChatClient>(module, "A client's own name for a run, and who is told of it.");
  bind_record<ChatRegistration>(module, "A run that begins.");
  bind_record<ChatInput>(module, "One event of a run, as its producer tells it.");
  bind_record<ChatAbort>(module, "What an abort did.");
  bind_record<ChatStats>(module, "What a stream has seen, and what it keeps.");
}

void bind_runs(py::class_<ChatStream>& type) {
  type.def(
      "open",
      [](ChatStream& stream, py::handle registration, py::handle now) {
        expect(stream.open(argument<ChatRegistration>(registration, "registration"),
                           argument<Millis>(now, "now_ms")));
        return told(stream);
      },
      py::arg("registration"), py::arg("now_ms"),
      "Register a run. Returns what is to be told. Raises InvalidInput.");
  type.def(
      "join",
      [](ChatStream& stream, py::handle run, py::handle client, py::handle now) {
        expect(stream.join(text_from_python(run, "run_id"), argument<ChatClient>(client, "client"),
                           argument<Millis>(now, "now_ms")));
        return told(stream);
      },
      py::arg("run_id"), py::arg("client"), py::arg("now_ms"),
      "One more client run of a live run. Returns what is to be told. Raises InvalidInput, "
      "UnknownRun.");
  type.def(
      "withdraw",
      [](ChatStream& stream, py::handle run, py::handle client) {
        return stream.withdraw(text_from_python(run, "run_id"),
                               text_from_python(client, "client_run_id"));
      },
      py::arg("run_id"), py::arg("client_run_id"),
      "Take back a client run that is not answered any more; the last one of a run stays. Returns "
      "whether there was one.");
  type.def(
      "attach",
      [](ChatStream& stream, py::handle run, py::handle session, py::handle now) {
        expect(stream.attach(text_from_python(run, "run_id"),
                             argument<SessionKey>(session, "session_key"),
                             argument<Millis>(now, "now_ms")));
        return told(stream);
      },
      py::arg("run_id"), py::arg("session_key"), py::arg("now_ms"),
      "Tell the session of a run that was opened without. Returns what is to be told. Raises "
      "InvalidInput for a run that has another one, UnknownRun.");
  type.def(
      "feed",
      [](ChatStream& stream, py::handle input, py::handle now) {
        stream.feed(argument<ChatInput>(input, "input"), argument<Millis>(now, "now_ms"))
            .value_or_throw();
        return told(stream);
      },
      py::arg("input"), py::arg("now_ms"),
      "Take one event. Returns what is to be told. Raises InvalidInput; UnknownRun for anything "
      "but a start of a run that was never opened.");
  type.def(
      "feed_many",
      [](ChatStream& stream, py::handle inputs, py::handle now) {
        const InputBatch batch(inputs);
        stream.feed_many(batch.inputs, argument<Millis>(now, "now_ms")).value_or_throw();
        return told(stream);
      },
      py::arg("inputs"), py::arg("now_ms"),
      "Take many events, in order: all of them or, with an error, none. A tuple ``(run_id, seq, "
      "delta)`` is a piece of text. Returns what is to be told. Raises InvalidInput, UnknownRun.");
  type.def(
      "abort",
      [](ChatStream& stream, py::handle run, py::handle now, py::handle session,
         py::handle requester, py::handle reason) {
        return to_python(stream
                             .abort(text_from_python(run, "run_id"),
                                    argument<MaybeKey>(session, "session_key"),
                                    requester_of(requester), text_from_python(reason, "reason"),
                                    argument<Millis>(now, "now_ms"))
                             .value_or_throw());
      },
      py::arg("run_id"), py::arg("now_ms"), py::kw_only(), py::arg("session_key") = py::none(),
      py::arg("requester") = py::none(), py::arg("reason") = "rpc",
      "Stop a run, by its own or a client's id; without a requester, the host asks. ``take()`` has "
      "what is to be told. Raises InvalidInput.");
  type.def(
      "abort_session",
      [](ChatStream& stream, py::handle session, py::handle now, py::handle requester,
         py::handle reason) {
        return to_python(stream
                             .abort_session(argument<SessionKey>(session, "session_key"),
                                            requester_of(requester),
                                            text_from_python(reason, "reason"),
                                            argument<Millis>(now, "now_ms"))
                             .value_or_throw());
      },
      py::arg("session_key"), py::arg("now_ms"), py::kw_only(), py::arg("requester") = py::none(),
      py::arg("reason") = "rpc",
      "Stop those runs of a session that the requester may stop. ``take()`` has what is to be "
      "told. Raises InvalidInput.");
}

void bind_listeners(py::class_<ChatStream>& type) {
  type.def(
      "subscribe",
      [](ChatStream& stream, py::handle subscriber, py::handle session, py::handle now) {
        expect(stream.subscribe(text_from_python(subscriber, "subscriber"),
                                argument<SessionKey>(session, "session_key"),
                                argument<Millis>(now, "now_ms")));
        return told(stream);
      },
      py::arg("subscriber"), py::arg("session_key"), py::arg("now_ms"),
      "From now on the subscriber is told of the session's visible runs, beginning with what was "
      "shown of those in flight. Returns what is to be told. Raises InvalidInput.");
  type.def(
      "unsubscribe",
      [](ChatStream& stream, py::handle subscriber, py::handle session) {
        return stream.unsubscribe(text_from_python(subscriber, "subscriber"),
                                  argument<SessionKey>(session, "session_key"));
      },
      py::arg("subscriber"), py::arg("session_key"),
      "The subscriber leaves a session. Returns whether it listened.");
  type.def(
      "disconnect",
      [](ChatStream& stream, py::handle subscriber) {
        stream.disconnect(text_from_python(subscriber, "subscriber"));
      },
      py::arg("subscriber"),
      "The subscriber is gone: nothing is addressed to it any more. Its runs go on.");
}

void bind_time(py::class_<ChatStream>& type) {
  type.def(
      "tick",
      [](ChatStream& stream, py::handle now) {
        const auto at = argument<Millis>(now, "now_ms");
        expect(check_time("now_ms", at));
        stream.tick(at);
        return told(stream);
      },
      py::arg("now_ms"), "Let everything happen that is due. Returns what is to be told.");
  type.def(
      "next_due", [](const ChatStream& stream) { return to_python(stream.next_due()); },
      "When ``tick`` next has something to do, or None.");
  type.def(
      "shift",
      [](ChatStream& stream, py::handle delta) {
        const auto by = argument<Millis>(delta, "delta_ms");
        if (by < -kMaxMillis || by > kMaxMillis) refuse("delta_ms", delta, "is out of range");
        stream.shift(by);
      },
      py::arg("delta_ms"),
      "The clock stepped: what was to happen in a minute still does. Raises InvalidInput.");
}

void bind_looks(py::class_<ChatStream>& type) {
  type.def("take", &told, "What is to be told and was not returned by the call that caused it.");
  type.def(
      "clients",
      [](const ChatStream& stream, py::handle run) {
        const ChatRun* found = stream.find(text_from_python(run, "run_id"));
        return to_python(found == nullptr ? std::vector<ChatClient>{} : found->clients);
      },
      py::arg("run_id"), "The client runs that a live run answers, oldest first.");
  type.def(
      "has_ended",
      [](const ChatStream& stream, py::handle run) {
        return stream.has_ended(text_from_python(run, "run_id"));
      },
      py::arg("run_id"), "Whether a run, by its own or a client's id, is remembered as over.");
  type.def(
      "stats", [](const ChatStream& stream) { return to_python(stream.stats()); },
      "What it has seen, and what it keeps.");
  type.def(
      "__len__",
      [](const ChatStream& stream) { return static_cast<std::size_t>(stream.stats().live); },
      "How many runs are live.");
  type.def("__repr__", [](const ChatStream& stream) {
    const ChatStats stats = stream.stats();
    return "ChatStream(live=" + std::to_string(stats.live) +
           ", remembered=" + std::to_string(stats.remembered) + ")";
  });
}

}  // namespace

void bind_chat(py::module_& module) {
  bind_records(module);
  py::class_<ChatStream> type(
      module, "ChatStream",
      "Runs as their clients see them: text as it comes, and exactly one ending for each client "
      "run.\n\n"
      "Text is throttled, control tokens and acknowledgements are kept back, events that come "
      "twice are dropped and gaps told. What is to be told is returned: ChatEvent and ChatNotice, "
      "in order, each with the subscribers that are to have it.");
  type.def(py::init(&make_stream), py::arg("config") = py::dict(), py::kw_only(),
           py::arg("profile") = py::none(),
           "An empty stream. Of the configuration ``limits`` count. Raises InvalidConfig, "
           "InvalidInput.");
  bind_runs(type);
  bind_listeners(type);
  bind_time(type);
  bind_looks(type);
  module.def(
      "is_stop_text", [](py::handle text) { return is_stop_text(text_view(text, "text")); },
      py::arg("text"),
      "Whether a person's whole message asks to stop what runs, in one of many languages.");
  module.def(
      "run_expiry",
      [](py::handle started, py::handle timeout) {
        const auto at = argument<Millis>(started, "started_ms");
        expect(check_time("started_ms", at));
        return run_expiry(at, argument<Millis>(timeout, "timeout_ms"));
      },
      py::arg("started_ms"), py::arg("timeout_ms"),
      "Until when a run may go on that was given a timeout: a minute more, from two minutes to a "
      "day. Raises InvalidInput.");
}

}  // namespace vagus::bindings
