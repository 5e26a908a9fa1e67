#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "vagus/base/record.hpp"
#include "vagus/keys/main_key.hpp"

namespace vagus {

/// What kind of conversation a peer id names.
enum class PeerKind { direct, group, channel };
constexpr std::array<std::string_view, 3> enum_names(PeerKind) {
  return {"direct", "group", "channel"};
}

/// The other end of a conversation, as its channel names it.
struct Peer {
  PeerKind kind = PeerKind::direct;
  std::string id;

  static constexpr std::string_view kName = "Peer";
  static constexpr auto fields() {
    return field_list(required("kind", &Peer::kind, "direct, group or channel"),
                      required("id", &Peer::id, "the channel's own id, case kept"));
  }
};

/// Which direct messages share a session (spec: keys, section 1.6). The default is the reference's;
/// it lets every direct peer of an agent reach one main session.
enum class DmScope { main, per_peer, per_channel_peer, per_account_channel_peer };
constexpr std::array<std::string_view, 4> enum_names(DmScope) {
  return {"main", "per-peer", "per-channel-peer", "per-account-channel-peer"};
}

/// Whether a group or channel has a session of its own, or shares the agent's main session.
enum class GroupScope { main, per_group };
constexpr std::array<std::string_view, 2> enum_names(GroupScope) {
  return {"main", "per-group"};
}

/// Which conversations share a session, and what the shared one is called.
struct SessionScopes {
  SessionScopes(DmScope dm_scope = DmScope::main, GroupScope group_scope = GroupScope::per_group,
                MainKey name_of_main = {})
      : dm(dm_scope), group(group_scope), main_key(std::move(name_of_main)) {}

  /// True when peers of this kind have no session of their own.
  bool share_main(PeerKind kind) const {
    return kind == PeerKind::direct ? dm == DmScope::main : group == GroupScope::main;
  }

  DmScope dm;
  GroupScope group;
  MainKey main_key;
};

}  // namespace vagus
