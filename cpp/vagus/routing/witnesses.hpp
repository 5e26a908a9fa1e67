#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/keys/key_parts.hpp"
#include "vagus/routing/router.hpp"

namespace vagus {

/// Messages that may have led to a session, made up from what its key says and from what bindings
/// and identity links ask for, in every combination (see rekey.hpp). Of roles, a message has one or
/// none; it has no parent.
class Witnesses {
 public:
  /// Links are those of `from`, because they are in the old keys.
  Witnesses(const Config& from, const Config& to);

  /// Possible messages of the conversation `parts`, which is of kind direct, group or channel;
  /// threads are left to the caller. `complete` becomes false when there are more than are worth
  /// trying.
  std::vector<RouteQuery> of(const KeyParts& parts, bool& complete) const;

 private:
  /// What the bindings of one place ask for, besides the place; no more of each than are tried.
  struct Asked {
    std::set<std::string> ids;
    std::set<std::string> accounts;
    std::set<std::string> guilds;
    std::set<std::string> teams;
    std::set<std::string> roles;
  };

  void add(const BindingMatch& match);
  void add_asked(const std::string& place, Asked& asked) const;
  std::vector<RouteQuery> spoken_by(const KeyParts& parts, bool& complete) const;
  std::vector<RouteQuery> spelled(const RouteQuery& query) const;
  void add_combinations(const RouteQuery& query, std::vector<RouteQuery>& queries,
                        bool& complete) const;

  std::unordered_map<std::string, Asked> asked_;  // by channel, and by channel and peer
  std::set<std::string> channels_;
  std::unordered_map<std::string, const std::vector<std::string>*> people_;
};

}  // namespace vagus
