#include "simulator/crashing_host.hpp"

#include <nlohmann/json.hpp>

namespace vagus::simulator {
namespace {

/// Which effects there are, of which runs, sessions and wakes: enough to tell two histories apart.
/// The rest of the state is compared as a whole when a host comes back.
class Digest {
 public:
  void add(const std::string& text) {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0);
  }
  void add(const std::optional<std::string>& text) { add(text.value_or("")); }
  void add(std::int64_t number) { add(std::to_string(number)); }
  std::uint64_t value() const { return value_; }

 private:
  void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 1'099'511'628'211ULL; }
  std::uint64_t value_ = 14'695'981'039'346'656'037ULL;
};

std::uint64_t digest_of(const std::vector<Effect>& effects) {
  Digest digest;
  for (const Effect& effect : effects) {
    std::visit(
        [&digest](const auto& each) {
          digest.add(std::string(each.kName));
          if constexpr (requires { each.run_id; }) digest.add(each.run_id);
          if constexpr (requires { each.session_key.str(); }) digest.add(each.session_key.str());
          if constexpr (requires { each.request; }) digest.add(each.request);
          if constexpr (requires { each.text; }) digest.add(each.text);
          if constexpr (requires { each.message; }) digest.add(each.message);
        },
        effect);
  }
  return digest.value();
}

}  // namespace

CrashingHost::CrashingHost(Engine engine, Checker& checker, Tamper tamper)
    : engine_(std::move(engine)),
      kept_engine_(engine_),
      checker_(checker),
      tamper_(std::move(tamper)) {
  checker_.know(engine_.config());
}

Result<std::vector<Effect>> CrashingHost::apply(const Command& command, Millis now) {
  Result<std::vector<Effect>> effects = engine_.apply(command, now);
  if (!effects) return effects;
  journal_.push_back({now, command, digest_of(*effects)});
  take(command, *effects, now);
  return effects;
}

void CrashingHost::write_down(const Command& command, Millis now) {
  journal_.push_back({now, command, std::nullopt});
}

std::optional<std::string> CrashingHost::restart() {
  const std::string before = dump_json(engine_.snapshot());
  bool news = false;
  engine_ = kept_engine_;
  work_ = kept_work_;
  for (Entry& entry : journal_) {
    news = news || !entry.digest;
    if (auto wrong = replay(entry)) return wrong;
  }
  if (news || dump_json(engine_.snapshot()) == before) return std::nullopt;
  return "a replayed journal gives the same state: it does not";
}

std::optional<std::string> CrashingHost::replay(Entry& entry) {
  const Result<Command> command = command_from_json(command_to_json(entry.command));
  if (!command) return "a journal can be read back: " + command.error().what();
  Result<std::vector<Effect>> effects = engine_.apply(*command, entry.now);
  if (!effects) return "what was written down is accepted: " + effects.error().what();
  const std::uint64_t digest = digest_of(*effects);
  if (!entry.digest) {
    take(entry.command, *std::move(effects), entry.now);
  } else if (*entry.digest == digest) {
    note(entry.command, *effects);
  } else {
    return "a replayed command gives the same effects: " + command_to_json(entry.command);
  }
  entry.digest = digest;
  return std::nullopt;
}

void CrashingHost::checkpoint() {
  kept_engine_ = engine_;
  kept_work_ = work_;
  journal_.clear();
}

void CrashingHost::take(const Command& command, std::vector<Effect> effects, Millis now) {
  note(command, effects);
  if (tamper_) tamper_(effects);
  if (std::holds_alternative<Reconfigure>(command)) checker_.know(engine_.config());
  checker_.see(now, command, effects, engine_);
}

void CrashingHost::note(const Command& command, const std::vector<Effect>& effects) {
  if (const auto* arrived = std::get_if<Delivered>(&command)) {
    work_.deliveries.erase(arrived->run_id);
  } else if (const auto* lost = std::get_if<DeliveryFailed>(&command)) {
    work_.deliveries.erase(lost->run_id);
  }
  for (const Effect& effect : effects) note(effect);
}

void CrashingHost::note(const Effect& effect) {
  if (const auto* alarm = std::get_if<SetAlarm>(&effect)) {
    work_.alarm = alarm->at_ms;
  } else if (const auto* read = std::get_if<ReadFiles>(&effect)) {
    work_.files.insert_or_assign(read->run_id, *read);
  } else if (const auto* call = std::get_if<CallModel>(&effect)) {
    work_.files.erase(call->run_id);
    work_.calls.insert_or_assign(call->run_id, *call);
  } else if (const auto* deliver = std::get_if<Deliver>(&effect)) {
    work_.deliveries.insert_or_assign(deliver->run_id, *deliver);
  } else if (const auto* abandoned = std::get_if<DeliveryAbandoned>(&effect)) {
    work_.deliveries.erase(abandoned->run_id);
  } else if (const auto* ended = std::get_if<RunEnded>(&effect)) {
    work_.files.erase(ended->run_id);
    work_.calls.erase(ended->run_id);
  }
}

}  // namespace vagus::simulator
