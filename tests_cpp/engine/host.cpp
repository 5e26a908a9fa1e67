#include "engine/host.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

namespace vagus::testing_engine {

SessionKey key(std::string_view text) {
  return SessionKey::parse(text).value_or_throw();
}

SessionKey main_key() {
  return key("agent:trent:main");
}

Inbound message_to(const SessionKey& to, std::string text) {
  Inbound inbound;
  inbound.text = std::move(text);
  inbound.session_key = to;
  return inbound;
}

Inbound message_from(std::string channel_id, std::string text, std::optional<std::string> thread) {
  Inbound inbound;
  inbound.text = std::move(text);
  inbound.channel = "discord";
  inbound.peer = Peer{PeerKind::channel, std::move(channel_id)};
  inbound.thread = std::move(thread);
  return inbound;
}

RequestWake wake_of(const SessionKey& session, WakeKind kind, std::string reason,
                    Millis coalesce_ms) {
  RequestWake request;
  request.session_key = session;
  request.kind = kind;
  request.reason = std::move(reason);
  request.coalesce_ms = coalesce_ms;
  return request;
}

PostEvent news(const SessionKey& session, std::string text) {
  PostEvent post;
  post.session_key = session;
  post.text = std::move(text);
  return post;
}

PostEvent exec_event(const SessionKey& session, std::string text,
                     std::optional<DeliveryRoute> route) {
  PostEvent post = news(session, std::move(text));
  post.route = std::move(route);
  post.wake = WakeKind::exec;
  post.coalesce_ms = 0;
  return post;
}

DeliveryRoute route_to(std::string channel, std::string to) {
  return DeliveryRoute{std::move(channel), std::nullopt, std::move(to), std::nullopt};
}

template <class E>
std::vector<E> all(const std::vector<Effect>& effects) {
  std::vector<E> found;
  for (const Effect& effect : effects) {
    if (const E* one = std::get_if<E>(&effect)) found.push_back(*one);
  }
  return found;
}

template <class E>
E only(const std::vector<Effect>& effects) {
  const std::vector<E> found = all<E>(effects);
  EXPECT_EQ(found.size(), 1U) << E::kName;
  return found.empty() ? E{} : found.front();
}

namespace {

/// Instantiates `all` and `only` for every effect.
template <class... E>
constexpr auto readers(const std::variant<E...>*) {
  return field_list(&all<E>..., &only<E>...);
}
[[maybe_unused]] constexpr auto kReaders = readers(static_cast<const Effect*>(nullptr));

}  // namespace

std::string kinds(const std::vector<Effect>& effects) {
  std::string names;
  for (const Effect& effect : effects) {
    if (std::holds_alternative<SetAlarm>(effect)) continue;
    if (std::holds_alternative<TurnSettled>(effect)) continue;
    names += names.empty() ? "" : " ";
    std::visit([&names](const auto& one) { names += one.kName; }, effect);
  }
  return names;
}

std::string bytes_of(const std::vector<Effect>& effects) {
  std::string bytes;
  for (const Effect& effect : effects) bytes += effect_to_json(effect) + "\n";
  return bytes;
}

std::string prompt_of(const CallModel& call) {
  return call.messages.empty() ? "" : text_of(call.messages.back());
}

std::string shown_by(const CallModel& call) {
  std::string text;
  for (const Message& message : call.messages) text += text_of(message) + "\n";
  return text;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Model says(std::string text, std::vector<Message> messages) {
  return [=](const CallModel& call) { return ModelReplied{call.run_id, text, messages}; };
}

Model fails(std::string error) {
  return [=](const CallModel& call) { return ModelFailed{call.run_id, error}; };
}

Model thinks_for_ever() {
  return [](const CallModel&) { return std::nullopt; };
}

namespace {

/// What an engine that has nothing to object answers to each request.
struct Obliging {
  ContextAnswer operator()(const ContextBootstrap& asked) const {
    return ContextBootstrapped{!asked.messages.empty(), std::ssize(asked.messages), ""};
  }
  ContextAnswer operator()(const ContextIngest& asked) const {
    return ContextIngested{std::ssize(asked.messages)};
  }
  ContextAnswer operator()(const ContextAssemble& asked) const {
    return ContextAssembled{asked.messages, 0, ""};
  }
  ContextAnswer operator()(const ContextCompact& asked) const {
    return ContextCompacted{true, true, "", asked.current_tokens, asked.target_tokens};
  }
  ContextAnswer operator()(const ContextCommitTurn&) const { return ContextCommitted{}; }
  ContextAnswer operator()(const ContextMaintain&) const { return ContextMaintained{}; }
  template <class Other>
  ContextAnswer operator()(const Other&) const {
    return ContextDone{};
  }
};

}  // namespace

std::optional<Command> obliging(const ContextCall& call) {
  return ContextAnswered{call.call_id, std::visit(Obliging{}, call.params)};
}

std::optional<Command> outlines(const Summarize& asked) {
  std::string text = empty_summary();
  for (const std::string& each : asked.task.identifiers) text += "\n" + each;
  return Summarized{asked.summary_id, text + "\n" + asked.task.latest_ask.value_or("")};
}

std::string snapshot_of(const Engine& engine, const std::string& pointer) {
  return dump_json(engine.snapshot().value(Json::json_pointer(pointer), Json()));
}

Host::Host(std::string_view config, const Zones& zones, std::uint64_t id_seed)
    : engine(
          Engine::create(read_config(config).value_or_throw(), zones, id_seed).value_or_throw()) {}
Host::Host(const Host& other) = default;
Host::~Host() = default;

std::vector<Effect> Host::apply(const Command& command) {
  Result<std::vector<Effect>> effects = engine.apply(command, now);
  if (!effects) {
    ADD_FAILURE() << command_to_json(command) << ": " << effects.error().what();
    return {};
  }
  journal.emplace_back(now, command_to_json(command));
  for (const Effect& effect : *effects) {
    if (const auto* alarm = std::get_if<SetAlarm>(&effect)) alarm_ = alarm->at_ms;
    log.push_back(effect);
  }
  return *std::move(effects);
}

std::vector<Effect> Host::send(const Command& command) {
  std::vector<Effect> effects = apply(command);
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const std::optional<Command> answer = answer_to(effects[i]);
    if (!answer) continue;
    const std::vector<Effect> more = apply(*answer);
    effects.insert(effects.end(), more.begin(), more.end());
  }
  return effects;
}

std::vector<Effect> Host::advance(Millis span) {
  const Millis until = now + span;
  std::vector<Effect> effects = send(Tick{});
  while (alarm_ && *alarm_ <= until) {
    now = std::max(now, *alarm_);
    const std::vector<Effect> more = send(Tick{});
    effects.insert(effects.end(), more.begin(), more.end());
  }
  now = until;
  return effects;
}

std::size_t Host::wakes() const {
  return engine.snapshot()["wakes"].size();
}

std::int64_t Host::remembered(const SessionKey& session) const {
  const Json snapshot = engine.snapshot();
  for (const Json& entry : snapshot["sessions"]) {
    if (entry["session_key"] != session.str() || !entry.contains("messages")) continue;
    return entry["messages"].get<std::int64_t>();
  }
  return 0;
}

std::optional<Command> Host::answer_to(const Effect& effect) const {
  if (const auto* call = std::get_if<CallModel>(&effect)) return model(*call);
  if (const auto* call = std::get_if<ContextCall>(&effect)) return context(*call);
  if (const auto* wanted = std::get_if<Summarize>(&effect)) return summariser(*wanted);
  const auto* asked = std::get_if<ReadFiles>(&effect);
  if (asked == nullptr || !reads_files) return std::nullopt;
  FilesRead read;
  read.run_id = asked->run_id;
  for (const std::string& name : asked->names) {
    const auto found = workspace.find(name);
    if (found != workspace.end()) read.files[name] = found->second;
  }
  return read;
}

}  // namespace vagus::testing_engine
