#include "vagus/keys/main_key.hpp"

#include "vagus/keys/session_key.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kMaxBytes = 128;

// Names that stand for sessions of no agent.
bool is_sentinel(std::string_view name) {
  return name == "global" || name == "unknown";
}

// A name is read back as a name: not as a peer, a thread or any other shape.
bool is_plain(const std::string& name) {
  const auto key = SessionKey::parse("agent:main:" + name);
  if (!key || key->rest() != name || key->thread_id() || key->without_heartbeat()) return false;
  if (key->rest().starts_with("agent:")) return false;
  return key->kind() == SessionKind::main || key->kind() == SessionKind::other;
}

}  // namespace

Result<MainKey> MainKey::parse(std::string_view text) {
  const auto refused = [text](std::string_view message) {
    return make_error(ErrorCode::invalid_key, "main_key", text, message);
  };
  if (!is_valid_utf8(text)) return refused("must be valid UTF-8");
  std::string name = token(text);
  if (name.empty()) return MainKey();
  if (name.size() > kMaxBytes) return refused("must be at most 128 bytes");
  if (is_sentinel(name)) return refused("names a session that belongs to no agent");
  if (!is_plain(name)) return refused("must be a plain name, such as main or work");
  return MainKey(std::move(name));
}

}  // namespace vagus
