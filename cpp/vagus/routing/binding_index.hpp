#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/routing/symbols.hpp"

namespace vagus {

/// The rule that chose an agent, from most to least specific (spec: keys, section 2).
enum class MatchedBy {
  peer,
  peer_parent,
  peer_wildcard,
  guild_roles,
  guild,
  team,
  account,
  channel,
  fallback
};
constexpr std::array<std::string_view, 9> enum_names(MatchedBy) {
  return {"binding.peer",        "binding.peer.parent", "binding.peer.wildcard",
          "binding.guild+roles", "binding.guild",       "binding.team",
          "binding.account",     "binding.channel",     "default"};
}

/// Groups and channels are one kind for routing.
enum class PeerClass : std::uint32_t { none, direct, room };

/// The parts of a message that bindings ask about, as symbols; 0 where the message has nothing, or
/// has something that no binding names.
struct MessageSymbols {
  struct PeerSymbol {
    PeerClass kind = PeerClass::none;
    Symbol id = 0;
  };
  Symbol channel = 0;  ///< of the channels alone
  Symbol account = 0;
  PeerSymbol peer;
  PeerSymbol parent;
  Symbol guild = 0;
  Symbol team = 0;
  std::vector<Symbol> roles;  ///< of the roles that bindings name
};

/// What a binding asks for, as symbols; 0 where it asks for nothing.
struct Place {
  Symbol channel = 0;
  Symbol account = 0;
  PeerClass peer_kind = PeerClass::none;
  Symbol peer = 0;  ///< 0 with a kind: every peer of that kind
  Symbol guild = 0;
  Symbol team = 0;
  Symbol role = 0;  ///< one of the binding's roles

  bool operator==(const Place&) const = default;
};

/// The bindings of a configuration by what they ask for. A tier's bindings are kept by which parts
/// they name (their shape), and a lookup asks once per shape that occurs on the channel, and once
/// per role of the sender where roles are asked for. So the cost depends on neither the number of
/// bindings nor on how many of them are nearly right.
class BindingIndex {
 public:
  struct Rule {
    Place place;               ///< without a role
    std::uint32_t first_role;  ///< where its roles start in `roles()`
    std::uint32_t role_count;
    MatchedBy tier;
  };
  struct Found {
    MatchedBy tier;
    std::uint32_t binding;
  };

  BindingIndex() = default;
  explicit BindingIndex(const std::vector<BindingConfig>& bindings);

  /// The symbols of a message. `channel` and `account` normalised, ids trimmed; blank ones empty.
  MessageSymbols symbols_of(std::string_view channel, std::string_view account,
                            const std::optional<Peer>& peer, const std::optional<Peer>& parent,
                            std::string_view guild, std::string_view team,
                            const std::vector<std::string>& roles) const;

  /// The first binding of the most specific tier that has one for the message.
  std::optional<Found> find(const MessageSymbols& message) const;

  /// How many different places bindings name.
  std::size_t size() const { return places_.size(); }

  const std::vector<Rule>& rules() const { return rules_; }
  Symbol role(std::uint32_t at) const { return roles_[at]; }
  const std::string& text(Symbol symbol) const { return symbols_.text(symbol); }

 private:
  static constexpr std::size_t kTiers = static_cast<std::size_t>(MatchedBy::fallback);
  struct Entry {
    Place place;
    std::uint32_t binding;
  };
  /// Per tier, a bit for every shape of its bindings.
  using Shapes = std::array<std::uint16_t, kTiers>;

  void add(std::uint32_t binding, const BindingMatch& match);
  void add_place(std::uint32_t binding, const Place& place);
  std::uint32_t earliest(MatchedBy tier, const Shapes& shapes, const MessageSymbols& message) const;
  std::uint32_t lookup(const Place& place) const;

  Symbols channels_;
  std::vector<Shapes> shapes_;    ///< by channel symbol - 1
  std::vector<bool> asks_roles_;  ///< by channel symbol - 1
  Symbols symbols_;               ///< of everything but channels
  std::vector<Entry> places_;
  HashIndex by_place_;
  std::vector<Rule> rules_;  ///< by binding
  std::vector<Symbol> roles_;
};

}  // namespace vagus
