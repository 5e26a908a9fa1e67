#include "records.hpp"

#include "module.hpp"
#include "vagus/text/duration.hpp"

namespace vagus::bindings {
namespace {

// Keys equal their own text, so `run.session_key == "agent:main:main"` reads as it should.
template <class Key>
void bind_text_behaviour(py::class_<Key>& type) {
  type.def("__str__", &Key::str);
  type.def("__repr__", [](const Key& key) {
    return py::str("{}({!r})").format(py::type::of<Key>().attr("__name__"), key.str());
  });
  type.def("__hash__", [](const Key& key) { return py::hash(py::str(key.str())); });
  type.def("__eq__", [](const Key& key, py::handle other) -> py::object {
    if (py::isinstance<Key>(other)) return py::bool_(key == other.cast<const Key&>());
    if (PyUnicode_Check(other.ptr())) return py::bool_(py::str(key.str()).equal(other));
    return py::reinterpret_borrow<py::object>(Py_NotImplemented);
  });
  type.def(
      "__lt__", [](const Key& key, const Key& other) { return key.str() < other.str(); },
      py::arg("other"));
  type.def(py::pickle([](const Key& key) { return key.str(); },
                      [](const std::string& text) { return Key::parse(text).value_or_throw(); }));
}

SessionKey key_argument(py::handle value, const char* field) {
  return argument<SessionKey>(value, field);
}

SessionKey parse_session_key(py::handle text) {
  return SessionKey::parse(text_from_python(text, "session_key")).value_or_throw();
}

void bind_session_key(py::module_& module) {
  py::class_<SessionKey> type(
      module, "SessionKey",
      "The routing identity of a conversation: ``agent:<agent id>:<rest>``, in canonical case.\n\n"
      "Made by ``parse`` or by a builder; immutable, ordered, hashable, equal to its own text.");
  type.def_static("parse", &parse_session_key, py::arg("text"),
                  "Read a key. Raises InvalidKey for anything that is not one.");
  type.def_static(
      "main", [](py::handle agent) { return SessionKey::main(argument<AgentId>(agent, "agent")); },
      py::arg("agent"), "The agent's main session. Raises InvalidKey for a bad agent id.");
  type.def_static(
      "for_peer",
      [](py::handle agent, py::handle channel, const Peer& peer, py::handle account,
         py::handle scope) {
        return SessionKey::for_peer(
                   argument<AgentId>(agent, "agent"), text_from_python(channel, "channel"),
                   text_from_python(account, "account"), peer, argument<DmScope>(scope, "scope"))
            .value_or_throw();
      },
      py::arg("agent"), py::arg("channel"), py::arg("peer"), py::kw_only(), py::arg("account") = "",
      py::arg("scope") = "main",
      "The session of one peer. ``scope`` says which direct messages share a session: main, "
      "per-peer, per-channel-peer or per-account-channel-peer.");
  type.def_static(
      "subagent",
      [](py::handle agent, py::handle id) {
        return SessionKey::subagent(argument<AgentId>(agent, "agent"), text_from_python(id, "id"))
            .value_or_throw();
      },
      py::arg("agent"), py::arg("id"), "The session of a spawned child.");
  type.def_static(
      "cron",
      [](py::handle agent, py::handle job) {
        return SessionKey::cron(argument<AgentId>(agent, "agent"), text_from_python(job, "job"))
            .value_or_throw();
      },
      py::arg("agent"), py::arg("job"), "The session of a scheduled job.");
  type.def_static(
      "cron_run",
      [](py::handle agent, py::handle job, py::handle run_id) {
        return SessionKey::cron_run(argument<AgentId>(agent, "agent"), text_from_python(job, "job"),
                                    text_from_python(run_id, "run_id"))
            .value_or_throw();
      },
      py::arg("agent"), py::arg("job"), py::arg("run_id"),
      "The session of one run of a scheduled job.");
  type.def(
      "thread",
      [](const SessionKey& key, py::handle id) {
        return key.thread(text_from_python(id, "id")).value_or_throw();
      },
      py::arg("id"), "The thread ``id`` below this session; this session when ``id`` is blank.");
  type.def(
      "isolated",
      [](const SessionKey& key, py::handle configured, py::handle stored_base) {
        return key.isolated(argument<std::optional<SessionKey>>(configured, "configured"),
                            argument<std::optional<SessionKey>>(stored_base, "stored_base"));
      },
      py::arg("configured") = py::none(), py::arg("stored_base") = py::none(),
      "The isolated heartbeat session of this one, ``<key>:heartbeat``. Idempotent.");
  type.def_property_readonly(
      "agent", [](const SessionKey& key) { return key.agent().str(); }, "The agent id.");
  type.def_property_readonly("rest", &SessionKey::rest, "What follows ``agent:<agent id>:``.");
  type.def_property_readonly(
      "kind", [](const SessionKey& key) { return to_python(key.kind()); },
      "What the key's shape says that it is for.");
  type.def_property_readonly(
      "thread_id", [](const SessionKey& key) { return to_python(key.thread_id()); },
      "The thread's id, or None.");
  type.def_property_readonly(
      "thread_parent", [](const SessionKey& key) { return to_python(key.thread_parent()); },
      "The session that the thread hangs below, or None.");
  bind_text_behaviour(type);
}

void bind_context_key(py::module_& module) {
  py::class_<ContextKey> type(
      module, "ContextKey",
      "The memory identity of a run: what context assembly may read and write.\n\n"
      "Not a SessionKey, and never made from one alone: a transcript belongs to an epoch of a "
      "session, an isolated heartbeat to its run.");
  type.def_static(
      "parse",
      [](py::handle text) {
        return ContextKey::parse(text_from_python(text, "context_key")).value_or_throw();
      },
      py::arg("text"), "Read a context key. Raises InvalidKey.");
  type.def_static(
      "for_run",
      [](py::handle session, py::handle run_id) {
        return ContextKey::for_run(key_argument(session, "session_key"),
                                   text_from_python(run_id, "run_id"))
            .value_or_throw();
      },
      py::arg("session_key"), py::arg("run_id"),
      "``<base>:heartbeat-run:<run id>``: the memory of one isolated heartbeat.");
  type.def_static(
      "for_epoch",
      [](py::handle session, py::handle epoch) {
        return ContextKey::for_epoch(key_argument(session, "session_key"),
                                     text_from_python(epoch, "epoch"))
            .value_or_throw();
      },
      py::arg("session_key"), py::arg("epoch"),
      "``<session key>:epoch:<epoch>``: one transcript of a session.");
  type.def_property_readonly("session", &ContextKey::session, "The session whose memory this is.");
  type.def_property_readonly("id", &ContextKey::id, "The run id or epoch.");
  type.def_property_readonly("is_heartbeat_run", &ContextKey::is_heartbeat_run,
                             "True for the memory of one isolated heartbeat.");
  bind_text_behaviour(type);
}

std::string normalize_agent_id(py::handle text, bool lenient) {
  const std::string given = text_from_python(text, "agent_id");
  return lenient ? AgentId::lenient(given).str() : AgentId::parse(given).value_or_throw().str();
}

}  // namespace

void bind_keys(py::module_& module) {
  bind_record<Peer>(module, "The other end of a conversation, as its channel names it.");
  bind_session_key(module);
  bind_context_key(module);
  module.def("normalize_agent_id", &normalize_agent_id, py::arg("text"), py::kw_only(),
             py::arg("lenient") = false,
             "An agent id in canonical form.\n\nStrict by default: an id that would have to be "
             "rewritten raises InvalidKey with a suggestion. ``lenient`` rewrites it by the "
             "reference's rule, where an id without usable characters becomes ``main``.");
  module.def(
      "parse_duration",
      [](py::handle text) {
        return Duration::parse(text_from_python(text, "duration")).value_or_throw().millis();
      },
      py::arg("text"),
      "Milliseconds of a span such as ``5m``, ``1h30m`` or ``250ms``; a bare number counts "
      "minutes. Raises InvalidInput.");
}

}  // namespace vagus::bindings
