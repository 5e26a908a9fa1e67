#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "vagus/base/limits.hpp"
#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/lint_checks.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kAnyAccount = "*";
constexpr std::string_view kAnyPeer = "*";
constexpr std::string_view kDefaultAccount = "default";

// How many bindings with a role in common are compared with each other. Beyond, a binding that is
// shadowed by its roles alone may go unnoticed; equal sets of roles never do.
constexpr std::size_t kComparedRoles = 64;

std::string account_of(const BindingMatch& match) {
  const std::string_view given = match.account ? std::string_view(*match.account) : "";
  return trim(given) == kAnyAccount ? std::string(kAnyAccount) : normalize_account(given);
}

bool is_any_peer(const BindingMatch& match) {
  return match.peer && trim(match.peer->id) == kAnyPeer;
}

// ---- shadowed bindings

// The tiers of the router (spec: keys, section 2): bindings compete inside one only.
enum class Tier { peer, peer_wildcard, guild_roles, guild, team, account, channel };

Tier tier_of(const BindingMatch& match) {
  if (match.peer) return is_any_peer(match) ? Tier::peer_wildcard : Tier::peer;
  if (match.guild) return match.roles.empty() ? Tier::guild : Tier::guild_roles;
  if (match.team) return Tier::team;
  return account_of(match) == kAnyAccount ? Tier::channel : Tier::account;
}

// Every part follows its length, so that different places never have one name.
void append(std::string& name, std::string_view part) {
  name += std::to_string(part.size());
  name += ':';
  name += part;
}

void append_optional(std::string& name, const std::optional<std::string>& part) {
  name += part ? '+' : '-';
  if (part) append(name, trim(*part));
}

/// What a binding asks of a message, as the router compares it; roles apart.
struct Place {
  std::string fixed;  // tier, channel and peer: equal in whatever shadows the binding
  std::string account;
  std::optional<std::string> guild;
  std::optional<std::string> team;

  std::string name() const {
    std::string out = fixed;
    append(out, account);
    append_optional(out, guild);
    append_optional(out, team);
    return out;
  }
};

Place place_of(const BindingMatch& match) {
  Place place;
  place.fixed = std::to_string(static_cast<int>(tier_of(match)));
  append(place.fixed, token(match.channel));
  if (match.peer) {
    append(place.fixed, match.peer->kind == PeerKind::direct ? "direct" : "room");
    append(place.fixed, trim(match.peer->id));
  }
  place.account = account_of(match);
  place.guild = match.guild;
  place.team = match.team;
  return place;
}

