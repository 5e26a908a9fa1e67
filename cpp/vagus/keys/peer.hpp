#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>

#include "vagus/base/record.hpp"

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
    return std::tuple(required("kind", &Peer::kind, "direct, group or channel"),
                      required("id", &Peer::id, "the channel's own id, case kept"));
  }
};

/// Which direct messages share a session (spec: keys, section 1.6). The default is the reference's;
/// it lets every direct peer of an agent reach one main session.
enum class DmScope { main, per_peer, per_channel_peer, per_account_channel_peer };
constexpr std::array<std::string_view, 4> enum_names(DmScope) {
  return {"main", "per-peer", "per-channel-peer", "per-account-channel-peer"};
}

}  // namespace vagus
