#include <algorithm>

#include "vagus/engine/engine.hpp"
#include "vagus/events/render.hpp"
#include "vagus/heartbeat/session.hpp"
#include "vagus/text/bounded_text.hpp"
#include "vagus/text/unicode.hpp"

/// What each command does. Each handler checks everything before it changes anything.
namespace vagus {
namespace {

MaybeError check_peer(std::string_view field, const std::optional<Peer>& peer) {
  return peer ? check_label(join_path(field, "id"), peer->id) : std::nullopt;
}

// What a message says about where it came from is kept and handed out again, so it must be sound
// even when it does not decide the session.
MaybeError check_origin(const Inbound& inbound) {
  if (auto failed = check_label("channel", inbound.channel)) return failed;
  if (auto failed = check_label("account", inbound.account.value_or(""))) return failed;
  if (auto failed = check_label("thread", inbound.thread.value_or(""))) return failed;
  if (auto failed = check_label("guild", inbound.guild.value_or(""))) return failed;
  if (auto failed = check_label("team", inbound.team.value_or(""))) return failed;
  if (auto failed = check_label("message_id", inbound.message_id.value_or(""))) return failed;
  if (auto failed = check_label("caused_by", inbound.caused_by.value_or(""))) return failed;
  if (auto failed = check_peer("peer", inbound.peer)) return failed;
  if (auto failed = check_peer("parent_peer", inbound.parent_peer)) return failed;
  for (std::size_t i = 0; i < inbound.roles.size(); ++i) {
    if (auto failed = check_label("", inbound.roles[i])) {
      return renamed(*failed, join_path("roles", i));
    }
  }
  return std::nullopt;
}

RouteQuery query_of(const Inbound& inbound) {
  RouteQuery query;
  query.channel = inbound.channel;
  query.account = inbound.account;
  query.peer = inbound.peer;
  query.parent_peer = inbound.parent_peer;
  query.guild = inbound.guild;
  query.team = inbound.team;
  query.roles = inbound.roles;
  query.thread = inbound.thread;
  return query;
}

// Whoever follows the answer, under the client's name for it.
std::vector<ChatClient> clients_of(const Inbound& inbound) {
  if (!inbound.client_run_id) return {};
  ChatClient client{*inbound.client_run_id, "", {}};
  if (inbound.session_key) client.requested_key = inbound.session_key->str();
  if (inbound.subscriber) client.subscribers = {*inbound.subscriber};
  return {std::move(client)};
}

std::optional<DeliveryRoute> route_of_message(const Inbound& inbound) {
  if (is_blank(inbound.channel) || !inbound.peer || is_blank(inbound.peer->id)) return std::nullopt;
  return DeliveryRoute{token(inbound.channel), inbound.account, std::string(trim(inbound.peer->id)),
                       inbound.thread};
}

}  // namespace

// The host's timer may have run early. It has fired all the same, so it is set again.
MaybeError Engine::handle(const Tick&) {
  if (alarm_ && *alarm_) alarm_.reset();
  return std::nullopt;
}

MaybeError Engine::handle(const Inbound& inbound) {
  const QueueDirective directive = parse_queue_directive(inbound.text);
  // As the model will see it, which may be longer than what was written.
  const std::string text = neutralize_system_lines(directive.found ? directive.text : inbound.text);
  if (auto failed = check_text("text", text, config_.limits)) return failed;
  if (is_blank(inbound.text)) {
    return make_error(ErrorCode::invalid_input, "text", inbound.text, "must not be blank");
  }
  if (auto failed = check_origin(inbound)) return failed;
  if (auto failed = check_client(inbound)) return failed;
  Result<SessionKey> session = [&]() -> Result<SessionKey> {
    if (inbound.session_key) return known_session("session_key", *inbound.session_key);
    const Result<Route> route = router_.resolve(query_of(inbound));
    if (!route) return route.error();
    return in_scope(route->session_key);
  }();
  if (!session) return session.error();
  const SessionKey lane = home_of(*session);
  if (auto failed = check_room(lane)) return failed;

  const std::optional<DeliveryRoute> route = route_of_message(inbound);
  const QueueOverrides own = read_directive(lane, directive, inbound, route);
  const auto heard = [&] {  // what a run writes is not a person's
    if (!inbound.caused_by) sessions_.at(lane).heard_from(route, inbound.peer, now_);
  };
  if (is_blank(text)) {
    heard();
    ChatInput done;  // there is nothing to answer
    done.kind = ChatInputKind::end;
    tell_ending(lane, clients_of(inbound), std::move(done));
    return std::nullopt;
  }
  UserTurn turn;
  turn.text = text;
  turn.route = route;
  turn.message_id = inbound.message_id;
  turn.asked_by = inbound.caused_by;
  const QueueSettings settings =
      queue_settings(config_.messages.queue, inbound.channel, sessions_.at(lane).queue, own,
                     config_.limits.queued_turns);
  if (take_in(lane, std::move(turn), settings, clients_of(inbound))) heard();
  return std::nullopt;
}

MaybeError Engine::handle(const RequestWake& request) {
  const Result<SessionKey> target = wake_target(request);
  if (!target) return target.error();
  if (auto failed = sessions_.check_room(*target)) return failed;
  const Result<WakeReceipt> receipt = wakes_.request(
      now_, *target,
      {request.kind, request.intent, request.reason, request.coalesce_ms.value_or(kCoalesceMillis),
       depth_after(request.caused_by)});
  if (!receipt) return receipt.error();
  sessions_.at(*target);
  const std::string_view label =
      is_blank(request.reason) ? name_of(request.kind) : trim(request.reason);
  emit(WakeQueued{receipt->token, receipt->id, *target, request.kind, std::string(label),
                  receipt->merged, receipt->due_ms});
  return std::nullopt;
}

MaybeError Engine::handle(const PostEvent& post) {
  const Result<SessionKey> known = known_session("session_key", post.session_key);
  if (!known) return known.error();
  const SessionKey home = home_of(*known);
  const SessionKey session =
      post.wake ? wake_session(home, router_.main_key()) : event_session(home, router_.main_key());
  if (auto failed = sessions_.check_room(session)) return failed;
  const bool finds_route = post.reply_in_session && !post.route;
  const auto route = finds_route ? reply_route(session) : post.route;
  const SystemEvent event{0, post.text, post.tag, route, post.trusted, now_};
  if (auto failed = events_.check(event)) return failed;
  if (post.wake) {
    // The wake first: when it is refused nothing has changed, and posting a checked event cannot
    // fail.
    if (auto failed = handle(RequestWake{session, std::nullopt, *post.wake, post.reason,
                                         post.coalesce_ms, post.caused_by, post.intent})) {
      return failed;
    }
  }
  sessions_.at(session);
  emit(EventPosted{session, events_.post(session, event).value_or_throw()});
  return std::nullopt;
}

MaybeError Engine::handle(const FilesRead& read) {
  const Result<ActiveRun*> run = active(read.run_id, RunStage::files);
  if (!run) return run.error();
  if (*run == nullptr) return std::nullopt;
  const auto is_asked = [&asked = (*run)->files](const std::string& name) {
    return std::find(asked.begin(), asked.end(), name) != asked.end();
  };
  for (const auto& [name, text] : read.files) {
    if (is_asked(name)) continue;
    return make_error(ErrorCode::invalid_input, "files", name, "not a file that was asked for");
  }
  for (const auto& [name, why] : read.unreadable) {
    if (!is_asked(name)) {
      return make_error(ErrorCode::invalid_input, "unreadable", name,
                        "not a file that was asked for");
    }
    if (auto failed = check_label("unreadable." + name, why)) return failed;
  }
  (*run)->read = readable(read);
  call_model(**run);
  return std::nullopt;
}

// What prompts can show of the files.
FilesRead Engine::readable(FilesRead read) const {
  for (auto& [name, text] : read.files) {
    if (!text) continue;
    const auto failed = check_text(name, *text, config_.limits);
    if (!failed) continue;
    read.unreadable.emplace(name, failed->message);
    text.reset();
  }
  return read;
}

MaybeError Engine::handle(const ModelReplied& reply) {
  const Result<ActiveRun*> found = active(reply.run_id, RunStage::model);
  if (!found) return found.error();
  if (*found == nullptr) return std::nullopt;
  if (auto failed = check_text("text", reply.text, config_.limits)) return failed;
  for (std::size_t i = 0; i < reply.messages.size(); ++i) {
    const std::string field = join_path("messages", i);
    if (auto failed = check_message(field, reply.messages[i], config_.limits)) return failed;
    const Role role = reply.messages[i].role;
    if (role == Role::assistant || role == Role::tool) continue;
    return make_error(ErrorCode::invalid_input, field + ".role", name_of(role),
                      "must be assistant or tool in a model's answer");
  }
  if (auto failed = check_usage(**found, reply)) return failed;
  take_usage(**found, reply);
  answer(**found, reply);
  return std::nullopt;
}

MaybeError Engine::handle(const ModelFailed& failure) {
  const auto found = active_.find(failure.run_id);
  const RunStage stage = found == active_.end() ? RunStage::model : found->second.stage;
  const Result<ActiveRun*> run = active(failure.run_id, stage);
  if (!run) return run.error();
  if (*run == nullptr) return std::nullopt;
  if (auto failed = check_text("error", failure.error, config_.limits)) return failed;
  if (ask_with_less(**run, failure.error)) return std::nullopt;
  RunEnded ended;
  ended.outcome = RunOutcome::failed;
  ended.error = failure.error;
  end(failure.run_id, std::move(ended));
  return std::nullopt;
}

MaybeError Engine::handle(const Delivered& delivered) {
  if (auto failed = check_known_run(delivered.run_id)) return failed;
  outbox_.arrived(delivered.run_id);
  return std::nullopt;
}

MaybeError Engine::handle(const DeliveryFailed& failure) {
  if (auto failed = check_known_run(failure.run_id)) return failed;
  if (auto failed = check_text("error", failure.error, config_.limits)) return failed;
  if (failure.retry && outbox_.retry(failure.run_id, now_)) return std::nullopt;
  const std::optional<Parcel> lost = outbox_.give_up(failure.run_id);
  if (!lost) return std::nullopt;  // reported before, or too long ago
  // Nobody has seen it, so saying it again is no repetition.
  if (lost->heartbeat) {
    HeartbeatMemory& memory = sessions_.at(lost->home).heartbeats;
    if (memory.text == lost->text) memory.text.clear();
  }
  emit(DeliveryAbandoned{lost->run_id, lost->lane, lost->route, failure.error, lost->attempts});
  return std::nullopt;
}

MaybeError Engine::handle(const SetHeartbeats& set) {
  beats_on_ = set.enabled;
  return std::nullopt;
}

MaybeError Engine::handle(const ResetSession& reset) {
  const Result<SessionKey> session = known_session("session_key", reset.session_key);
  if (!session) return session.error();
  if (auto failed = sessions_.check_room(*session)) return failed;
  for (const SessionKey& lane : lanes_of(*session)) {
    const Session* kept = sessions_.find(lane);
    const bool has_ticks = kept != nullptr && kept->transcript.has_value();
    if (lane != *session && !has_ticks) continue;
    cancel_turns(lane, "the session was reset");
    dispose_transcript(lane, DisposeReason::reset);
    emit(SessionReset{lane, sessions_.restart(lane, ids_).key()});
  }
  return std::nullopt;
}

MaybeError Engine::handle(const ForgetSession& forget) {
  const Result<SessionKey> known = known_session("session_key", forget.session_key);
  if (!known) return known.error();
  const SessionKey home = home_of(*known);
  const std::vector<SessionKey> lanes = lanes_of(home);
  const bool runs = std::any_of(lanes.begin(), lanes.end(),
                                [this](const SessionKey& lane) { return lanes_.busy(lane.str()); });
  if (runs || wakes_.pending(home).has_value()) {
    return make_error(
        ErrorCode::invalid_input, "session_key", forget.session_key.str(),
        "has a run in flight or a wake that waits; only an idle session is forgotten");
  }
  events_.clear(home);
  for (const SessionKey& lane : lanes) {
    cancel_turns(lane, "the session was forgotten");
    dispose_transcript(lane, DisposeReason::forgotten);
    sessions_.forget(lane);
  }
  return std::nullopt;
}

MaybeError Engine::handle(const ImportTranscript& import) {
  const Result<SessionKey> session = known_session("session_key", import.session_key);
  if (!session) return session.error();
  if (auto failed = sessions_.check_room(*session)) return failed;
  for (std::size_t i = 0; i < import.messages.size(); ++i) {
    const std::string field = join_path("messages", i);
    if (auto failed = check_message(field, import.messages[i], config_.limits)) return failed;
    if (import.messages[i].role == Role::system) {
      return make_error(ErrorCode::invalid_input, field + ".role", "system",
                        "a transcript holds no system messages");
    }
  }
  Context& transcript = sessions_.transcript(*session, ids_);
  for (const Message& message : import.messages) transcript.append(message);
  dispose_transcript(*session, DisposeReason::imported);
  return std::nullopt;
}

}  // namespace vagus
