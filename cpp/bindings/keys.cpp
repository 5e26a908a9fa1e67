#include "errors.hpp"
#include "lazy_list.hpp"
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

constexpr const char* kParseDoc =
    "parse(text, /)\n--\n\nRead a key. Raises InvalidKey for anything that is not one, and names "
    "the "
    "byte where reading failed.";

PyObject* parse_session_key(PyObject*, PyObject* text) {
  try {
    return py::cast(SessionKey::parse(text_view(text, "session_key")).value_or_throw())
        .release()
        .ptr();
  } catch (...) {
    set_python_error(std::current_exception());
    return nullptr;
  }
}

// Called for every message, so it bypasses pybind11's dispatch, which takes longer than parsing.
void add_parse(py::class_<SessionKey>& type) {
  static PyMethodDef method = {"parse", &parse_session_key, METH_O, kParseDoc};
  const auto function = py::reinterpret_steal<py::object>(PyCFunction_New(&method, nullptr));
  type.attr("parse") = py::reinterpret_steal<py::object>(PyStaticMethod_New(function.ptr()));
}

using SessionKeys = LazyList<SessionKey>;

std::vector<SessionKey> parse_all(const std::vector<std::string_view>& texts) {
  std::vector<SessionKey> keys;
  keys.reserve(texts.size());
  for (const std::string_view text : texts) {
    Result<SessionKey> key = SessionKey::parse(text);
    if (!key) throw Exception(renamed(key.error(), join_path("texts", keys.size())));
    keys.push_back(*std::move(key));
  }
  return keys;
}

SessionKeys parse_many(py::handle given) {
  const py::tuple items = items_of(given, "texts", "text");
  std::vector<std::string_view> texts;
  texts.reserve(items.size());
  for (const py::handle item : items) {
    try {
      texts.push_back(text_view(item, "text"));
    } catch (const Exception& failure) {
      throw Exception(renamed(failure.error(), join_path("texts", texts.size())));
    }
  }
  if (texts.size() < kUnlockedFrom) return SessionKeys(parse_all(texts));
  const py::gil_scoped_release unlocked;
  return SessionKeys(parse_all(texts));
}

void bind_session_keys(py::module_& module) {
  auto type = bind_lazy_list<SessionKey>(module, "SessionKeys",
                                         "Keys that were read together, in order. Immutable; a "
                                         "``SessionKey`` is made when it is asked "
                                         "for, and a list of one of its values is made at once.");
  const auto add_column = [&type](const char* name, auto value, const char* doc) {
    type.def_property_readonly(
        name, [value](const SessionKeys& keys) { return keys.column(value); }, doc);
  };
  add_column("texts", &SessionKey::str, "The canonical text of each.");
  add_column("agents", &SessionKey::agent, "The agent of each.");
  add_column("kinds", &SessionKey::kind, "The kind of each.");
}

void bind_session_key(py::module_& module) {
  py::class_<SessionKey> type(
      module, "SessionKey",
      "The routing identity of a conversation: ``agent:<agent id>:<rest>``, in canonical case.\n\n"
      "Made by ``parse`` or by a builder; immutable, ordered, hashable, equal to its own text.");
  add_parse(type);
  type.def_static(
      "parse_many", &parse_many, py::arg("texts"),
      "Read many keys at once. Raises InvalidKey for the first text that is not one, as "
      "``texts[i]``.");
  type.def_static(
      "main",
      [](py::handle agent, py::handle main_key) {
        return SessionKey::main(argument<AgentId>(agent, "agent"),
                                argument<MainKey>(main_key, "main_key"));
      },
      py::arg("agent"), py::kw_only(), py::arg("main_key") = "main",
      "The agent's main session. Raises InvalidKey for a bad agent id or name.");
  type.def_static(
      "for_peer",
      [](py::handle agent, py::handle channel, py::handle peer, py::handle account,
         py::handle dm_scope, py::handle group_scope, py::handle main_key) {
        const SessionScopes scopes(argument<DmScope>(dm_scope, "dm_scope"),
                                   argument<GroupScope>(group_scope, "group_scope"),
                                   argument<MainKey>(main_key, "main_key"));
        return SessionKey::for_peer(
                   argument<AgentId>(agent, "agent"), text_from_python(channel, "channel"),
                   text_from_python(account, "account"), argument<Peer>(peer, "peer"), scopes)
            .value_or_throw();
      },
      py::arg("agent"), py::arg("channel"), py::arg("peer"), py::kw_only(), py::arg("account") = "",
      py::arg("dm_scope") = "main", py::arg("group_scope") = "per-group",
      py::arg("main_key") = "main",
      "The session of one peer. ``dm_scope`` says which direct messages share a session (main, "
      "per-peer, per-channel-peer or per-account-channel-peer), ``group_scope`` whether rooms do "
      "(main or per-group).");
  type.def_static(
      "slash",
      [](py::handle agent, py::handle channel, py::handle user) {
        return SessionKey::slash(argument<AgentId>(agent, "agent"),
                                 text_from_python(channel, "channel"),
                                 text_from_python(user, "user"))
            .value_or_throw();
      },
      py::arg("agent"), py::arg("channel"), py::arg("user"),
      "The session of one user's native commands.");
  type.def_static(
      "named",
      [](py::handle agent, py::handle space, py::handle id) {
        return SessionKey::named(argument<AgentId>(agent, "agent"),
                                 text_from_python(space, "space"), text_from_python(id, "id"))
            .value_or_throw();
      },
      py::arg("agent"), py::arg("space"), py::arg("id"),
      "A session that an id behind a fixed word names: ``named('ops', 'hook', 'x')`` is "
      "``agent:ops:hook:x``. Raises InvalidKey for other words than those of KeyParts.space.");
  type.def_static(
      "acp_binding",
      [](py::handle agent, py::handle channel, py::handle account, py::handle conversation) {
        return SessionKey::acp_binding(argument<AgentId>(agent, "agent"),
                                       text_from_python(channel, "channel"),
                                       text_from_python(account, "account"),
                                       text_from_python(conversation, "conversation"))
            .value_or_throw();
      },
      py::arg("agent"), py::arg("channel"), py::arg("account"), py::arg("conversation"),
      "The session of a conversation that is bound to an agent-client-protocol harness.");
  type.def_static(
      "from_parts",
      [](py::handle parts) {
        return SessionKey::from_parts(argument<KeyParts>(parts, "parts")).value_or_throw();
      },
      py::arg("parts"),
      "The key whose ``parts`` these are. Raises InvalidKey for parts that no key holds.");
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
      "parts", [](const SessionKey& key) { return key.parts(); },
      "What the key was made of; ids as their owners write them. ``from_parts`` gives the key "
      "again, "
      "unless it is spelled as no builder spells it.");
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
  bind_record<KeyParts>(module, "What a session key was made of.");
  bind_session_keys(module);
  bind_session_key(module);
  bind_context_key(module);
  module.def("normalize_agent_id", &normalize_agent_id, py::arg("text"), py::kw_only(),
             py::arg("lenient") = false,
             "An agent id in canonical form.\n\nStrict by default: an id that would have to be "
             "rewritten raises InvalidKey with a suggestion. ``lenient`` rewrites it by the "
             "reference's rule, where an id without usable characters becomes ``main``.");
}

}  // namespace vagus::bindings
