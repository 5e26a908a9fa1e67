#include "records.hpp"

#include "module.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/conversation.hpp"
#include "vagus/keys/heartbeat_key.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/keys/message_key.hpp"
#include "vagus/keys/session_match.hpp"

// Session keys as text. Python sees these functions as the module `vagus.keys`, under shorter
// names.
namespace vagus::bindings {
namespace {

// The text of an argument that may be left out.
std::string optional_text(py::handle value, const std::string& field) {
  return value.is_none() ? std::string() : key_text(value, field);
}

MainNaming naming_from_python(py::handle main_key, py::handle scope) {
  return {text_from_python(main_key, "main_key"), argument<SessionScope>(scope, "scope")};
}

// A function of one text, which Python calls `parameter`.
template <auto function>
void def_of_text(py::module_& module, const char* name, const char* parameter, const char* doc) {
  module.def(
      name,
      [parameter = std::string(parameter)](py::handle text) {
        return to_python(function(key_text(text, parameter)));
      },
      py::arg(parameter), doc);
}

template <auto function>
void def_of_key(py::module_& module, const char* name, const char* doc) {
  def_of_text<function>(module, name, "key", doc);
}

// What a Python mapping says about a session.
SpawnLookup spawn_lookup(py::handle spawns) {
  if (!py::isinstance<py::dict>(spawns)) refuse("spawns", spawns, "must be a dict");
  return [spawns = py::reinterpret_borrow<py::dict>(spawns)](const std::string& key) {
    const py::str name(key);
    if (!spawns.contains(name)) return std::optional<Spawn>();
    return std::optional<Spawn>(argument<Spawn>(spawns[name], join_path("spawns", key)));
  };
}

std::int64_t depth_of(py::handle key, py::handle spawns) {
  const std::string text = key_text(key, "key");
  return spawns.is_none() ? subagent_depth(text) : subagent_depth(text, spawn_lookup(spawns));
}

void bind_grammar(py::module_& module) {
  bind_record<AgentKeyText>(module, "The two parts of an agent key, in canonical case.");
  def_of_key<canonical_case>(module, "key_canonical", "The canonical spelling of any key.");
  def_of_key<split_key>(module, "key_split",
                        "The agent id, as written, and the rest of an agent key; None for others.");
  def_of_key<key_shape>(module, "key_shape", "missing, agent, malformed_agent or legacy_or_alias.");
  def_of_key<request_key>(module, "key_request",
                          "The name clients use for a stored session; None for blank text.");
  def_of_key<needs_case_proof>(module, "key_needs_case_proof",
                               "True when the key's lower-cased twin may be another conversation.");
  module.def(
      "key_agent",
      [](py::handle key, py::handle fallback) {
        return agent_of_key(key_text(key, "key"), optional_text(fallback, "default"))
            .value_or_throw();
      },
      py::arg("key"), py::arg("default") = py::none(),
      "The agent that owns a key, sanitised; ``default`` for keys without owner. Raises InvalidKey "
      "for a malformed agent key, AmbiguousAgent when there is neither owner nor default.");
  module.def(
      "key_same_request",
      [](py::handle left, py::handle right) {
        return same_request(key_text(left, "left"), key_text(right, "right"));
      },
      py::arg("left"), py::arg("right"),
      "True when two keys have the same request key, whoever owns them.");
}

void bind_store(py::module_& module) {
  module.def(
      "key_store",
      [](py::handle agent, py::handle request, py::handle main_key) {
        return store_key(text_from_python(agent, "agent"), key_text(request, "request_key"),
                         text_from_python(main_key, "main_key"));
      },
      py::arg("agent"), py::arg("request_key"), py::kw_only(), py::arg("main_key") = "main",
      "The stored key that a request key means to an agent; an owner inside it wins.");
  module.def(
      "key_scope_to_agent",
      [](py::handle key, py::handle agent, py::handle main_key) {
        return to_python(scope_to_agent(key_text(key, "key"), optional_text(agent, "agent"),
                                        text_from_python(main_key, "main_key")));
      },
      py::arg("key"), py::arg("agent") = py::none(), py::kw_only(), py::arg("main_key") = "main",
      "A key without owner as the agent's; any other key trimmed; None for blank text.");
  module.def(
      "key_canonical_for_agent",
      [](py::handle key, py::handle agent) {
        return canonical_for_agent(key_text(key, "key"), text_from_python(agent, "agent"));
      },
      py::arg("key"), py::arg("agent"),
      "The canonical key, below the agent unless it names an owner, global or unknown.");
  module.def(
      "key_main_alias",
      [](py::handle key, py::handle agent, py::handle main_key, py::handle scope) {
        return main_alias(key_text(key, "key"), text_from_python(agent, "agent"),
                          naming_from_python(main_key, scope));
      },
      py::arg("key"), py::arg("agent"), py::kw_only(), py::arg("main_key") = "main",
      py::arg("scope") = "per-sender",
      "The agent's main session when the key is one of its names; the key itself otherwise.");
  module.def(
      "key_main_session",
      [](py::handle agent, py::handle main_key) {
        return main_session(text_from_python(agent, "agent"),
                            text_from_python(main_key, "main_key"));
      },
      py::arg("agent"), py::arg("main_key") = "main", "The key of an agent's main session.");
  def_of_text<normalize_main_key>(module, "normalize_main_key", "text",
                                  "Trimmed and in lower case; main for blank text.");
  def_of_text<normalize_account>(module, "normalize_account", "text",
                                 "An account id, sanitised; default when nothing usable is left.");
  def_of_text<optional_account>(module, "optional_account", "text",
                                "An account id, sanitised; None when nothing usable is left.");
  def_of_text<is_valid_agent_id>(module, "is_valid_agent_id", "text",
                                 "True when the trimmed text is an agent id in any case.");
  def_of_text<sanitized_agent_id>(module, "sanitized_agent_id", "text",
                                  "An agent id, sanitised; None when nothing usable is left.");
}

void bind_predicates(py::module_& module) {
  bind_record<Spawn>(module, "How a session came to be, as a store remembers it.");
  def_of_key<is_cron_key>(module, "key_is_cron", "True for a cron job's key and its runs'.");
  def_of_key<is_cron_run_key>(module, "key_is_cron_run", "True for one run of a cron job.");
  def_of_key<is_subagent_key>(module, "key_is_subagent", "True for a spawned child's key.");
  def_of_key<is_acp_key>(module, "key_is_acp", "True for an ACP session's key.");
  def_of_key<is_harness_key>(module, "key_is_harness", "True for an agent harness's key.");
  def_of_key<is_incognito_key>(module, "key_is_incognito", "True for an incognito session's key.");
  def_of_key<is_internal_effects_key>(module, "key_is_internal_effects",
                                      "True for the hidden session of a suppressed run.");
  module.def("key_subagent_depth", &depth_of, py::arg("key"), py::kw_only(),
             py::arg("spawns") = py::none(),
             "How many times the session was spawned. ``spawns``, a dict from canonical key to "
             "Spawn, is what a store declares: it wins over what the key shows.");
}

void bind_conversations(py::module_& module) {
  bind_record<ThreadSuffix>(module, "A key without its last ``:thread:`` and what follows.");
  bind_record<CronRunSuffix>(module, "A key without the ``:run:`` of one run of a cron job.");
  bind_record<ThreadKeys>(module, "The keys of a thread and of what it hangs below.");
  bind_record<RawConversation>(module, "The room that a key names, not taken apart further.");
  bind_record<Conversation>(module, "The room that a key names, and the thread in it.");
  bind_record<TelegramTopic>(module, "A topic of a Telegram forum or channel.");
  bind_record<FeishuConversation>(module, "A Feishu chat, a topic or sender in it, or both.");
  bind_record<KeyRoute>(module, "Where a reply to a session goes, read off its key alone.");
  def_of_key<thread_suffix>(module, "key_thread_suffix",
                            "The key in front of a thread, and its id.");
  def_of_key<cron_run_suffix>(module, "key_cron_run_suffix",
                              "The key of a cron job, and the id of one run of it.");
  def_of_key<raw_conversation>(module, "key_raw_conversation",
                               "The room that a key names; None when it names none.");
  def_of_key<chat_type>(module, "key_chat_type", "direct, group, channel or unknown.");
  def_of_key<delivery_route>(module, "key_delivery_route",
                             "Where a reply goes; None when the key does not say so.");
  def_of_text<telegram_topic>(module, "telegram_topic", "raw_id",
                              "The topic that a Telegram room's id names; None for other ids.");
  def_of_text<feishu_conversation>(module, "feishu_conversation", "raw_id",
                                   "The parts of a Feishu room's id; None for other ids.");
  module.def(
      "key_conversation",
      [](py::handle key, bool topics) {
        return to_python(conversation(key_text(key, "key"), topics));
      },
      py::arg("key"), py::kw_only(), py::arg("topics") = true,
      "The room and thread that a key names; None when it names no room. ``topics`` takes the "
      "topics of Telegram and Feishu apart too, which are part of the room's id.");
  module.def(
      "key_thread_keys",
      [](py::handle base, py::handle thread_id, py::handle parent, bool use_suffix,
         bool keep_case) {
        ThreadKeyOptions options{std::nullopt, use_suffix, keep_case};
        if (!parent.is_none()) options.parent = key_text(parent, "parent");
        return thread_keys(key_text(base, "base"), optional_text(thread_id, "thread_id"), options);
      },
      py::arg("base"), py::arg("thread_id"), py::kw_only(), py::arg("parent") = py::none(),
      py::arg("use_suffix") = true, py::arg("keep_case") = false,
      "The key of a thread below ``base``; ``base`` itself when the id is blank.");
}

void bind_heartbeats(py::module_& module) {
  bind_record<IsolatedHeartbeat>(module, "An isolated heartbeat's session and its base.");
  bind_record<WakeTarget>(module, "The session or agent that a wake is for.");
  module.def(
      "key_isolated_heartbeat",
      [](py::handle key, py::handle configured, py::handle stored_base, py::handle agent) {
        const std::string text = key_text(key, "key");
        const std::string session = key_text(configured, "configured");
        const std::string base = optional_text(stored_base, "stored_base");
        const std::string owner = optional_text(agent, "agent");
        return isolated_heartbeat({text, session, base, owner});
      },
      py::arg("key"), py::arg("configured"), py::kw_only(), py::arg("stored_base") = py::none(),
      py::arg("agent") = py::none(),
      "The isolated session of a heartbeat that would run in ``key``. Isolating the result, with "
      "its base stored, gives it again.");
  module.def(
      "key_stale_heartbeats",
      [](py::handle keys, const IsolatedHeartbeat& isolated) {
        return to_python(
            stale_heartbeats(argument<std::vector<std::string>>(keys, "keys"), isolated));
      },
      py::arg("keys"), py::arg("isolated"),
      "Those of the keys that are other isolated sessions of the same base.");
  module.def(
      "key_of_event",
      [](py::handle key, py::handle main_key, py::handle scope) {
        return event_key(key_text(key, "key"), naming_from_python(main_key, scope));
      },
      py::arg("key"), py::kw_only(), py::arg("main_key") = "main", py::arg("scope") = "per-sender",
      "Where an event for the key belongs: the agent's main session for a run of a cron job.");
  module.def(
      "key_wake_target",
      [](py::handle key, py::handle main_key, py::handle scope) {
        return wake_target(key_text(key, "key"), naming_from_python(main_key, scope));
      },
      py::arg("key"), py::kw_only(), py::arg("main_key") = "main", py::arg("scope") = "per-sender",
      "What to wake for an event of the key.");
}

void bind_message_keys(py::module_& module) {
  bind_record<MessageGroup>(module, "The room that a message came from.");
  module.def(
      "key_group_history",
      [](py::handle channel, py::handle kind, py::handle id, py::handle account) {
        return group_history_key(text_from_python(channel, "channel"),
                                 text_from_python(account, "account"),
                                 {argument<PeerKind>(kind, "kind"), text_from_python(id, "id")});
      },
      py::arg("channel"), py::arg("kind"), py::arg("id"), py::kw_only(), py::arg("account") = "",
      "The key under which a room's history is kept.");
  module.def(
      "key_group_of",
      [](py::handle sender, py::handle to, py::handle chat_type, py::handle provider) {
        const std::string from = text_from_python(sender, "sender");
        const std::string target = text_from_python(to, "to");
        const std::string type = text_from_python(chat_type, "chat_type");
        const std::string channel = text_from_python(provider, "provider");
        return to_python(group_of_message({from, target, type, channel}));
      },
      py::arg("sender"), py::kw_only(), py::arg("to") = "", py::arg("chat_type") = "",
      py::arg("provider") = "", "The room of a message; None for a direct message.");
  module.def(
      "key_of_message",
      [](py::handle sender, py::handle to, py::handle chat_type, py::handle provider,
         py::handle session_key, py::handle agent, py::handle main_key, py::handle scope) {
        const std::string from = text_from_python(sender, "sender");
        const std::string target = text_from_python(to, "to");
        const std::string type = text_from_python(chat_type, "chat_type");
        const std::string channel = text_from_python(provider, "provider");
        const std::string named = optional_text(session_key, "session_key");
        const std::string owner = optional_text(agent, "agent");
        return key_of_message({from, target, type, channel},
                              {named, owner, naming_from_python(main_key, scope)})
            .value_or_throw();
      },
      py::arg("sender"), py::kw_only(), py::arg("to") = "", py::arg("chat_type") = "",
      py::arg("provider") = "", py::arg("session_key") = py::none(), py::arg("agent") = py::none(),
      py::arg("main_key") = "main", py::arg("scope") = "per-sender",
      "The key of a message's session. Raises AmbiguousAgent when it needs an agent and none is "
      "named.");
}

void bind_session_ids(py::module_& module) {
  bind_record<SessionEntry>(module, "One session of a store that holds a certain session id.");
  bind_record<SessionIdMatch>(module, "The session that a session id means.");
  module.def(
      "match_session_id",
      [](py::handle candidates, py::handle session_id) {
        return match_session_id(argument<std::vector<SessionEntry>>(candidates, "candidates"),
                                text_from_python(session_id, "session_id"));
      },
      py::arg("candidates"), py::arg("session_id"),
      "Which of the sessions that hold the id it means; ambiguous rather than a guess.");
}

}  // namespace

void bind_key_texts(py::module_& module) {
  bind_grammar(module);
  bind_store(module);
  bind_predicates(module);
  bind_conversations(module);
  bind_heartbeats(module);
  bind_message_keys(module);
  bind_session_ids(module);
}

}  // namespace vagus::bindings