// The places that a message at `place` is at as well: with fewer things asked.
std::vector<std::string> wider_places(const Place& place) {
  std::vector<std::string> names;
  for (int left_out = 0; left_out < 8; ++left_out) {
    Place wider = place;
    if (left_out & 1) wider.account = kAnyAccount;
    if (left_out & 2) wider.guild.reset();
    if (left_out & 4) wider.team.reset();
    names.push_back(wider.name());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

using Roles = std::set<std::string>;

Roles roles_of(const BindingMatch& match) {
  Roles roles;
  for (const std::string& role : match.roles) roles.emplace(trim(role));
  return roles;
}

/// The bindings seen so far, by what they ask.
class Seen {
 public:
  // The first binding that takes every message which is at one of `places` and has one of `roles`.
  std::optional<std::size_t> taker(const std::vector<std::string>& places,
                                   const Roles& roles) const {
    std::optional<std::size_t> first;
    for (const std::string& place : places) {
      for (const auto index : {find(without_roles_, place), find(equal_, named(place, roles)),
                               superset(place, roles)}) {
        if (index && (!first || *index < *first)) first = index;
      }
    }
    return first;
  }

  void add(std::size_t index, const std::string& place, const Roles& roles) {
    if (roles.empty()) {
      without_roles_.try_emplace(place, index);
      return;
    }
    if (!equal_.try_emplace(named(place, roles), index).second) return;
    roles_[index] = roles;
    for (const std::string& role : roles) by_role_[named(place, {role})].push_back(index);
  }

 private:
  using Index = std::unordered_map<std::string, std::size_t>;

  static std::string named(const std::string& place, const Roles& roles) {
    std::string name = place + "|";
    for (const std::string& role : roles) append(name, role);
    return name;
  }

  static std::optional<std::size_t> find(const Index& index, const std::string& name) {
    const auto found = index.find(name);
    return found == index.end() ? std::nullopt : std::optional(found->second);
  }

  // The first binding at `place` whose roles include all of `roles`.
  std::optional<std::size_t> superset(const std::string& place, const Roles& roles) const {
    const std::vector<std::size_t>* rarest = nullptr;
    for (const std::string& role : roles) {
      const auto found = by_role_.find(named(place, {role}));
      if (found == by_role_.end()) return std::nullopt;
      if (rarest == nullptr || found->second.size() < rarest->size()) rarest = &found->second;
    }
    if (rarest == nullptr) return std::nullopt;
    const std::size_t compared = std::min(rarest->size(), kComparedRoles);
    for (std::size_t i = 0; i < compared; ++i) {
      const Roles& other = roles_.at((*rarest)[i]);
      if (std::includes(other.begin(), other.end(), roles.begin(), roles.end())) {
        return (*rarest)[i];
      }
    }
    return std::nullopt;
  }

  Index without_roles_;
  Index equal_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_role_;
  std::unordered_map<std::size_t, Roles> roles_;
};

// ---- dead bindings

struct NamedText {
  std::string_view field;
  std::string_view text;
};

std::vector<NamedText> texts_of(const BindingMatch& match) {
  std::vector<NamedText> texts = {{"match.channel", match.channel}};
  if (match.account) texts.push_back({"match.account", *match.account});
  if (match.peer) texts.push_back({"match.peer.id", match.peer->id});
  if (match.guild) texts.push_back({"match.guild", *match.guild});
  if (match.team) texts.push_back({"match.team", *match.team});
  for (const std::string& role : match.roles) texts.push_back({"match.roles", role});
  return texts;
}

Finding dead(std::size_t index, std::string_view field, std::string message) {
  return {LintCode::dead_binding,
          Severity::warning,
          binding_path(index, field),
          std::move(message),
          {}};
}

std::optional<Finding> why_dead(std::size_t index, const BindingMatch& match) {
  for (const NamedText& each : texts_of(match)) {
    if (each.text.size() <= kMaxKeyBytes) continue;
    return dead(
        index, each.field,
        "is longer than any message may say: at most " + std::to_string(kMaxKeyBytes) + " bytes");
  }
  // A room in this place gets a session, or an error that says what is wrong with the place.
  const Peer room{PeerKind::group, "x"};
  const auto key = SessionKey::for_peer(AgentId::lenient("x"), match.channel, "", room, {});
  if (key) return std::nullopt;
  return dead(index, "match.channel", "no message on it can have a session: " + key.error().what());
}

// ---- names that differ in case

/// Spellings of ids, by what they are called regardless of case.
class Spellings {
 public:
  struct First {
    std::string spelling;
    std::string path;
  };

  // The first spelling of `id` in `scope`, when this one is another; each is reported once.
  std::optional<First> mismatch(const std::string& scope, std::string_view id, std::string path) {
    std::string name = scope;
    append(name, lower(id));
    const auto [first, is_new] = first_.try_emplace(name, First{std::string(id), std::move(path)});
    if (is_new || first->second.spelling == id) return std::nullopt;
    append(name, id);
    return reported_.insert(name).second ? std::optional(first->second) : std::nullopt;
  }

 private:
  std::unordered_map<std::string, First> first_;
  std::unordered_set<std::string> reported_;
};

struct ScopedId {
  std::string scope;
  std::string_view id;
  std::string_view field;
  Severity severity;
};

// The ids of a binding that only match in their own case.
std::vector<ScopedId> ids_of(const BindingMatch& match) {
  const std::string channel = token(match.channel);
  // The channel itself matches in any case.
  std::vector<ScopedId> ids = {{"channel", trim(match.channel), "match.channel", Severity::info}};
  const auto add = [&](std::string_view field, std::string_view id) {
    std::string scope(field);
    append(scope, channel);
    ids.push_back({std::move(scope), trim(id), field, Severity::warning});
  };
  if (match.peer && !keeps_id_case(channel, name_of(match.peer->kind))) {
    add("match.peer.id", match.peer->id);
  }
  if (match.guild) add("match.guild", *match.guild);
  if (match.team) add("match.team", *match.team);
  return ids;
}

}  // namespace

Findings find_unknown_agents(const Config& config) {
  std::set<AgentId> known;
  for (const AgentConfig& agent : config.agents.list) known.insert(agent.id);
  Findings findings;
  for (std::size_t i = 0; i < config.bindings.size() && !known.empty(); ++i) {
    const AgentId& agent = config.bindings[i].agent;
    if (known.count(agent) > 0) continue;
    findings.push_back(
        {LintCode::unknown_agent,
         Severity::error,
         binding_path(i, "agent"),
         "'" + agent.str() + "' is not in agents.list: the messages of this binding are refused",
         {}});
  }
  return findings;
}

Findings find_dead_bindings(const Config& config) {
  Findings findings;
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    if (auto found = why_dead(i, config.bindings[i].match)) findings.push_back(*std::move(found));
  }
  return findings;
}

Findings find_shadowed_bindings(const Config& config) {
  Findings findings;
  Seen seen;
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    const BindingMatch& match = config.bindings[i].match;
    const Place place = place_of(match);
    const Roles roles = roles_of(match);
    if (const auto taker = seen.taker(wider_places(place), roles)) {
      findings.push_back({LintCode::shadowed_binding,
                          Severity::warning,
                          binding_path(i),
                          "never matches, because " + binding_path(*taker) +
                              " comes first and takes all of its messages",
                          {binding_path(*taker)}});
    }
    seen.add(i, place.name(), roles);
  }
  return findings;
}

Findings find_case_mismatches(const Config& config) {
  Findings findings;
  Spellings spellings;
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    for (const ScopedId& each : ids_of(config.bindings[i].match)) {
      const std::string path = binding_path(i, each.field);
      const auto first = spellings.mismatch(each.scope, each.id, path);
      if (!first) continue;
      const bool matters = each.severity == Severity::warning;
      findings.push_back({LintCode::case_mismatch,
                          each.severity,
                          path,
                          quote_clipped(each.id) + " differs from " +
                              quote_clipped(first->spelling) + " in case only" +
                              (matters ? "; bindings compare ids with case, sessions without" : ""),
                          {first->path}});
    }
  }
  return findings;
}

Findings find_default_accounts(const Config& config) {
  std::unordered_map<std::string, std::size_t> named;  // channel: first binding with an account
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    const std::string account = account_of(config.bindings[i].match);
    if (account == kAnyAccount || account == kDefaultAccount) continue;
    named.try_emplace(token(config.bindings[i].match.channel), i);
  }
  Findings findings;
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    const BindingMatch& match = config.bindings[i].match;
    if (match.account && !is_blank(*match.account)) continue;
    const auto other = named.find(token(match.channel));
    if (other == named.end()) continue;
    findings.push_back({LintCode::account_default_only,
                        Severity::warning,
                        binding_path(i, "match.account"),
                        "left out, which means the account 'default' and no other; write '*' for "
                        "all accounts",
                        {binding_path(other->second, "match.account")}});
  }
  return findings;
}

}  // namespace vagus
