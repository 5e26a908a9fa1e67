#include "vagus/routing/witnesses.hpp"

#include "vagus/keys/case_policy.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// How many messages are tried for one key.
constexpr std::size_t kMaxWitnesses = 512;
// An account, for messages of one that no binding names.
constexpr std::string_view kNoNamedAccount = "no-named-account";

// Every part follows its length, so that different places never have one name.
std::string place_name(std::string_view channel, const Peer* peer) {
  std::string name = std::to_string(channel.size()) + ":" + std::string(channel);
  if (peer == nullptr) return name;
  const bool direct = peer->kind == PeerKind::direct;
  return name + (direct ? "direct:" : "room:") + token(peer->id);
}

bool names_one_peer(const BindingMatch& match) {
  return match.peer && trim(match.peer->id) != "*";
}

PeerKind peer_kind(SessionKind kind) {
  if (kind == SessionKind::direct) return PeerKind::direct;
  return kind == SessionKind::group ? PeerKind::group : PeerKind::channel;
}

// One more than are tried is enough to see that there are too many.
void remember(std::set<std::string>& texts, std::string_view text) {
  if (texts.size() <= kMaxWitnesses) texts.emplace(trim(text));
}

void remember(std::set<std::string>& texts, const std::set<std::string>& more) {
  for (const std::string& each : more) remember(texts, each);
}

// `queries`, and each of them with each of `texts` as well.
template <class Set>
void multiply(std::vector<RouteQuery>& queries, const std::set<std::string>& texts, bool& complete,
              const Set& set) {
  const std::size_t plain = queries.size();
  for (const std::string& text : texts) {
    for (std::size_t i = 0; i < plain; ++i) {
      if (queries.size() >= kMaxWitnesses) {
        complete = false;
        return;
      }
      queries.push_back(queries[i]);
      set(queries.back(), text);
    }
  }
}

}  // namespace

Witnesses::Witnesses(const Config& from, const Config& to) {
  for (const Config* config : {&from, &to}) {
    for (const BindingConfig& binding : config->bindings) add(binding.match);
  }
  for (const auto& [name, ids] : from.session.identity_links) people_.emplace(token(name), &ids);
}

void Witnesses::add(const BindingMatch& match) {
  const std::string channel = token(match.channel);
  remember(channels_, channel);
  Asked& asked = asked_[place_name(channel, names_one_peer(match) ? &*match.peer : nullptr)];
  if (names_one_peer(match)) remember(asked.ids, match.peer->id);
  if (match.account && trim(*match.account) != "*") {
    remember(asked.accounts, normalize_account(*match.account));
  }
  if (match.guild) remember(asked.guilds, *match.guild);
  if (match.team) remember(asked.teams, *match.team);
  for (const std::string& role : match.roles) remember(asked.roles, role);
}

void Witnesses::add_asked(const std::string& place, Asked& asked) const {
  const auto found = asked_.find(place);
  if (found == asked_.end()) return;
  remember(asked.accounts, found->second.accounts);
  remember(asked.guilds, found->second.guilds);
  remember(asked.teams, found->second.teams);
  remember(asked.roles, found->second.roles);
}

// The message, or the same from each of the ids of the person that the key names; on each channel
// that bindings name, and on another, when the key does not say.
std::vector<RouteQuery> Witnesses::spoken_by(const KeyParts& parts, bool& complete) const {
  RouteQuery query;
  query.channel = parts.channel.value_or("");
  query.account = parts.account;
  query.peer = Peer{peer_kind(parts.kind), parts.id};
  std::vector<RouteQuery> queries = {query};
  const auto person = people_.find(token(parts.id));
  if (parts.kind == SessionKind::direct && person != people_.end()) {
    queries.clear();
    for (const std::string& id : *person->second) {
      const std::size_t colon = id.find(':');
      query.peer->id = id;
      queries.push_back(query);
      if (colon == std::string::npos) continue;
      query.peer->id = id.substr(colon + 1);
      queries.push_back(query);
      if (queries.size() <= kMaxWitnesses) continue;
      complete = false;
      break;
    }
  }
  if (parts.channel) return queries;
  multiply(queries, channels_, complete,
           [](RouteQuery& each, const std::string& channel) { each.channel = channel; });
  return queries;
}

// Keys fold the case of most ids, while bindings only match in their own. Where bindings spell the
// id, that is how messages spell it.
std::vector<RouteQuery> Witnesses::spelled(const RouteQuery& query) const {
  const std::string channel = token(query.channel);
  const auto found = asked_.find(place_name(channel, &*query.peer));
  if (found == asked_.end() || keeps_id_case(channel, name_of(query.peer->kind))) return {query};
  std::vector<RouteQuery> queries(found->second.ids.size(), query);
  std::size_t next = 0;
  for (const std::string& id : found->second.ids) queries[next++].peer->id = id;
  return queries;
}

void Witnesses::add_combinations(const RouteQuery& query, std::vector<RouteQuery>& queries,
                                 bool& complete) const {
  const std::string channel = token(query.channel);
  Asked asked;
  add_asked(place_name(channel, &*query.peer), asked);
  add_asked(place_name(channel, nullptr), asked);
  if (query.account) {
    asked.accounts.clear();
  } else {
    asked.accounts.emplace(kNoNamedAccount);
  }
  std::vector<RouteQuery> made = {query};
  multiply(made, asked.accounts, complete,
           [](RouteQuery& each, const std::string& account) { each.account = account; });
  multiply(made, asked.guilds, complete,
           [](RouteQuery& each, const std::string& guild) { each.guild = guild; });
  multiply(made, asked.teams, complete,
           [](RouteQuery& each, const std::string& team) { each.team = team; });
  multiply(made, asked.roles, complete,
           [](RouteQuery& each, const std::string& role) { each.roles = {role}; });
  queries.insert(queries.end(), made.begin(), made.end());
}

std::vector<RouteQuery> Witnesses::of(const KeyParts& parts, bool& complete) const {
  std::vector<RouteQuery> queries;
  for (const RouteQuery& spoken : spoken_by(parts, complete)) {
    for (const RouteQuery& query : spelled(spoken)) {
      if (queries.size() >= kMaxWitnesses) complete = false;
      if (!complete) return queries;
      add_combinations(query, queries, complete);
    }
  }
  return queries;
}

}  // namespace vagus
