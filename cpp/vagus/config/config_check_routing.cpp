#include "vagus/config/config_check_routing.hpp"

#include <string>
#include <unordered_map>

#include "vagus/base/json.hpp"
#include "vagus/config/config_error.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kLinksPath = "session.identity_links";

MaybeError check_not_blank(const std::string& path, std::string_view field,
                           const std::optional<std::string>& value) {
  if (!value || !is_blank(*value)) return std::nullopt;
  return wrong(join_path(path, field), *value, "must not be blank; leave it out to match any");
}

// ---- bindings

MaybeError check_match(const std::string& path, const BindingMatch& match) {
  if (is_blank(match.channel)) {
    return wrong(join_path(path, "channel"), match.channel, "must not be blank");
  }
  if (match.peer && is_blank(match.peer->id)) {
    return wrong(join_path(join_path(path, "peer"), "id"), match.peer->id,
                 "must name one peer, or be '*' for all of that kind");
  }
  if (auto failed = check_not_blank(path, "guild", match.guild)) return failed;
  if (auto failed = check_not_blank(path, "team", match.team)) return failed;
  for (std::size_t i = 0; i < match.roles.size(); ++i) {
    if (!is_blank(match.roles[i])) continue;
    return wrong(join_path(join_path(path, "roles"), i), match.roles[i], "must not be blank");
  }
  return std::nullopt;
}

MaybeError check_bindings(const Config& config) {
  for (std::size_t i = 0; i < config.bindings.size(); ++i) {
    const BindingConfig& binding = config.bindings[i];
    const std::string path = join_path("bindings", i);
    if (binding.agent.empty()) return wrong(join_path(path, "agent"), "", "must not be empty");
    if (auto failed = check_match(join_path(path, "match"), binding.match)) return failed;
  }
  return std::nullopt;
}

// ---- identity links

// Two people of one name would share a session, because keys hold names in lower case.
MaybeError check_link_names(const IdentityLinks& links) {
  std::unordered_map<std::string, std::string_view> seen;
  for (const auto& [name, ids] : links) {
    const std::string path = join_path(kLinksPath, name);
    if (is_blank(name)) return wrong(path, name, "a person needs a name");
    const auto [first, is_new] = seen.emplace(token(name), name);
    if (is_new) continue;
    return wrong(path, name,
                 "is the name " + quote_clipped(first->second) + " but for case and white space");
  }
  return std::nullopt;
}

// An id belongs to one person. The reference takes the first that lists it, so that the order of a
// map decides whose session a message reaches.
MaybeError check_link_ids(const IdentityLinks& links) {
  std::unordered_map<std::string, std::string_view> owners;
  for (const auto& [name, ids] : links) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::string path = join_path(join_path(kLinksPath, name), i);
      if (is_blank(ids[i])) return wrong(path, ids[i], "must not be blank");
      const auto [owner, is_new] = owners.emplace(token(ids[i]), name);
      if (is_new || owner->second == name) continue;
      return wrong(path, ids[i],
                   "is linked to " + quote_clipped(owner->second) + " too; an id is one person's");
    }
  }
  return std::nullopt;
}

}  // namespace

MaybeError check_routing(const Config& config) {
  if (auto failed = check_bindings(config)) return failed;
  if (auto failed = check_link_names(config.session.identity_links)) return failed;
  return check_link_ids(config.session.identity_links);
}

}  // namespace vagus
