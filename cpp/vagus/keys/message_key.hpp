#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/base/result.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/keys/peer.hpp"

/// Which session a message belongs to by its own description, for channels that hand over no peer
/// (spec: keys, section 1.10, "group derivation").
namespace vagus {

/// How a channel describes a message.
struct MessageOrigin {
  std::string_view from;            ///< `+1555`, `slack:channel:C1`, `whatsapp:120@g.us`
  std::string_view to = {};         ///< `channel:C9`, where the sender is a person in a room
  std::string_view chat_type = {};  ///< `direct`, `group` or `channel`, in any case
  std::string_view provider = {};   ///< the channel's name
};

/// The room that a message came from.
struct MessageGroup {
  std::string key;
  std::string channel;
  std::string id;
  PeerKind kind = PeerKind::group;

  static constexpr std::string_view kName = "MessageGroup";
  static constexpr auto fields() {
    return field_list(
        required("key", &MessageGroup::key, "<channel>:<kind>:<id>, of no agent"),
        required("channel", &MessageGroup::channel, "the channel's name"),
        required("id", &MessageGroup::id, "the room's id, in the case that keys keep"),
        required("kind", &MessageGroup::kind, "group or channel"));
  }
};

/// The room of a message; nothing for a direct message, or when the channel or the room's id is
/// unknown.
std::optional<MessageGroup> group_of_message(const MessageOrigin& message);

/// What else decides the session of a message.
struct MessageSession {
  std::string_view session_key = {};  ///< named by the sender's side; wins over everything else
  std::string_view agent = {};
  MainNaming naming = {};
};

/// The key of a message's session: the one it names, `global` where all share one, its room's, or
/// the agent's main session. Errors: `ambiguous_agent` (field `agent`) when the last two are meant
/// and no agent is named.
Result<std::string> key_of_message(const MessageOrigin& message, const MessageSession& session);

/// `<channel>:<account>:<kind>:<id>`, under which the history of a room is kept. A blank channel
/// or id reads `unknown`; the id keeps its case where keys do.
std::string group_history_key(std::string_view channel, std::string_view account, const Peer& peer);

}  // namespace vagus
