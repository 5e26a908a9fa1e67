#include "vagus/keys/session_key.hpp"

#include <algorithm>

#include "vagus/base/limits.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kFallbackAgent = "main";

Error refused(std::string_view text, std::string_view message) {
  return make_error(ErrorCode::invalid_key, "session_key", text, message);
}

Error refused_at(std::size_t byte, std::string_view text, std::string_view message) {
  return refused(text, std::string(message) + " (at byte " + std::to_string(byte) +
                           "); a key looks like agent:<agent id>:<rest>, such as agent:main:main");
}

MaybeError check_size(std::string_view given, std::string_view key) {
  const std::size_t free = key.ends_with(kHeartbeatSuffix) ? kHeartbeatSuffix.size() : 0;
  if (key.size() <= kMaxKeyBytes + free) return std::nullopt;
  return refused(given, "must be at most " + std::to_string(kMaxKeyBytes) + " bytes");
}

MaybeError check_utf8(std::string_view given) {
  const auto byte = find_invalid_utf8(given);
  if (!byte) return std::nullopt;
  return refused(given, "must be valid UTF-8 (byte " + std::to_string(*byte) + " is not)");
}

Error bad_agent_id(std::string_view given, std::string_view id, std::string_view rest) {
  std::string message =
      "its agent id (at byte 6) must be 1 to 64 of a-z, 0-9, '_' and '-', not starting with '-'";
  const AgentId near = AgentId::lenient(id);
  if (near.str() != kFallbackAgent) {
    message += "; did you mean " +
               quote_clipped(std::string(kAgentPrefix) + near.str() + ":" + std::string(rest)) +
               "?";
  }
  return refused(given, message);
}

}  // namespace

Result<SessionKey> SessionKey::parse(std::string_view text) {
  if (text.size() > kMaxKeyBytes) {
    if (auto failed = check_size(text, text)) return *failed;
  }
  if (is_plainly_canonical(text)) return read_canonical(text, text);
  if (auto failed = check_utf8(text)) return *failed;
  const std::string key = canonical_case(text);
  if (auto failed = check_size(text, key)) return *failed;  // lower case can be longer
  return read_canonical(key, text);
}

Result<SessionKey> SessionKey::read_canonical(std::string_view text, std::string_view given) {
  if (!text.starts_with(kAgentPrefix)) return refused_at(0, given, "must start with 'agent:'");
  const std::size_t start = kAgentPrefix.size();
  const std::size_t colon = text.find(':', start);
  if (colon == std::string_view::npos) {
    return refused_at(text.size(), given, "ends where ':' and the rest should follow the agent id");
  }
  const std::string_view id = text.substr(start, colon - start);
  const std::string_view rest = text.substr(colon + 1);
  if (rest.empty() || rest.front() == ':') {
    return refused_at(colon + 1, given, "nothing stands between the agent id and the next colon");
  }
  if (AgentId::is_plain(id)) return SessionKey(text, id.size());
  const auto agent = AgentId::parse(id);
  if (!agent) return bad_agent_id(given, id, rest);
  return SessionKey(std::string(kAgentPrefix) + agent->str() + ":" + std::string(rest),
                    agent->str().size());
}

SessionKey SessionKey::isolated(const std::optional<SessionKey>& configured,
                                const std::optional<SessionKey>& stored_base) const {
  if (empty()) return {};
  for (const auto* base : {&stored_base, &configured}) {
    if (*base && is_isolated_from(view(), (*base)->view())) return (*base)->with_heartbeat();
  }
  // A base that is too long for a suffix of its own is not kept: no key may outgrow `parse`.
  const bool named = *this == stored_base || *this == configured;
  return named && view().size() <= kMaxKeyBytes ? with_heartbeat() : stem().with_heartbeat();
}

SessionKey SessionKey::with_heartbeat() const {
  return with_text(str() + std::string(kHeartbeatSuffix));
}

SessionKey SessionKey::stem() const {
  SessionKey key = *this;
  while (auto base = key.without_heartbeat()) key = *std::move(base);
  return key;
}

std::optional<SessionKey> SessionKey::without_heartbeat() const {
  if (!rest().ends_with(kHeartbeatSuffix)) return std::nullopt;
  auto base = parse(view().substr(0, view().size() - kHeartbeatSuffix.size()));
  if (!base) return std::nullopt;
  return *std::move(base);
}

AgentId SessionKey::agent() const {
  return AgentId::of_canonical(view().substr(empty() ? 0 : kAgentPrefix.size(), agent_bytes_));
}

std::string_view SessionKey::rest() const {
  return view().substr(empty() ? 0 : kAgentPrefix.size() + agent_bytes_ + 1);
}

std::optional<std::string> SessionKey::thread_id() const {
  const SessionKey base = stem();
  const std::size_t marker = base.rest().rfind(kThreadMarker);
  if (marker == std::string_view::npos) return std::nullopt;
  const std::string_view id = trim(base.rest().substr(marker + kThreadMarker.size()));
  if (id.empty()) return std::nullopt;
  return unescape_id(id);
}

std::optional<SessionKey> SessionKey::thread_parent() const {
  if (!thread_id()) return std::nullopt;
  const SessionKey base = stem();
  auto parent = parse(base.view().substr(0, base.view().rfind(kThreadMarker)));
  if (!parent) return std::nullopt;
  return *std::move(parent);
}

}  // namespace vagus
