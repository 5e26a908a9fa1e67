#include "vagus/keys/key_parts.hpp"

#include <algorithm>

#include "vagus/keys/session_key.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

Error refused(std::string_view field, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_key, field, value, message);
}

std::optional<std::string> unescaped(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return unescape_id(text);
}

// Thread ids behind the conversation of `rest`, the outermost first.
std::vector<std::string> threads_of(std::string_view rest) {
  std::vector<std::string> threads;
  for (;;) {
    rest = without_heartbeats(rest);
    const std::size_t marker = rest.rfind(kThreadMarker);
    if (marker == std::string_view::npos) break;
    threads.push_back(unescape_id(trim(rest.substr(marker + kThreadMarker.size()))));
    rest = rest.substr(0, marker);
  }
  std::reverse(threads.begin(), threads.end());
  return threads;
}

Result<SessionKey> peer_key(const KeyParts& parts, PeerKind kind) {
  DmScope scope = DmScope::per_peer;
  if (parts.channel) scope = DmScope::per_channel_peer;
  if (parts.channel && parts.account) scope = DmScope::per_account_channel_peer;
  return SessionKey::for_peer(parts.agent, parts.channel.value_or(""), parts.account.value_or(""),
                              {kind, parts.id}, scope);
}

// The session itself, without its threads and its isolated sibling.
Result<SessionKey> conversation_key(const KeyParts& parts) {
  switch (parts.kind) {
    case SessionKind::main:
      return SessionKey::main(parts.agent);
    case SessionKind::direct:
      return peer_key(parts, PeerKind::direct);
    case SessionKind::group:
      return peer_key(parts, PeerKind::group);
    case SessionKind::channel:
      return peer_key(parts, PeerKind::channel);
    case SessionKind::slash:
      return SessionKey::slash(parts.agent, parts.channel.value_or(""), parts.id);
    case SessionKind::cron_run:
      return SessionKey::cron_run(parts.agent, parts.id, parts.run_id.value_or(""));
    case SessionKind::other:
      return SessionKey::parse("agent:" + parts.agent.str() + ":" + parts.id);
    default:
      return SessionKey::named(parts.agent, parts.space.value_or(""), parts.id);
  }
}

MaybeError check_presence(std::string_view field, const std::optional<std::string>& given,
                          const std::optional<std::string>& made, SessionKind kind) {
  if (given.has_value() == made.has_value()) return std::nullopt;
  const std::string of_kind = " by a key of kind " + std::string(name_of(kind));
  return refused(field, given.value_or(""), (given ? "is not held" : "is needed") + of_kind);
}

// A key holds what it was asked to hold: nothing was left out, and nothing reads as something else.
MaybeError check_made(const KeyParts& given, const KeyParts& made) {
  if (given.kind != made.kind) {
    return refused("id", given.id,
                   "would be read as a key of kind " + std::string(name_of(made.kind)));
  }
  if (given.kind == SessionKind::main && token(given.id) != made.id) {
    return refused("id", given.id, "must be main in a key of kind main");
  }
  if (auto failed = check_presence("channel", given.channel, made.channel, given.kind))
    return failed;
  if (auto failed = check_presence("account", given.account, made.account, given.kind))
    return failed;
  if (auto failed = check_presence("space", given.space, made.space, given.kind)) return failed;
  if (auto failed = check_presence("run_id", given.run_id, made.run_id, given.kind)) return failed;
  if (given.threads.size() == made.threads.size() && given.isolated == made.isolated)
    return std::nullopt;
  return refused("id", given.id, "would be read with other threads or another heartbeat");
}

}  // namespace

KeyParts SessionKey::parts() const {
  const KeyShape shape = read_shape(rest());
  KeyParts parts;
  parts.agent = agent();
  parts.kind = shape.kind;
  parts.id = unescape_id(shape.id);
  parts.channel = unescaped(shape.channel);
  parts.account = unescaped(shape.account);
  if (shape.space != nullptr) parts.space = std::string(shape.space->word);
  parts.run_id = unescaped(shape.run);
  parts.threads = threads_of(rest());
  parts.isolated = rest().ends_with(kHeartbeatSuffix);
  return parts;
}

Result<SessionKey> SessionKey::from_parts(const KeyParts& parts) {
  if (parts.agent.empty()) return refused("agent", "", "must not be empty");
  if (is_blank(parts.id)) return refused("id", parts.id, "must not be blank");
  auto key = conversation_key(parts);
  for (std::size_t i = 0; key && i < parts.threads.size(); ++i) {
    if (is_blank(parts.threads[i]))
      return refused("threads", parts.threads[i], "must not be blank");
    key = key->thread(parts.threads[i]);
  }
  if (!key) return key;
  if (parts.isolated) key = key->isolated(*key);
  if (auto failed = check_made(parts, key->parts())) return *failed;
  return key;
}

}  // namespace vagus
