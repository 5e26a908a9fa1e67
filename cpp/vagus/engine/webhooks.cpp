#include "vagus/engine/engine.hpp"
#include "vagus/events/render.hpp"
#include "vagus/text/bounded_text.hpp"
#include "vagus/text/unicode.hpp"

/// Webhooks whose sender is known. Whatever is wrong with one is its sender's mistake, and answered
/// as such (spec: runs, section 4.1).
namespace vagus {
namespace {

constexpr std::string_view kInvalid = "invalid-hook";
constexpr std::string_view kNoRoom = "no-room";
constexpr std::size_t kHookNameUnits = 120;

MaybeError check_words(std::string_view field, const std::string& text, const Limits& limits) {
  const bool fits = static_cast<std::int64_t>(text.size()) <= limits.text_bytes;
  if (fits && is_valid_utf8(text) && !is_blank(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, text,
                    "must be valid UTF-8 that is neither blank nor longer than " +
                        std::to_string(limits.text_bytes) + " bytes");
}

MaybeError check_agent_hook(const AgentHook& hook, const Limits& limits) {
  // As the model will see it, which may be longer than what was sent.
  if (auto failed = check_words("message", neutralize_system_lines(hook.message), limits)) {
    return failed;
  }
  if (auto failed = check_label("name", hook.name.value_or(""))) return failed;
  if (auto failed = check_label("channel", hook.channel.value_or(""))) return failed;
  if (auto failed = check_label("to", hook.to.value_or(""))) return failed;
  if (auto failed = check_label("model", hook.model.value_or(""))) return failed;
  if (auto failed = check_label("thinking", hook.thinking.value_or(""))) return failed;
  const bool too_long =
      hook.idempotency_key && utf16_length(*hook.idempotency_key) > kMaxIdempotencyKey;
  if (too_long) {
    return make_error(ErrorCode::invalid_input, "idempotency_key", *hook.idempotency_key,
                      "must have at most " + std::to_string(kMaxIdempotencyKey) + " characters");
  }
  const std::int64_t seconds = hook.timeout_seconds.value_or(1);
  if (seconds >= 1 && seconds <= kMaxCount) return std::nullopt;
  return make_error(ErrorCode::invalid_input, "timeout_seconds", std::to_string(seconds),
                    "must be from 1 to " + std::to_string(kMaxCount));
}

std::string called(const AgentHook& hook) {
  const std::string hooks(kDefaultHookName);
  const std::string name = told_line(hook.name.value_or(hooks), kHookNameUnits);
  return name == hooks || name.empty() ? hooks : hooks + " " + name;
}

}  // namespace

MaybeError Engine::handle(const WebhookReceived& received) {
  if (received.wake.has_value() == received.agent.has_value()) {
    return make_error(ErrorCode::invalid_input, "wake", "", "give either wake or agent");
  }
  if (auto failed = check_label("path", received.path)) return failed;
  if (auto failed = check_label("sender", received.sender)) return failed;
  return received.wake ? accept(received, *received.wake) : accept(received, *received.agent);
}

void Engine::turn_away(const Admission& refused) {
  emit(WebhookAnswered{refusal(HookProblem::bad_request, refused.reason), std::nullopt,
                       std::nullopt, false, std::string(name_of(refused.code))});
}

void Engine::turn_away(const Error& error) {
  emit(WebhookAnswered{refusal(HookProblem::bad_request, error.what()), std::nullopt, std::nullopt,
                       false, std::string(kInvalid)});
}

// ---- wakes

// A wake without a key is for the main session, whatever prefixes are allowed: a hook that names
// nothing cannot name what it must not.
Admission Engine::admit_wake(const WakeHook& hook) const {
  if (hook.session_key && !is_blank(*hook.session_key)) {
    return admit(*hook.session_key, HookCaller{hook.key_source, hook.agent_id}, admission_);
  }
  Admission admitted = admit("main", Operator{hook.agent_id}, admission_);
  if (!admitted.allowed || admission_.allows_hook_agent(admitted.session_key->agent())) {
    return admitted;
  }
  return Admission{false, AdmissionCode::agent_not_permitted, std::nullopt,
                   "agent: hooks may not reach '" + admitted.session_key->agent().str() + "'"};
}

MaybeError Engine::accept(const WebhookReceived&, const WakeHook& hook) {
  if (auto failed = check_words("text", hook.text, config_.limits)) {
    turn_away(*failed);
    return std::nullopt;
  }
  const Admission admitted = admit_wake(hook);
  if (!admitted.allowed) {
    turn_away(admitted);
    return std::nullopt;
  }
  Tidings tidings;
  tidings.session = *admitted.session_key;
  tidings.text = hook.text;
  if (hook.mode == HookMode::now) tidings.wake = WakeKind::hook;
  tidings.reason = "hook:wake";
  const Result<Told> told = tell(tidings);
  if (!told) {
    turn_away(told.error());
    return std::nullopt;
  }
  emit(WebhookAnswered{wake_accepted(hook.mode), told->session, std::nullopt, false, ""});
  return std::nullopt;
}

// ---- turns

// `last` is where people last wrote to the session, else to the agent's main session; `to` alone
// takes the channel from there. A channel without a recipient takes the recipient from there, if it
// is the same channel. No route: the main session hears of the answer.
std::optional<DeliveryRoute> Engine::route_of(const AgentHook& hook,
                                              const SessionKey& session) const {
  if (!hook.deliver.value_or(true)) return std::nullopt;
  const SessionKey main = SessionKey::main(session.agent(), router_.main_key());
  std::optional<DeliveryRoute> last = reply_route(session);
  if (!last) last = reply_route(in_scope(main));
  const std::string channel = token(hook.channel.value_or(std::string(kLastChannel)));
  const bool named = channel != kLastChannel;
  if (named && hook.to) return DeliveryRoute{channel, std::nullopt, *hook.to, std::nullopt};
  if (!last || (named && token(last->channel) != channel)) return std::nullopt;
  if (hook.to) return DeliveryRoute{last->channel, last->account, *hook.to, std::nullopt};
  return last;
}

MaybeError Engine::accept(const WebhookReceived& received, const AgentHook& hook) {
  if (auto failed = check_agent_hook(hook, config_.limits)) {
    turn_away(*failed);
    return std::nullopt;
  }
  const auto replay = replay_key(received.sender, received.path, hook);
  if (replay) {
    if (const auto before = replays_.find(*replay, now_)) {
      emit(WebhookAnswered{agent_accepted(*before), std::nullopt, *before, true, ""});
      return std::nullopt;
    }
  }
  IdSource ids = ids_;
  const std::string run_id = ids.next();
  const bool names_none = is_blank(hook.session_key.value_or("")) &&
                          is_blank(admission_.hooks().default_session_key.value_or(""));
  const Admission admitted = admit(hook.session_key.value_or(""),
                                   HookCaller{hook.key_source, hook.agent_id}, admission_, run_id);
  if (!admitted.allowed) {
    turn_away(admitted);
    return std::nullopt;
  }
  const SessionKey session = in_scope(*admitted.session_key);
  const SessionKey lane = home_of(session);
  const SessionKey main = SessionKey::main(lane.agent(), router_.main_key());
  Errand errand;
  errand.run_id = run_id;
  errand.reason = "hook:" + received.path;
  // A session that nobody can name again needs no memory.
  errand.fresh = names_none;
  errand.model = hook.model;
  errand.thinking = hook.thinking;
  if (hook.timeout_seconds) errand.timeout = *hook.timeout_seconds * kSecond;
  errand.report = ErrandReport{main, called(hook), "hook:" + run_id,
                               hook.wake_mode == HookMode::now, "hook:" + run_id};
  const auto full = check_room(lane);
  UserTurn turn;
  turn.text = neutralize_system_lines(hook.message);
  turn.route = route_of(hook, session);
  turn.errand = errand;
  if (auto failed = check_place(turn.route)) {
    turn_away(*failed);
    return std::nullopt;
  }
  const WebhookAnswered answer{agent_accepted(run_id), lane, run_id, false, ""};
  if (full || turns_.depth(lane.str()) >= config_.limits.queued_turns) {
    emit(WebhookAnswered{refusal(HookProblem::no_room), lane, std::nullopt, false,
                         std::string(kNoRoom)});
    return std::nullopt;
  }
  ids_ = ids;
  if (replay) replays_.add(*replay, run_id, now_);
  take_errand(lane, turn, answer);
  return std::nullopt;
}

}  // namespace vagus
