#include "vagus/routing/audit.hpp"

#include <map>
#include <set>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kListedPeers = 10;

bool is_from_a_person(const RouteQuery& query) {
  return query.peer && query.peer->kind == PeerKind::direct && !is_blank(query.peer->id);
}

struct Visitors {
  AgentId agent;
  bool is_main = false;
  std::set<std::string> peers;
};

SharedSession shared(const SessionKey& key, const Visitors& visitors) {
  SharedSession session{
      key, visitors.agent, visitors.is_main, static_cast<std::int64_t>(visitors.peers.size()), {}};
  for (const std::string& peer : visitors.peers) {
    if (session.peers.size() == kListedPeers) break;
    session.peers.push_back(peer);
  }
  return session;
}

}  // namespace

std::vector<SharedSession> audit(const Router& router, std::span<const RouteQuery> queries) {
  std::map<SessionKey, Visitors> sessions;
  for (const RouteQuery& query : queries) {
    if (!is_from_a_person(query)) continue;
    const Result<Route> route = router.resolve(query);
    if (!route) continue;
    Visitors& visitors = sessions[route->session_key];
    visitors.agent = route->agent_id;
    visitors.is_main = route->session_key == route->main_session_key;
    visitors.peers.insert(route->channel + ":" + std::string(trim(query.peer->id)));
  }
  std::vector<SharedSession> found;
  for (const auto& [key, visitors] : sessions) {
    if (visitors.peers.size() > 1) found.push_back(shared(key, visitors));
  }
  return found;
}

}  // namespace vagus
