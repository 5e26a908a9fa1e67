#include <algorithm>

#include "vagus/engine/engine.hpp"
#include "vagus/text/unicode.hpp"

/// What those who follow a run are told of it, and what they may ask.
namespace vagus {
namespace {

/// Why a run is stopped for a newer message.
constexpr const char* kSuperseded = "superseded by a newer message";

/// How the ending of a run is told: with its text, or why there is none.
ChatInput ending_of_run(const RunEnded& ended) {
  ChatInput input;
  input.run_id = ended.run_id;
  input.kind = ChatInputKind::end;
  input.replace = true;
  input.text = ended.text;
  switch (ended.outcome) {
    case RunOutcome::replied:
    case RunOutcome::acknowledged:
    case RunOutcome::skipped:
      return input;
    case RunOutcome::timed_out:
      input.error_kind = ErrorKind::timeout;
      break;
    case RunOutcome::refused:
    case RunOutcome::restarted:
      input.error_kind = ErrorKind::context_length;
      break;
    case RunOutcome::failed:
    case RunOutcome::aborted:
      break;
  }
  input.kind = ChatInputKind::error;
  input.settled = true;
  input.error = ended.error.value_or("");
  return input;
}

/// The end of a run that somebody stopped, after it had said `text`.
RunEnded stopped(std::string text, std::string reason) {
  RunEnded ended;
  ended.outcome = RunOutcome::aborted;
  ended.text = std::move(text);
  ended.error = std::move(reason);
  return ended;
}

}  // namespace

MaybeError Engine::check_client(const Inbound& inbound) const {
  if (!inbound.client_run_id && !inbound.subscriber) return std::nullopt;
  if (!inbound.client_run_id) {
    return make_error(ErrorCode::invalid_input, "client_run_id", "",
                      "is required where there is a subscriber");
  }
  const std::string& name = *inbound.client_run_id;
  const bool is_promised = std::any_of(errands_.begin(), errands_.end(), [&name](const auto& each) {
    return each.second.run_id == name;
  });
  if (is_promised) {
    return make_error(ErrorCode::invalid_input, "client_run_id", name,
                      "names a run that has yet to start");
  }
  if (followers_.knows(name)) {
    return make_error(ErrorCode::invalid_input, "client_run_id", name,
                      "names the run of a message that waits");
  }
  return chat_.check_client(name, inbound.subscriber, now_);
}

// A client's name that another run got while this turn waited (the host's own ids may be used) is
// not used twice; and a run is not kept from running because there is no room for those who follow
// it.
void Engine::open_chat(const ActiveRun& run) {
  ChatRegistration registration;
  registration.run_id = run.id;
  registration.session_key = run.lane;
  registration.heartbeat = run.kind == RunKind::heartbeat;
  for (const ChatClient& client : run.clients) {
    std::optional<std::string> subscriber;
    if (!client.subscribers.empty()) subscriber = client.subscribers.front();
    if (!chat_.check_client(client.client_run_id, subscriber, now_)) {
      registration.clients.push_back(client);
    }
  }
  const auto asked =
      std::find_if(registration.clients.begin(), registration.clients.end(),
                   [](const ChatClient& client) { return !client.subscribers.empty(); });
  if (asked != registration.clients.end()) {
    registration.owner = ChatPrincipal{asked->subscribers.front(), {}, false};
  }
  if (chat_.open(registration, now_)) {
    // One of them cannot follow it: two have one name, or they are too many. The others can.
    const std::vector<ChatClient> clients = std::exchange(registration.clients, {});
    chat_.open(registration, now_);
    for (const ChatClient& client : clients) follow(run.id, run.lane, client);
  }
  tell_clients();
}

void Engine::follow(const std::string& run_id, const SessionKey& lane, const ChatClient& client) {
  if (chat_.join(run_id, client, now_)) tell_unanswered(lane, {client}, "too many follow this run");
}

// A message that is answered by a run of others, or by none, is told its end all the same.
void Engine::tell_followers(const SessionKey& lane, const TurnEnd& ended) {
  const std::vector<ChatClient> followers = followers_.take(ended.message);
  if (!ended.run_id) return tell_unanswered(lane, followers, ended.reason);
  for (const ChatClient& client : followers) follow(*ended.run_id, lane, client);
  tell_clients();
}

void Engine::tell_unanswered(const SessionKey& lane, const std::vector<ChatClient>& clients,
                             const std::string& reason) {
  ChatInput ending;
  ending.kind = ChatInputKind::error;
  ending.error = prefix_within(reason, static_cast<std::size_t>(config_.limits.text_bytes));
  ending.settled = true;
  tell_ending(lane, clients, std::move(ending));
}

// The ending of a run that never was.
void Engine::tell_ending(const SessionKey& lane, const std::vector<ChatClient>& clients,
                         ChatInput ending) {
  if (clients.empty()) return;
  ChatRegistration registration;
  registration.run_id = ids_.next();
  registration.session_key = lane;
  registration.clients = clients;
  registration.visible = false;
  if (chat_.open(registration, now_)) return;
  ending.run_id = registration.run_id;
  chat_.feed(ending, now_).value_or_throw();
  tell_clients();
}

// Where there was no room for it, nobody follows a run. A client's name finds the client's run.
bool Engine::is_followed(const std::string& run_id) const {
  const ChatRun* run = chat_.find(run_id);
  return run != nullptr && run->id == run_id;
}

// An abort has told it already. An ending is not refused for its length: a prefix of the answer or
// a quoted error may have made it longer than a text may be.
void Engine::close_chat(const ActiveRun& run, const RunEnded& ended) {
  if (!is_followed(run.id)) return;
  ChatInput input = ending_of_run(ended);
  const auto most = static_cast<std::size_t>(config_.limits.text_bytes);
  for (std::string* text : {&input.text, &input.error}) {
    text->resize(prefix_within(*text, most).size());
  }
  chat_.feed(input, now_).value_or_throw();
  tell_clients();
}

// What the model may have said before it failed does not count.
void Engine::begin_again(const ActiveRun& run) {
  if (!is_followed(run.id)) return;
  ChatInput start;
  start.run_id = run.id;
  start.kind = ChatInputKind::start;
  start.attempt = run.refusals + 1;
  chat_.feed(start, now_).value_or_throw();
  tell_clients();
}

void Engine::tell_clients() {
  for (ChatOutput& output : chat_.take()) {
    std::visit([this](auto& each) { emit(std::move(each)); }, output);
  }
}

MaybeError Engine::handle(const StreamModel& piece) {
  const Result<ActiveRun*> run = active(piece.run_id, RunStage::model);
  if (!run) return run.error();
  if (*run == nullptr || !is_followed(piece.run_id)) return std::nullopt;
  ChatInput input;
  input.run_id = piece.run_id;
  input.kind = piece.tool ? ChatInputKind::tool : ChatInputKind::text;
  input.seq = piece.seq;
  input.text = piece.text;
  input.delta = piece.delta;
  input.replace = piece.replace;
  const Result<ChatReceipt> taken = chat_.feed(input, now_);
  if (!taken) return taken.error();
  tell_clients();
  return std::nullopt;
}

MaybeError Engine::handle(const AbortRun& abort) {
  std::optional<SessionKey> session;
  if (abort.session_key) {
    const Result<SessionKey> known = known_session("session_key", *abort.session_key);
    if (!known) return known.error();
    session = *known;
  }
  if (!abort.run_id && !session) {
    return make_error(ErrorCode::invalid_input, "run_id", "", "give run_id, session_key or both");
  }
  const ChatPrincipal requester = abort.requester.value_or(ChatPrincipal{{}, {}, true});
  const Result<ChatAbort> done =
      abort.run_id ? chat_.abort(*abort.run_id, session, requester, abort.reason, now_)
                   : chat_.abort_session(*session, requester, abort.reason, now_);
  if (!done) return done.error();
  tell_clients();
  for (std::size_t i = 0; i < done->run_ids.size(); ++i) {
    end(done->run_ids[i], stopped(done->texts[i], abort.reason));
  }
  emit(AbortAnswered{done->verdict, done->run_ids});
  return std::nullopt;
}

// A newer message takes the place of the lane's run.
void Engine::interrupt(const SessionKey& lane) {
  const ActiveRun* run = run_on(lane);
  if (run == nullptr) return;
  const std::string id = run->id;
  active_.at(id).gives_way = true;
  std::string text;
  if (is_followed(id)) {
    const ChatPrincipal engine{{}, {}, true};
    const ChatAbort done = chat_.abort(id, {}, engine, kSuperseded, now_).value_or_throw();
    text = done.texts.front();
    tell_clients();
  }
  end(id, stopped(std::move(text), kSuperseded));
}

MaybeError Engine::handle(const Subscribe& subscribe) {
  const Result<SessionKey> session = known_session("session_key", subscribe.session_key);
  if (!session) return session.error();
  if (auto failed = chat_.subscribe(subscribe.subscriber, *session, now_)) return failed;
  tell_clients();
  return std::nullopt;
}

MaybeError Engine::handle(const Unsubscribe& unsubscribe) {
  if (!unsubscribe.session_key) {
    chat_.disconnect(unsubscribe.subscriber);
    followers_.leave(unsubscribe.subscriber);
    return std::nullopt;
  }
  const Result<SessionKey> session = known_session("session_key", *unsubscribe.session_key);
  if (!session) return session.error();
  chat_.unsubscribe(unsubscribe.subscriber, *session);
  return std::nullopt;
}

}  // namespace vagus
