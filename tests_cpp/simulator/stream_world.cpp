#include "simulator/stream_world.hpp"

#include <algorithm>

#include "vagus/runs/chat_text.hpp"
#include "vagus/text/acknowledgement.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus::simulator {
namespace {

constexpr Millis kRunTime = 10 * kMinute;
constexpr Millis kShortTime = 5 * kSecond;
constexpr std::int64_t kHeartbeat = 1;
constexpr std::int64_t kHidden = 2;
constexpr std::int64_t kShort = 4;

std::string run_id(std::int64_t number) {
  return "r" + std::to_string(number);
}

std::int64_t number_of(const std::string& run) {
  return std::stoll(run.substr(1));
}

std::string name_of_subscriber(std::int64_t number) {
  return "s" + std::to_string(number);
}

SessionKey session_key(std::int64_t number) {
  return SessionKey::parse("agent:main:chat:" + std::to_string(number)).value_or_throw();
}

StreamProfile profile_of_world() {
  StreamProfile profile;
  profile.run_ms = kRunTime;
  return profile;
}

constexpr std::array<std::pair<StreamOpKind, ChatInputKind>, 8> kInputs = {{
    {StreamOpKind::piece, ChatInputKind::text},
    {StreamOpKind::snapshot, ChatInputKind::text},
    {StreamOpKind::rewrite, ChatInputKind::text},
    {StreamOpKind::tool, ChatInputKind::tool},
    {StreamOpKind::start, ChatInputKind::start},
    {StreamOpKind::fallback, ChatInputKind::fallback},
    {StreamOpKind::error, ChatInputKind::error},
    {StreamOpKind::end, ChatInputKind::end},
}};

std::optional<ChatInputKind> input_kind(StreamOpKind kind) {
  for (const auto& [op, input] : kInputs) {
    if (op == kind) return input;
  }
  return std::nullopt;
}

}  // namespace

StreamWorld::StreamWorld(Tamper tamper)
    : tamper_(std::move(tamper)), profile_(profile_of_world()), stream_(profile_) {}

std::optional<StreamFailure> StreamWorld::run(const std::vector<StreamOp>& ops) {
  for (std::size_t i = 0; i < ops.size(); ++i) {
    endings_.clear();
    play(ops[i]);
    check_outputs();
    if (stream_.stats().live != static_cast<std::int64_t>(live_.size())) {
      broken("memory: other runs are live than should be");
    }
    if (!broken_.empty()) return StreamFailure{i, broken_};
  }
  check_quiet();
  if (broken_.empty()) return std::nullopt;
  return StreamFailure{ops.size() - 1, broken_};
}

// ---- what happens

void StreamWorld::play(const StreamOp& op) {
  const std::string subscriber = name_of_subscriber(std::max<std::int64_t>(op.subscriber, 0));
  switch (op.kind) {
    case StreamOpKind::open:
      return play_open(op);
    case StreamOpKind::join:
      return play_join(op);
    case StreamOpKind::attach: {
      const bool refused =
          stream_.attach(run_id(op.run), session_key(op.session), now_).has_value();
      const auto found = live_.find(op.run);
      const bool fits =
          found != live_.end() && (!found->second.session || *found->second.session == op.session);
      if (refused == fits) broken("attach: refused, or taken, although it should not");
      if (fits) found->second.session = op.session;
      return;
    }
    case StreamOpKind::abort: {
      const ChatAbort done = stream_.abort(run_id(op.run), {}, {}, "rpc", now_).value_or_throw();
      const auto found = live_.find(op.run);
      if ((done.verdict == AbortVerdict::aborted) != (found != live_.end()))
        broken("abort: verdict");
      if (found != live_.end()) finish(op.run, ChatState::aborted, shown(found->second, false));
      return;
    }
    case StreamOpKind::abort_all: {
      static_cast<void>(
          stream_.abort_session(session_key(op.session), {}, "stop", now_).value_or_throw());
      std::vector<std::int64_t> hit;
      for (const auto& [number, run] : live_) {
        if (run.session == op.session) hit.push_back(number);
      }
      for (const std::int64_t each : hit) {
        finish(each, ChatState::aborted, shown(live_.at(each), false));
      }
      return;
    }
    case StreamOpKind::subscribe:
      if (stream_.subscribe(subscriber, session_key(op.session), now_))
        broken("subscribe: refused");
      listeners_[op.session].insert(subscriber);
      return;
    case StreamOpKind::unsubscribe:
      stream_.unsubscribe(subscriber, session_key(op.session));
      listeners_[op.session].erase(subscriber);
      return;
    case StreamOpKind::disconnect:
      stream_.disconnect(subscriber);
      for (auto& [session, each] : listeners_) each.erase(subscriber);
      for (auto& [number, run] : live_) {
        for (Client& client : run.clients) client.subscribers.erase(subscriber);
      }
      return;
    case StreamOpKind::wait:
      return play_wait(op.number);
    default:
      return play_event(op);
  }
}

