#include "vagus/engine/engine.hpp"
#include "vagus/heartbeat/acknowledgement.hpp"
#include "vagus/heartbeat/reply.hpp"
#include "vagus/runs/chat_text.hpp"
#include "vagus/text/unicode.hpp"

/// What runs say: to whom it goes, and what is remembered of it.
namespace vagus {
namespace {

// The arguments of every call of the tool that ends a heartbeat.
std::vector<std::string> respond_calls(const std::vector<Message>& messages) {
  std::vector<std::string> calls;
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      const bool responds = part.kind == PartKind::tool_call && part.name == kRespondTool;
      if (responds) calls.push_back(part.arguments);
    }
  }
  return calls;
}

}  // namespace

void Engine::answer(const ActiveRun& run, const ModelReplied& reply) {
  switch (run.kind) {
    case RunKind::user:
      return end(run.id, answer_person(run, reply));
    case RunKind::errand:
      return end(run.id, answer_errand(run, reply));
    case RunKind::heartbeat:
      return end(run.id, report(run, reply));
  }
}

RunEnded Engine::answer_person(const ActiveRun& run, const ModelReplied& reply) {
  const Reply said = read_user_reply(shown_text(reply.text, chat_.profile()).text);
  remember(run, reply);
  RunEnded ended;
  ended.outcome = said.acknowledged ? RunOutcome::acknowledged : RunOutcome::replied;
  ended.text = said.text;
  if (!said.acknowledged && run.turn.route) {
    send(run, *run.turn.route, said.text, false);
    ended.delivered = true;
  }
  return ended;
}

// A heartbeat that changed nothing leaves no trace; one that only repeats what was said before
// changed nothing. The reference drops only an acknowledgement without tool calls, so ticks that
// looked around and found nothing stay for ever.
RunEnded Engine::report(const ActiveRun& run, const ModelReplied& reply) {
  const Heartbeat& heartbeat = agent(run.agent).heartbeat;
  RunEnded ended;
  ended.result = read_heartbeat_result(respond_calls(reply.messages));
  ReplyInput input;
  input.text = reply.text;
  input.result = ended.result;
  input.ack_max_chars = heartbeat.ack_max_chars;
  input.response_prefix = heartbeat.response_prefix;
  const HeartbeatReply said = read_heartbeat_reply(input);
  const bool says = said.verdict == ReplyVerdict::says;
  const Delivery delivery = delivery_of_report(run, says, said.text);
  const bool repeats = delivery == Delivery(Undelivered::duplicate);
  const bool keeps = says && !repeats;
  const bool reference = config_.profile == Profile::reference;
  if (keeps || (reference && !reply.messages.empty())) remember(run, reply);

  ended.outcome = says ? RunOutcome::replied : RunOutcome::acknowledged;
  ended.text = says ? said.text : "";
  if (const auto* route = std::get_if<DeliveryRoute>(&delivery)) {
    const std::string ok = with_prefix(kHeartbeatOk, heartbeat.response_prefix);
    send(run, *route, says ? said.text : ok, says && said.quiet);
    if (says) sessions_.at(run.home).heartbeats.note(said.text, *route, now_);
    ended.delivered = true;
  } else if (says) {
    ended.undelivered = std::get<Undelivered>(delivery);
  }
  return ended;
}

// What answers an event is news, whatever it says. What looks after the same duties as before and
// says the same in the same place is not.
Delivery Engine::delivery_of_report(const ActiveRun& run, bool says,
                                    const std::string& text) const {
  DeliveryInputs inputs = inputs_of(run);
  inputs.acknowledgement = !says;
  const Delivery delivery = delivery_of(inputs);
  const auto* route = std::get_if<DeliveryRoute>(&delivery);
  const Session* home = sessions_.find(run.home);
  const bool may_repeat = says && run.events.events.empty();
  if (!may_repeat || route == nullptr || home == nullptr) return delivery;
  const HeartbeatMemory& last = home->heartbeats;
  const bool repeats =
      same_place(last.route, *route) && is_repeat(text, last.text, last.sent, now_);
  return repeats ? Undelivered::duplicate : delivery;
}

void Engine::send(const ActiveRun& run, const DeliveryRoute& route, const std::string& text,
                  bool silent) {
  const bool heartbeat = run.kind == RunKind::heartbeat;
  const std::optional<std::string>& answers = run.turn.message_id;
  outbox_.add(Parcel{run.id, run.lane, run.home, route, text, heartbeat, 1, silent, answers});
  emit(Deliver{run.id, run.lane, route, text, 1, silent, answers});
}

void Engine::remember(const ActiveRun& run, const ModelReplied& reply) {
  std::vector<Message> turn = {run.prompt};
  turn.insert(turn.end(), reply.messages.begin(), reply.messages.end());
  for (const std::string& text : run.steered) turn.push_back(text_message(Role::user, text));
  if (!is_blank(reply.text)) turn.push_back(text_message(Role::assistant, reply.text));
  // Nothing is kept for an isolated heartbeat, nor when the session was reset meanwhile.
  if (Context* memory = sessions_.current(run.lane, run.keeps)) {
    for (const Message& message : turn) memory->append(message);
  }
  tell_turn(run, std::move(turn));
}

// ---- lookups

DeliveryInputs Engine::inputs_of(const ActiveRun& run) const {
  DeliveryInputs inputs{agent(run.agent).heartbeat, config_.owner, config_.channels};
  for (const SystemEvent& event : run.events.events) {
    if (event.route) inputs.event_route = event.route;
  }
  if (const Session* home = sessions_.find(run.home)) {
    inputs.last_route = home->last_route;
    inputs.last_is_direct = home->last_kind == PeerKind::direct;
  }
  return inputs;
}

std::optional<DeliveryRoute> Engine::route_of(const ActiveRun& run) const {
  if (run.kind != RunKind::heartbeat) return run.turn.route;
  return vagus::route_of(delivery_of(inputs_of(run)));
}

// News that is no news shows as an acknowledgement does.
std::optional<Indicator> Engine::indicator_of(const ActiveRun& run, const RunEnded& ended) const {
  if (run.kind != RunKind::heartbeat) return std::nullopt;
  if (!visibility_at_target(inputs_of(run)).use_indicator) return std::nullopt;
  switch (ended.outcome) {
    case RunOutcome::skipped:
    case RunOutcome::aborted:
      return std::nullopt;
    case RunOutcome::acknowledged:
      return Indicator::ok;
    case RunOutcome::replied:
      return ended.undelivered == Undelivered::duplicate ? Indicator::ok : Indicator::alert;
    default:
      return Indicator::error;
  }
}

}  // namespace vagus
