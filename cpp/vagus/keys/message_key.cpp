#include "vagus/keys/message_key.hpp"

#include <algorithm>
#include <array>

#include "vagus/keys/agent_id.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/escape.hpp"
#include "vagus/keys/segments.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kUnknown = "unknown";
constexpr std::string_view kWhatsApp = "whatsapp";
constexpr std::string_view kWhatsAppGroup = "@g.us";

// Channels whose senders are written behind the channel's name, whatever else a message says.
constexpr std::array<std::string_view, 8> kKnownChannels = {
    "discord", "imessage", "matrix", "mattermost", "signal", "slack", "telegram", kWhatsApp};

std::optional<PeerKind> room_kind(std::string_view word) {
  const auto kind = enum_from_name<PeerKind>(token(word));
  return kind == PeerKind::direct ? std::nullopt : kind;
}

// An address in parts: `[<channel>:][<kind>:]<id>`.
struct Address {
  std::string channel;
  std::optional<PeerKind> kind;
  std::string_view id;
};

// `provider` is a channel's name, however unknown: a sender behind it is in that channel.
Address read_address(std::string_view text, std::string_view provider) {
  if (const auto kind = room_kind(segment(text, 0))) return {"", kind, after_segments(text, 1)};
  const std::string head = token(segment(text, 0));
  const auto kind = room_kind(segment(text, 1));
  const bool known = kind || head == provider ||
                     std::count(kKnownChannels.begin(), kKnownChannels.end(), head) > 0;
  if (head.empty() || !known) return {"", std::nullopt, text};
  return {head, kind, after_segments(text, kind ? 2 : 1)};
}

bool is_whatsapp_group(std::string_view from) {
  return lower_ascii(from).ends_with(kWhatsAppGroup);
}

std::string kept_case(std::string_view channel, std::string_view kind, std::string_view id) {
  return keeps_id_case(channel, kind) ? std::string(trim(id)) : token(id);
}

std::string or_unknown(std::string text) {
  return text.empty() ? std::string(kUnknown) : text;
}

}  // namespace

std::optional<MessageGroup> group_of_message(const MessageOrigin& message) {
  const std::string_view sender = trim(message.from);
  const std::string provider = token(message.provider);
  const Address from = read_address(sender, provider);
  const Address to = read_address(trim(message.to), provider);
  const auto said = room_kind(message.chat_type);
  if (!said && !from.kind && !is_whatsapp_group(sender)) return std::nullopt;

  const Address& room = from.kind || !to.kind ? from : to;
  std::string channel = room.channel.empty() ? provider : room.channel;
  if (channel.empty()) channel = from.channel;
  if (channel.empty() && is_whatsapp_group(sender)) channel = kWhatsApp;
  const PeerKind kind = room.kind ? *room.kind : said.value_or(PeerKind::group);
  const std::string_view word = name_of(kind);
  const std::string id = kept_case(channel, word, room.id);
  if (channel.empty() || id.empty()) return std::nullopt;
  std::string key = channel + ":" + std::string(word) + ":" + escape_id(id);
  return MessageGroup{std::move(key), std::move(channel), id, kind};
}

Result<std::string> key_of_message(const MessageOrigin& message, const MessageSession& session) {
  if (!is_blank(session.session_key)) return canonical_case(session.session_key);
  if (session.naming.scope == SessionScope::global) return std::string("global");
  if (is_blank(session.agent)) {
    return make_error(ErrorCode::ambiguous_agent, "agent", session.agent,
                      "a message that names no session needs an agent");
  }
  const auto group = group_of_message(message);
  return group ? "agent:" + AgentId::lenient(session.agent).str() + ":" + group->key
               : main_session(session.agent, session.naming.main_key);
}

std::string group_history_key(std::string_view channel, std::string_view account,
                              const Peer& peer) {
  const std::string name = or_unknown(token(channel));
  const std::string kind(name_of(peer.kind));
  const std::string id = or_unknown(kept_case(name, kind, peer.id));
  // Nothing in front of the id holds a colon of its own, so the id needs no escapes.
  return escape_segment(name) + ":" + normalize_account(account) + ":" + kind + ":" + id;
}

}  // namespace vagus