void StreamWorld::play_open(const StreamOp& op) {
  ChatRegistration registration;
  registration.run_id = run_id(op.run);
  Client client{"c" + std::to_string(op.run), {}};
  registration.clients = {{client.id, "", {}}};
  if (op.subscriber >= 0) {
    client.subscribers = {name_of_subscriber(op.subscriber)};
    registration.clients[0].subscribers = {name_of_subscriber(op.subscriber)};
  }
  if (op.session >= 0) registration.session_key = session_key(op.session);
  registration.heartbeat = (op.flags & kHeartbeat) != 0;
  registration.visible = (op.flags & kHidden) == 0;
  const Millis span = (op.flags & kShort) != 0 ? kShortTime : kRunTime;
  if ((op.flags & kShort) != 0) registration.deadline_ms = now_ + kShortTime;
  const bool refused = stream_.open(registration, now_).has_value();
  const bool known = live_.count(op.run) > 0 || over_.count(op.run) > 0;
  if (refused != known) broken("open: refused, or taken, although it should not");
  if (refused) return;
  Run run;
  run.heartbeat = registration.heartbeat;
  run.visible = registration.visible;
  if (op.session >= 0) run.session = op.session;
  run.deadline = now_ + span;
  run.clients = {std::move(client)};
  set_due(op.run, live_[op.run] = std::move(run));
}

void StreamWorld::play_join(const StreamOp& op) {
  Client client{"c" + std::to_string(op.run) + "." + std::to_string(op.number), {}};
  ChatClient made{client.id, "", {}};
  if (op.subscriber >= 0) {
    client.subscribers = {name_of_subscriber(op.subscriber)};
    made.subscribers = {name_of_subscriber(op.subscriber)};
  }
  const bool refused = stream_.join(run_id(op.run), made, now_).has_value();
  const auto found = live_.find(op.run);
  const bool is_known = found != live_.end() &&
                        std::any_of(found->second.clients.begin(), found->second.clients.end(),
                                    [&](const Client& each) { return each.id == client.id; });
  if (refused != (found == live_.end() || is_known)) broken("join: refused, or taken");
  if (refused) return;
  Run& run = found->second;
  // A run goes by its own name until a client joins.
  if (run.clients[0].id == run_id(op.run) && !run.told_delta) run.clients.clear();
  run.clients.push_back(std::move(client));
}

void StreamWorld::play_event(const StreamOp& op) {
  ChatInput input;
  input.run_id = run_id(op.run);
  input.kind = *input_kind(op.kind);
  const auto found = live_.find(op.run);
  input.seq = std::max<std::int64_t>((found == live_.end() ? 0 : found->second.seq) + op.number, 0);
  if (op.kind == StreamOpKind::piece) input.delta = word(op.text);
  if (op.kind == StreamOpKind::snapshot) {
    input.text = (found == live_.end() ? "" : found->second.text) + word(op.text);
  }
  if (op.kind == StreamOpKind::rewrite) {
    input.text = word(op.text);
    input.replace = true;
  }
  if (op.kind == StreamOpKind::start) {
    input.attempt = (found == live_.end() ? 1 : found->second.attempt) + op.flags;
  }
  if (op.kind == StreamOpKind::error) {
    input.error = "boom";
    input.settled = op.flags == 1;
  }
  const bool may_be_late = op.kind != StreamOpKind::start && op.kind != StreamOpKind::error;
  if (may_be_late && op.flags == 1 && found != live_.end()) {
    input.attempt = found->second.attempt - 1;  // 0 for the first: the newest
  }
  const Result<ChatReceipt> got = stream_.feed(input, now_);
  if (found != live_.end()) {
    const ChatReceipt should = expected(op, input, found->second);
    if (!got || *got != should) return broken("sequence: an event was taken, or dropped, wrongly");
    if (should == ChatReceipt::taken) take(op, op.run, input);
  } else if (over_.count(op.run) > 0) {
    if (!got || *got != ChatReceipt::ended)
      broken("late: an event of an ended run was not dropped");
  } else if (input.kind != ChatInputKind::start) {
    if (got || got.error().code != ErrorCode::unknown_run) broken("unknown: an event was taken");
  } else if (!got || *got != ChatReceipt::taken) {
    broken("start: a run was not opened by its start");
  } else {
    Run run;
    run.attempt = std::max<std::int64_t>(input.attempt, 1);
    run.seq = std::max<std::int64_t>(input.seq, 1);
    run.deadline = now_ + kRunTime;
    run.clients = {{run_id(op.run), {}}};
    set_due(op.run, live_[op.run] = std::move(run));
  }
}

