#include "vagus/routing/rekey.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>

#include "vagus/routing/router.hpp"
#include "vagus/routing/witnesses.hpp"

namespace vagus {
namespace {

// A conflict may be one of very many keys.
constexpr std::size_t kListedOthers = 10;

/// Where a session goes, or why nobody can tell.
using Target = std::variant<SessionKey, std::string>;

Result<Router> router_of(const Config& config, std::string_view name) {
  Result<Router> router = Router::create(config);
  if (router) return router;
  return renamed(router.error(), std::string(name) + "." + router.error().field);
}

bool is_conversation(SessionKind kind) {
  return kind == SessionKind::direct || kind == SessionKind::group || kind == SessionKind::channel;
}

bool same_routing(const Config& left, const Config& right) {
  return left.agents.list == right.agents.list && left.bindings == right.bindings &&
         left.session == right.session;
}

// Whether every message has the same agent and follows the global scopes, before and after. Then a
// few of the messages of a session speak for all of them.
bool same_agents(const Config& from, const Config& to) {
  return from.agents.list == to.agents.list && from.bindings == to.bindings &&
         std::all_of(from.bindings.begin(), from.bindings.end(), [](const BindingConfig& each) {
           return each.session == BindingSessionConfig{};
         });
}

/// Traces keys of one configuration to another.
class Tracer {
 public:
  Tracer(const Config& from, const Config& to, const Router& old_router, const Router& new_router)
      : same_(same_routing(from, to)),
        same_agents_(same_agents(from, to)),
        old_(old_router),
        new_(new_router),
        witnesses_(from, to) {}

  // Threads and isolated heartbeats go where the session goes that they hang below.
  Target trace(const SessionKey& key) const {
    if (same_) return key;
    KeyParts parts = key.parts();
    const std::vector<std::string> threads = std::exchange(parts.threads, {});
    const bool isolated = std::exchange(parts.isolated, false);
    const Result<SessionKey> base = SessionKey::from_parts(parts);
    if (!base) return base.error().what();
    Target target = trace_base(*base, parts);
    const SessionKey* moved = std::get_if<SessionKey>(&target);
    if (moved == nullptr) return target;
    if (*moved == *base) return key;
    return with_tail(*moved, threads, isolated);
  }

 private:
  static Target with_tail(const SessionKey& base, const std::vector<std::string>& threads,
                          bool isolated) {
    Result<SessionKey> key = base;
    for (std::size_t i = 0; key && i < threads.size(); ++i) key = key->thread(threads[i]);
    if (!key) return key.error().what();
    return isolated ? key->isolated(*key) : *key;
  }

  Target trace_base(const SessionKey& base, const KeyParts& parts) const {
    if (is_main(base)) return of_agent(parts, SessionKey::main(parts.agent, new_.main_key()));
    if (!is_conversation(parts.kind)) return of_agent(parts, base);
    return conversation(base, parts);
  }

  bool is_main(const SessionKey& key) const {
    return key.rest() == old_.main_key().str() || key.kind() == SessionKind::main;
  }

  Target of_agent(const KeyParts& parts, SessionKey key) const {
    if (new_.knows(parts.agent)) return key;
    return "agent '" + parts.agent.str() + "' is not configured any more";
  }

  // The one session to which all messages of `base` go now.
  Target conversation(const SessionKey& base, const KeyParts& parts) const {
    bool complete = true;
    std::optional<Target> common;
    for (const RouteQuery& query : witnesses_.of(parts, complete)) {
      const Result<Route> before = old_.resolve(query);
      if (!before || before->session_key != base) continue;
      Target now = follow(query, parts);
      if (common && *common != now) return std::string(kDivided);
      common = std::move(now);
    }
    if (!common) return unreached(base, parts);
    if (!complete && !same_agents_) return std::string(kTooMany);
    return *std::move(common);
  }

  Target follow(const RouteQuery& query, const KeyParts& parts) const {
    const Result<Route> now = new_.resolve(query);
    if (!now) return "its messages are refused: " + now.error().what();
    const bool direct = parts.kind == SessionKind::direct;
    if (direct && !parts.channel && now->dm_scope > DmScope::per_peer) return std::string(kChannel);
    if (direct && !parts.account && now->dm_scope == DmScope::per_account_channel_peer) {
      return std::string(kAccount);
    }
    return now->session_key;
  }

