#include "vagus/runs/chat_stream.hpp"

#include <algorithm>
#include <set>

#include "vagus/base/json_codec.hpp"
#include "vagus/text/unicode.hpp"

/// Who is told: registration, subscriptions, aborts.
namespace vagus {
namespace {

/// Longest id of a run, a client run or a subscriber, in UTF-8 bytes.
constexpr std::size_t kMaxIdBytes = 512;

MaybeError check_id(std::string_view field, std::string_view id) {
  if (!id.empty() && id.size() <= kMaxIdBytes && is_valid_utf8(id)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, id,
                    "must be 1 to " + std::to_string(kMaxIdBytes) + " bytes of UTF-8");
}

Error unknown_run(std::string_view run_id) {
  return make_error(ErrorCode::unknown_run, "run_id", run_id,
                    "no such run was opened, or it ended long ago");
}

std::int64_t subscriptions_of(const std::vector<ChatClient>& clients) {
  std::size_t sum = 0;
  for (const ChatClient& client : clients) sum += client.subscribers.size();
  return static_cast<std::int64_t>(sum);
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

ChatStream::ChatStream(const StreamProfile& profile, const Limits& limits)
    : profile_(profile), limits_(limits), ended_(limits) {}

// ---- registration

MaybeError ChatStream::check_new_id(std::string_view field, std::string_view id, Millis now) const {
  if (auto failed = check_id(field, id)) return failed;
  const Tombstones::Tombstone* stone = ended_.find(id);
  if (!place_of(id) && (stone == nullptr || stone->until <= now)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, id, "names another run already");
}

MaybeError ChatStream::check_room_for(std::int64_t subscriptions) const {
  if (rooms_.subscriptions() + subscriptions <= limits_.subscriptions) return std::nullopt;
  return make_error(
      ErrorCode::invalid_input, "subscribers", std::to_string(subscriptions),
      "more than limits.subscriptions (" + std::to_string(limits_.subscriptions) + ") allows");
}

// `run_id` is the run's own id, which one of its clients may have too.
MaybeError ChatStream::check_clients(const std::vector<ChatClient>& clients,
                                     std::string_view run_id, Millis now) const {
  if (std::ssize(clients) > limits_.run_clients) {
    return make_error(ErrorCode::invalid_input, "clients", std::to_string(clients.size()),
                      "more than limits.run_clients (" + std::to_string(limits_.run_clients) + ")");
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const ChatClient& client = clients[i];
    const std::string field = join_path("clients", i);
    const std::string id_field = field + ".client_run_id";
    if (client.client_run_id != run_id) {
      if (auto failed = check_new_id(id_field, client.client_run_id, now)) return failed;
    }
    if (!names.insert(client.client_run_id).second) {
      return make_error(ErrorCode::invalid_input, id_field, client.client_run_id, "given twice");
    }
    if (client.requested_key.size() > kMaxKeyBytes || !is_valid_utf8(client.requested_key)) {
      return make_error(ErrorCode::invalid_input, field + ".requested_key", client.requested_key,
                        "must be UTF-8 of at most " + std::to_string(kMaxKeyBytes) + " bytes");
    }
    for (const std::string& subscriber : client.subscribers) {
      if (auto failed = check_id(field + ".subscribers", subscriber)) return failed;
    }
  }
  return check_room_for(subscriptions_of(clients));
}

MaybeError ChatStream::check_client(const std::string& client_run_id,
                                    const std::optional<std::string>& subscriber,
                                    Millis now) const {
  if (auto failed = check_new_id("client_run_id", client_run_id, now)) return failed;
  if (!subscriber) return std::nullopt;
  if (auto failed = check_id("subscriber", *subscriber)) return failed;
  return check_room_for(1);
}

MaybeError ChatStream::check_registration(const ChatRegistration& registration, Millis now) const {
  if (auto failed = check_new_id("run_id", registration.run_id, now)) return failed;
  if (auto failed = check_clients(registration.clients, registration.run_id, now)) return failed;
  if (registration.session_key && registration.session_key->empty()) {
    return make_error(ErrorCode::invalid_input, "session_key", "", "must not be empty");
  }
  if (registration.deadline_ms) {
    if (auto failed = check_time("deadline_ms", *registration.deadline_ms)) return failed;
  }
  if (registration.attempt < 1) {
    return make_error(ErrorCode::invalid_input, "attempt", std::to_string(registration.attempt),
                      "must be 1 or more");
  }
  const auto live = static_cast<std::int64_t>(runs_.size() - free_.size());
  if (live < limits_.live_runs) return std::nullopt;
  return make_error(
      ErrorCode::invalid_input, "run_id", registration.run_id,
      "one run more than limits.live_runs (" + std::to_string(limits_.live_runs) + ")");
}

MaybeError ChatStream::open(const ChatRegistration& registration, Millis now) {
  if (auto failed = check_time("now_ms", now)) return failed;
  advance(now);
  if (auto failed = check_registration(registration, now)) return failed;
  add(registration, now);
  return std::nullopt;
}

void ChatStream::add(const ChatRegistration& registration, Millis now) {
  const std::uint32_t place = make_place();
  ChatRun& run = runs_[place];
  run.order = ++opened_;
  run.id = registration.run_id;
  run.attempt = registration.attempt;
  run.session = registration.session_key;
  run.owner = registration.owner;
  run.heartbeat = registration.heartbeat;
  run.visible = registration.visible;
  run.deadline = registration.deadline_ms;
  if (!run.deadline && profile_.run_ms > 0) run.deadline = add_saturated(now, profile_.run_ms);
  ids_.add(run.id, place);
  if (run.session) rooms_.enter(*run.session, run.order, place);
  for (const ChatClient& client : registration.clients) add_client(place, client);
  if (run.clients.empty()) run.clients.push_back({run.id, "", {}});
  set_alarm(place);
  ++counts_.opened;
}

MaybeError ChatStream::join(std::string_view run_id, const ChatClient& client, Millis now) {
  if (auto failed = check_time("now_ms", now)) return failed;
  advance(now);
  const auto place = place_of(run_id);
  if (!place) return unknown_run(run_id);
  ChatRun& run = runs_[*place];
  const ChatClient& first = run.clients.front();
  // Nobody has been told of it under its own name yet.
  const bool replaces = run.clients.size() == 1 && first.client_run_id == run.id &&
                        first.requested_key.empty() && first.subscribers.empty() &&
                        run.sent().empty() && !run.is_outdated;
  if (auto failed = check_clients({client}, replaces ? std::string_view(run.id) : "", now)) {
    return failed;
  }
  if (!replaces && std::ssize(run.clients) >= limits_.run_clients) {
    return make_error(
        ErrorCode::invalid_input, "client_run_id", client.client_run_id,
        "one more than limits.run_clients (" + std::to_string(limits_.run_clients) + ")");
  }
  if (replaces) run.clients.clear();
  add_client(*place, client);
  catch_up(*place, run.clients.back(), run.clients.back().subscribers, now);
  return std::nullopt;
}

void ChatStream::add_client(std::uint32_t place, const ChatClient& client) {
  ChatRun& run = runs_[place];
  if (client.client_run_id != run.id) ids_.add(client.client_run_id, place);
  ChatClient& added =
      run.clients.emplace_back(ChatClient{client.client_run_id, client.requested_key, {}});
  for (const std::string& subscriber : client.subscribers) {
    if (contains(added.subscribers, subscriber)) continue;
    added.subscribers.push_back(subscriber);
    rooms_.join(subscriber, run.order, place);
  }
}

bool ChatStream::withdraw(std::string_view run_id, std::string_view client_run_id) {
  const auto place = place_of(run_id);
  if (!place) return false;
  ChatRun& run = runs_[*place];
  const auto found =
      std::find_if(run.clients.begin(), run.clients.end(),
                   [&](const ChatClient& each) { return each.client_run_id == client_run_id; });
  if (found == run.clients.end() || run.clients.size() == 1) return false;
  const ChatClient gone = std::move(*found);
  run.clients.erase(found);
  if (gone.client_run_id != run.id) ids_.remove(gone.client_run_id, *place);
  for (const std::string& subscriber : gone.subscribers) {
    const bool stays =
        std::any_of(run.clients.begin(), run.clients.end(),
                    [&](const ChatClient& each) { return contains(each.subscribers, subscriber); });
    if (!stays) rooms_.leave(subscriber, run.order);
  }
  return true;
}

MaybeError ChatStream::attach(std::string_view run_id, const SessionKey& session, Millis now) {
  if (auto failed = check_time("now_ms", now)) return failed;
  advance(now);
  const auto place = place_of(run_id);
  if (!place) return unknown_run(run_id);
  ChatRun& run = runs_[*place];
  if (session.empty()) {
    return make_error(ErrorCode::invalid_input, "session_key", "", "must not be empty");
  }
  if (run.session == session) return std::nullopt;
  if (run.session) {
    return make_error(ErrorCode::invalid_input, "session_key", session.str(),
                      "the run belongs to " + run.session->str());
  }
  run.session = session;
  rooms_.enter(session, run.order, *place);
  if (run.visible) catch_up(*place, run.clients.front(), rooms_.listeners(session), now);
  return std::nullopt;
}

// What others have seen, so that what follows extends it for all alike.
void ChatStream::catch_up(std::uint32_t place, const ChatClient& client,
                          const std::vector<std::string>& subscribers, Millis now) {
  ChatRun& run = runs_[place];
  if (subscribers.empty()) return;
  if (run.sent().empty()) return show_or_hold(place, now);
  const ChatClient& first = run.clients.front();
  ChatEvent event;
  event.run_id = run.id;
  event.client_run_id = client.client_run_id;
  event.requested_key = client.requested_key;
  event.session_key = run.session;
  event.seq = run.seq;
  event.text = event.delta_text = std::string(run.sent());
  event.replace = true;
  event.clipped = run.clipped;
  const bool is_first = &client == &first;
  for (const std::string& subscriber : subscribers) {
    // Those who registered for it have it.
    const bool has_it =
        is_first && &subscribers != &client.subscribers && contains(client.subscribers, subscriber);
    if (!has_it) event.subscribers.push_back(subscriber);
  }
  if (!event.subscribers.empty()) outputs_.emplace_back(std::move(event));
}

std::optional<std::uint32_t> ChatStream::place_of(std::string_view id) const {
  return ids_.find(id, [&](std::uint32_t place) {
    const ChatRun& run = runs_[place];
    return run.id == id ||
           std::any_of(run.clients.begin(), run.clients.end(),
                       [&](const ChatClient& each) { return each.client_run_id == id; });
  });
}

std::uint32_t ChatStream::make_place() {
  if (free_.empty()) {
    runs_.emplace_back();
    return static_cast<std::uint32_t>(runs_.size() - 1);
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  return place;
}

void ChatStream::release(std::uint32_t place, ChatState state, Millis now) {
  stop_holding(place);
  ChatRun run = std::exchange(runs_[place], {});
  const Millis until = add_saturated(now, profile_.tombstone_ms);
  alarms_.clear(place);
  if (run.session) rooms_.exit(*run.session, run.order);
  ids_.remove(run.id, place);
  ended_.add(run.id, state, until);
  for (const ChatClient& client : run.clients) {
    for (const std::string& subscriber : client.subscribers) rooms_.leave(subscriber, run.order);
    if (client.client_run_id == run.id) continue;
    ids_.remove(client.client_run_id, place);
    ended_.add(client.client_run_id, state, until);
  }
  free_.push_back(place);
  if (free_.size() < runs_.size()) return;
  runs_ = {};
  free_ = {};
  flushes_ = {};
}

const ChatRun* ChatStream::find(std::string_view id) const {
  const auto place = place_of(id);
  return place ? &runs_[*place] : nullptr;
}

// ---- subscriptions

MaybeError ChatStream::subscribe(const std::string& subscriber, const SessionKey& session,
                                 Millis now) {
  if (auto failed = check_time("now_ms", now)) return failed;
  if (auto failed = check_id("subscriber", subscriber)) return failed;
  if (session.empty()) {
    return make_error(ErrorCode::invalid_input, "session_key", "", "must not be empty");
  }
  if (contains(rooms_.listeners(session), subscriber)) return std::nullopt;
  if (auto failed = check_room_for(1)) return failed;
  advance(now);
  rooms_.subscribe(subscriber, session);
  for (const auto& [order, place] : rooms_.runs(session)) {
    const ChatRun& run = runs_[place];
    if (run.visible) catch_up(place, run.clients.front(), {subscriber}, now);
  }
  return std::nullopt;
}

bool ChatStream::unsubscribe(const std::string& subscriber, const SessionKey& session) {
  return rooms_.unsubscribe(subscriber, session);
}

void ChatStream::disconnect(const std::string& subscriber) {
  for (const auto& [order, place] : rooms_.disconnect(subscriber)) {
    for (ChatClient& client : runs_[place].clients) std::erase(client.subscribers, subscriber);
  }
}

// ---- aborts

bool ChatStream::may_stop(const ChatRun& run, const ChatPrincipal& requester) const {
  if (requester.admin || !run.owner) return true;
  const ChatPrincipal& owner = *run.owner;
  if (!owner.connection && !owner.device) return true;
  if (owner.device && owner.device == requester.device) return true;
  if (!requester.connection) return false;
  // Whoever wrote one of several messages that one run answers.
  return owner.connection == requester.connection ||
         std::any_of(run.clients.begin(), run.clients.end(), [&](const ChatClient& client) {
           return contains(client.subscribers, *requester.connection);
         });
}

Result<ChatAbort> ChatStream::abort(std::string_view run_id,
                                    const std::optional<SessionKey>& session,
                                    const ChatPrincipal& requester, const std::string& reason,
                                    Millis now) {
  if (auto failed = check_time("now_ms", now)) return *failed;
  if (auto failed = check_id("reason", reason)) return *failed;
  advance(now);
  const auto place = place_of(run_id);
  if (!place || (session && runs_[*place].session != session)) return ChatAbort{};
  const ChatRun& run = runs_[*place];
  if (!may_stop(run, requester)) return ChatAbort{AbortVerdict::not_permitted, {}, {}};
  ChatAbort done{AbortVerdict::aborted, {run.id}, {partial_text(run)}};
  stop(*place, reason, now);
  return done;
}

Result<ChatAbort> ChatStream::abort_session(const SessionKey& session,
                                            const ChatPrincipal& requester,
                                            const std::string& reason, Millis now) {
  if (auto failed = check_time("now_ms", now)) return *failed;
  if (auto failed = check_id("reason", reason)) return *failed;
  advance(now);
  ChatAbort done;
  for (const auto& [order, place] : rooms_.runs(session)) {
    if (!may_stop(runs_[place], requester)) {
      if (done.run_ids.empty()) done.verdict = AbortVerdict::not_permitted;
      continue;
    }
    done.verdict = AbortVerdict::aborted;
    done.run_ids.push_back(runs_[place].id);
    done.texts.push_back(partial_text(runs_[place]));
    stop(place, reason, now);
  }
  return done;
}

void ChatStream::stop(std::uint32_t place, const std::string& reason, Millis now) {
  const ChatRun& run = runs_[place];
  Terminal terminal;
  terminal.state = ChatState::aborted;
  terminal.seq = run.seq + 1;
  terminal.text = partial_text(run);
  terminal.stop_reason = reason;
  finish(place, std::move(terminal), now);
}

ChatStats ChatStream::stats() const {
  ChatStats stats = counts_;
  stats.live = static_cast<std::int64_t>(runs_.size() - free_.size());
  for (const ChatRun& run : runs_) stats.live_bytes += std::ssize(run.raw);
  stats.remembered = static_cast<std::int64_t>(ended_.size());
  stats.subscriptions = rooms_.subscriptions();
  stats.alarms = flushes_.size() + static_cast<std::int64_t>(alarms_.size());
  return stats;
}

}  // namespace vagus
