#include "vagus/routing/binding_index.hpp"

#include <algorithm>
#include <bit>

#include "vagus/keys/agent_id.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kAny = "*";

// The parts that bindings of one tier may name or not: the bits of a shape.
enum Part : unsigned { kAccount = 1, kGuild = 2, kTeam = 4, kRole = 8 };

unsigned shape_of(const Place& place) {
  return (place.account ? kAccount : 0u) | (place.guild ? kGuild : 0u) | (place.team ? kTeam : 0u) |
         (place.role ? kRole : 0u);
}

std::size_t hash_of(const Place& place) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;
  const auto pair = [](std::uint64_t high, std::uint64_t low) { return high << 32 | low; };
  std::uint64_t hash = 0;
  for (const std::uint64_t part :
       {pair(place.channel, place.account), pair(place.peer, static_cast<Symbol>(place.peer_kind)),
        pair(place.guild, place.team), pair(0, place.role)}) {
    hash = (hash ^ part) * kOdd;
    hash ^= hash >> 29;
  }
  return hash;
}

PeerClass class_of(PeerKind kind) {
  return kind == PeerKind::direct ? PeerClass::direct : PeerClass::room;
}

// The tier of a binding is that of its most specific part.
MatchedBy tier_of(const Place& place, bool has_roles) {
  if (place.peer) return MatchedBy::peer;
  if (place.peer_kind != PeerClass::none) return MatchedBy::peer_wildcard;
  if (place.guild) return has_roles ? MatchedBy::guild_roles : MatchedBy::guild;
  if (place.team) return MatchedBy::team;
  return place.account ? MatchedBy::account : MatchedBy::channel;
}

// The peer that bindings of this tier must name; nothing when the message has none.
bool set_peer(MatchedBy tier, const MessageSymbols& message, Place& place) {
  const bool parent = tier == MatchedBy::peer_parent;
  if (parent || tier == MatchedBy::peer) {
    const MessageSymbols::PeerSymbol& peer = parent ? message.parent : message.peer;
    place.peer_kind = peer.kind;
    place.peer = peer.id;
    return peer.id != 0;
  }
  if (tier != MatchedBy::peer_wildcard) return true;
  place.peer_kind = message.peer.kind;
  return place.peer_kind != PeerClass::none;
}

}  // namespace

BindingIndex::BindingIndex(const std::vector<BindingConfig>& bindings) {
  rules_.reserve(bindings.size());
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    add(static_cast<std::uint32_t>(i), bindings[i].match);
  }
}

void BindingIndex::add(std::uint32_t binding, const BindingMatch& match) {
  const auto symbol = [this](const std::optional<std::string>& text) {
    return text ? symbols_.add(trim(*text)) : 0;
  };
  Place place;
  place.channel = channels_.add(token(match.channel));
  const std::string given = match.account.value_or("");
  if (trim(given) != kAny) place.account = symbols_.add(normalize_account(given));
  if (match.peer) {
    place.peer_kind = class_of(match.peer->kind);
    if (trim(match.peer->id) != kAny) place.peer = symbol(match.peer->id);
  }
  place.guild = symbol(match.guild);
  place.team = symbol(match.team);

  const Rule rule{place, static_cast<std::uint32_t>(roles_.size()),
                  static_cast<std::uint32_t>(match.roles.size()),
                  tier_of(place, !match.roles.empty())};
  rules_.push_back(rule);
  for (const std::string& role : match.roles) roles_.push_back(symbols_.add(trim(role)));

  if (place.channel > shapes_.size()) {
    shapes_.emplace_back();
    asks_roles_.push_back(false);
  }
  if (match.roles.empty()) add_place(binding, place);
  for (std::uint32_t i = 0; i < rule.role_count; ++i) {
    asks_roles_[place.channel - 1] = true;
    place.role = roles_[rule.first_role + i];
    add_place(binding, place);
  }
}

void BindingIndex::add_place(std::uint32_t binding, const Place& place) {
  Shapes& shapes = shapes_[place.channel - 1];
  const auto shape = static_cast<std::uint16_t>(1u << shape_of(place));
  const MatchedBy tier = tier_of(place, place.role != 0);
  shapes[static_cast<std::size_t>(tier)] |= shape;
  if (tier == MatchedBy::peer) shapes[static_cast<std::size_t>(MatchedBy::peer_parent)] |= shape;
  if (lookup(place) != HashIndex::kNone) return;  // an earlier binding for the same place stays
  by_place_.add(hash_of(place), static_cast<std::uint32_t>(places_.size()));
  places_.push_back({place, binding});
}

MessageSymbols BindingIndex::symbols_of(std::string_view channel, std::string_view account,
                                        const std::optional<Peer>& peer,
                                        const std::optional<Peer>& parent, std::string_view guild,
                                        std::string_view team,
                                        const std::vector<std::string>& roles) const {
  MessageSymbols message;
  message.channel = channels_.find(channel);
  if (message.channel == 0) return message;
  const auto find = [this](std::string_view text) {
    return text.empty() ? 0 : symbols_.find(text);
  };
  message.account = find(account);
  if (peer) message.peer = {class_of(peer->kind), find(trim(peer->id))};
  if (parent) message.parent = {class_of(parent->kind), find(trim(parent->id))};
  message.guild = find(trim(guild));
  message.team = find(trim(team));
  if (!asks_roles_[message.channel - 1]) return message;
  for (const std::string& role : roles) {
    if (const Symbol known = find(trim(role))) message.roles.push_back(known);
  }
  return message;
}

std::optional<BindingIndex::Found> BindingIndex::find(const MessageSymbols& message) const {
  if (message.channel == 0) return std::nullopt;
  const Shapes& shapes = shapes_[message.channel - 1];
  for (std::size_t i = 0; i < kTiers; ++i) {
    if (shapes[i] == 0) continue;
    const auto tier = static_cast<MatchedBy>(i);
    const std::uint32_t binding = earliest(tier, shapes, message);
    if (binding != HashIndex::kNone) return Found{tier, binding};
  }
  return std::nullopt;
}

std::uint32_t BindingIndex::earliest(MatchedBy tier, const Shapes& shapes,
                                     const MessageSymbols& message) const {
  std::uint32_t first = HashIndex::kNone;
  Place place;
  place.channel = message.channel;
  if (!set_peer(tier, message, place)) return first;
  for (unsigned left = shapes[static_cast<std::size_t>(tier)]; left != 0; left &= left - 1) {
    const auto shape = static_cast<unsigned>(std::countr_zero(left));
    place.account = shape & kAccount ? message.account : 0;
    place.guild = shape & kGuild ? message.guild : 0;
    place.team = shape & kTeam ? message.team : 0;
    place.role = 0;
    // A message that lacks a part is not at any place that has it.
    if (shape_of(place) != (shape & ~static_cast<unsigned>(kRole))) continue;
    if (!(shape & kRole)) {
      first = std::min(first, lookup(place));
      continue;
    }
    for (const Symbol role : message.roles) {
      place.role = role;
      first = std::min(first, lookup(place));
    }
  }
  return first;
}

std::uint32_t BindingIndex::lookup(const Place& place) const {
  const std::uint32_t at = by_place_.find(
      hash_of(place), [&](std::uint32_t number) { return places_[number].place == place; });
  return at == HashIndex::kNone ? at : places_[at].binding;
}

}  // namespace vagus