ChatReceipt StreamWorld::expected(const StreamOp& op, const ChatInput& input, Run& run) {
  if (input.attempt > 0 && input.attempt < run.attempt) return ChatReceipt::stale;
  const bool is_new = op.kind == StreamOpKind::start && input.attempt > run.attempt;
  const std::int64_t seq = input.seq == 0 ? run.seq + 1 : input.seq;
  if (seq <= run.seq && !is_new) return ChatReceipt::duplicate;
  run.seq = seq;
  return ChatReceipt::taken;
}

void StreamWorld::take(const StreamOp& op, std::int64_t number, const ChatInput& input) {
  Run& run = live_.at(number);
  switch (op.kind) {
    case StreamOpKind::piece:
    case StreamOpKind::snapshot:
      run.text += word(op.text);
      return;
    case StreamOpKind::rewrite:
      run.text = word(op.text);
      return;
    case StreamOpKind::start:
      if (input.attempt <= run.attempt) return;
      run.attempt = input.attempt;
      run.text.clear();
      run.failing = false;
      return set_due(number, run);
    case StreamOpKind::fallback:
      run.failing = false;
      return set_due(number, run);
    case StreamOpKind::error:
      if (input.settled) return finish(number, ChatState::error, "");
      run.text.clear();
      run.failing = true;
      return set_due(number, run);
    case StreamOpKind::end:
      return finish(number, ChatState::final, shown(run, true));
    default:
      return;
  }
}

void StreamWorld::play_wait(Millis span) {
  now_ += span;
  stream_.tick(now_);
  while (!dues_.empty() && dues_.begin()->first <= now_) {
    finish(dues_.begin()->second, ChatState::error, "");
  }
  std::erase_if(over_, [&](const auto& each) { return each.second <= now_; });
}

void StreamWorld::set_due(std::int64_t number, Run& run) {
  dues_.erase({run.due, number});
  run.due = run.failing ? std::min(run.deadline, now_ + profile_.grace_ms) : run.deadline;
  dues_.insert({run.due, number});
}

void StreamWorld::finish(std::int64_t number, ChatState state, const std::string& text) {
  const Run& run = live_.at(number);
  for (std::size_t i = 0; i < run.clients.size(); ++i) {
    std::set<std::string> to = audience(run, i);
    if (!to.empty())
      endings_.insert_or_assign(run.clients[i].id, Ending{state, text, std::move(to)});
    // Whatever is told of it in this event comes before its end, and nothing after.
  }
  dues_.erase({run.due, number});
  over_[number] = now_ + profile_.tombstone_ms;
  live_.erase(number);
}

std::set<std::string> StreamWorld::audience(const Run& run, std::size_t client) const {
  std::set<std::string> all = run.clients[client].subscribers;
  const auto room = run.session && run.visible ? listeners_.find(*run.session) : listeners_.end();
  if (room != listeners_.end()) all.insert(room->second.begin(), room->second.end());
  return all;
}

std::string StreamWorld::shown(const Run& run, bool ends) const {
  std::string text = shown_text(run.text, profile_).text;
  if (ends || run.heartbeat) text = std::string(trim(text));
  if (run.heartbeat) {
    StrippedText said = strip_acknowledgement(text, profile_.ack_max_chars);
    if (said.stripped) text = std::move(said.text);
  }
  return is_blank(text) ? "" : text;
}