  // A session that no known message led to, even before: it stays if it has the form of others.
  Target unreached(const SessionKey& base, const KeyParts& parts) const {
    RouteQuery query;
    query.channel = parts.channel.value_or("");
    query.account = parts.account;
    query.peer = Peer{parts.kind == SessionKind::direct  ? PeerKind::direct
                      : parts.kind == SessionKind::group ? PeerKind::group
                                                         : PeerKind::channel,
                      parts.id};
    const Result<Route> now = new_.resolve(query);
    if (now && now->session_key == base) return base;
    return std::string(kUnreached);
  }

  static constexpr std::string_view kDivided =
      "its messages go to different sessions now, by account, guild, team or role";
  static constexpr std::string_view kTooMany =
      "too many bindings could have led to it to try them all";
  static constexpr std::string_view kChannel =
      "its key lacks the channel, which the new dm_scope needs";
  static constexpr std::string_view kAccount =
      "its key lacks the account, which the new dm_scope needs";
  static constexpr std::string_view kUnreached =
      "no message led to it under the old configuration, as far as the bindings tell";

  bool same_;
  bool same_agents_;
  const Router& old_;
  const Router& new_;
  Witnesses witnesses_;
};

/// Who wants which key, and which keys are in use.
class Claims {
 public:
  void add(const std::string& stored, const Target& target) {
    if (!stored_.insert(stored).second) return;
    if (const auto* key = std::get_if<SessionKey>(&target)) claims_[key->str()].push_back(stored);
  }

  // Other stored keys that `stored` would meet at `key`: the one that is there already, and the
  // first that want to.
  std::vector<std::string> others(const std::string& stored, const std::string& key) const {
    std::vector<std::string> found;
    if (key != stored && stored_.count(key) > 0) found.push_back(key);
    for (const std::string& each : claims_.at(key)) {
      if (found.size() == kListedOthers) break;
      if (each != stored && each != key) found.push_back(each);
    }
    return found;
  }

 private:
  std::unordered_set<std::string> stored_;
  std::unordered_map<std::string, std::vector<std::string>> claims_;
};

RekeyStep step_of(const std::string& stored, const Target& target, const Claims& claims) {
  RekeyStep step;
  step.key = stored;
  if (const auto* reason = std::get_if<std::string>(&target)) {
    step.outcome = RekeyOutcome::orphan;
    step.reason = *reason;
    return step;
  }
  step.to = std::get<SessionKey>(target);
  if (step.to->str() == stored) return step;
  step.others = claims.others(stored, step.to->str());
  step.outcome = step.others.empty() ? RekeyOutcome::rename : RekeyOutcome::conflict;
  if (!step.others.empty()) step.reason = "other stored sessions lead to the same key";
  return step;
}

std::int64_t RekeyPlan::*counter(RekeyOutcome outcome) {
  constexpr std::array<std::int64_t RekeyPlan::*, 4> kCounters = {
      &RekeyPlan::kept, &RekeyPlan::renames, &RekeyPlan::conflicts, &RekeyPlan::orphans};
  return kCounters[static_cast<std::size_t>(outcome)];
}

Target target_of(const Tracer& tracer, const std::string& stored) {
  const Result<SessionKey> key = SessionKey::parse(stored);
  if (!key) return key.error().what();
  return tracer.trace(*key);
}

}  // namespace

Result<RekeyPlan> plan_rekey(const Config& from, const Config& to,
                             std::span<const std::string> keys) {
  const Result<Router> old_router = router_of(from, "old_config");
  if (!old_router) return old_router.error();
  const Result<Router> new_router = router_of(to, "new_config");
  if (!new_router) return new_router.error();
  const Tracer tracer(from, to, *old_router, *new_router);
  std::vector<Target> targets;
  Claims claims;
  for (const std::string& stored : keys) {
    targets.push_back(target_of(tracer, stored));
    claims.add(stored, targets.back());
  }
  RekeyPlan plan;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    plan.steps.push_back(step_of(keys[i], targets[i], claims));
    plan.*counter(plan.steps.back().outcome) += 1;
  }
  return plan;
}

}  // namespace vagus
