#include "simulator/world.hpp"

#include <algorithm>
#include <utility>

namespace vagus::simulator {
namespace {

/// 2026-05-17T22:00:00Z.
constexpr Millis kStart = 1'779'055'200'000;

/// What one agent's producers, people and timers bring about in a day, cadences aside.
constexpr std::int64_t kRequestsPerDay = 12;

/// Between two disturbances, and between two audits, on average.
constexpr Millis kDisturbed = 2 * kHour;
constexpr Millis kAudited = 6 * kHour;

const char* const kIntervals[] = {"0m", "5m", "30m", "30m", "1h", "1h", "1h", "6h"};

template <class T, std::size_t N>
const T& pick(testing_messages::Dice& dice, const T (&from)[N]) {
  return from[dice.roll(static_cast<std::int64_t>(N))];
}

std::string agent_json(std::int64_t number, testing_messages::Dice& dice) {
  std::string heartbeat = R"("every": ")" + std::string(pick(dice, kIntervals)) + "\"";
  heartbeat += dice.roll(2) == 0 ? R"(, "isolated_session": true)" : "";
  heartbeat += dice.roll(3) > 0 ? R"(, "light_context": true)" : "";
  heartbeat += dice.roll(3) == 0 ? R"(, "target": "last")" : "";
  if (dice.roll(5) == 0) {
    heartbeat += R"(, "active_hours": {"start": "22:00", "end": "07:30", "timezone": "UTC"})";
  }
  return R"({"id": "a)" + std::to_string(number) + R"(", "heartbeat": {)" + heartbeat + "}}";
}

Config config_for(const Options& options, testing_messages::Dice& dice) {
  std::string text = R"({"limits": {"events_per_session": 6, "transcript_messages": 30,
      "wake_attempts": 4, "ended_wakes": 1000000}, "agents": {"list": [)";
  for (std::int64_t i = 0; i < options.agents; ++i) {
    text += (i > 0 ? "," : "") + agent_json(i, dice);
  }
  const std::string mode(name_of(static_cast<QueueMode>(options.seed % 4)));
  text += R"(]}, "messages": {"queue": {"mode": ")" + mode + R"("}}})";
  return read_config(text).value_or_throw();
}

}  // namespace

World::World(const Options& options, CrashingHost::Tamper tamper)
    : options_(options),
      dice_(options.seed),
      config_(config_for(options, dice_)),
      host_(Engine::create(config_, {}, options.seed).value_or_throw(), checker_,
            std::move(tamper)),
      world_ms_(kStart),
      ends_ms_(kStart + options.days * kDay) {
  plan(0, What::alarm);
  plan(0, What::produce);
  plan(kDisturbed, What::disturb);
  plan(kAudited, What::audit);
}

std::string World::run() {
  while (!plan_.empty() && broken_.empty()) {
    const Event event = plan_.top();
    plan_.pop();
    world_ms_ = std::max(world_ms_, event.at);
    if (!draining_ && world_ms_ >= ends_ms_) {
      draining_ = true;
      resume();
      send(SetHeartbeats{false});
    }
    happen(event);
    if (!checker_.violation().empty()) broken_ = checker_.violation();
  }
  if (broken_.empty()) {
    checker_.audit(now(), host_.engine());
    checker_.finish(host_.engine());
    broken_ = checker_.violation();
  }
  return broken_.empty() ? "" : "step " + std::to_string(steps_) + ": " + broken_;
}

void World::plan(Millis after, What what, std::string run) {
  plan_.push({world_ms_ + after, ++planned_, what, std::move(run), life_});
}

void World::plan_alarm() {
  const std::optional<Millis> at = host_.work().alarm;
  if (!at) return;
  const Millis late = chance(10) ? soon(kLateness) : 0;
  plan(std::max<Millis>(*at - now(), 0) + late, What::alarm);
  alarm_ = planned_;
}