// ---- what is told

void StreamWorld::check_outputs() {
  std::vector<ChatOutput> told = stream_.take();
  if (tamper_) tamper_(told);
  for (const ChatOutput& output : told) {
    const auto* event = std::get_if<ChatEvent>(&output);
    if (event == nullptr) continue;
    event->state == ChatState::delta ? check_delta(*event) : check_ending(*event);
  }
  if (!endings_.empty()) broken("terminal: " + endings_.begin()->first + " is not told its end");
}

// A delta is of a run that is live, or ends with this event; it extends what each subscriber has.
void StreamWorld::check_delta(const ChatEvent& event) {
  const std::int64_t number = number_of(event.run_id);
  const auto found = live_.find(number);
  const auto ending = endings_.find(event.client_run_id);
  std::set<std::string> allowed;
  if (found != live_.end()) {
    const Run& run = found->second;
    for (std::size_t i = 0; i < run.clients.size(); ++i) {
      if (run.clients[i].id == event.client_run_id) allowed = audience(run, i);
    }
    if (run.heartbeat) broken("heartbeat: " + event.client_run_id + " is streamed");
    found->second.told_delta = true;
  } else if (ending != endings_.end()) {
    allowed = ending->second.audience;
  } else {
    return broken("terminal: " + event.client_run_id + " is told more after its end");
  }
  for (const std::string& subscriber : event.subscribers) {
    if (allowed.count(subscriber) == 0) {
      broken("isolation: " + subscriber + " is told of " + event.client_run_id);
    }
    std::string& text = seen_[{event.client_run_id, subscriber}];
    const std::string expected = (event.replace ? "" : text) + event.delta_text;
    if (event.text != expected) broken("deltas of " + event.client_run_id + " do not add up");
    text = event.text;
  }
}

void StreamWorld::check_ending(const ChatEvent& event) {
  const auto found = endings_.find(event.client_run_id);
  if (found == endings_.end()) {
    return broken("terminal: " + event.client_run_id + " is told another end");
  }
  const Ending& ending = found->second;
  const std::set<std::string> to(event.subscribers.begin(), event.subscribers.end());
  if (to != ending.audience) broken("isolation: the end of " + event.client_run_id);
  if (event.state != ending.state) broken("terminal: " + event.client_run_id + " ends otherwise");
  if (event.text != ending.text) broken("text: that of " + event.client_run_id);
  for (const std::string& subscriber : to) seen_.erase({event.client_run_id, subscriber});
  endings_.erase(found);
}

void StreamWorld::check_quiet() {
  endings_.clear();
  play_wait(kDay);
  check_outputs();
  endings_.clear();
  play_wait(kDay);
  check_outputs();
  std::size_t listening = 0;
  for (const auto& [session, each] : listeners_) listening += each.size();
  if (stream_.stats().subscriptions != static_cast<std::int64_t>(listening)) {
    broken("memory: subscriptions to runs that are over");
  }
  constexpr std::int64_t kMost = 1'000;
  for (std::int64_t i = 0; i < kMost; ++i) stream_.disconnect(name_of_subscriber(i));
  const ChatStats left = stream_.stats();
  if (left.live + left.live_bytes + left.remembered + left.subscriptions + left.alarms > 0) {
    broken("memory: something is kept when all is quiet");
  }
  if (left.opened != left.finals + left.errors + left.aborts) {
    broken("terminal: not every run has ended once");
  }
}

// ---- fewer

std::vector<StreamOp> shrunk(std::vector<StreamOp> ops, const StreamWorld::Tamper& tamper) {
  const auto failure = [&](const std::vector<StreamOp>& some) {
    return StreamWorld(tamper).run(some);
  };
  const auto first = failure(ops);
  if (!first) return ops;
  ops.resize(first->at + 1);
  for (std::size_t size = ops.size() / 2; size > 0; size /= 2) {
    for (std::size_t at = 0; at < ops.size();) {
      std::vector<StreamOp> fewer = ops;
      const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(size, ops.size() - at)));
      if (!fewer.empty() && failure(fewer)) {
        ops = std::move(fewer);
      } else {
        at += size;
      }
    }
  }
  return ops;
}

}  // namespace vagus::simulator
