#include "vagus/keys/context_key.hpp"

#include <algorithm>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kRunInfix = ":heartbeat-run:";
constexpr std::string_view kEpochInfix = ":epoch:";
constexpr std::size_t kMaxIdBytes = 64;

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

MaybeError check_parts(const SessionKey& session, std::string_view field, std::string_view id) {
  if (session.empty()) {
    return make_error(ErrorCode::invalid_key, "session_key", "", "must not be empty");
  }
  const bool good =
      !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), is_id_character);
  if (good) return std::nullopt;
  return make_error(ErrorCode::invalid_key, field, id,
                    "must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-'");
}

}  // namespace

ContextKey::ContextKey(SessionKey session, std::string_view infix, std::string_view id)
    : text_(session.str() + std::string(infix) + std::string(id)),
      session_(std::move(session)),
      id_(id) {}

Result<ContextKey> ContextKey::for_run(const SessionKey& session, std::string_view run_id) {
  if (auto failed = check_parts(session, "run_id", run_id)) return *failed;
  return ContextKey(session.without_heartbeat().value_or(session), kRunInfix, run_id);
}

Result<ContextKey> ContextKey::for_epoch(const SessionKey& session, std::string_view epoch) {
  if (auto failed = check_parts(session, "epoch", epoch)) return *failed;
  return ContextKey(session, kEpochInfix, epoch);
}

ContextKey ContextKey::reference_routing_key(const SessionKey& session) {
  return ContextKey(session, "", "");
}

// Ids hold no colon, so the last one ends the infix: a session that looks like a context key itself
// cannot be cut in the wrong place.
Result<ContextKey> ContextKey::parse(std::string_view text) {
  const std::string_view trimmed = trim(text);
  const std::size_t id_at = trimmed.rfind(':') + 1;
  const std::string_view head = trimmed.substr(0, id_at);
  const std::string_view id = trimmed.substr(id_at);
  std::string_view infix;
  for (const std::string_view candidate : {kRunInfix, kEpochInfix}) {
    if (head.ends_with(candidate)) infix = candidate;
  }
  auto session =
      SessionKey::parse(infix.empty() ? trimmed : head.substr(0, head.size() - infix.size()));
  if (!session) return renamed(session.error(), "context_key");
  if (infix.empty()) return reference_routing_key(*session);
  if (auto failed = check_parts(*session, "context_key", id)) return *failed;
  return ContextKey(*std::move(session), infix, id);
}

bool ContextKey::is_heartbeat_run() const {
  return std::string_view(text_).substr(session_.str().size()).starts_with(kRunInfix);
}

}  // namespace vagus