void World::happen(const Event& event) {
  const bool of_host =
      event.what != What::produce && event.what != What::disturb && event.what != What::audit;
  if (of_host && event.life != life_) return;  // it died with the host
  switch (event.what) {
    case What::alarm:
      if (event.order == alarm_ || alarm_ == 0) send(Tick{});
      break;
    case What::produce:
      return produce();
    case What::follow_up:
      return follow_up(event.run);
    case What::files:
      return read_files(event.run);
    case What::reply:
      return reply(event.run);
    case What::report:
      return report(event.run);
    case What::disturb:
      return disturb();
    case What::audit:
      checker_.audit(now(), host_.engine());
      if (!draining_) plan(kAudited, What::audit);
      break;
  }
}

// ---- the host

void World::send(const Command& command) {
  ++steps_;
  const std::optional<Millis> alarm = host_.work().alarm;
  const Result<std::vector<Effect>> effects = host_.apply(command, now());
  if (!effects) {
    // An answer may come so late that its run is forgotten; nothing else is ever refused.
    if (effects.error().code != ErrorCode::unknown_run) broken_ = effects.error().what();
    return;
  }
  carry_out(*effects);
  const bool rang = std::holds_alternative<Tick>(command);
  if (rang || host_.work().alarm != alarm) plan_alarm();
  const auto longest = static_cast<std::size_t>(1'000 + 2 * options_.agents);
  if (host_.journalled() > longest) host_.checkpoint();
}

void World::carry_out(const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* read = std::get_if<ReadFiles>(&effect)) {
      plan(soon(50), What::files, read->run_id);
    } else if (const auto* call = std::get_if<CallModel>(&effect)) {
      plan_reply(*call);
    } else if (const auto* deliver = std::get_if<Deliver>(&effect)) {
      plan(soon(3 * kSecond), What::report, deliver->run_id);
    }
  }
}

// Whatever was on its way to the host is lost. What it had not heard the end of, it does again.
void World::crash() {
  ++crashes_;
  ++life_;
  world_ms_ += soon(kMinute);
  if (const auto wrong = host_.restart()) broken_ = *wrong;
  const Work work = host_.work();
  for (const auto& [run, read] : work.files) plan(soon(50), What::files, run);
  for (const auto& [run, call] : work.calls) plan_reply(call);
  for (const auto& [run, deliver] : work.deliveries) plan(soon(kSecond), What::report, run);
  resume();
}

// A host that was away looks at once what is due.
void World::resume() {
  checker_.resume(now());
  send(Tick{});
}

// ---- what the world answers

void World::read_files(const std::string& run) {
  const auto asked = host_.work().files.find(run);
  if (asked == host_.work().files.end()) return;
  FilesRead read{run, {}, {}};
  for (const std::string& name : asked->second.names) {
    if (name != "HEARTBEAT.md" || chance(20)) continue;
    if (chance(5)) {
      read.unreadable[name] = "permission denied";
    } else {
      read.files[name] = chance(20) ? "# Nothing yet" : "- Check status";
    }
  }
  send(read);
}

void World::plan_reply(const CallModel& call) {
  const std::int64_t mood = draining_ ? 100 : dice_.roll(100);
  const Millis quick = soon(5 * kSecond);
  if (mood < 3) return;  // it never answers
  if (mood < 6) {
    plan(call.deadline_ms - now() + kSecond, What::reply, call.run_id);
  } else if (mood < 15) {
    plan(soon(5 * kMinute), What::reply, call.run_id);
  } else {
    plan(quick, What::reply, call.run_id);
  }
  if (mood >= 95 && mood < 100) plan(quick + soon(kMinute), What::reply, call.run_id);
}

void World::reply(const std::string& run) {
  const bool outage = world_ms_ < outage_ends_ms_;
  if (!draining_ && chance(outage ? 90 : 6)) return send(ModelFailed{run, "the model is down"});
  const bool news = chance(25);
  send(ModelReplied{run, news ? "News " + std::to_string(steps_) : "HEARTBEAT_OK", {}});
  if (!draining_ && chance(8)) plan(soon(kMinute), What::follow_up, run);
}

void World::report(const std::string& run) {
  if (host_.work().deliveries.count(run) == 0) return;
  if (!draining_ && chance(4)) return;  // it never says
  if (draining_ || chance(80)) return send(Delivered{run});
  send(DeliveryFailed{run, "the channel is not ready", chance(80)});
}

// ---- what the world wants

SessionKey World::some_session() {
  static const char* const kRests[] = {
      "main", "main", "main", "main:heartbeat", "discord:channel:c1", "subagent:x"};
  const auto& agents = config_.agents.list;
  const auto at = static_cast<std::size_t>(dice_.roll(static_cast<std::int64_t>(agents.size())));
  return SessionKey::parse("agent:" + agents[at].id.str() + ":" + pick(dice_, kRests))
      .value_or_throw();
}

WakeKind World::some_kind() {
  static constexpr WakeKind kKinds[] = {WakeKind::wake, WakeKind::cron, WakeKind::task,
                                        WakeKind::exec, WakeKind::hook, WakeKind::manual,
                                        WakeKind::other};
  return pick(dice_, kKinds);
}

PostEvent World::some_event(const SessionKey& session) {
  PostEvent event;
  event.session_key = session;
  event.text = event_text(++events_);
  event.trusted = chance(20);
  if (chance(30)) event.tag = "job:" + std::to_string(dice_.roll(3));
  if (chance(20))
    event.route = DeliveryRoute{"discord", {}, "u" + std::to_string(dice_.roll(2)), {}};
  if (chance(80)) event.wake = some_kind();
  if (chance(50)) event.coalesce_ms = soon(2 * kSecond);
  return event;
}

void World::post(PostEvent event) {
  // A producer that was not answered in time says it again.
  if (chance(10)) send(event);
  if (!std::exchange(dies_next_, false)) return send(event);
  host_.write_down(event, now());
  crash();
}

void World::produce() {
  if (draining_) return;
  plan(soon(2 * kDay / (options_.agents * kRequestsPerDay) + 1), What::produce);
  const SessionKey session = some_session();
  const std::int64_t what = dice_.roll(10);
  if (what < 2) {
    Inbound message;
    message.text = "Hello.";
    message.session_key = session;
    message.channel = "discord";
    message.peer = Peer{PeerKind::direct, "u1"};
    send(message);
  } else if (what < 4) {
    RequestWake request;
    request.session_key = session;
    request.kind = some_kind();
    if (chance(50)) request.coalesce_ms = soon(10 * kSecond);
    send(request);
  } else if (what < 9) {
    post(some_event(session));
  } else {
    for (int i = 0; i < 8 && broken_.empty(); ++i) post(some_event(session));
  }
}

// The run started something that is done now, and wants to be heard again: a chain.
void World::follow_up(const std::string& run) {
  PostEvent event = some_event(some_session());
  event.caused_by = run;
  event.wake = WakeKind::exec;
  post(std::move(event));
}

// ---- what goes wrong

void World::disturb() {
  if (draining_) return;
  plan(soon(2 * kDisturbed), What::disturb);
  switch (dice_.roll(8)) {
    case 0:
      return step_clock(-soon(chance(10) ? 3 * kHour : 10 * kMinute));
    case 1:
      return step_clock(soon(chance(10) ? 3 * kHour : 10 * kMinute));
    case 2:
      world_ms_ += 10 * kMinute + soon(9 * kHour);  // the machine slept
      return resume();
    case 3:
      return send(SetHeartbeats{chance(70)});
    case 4:
      return change_configuration();
    case 5:
      dies_next_ = true;  // with a command written down and not applied
      return;
    case 6:
      outage_ends_ms_ = world_ms_ + soon(3 * kHour);
      return;
    default:
      return crash();
  }
}

// A clock that went ahead was behind; the host looks, as after a pause.
void World::step_clock(Millis delta) {
  clock_offset_ += delta;
  resume();
}

void World::change_configuration() {
  auto& agents = config_.agents.list;
  const auto at = static_cast<std::size_t>(dice_.roll(static_cast<std::int64_t>(agents.size())));
  if (chance(20) && agents.size() > 1) {
    agents.erase(agents.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    agents[at].heartbeat->every = Duration::parse(pick(dice_, kIntervals)).value_or_throw();
  }
  send(Reconfigure{config_, {}});
}

}  // namespace vagus::simulator
