#include "vagus/keys/session_key.hpp"

#include <algorithm>
#include <array>

#include "vagus/base/limits.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kAgentPrefix = "agent:";
constexpr std::string_view kMain = "main";
constexpr std::string_view kUnknown = "unknown";
constexpr std::string_view kThreadMarker = ":thread:";
constexpr std::string_view kRunMarker = ":run:";
constexpr std::string_view kHeartbeatSuffix = ":heartbeat";

// First words of a key's rest that say what it is for; a channel named like one would be read so.
constexpr std::array<std::string_view, 12> kReservedChannels = {
    "agent", "direct", "dm",   "group", "channel", "thread",
    "acp",   "cron",   "hook", "node",  "harness", "subagent"};

struct NamedKind {
  std::string_view name;
  SessionKind kind;
};

// A wrapped key is opaque, whatever it wraps.
constexpr NamedKind kPrefixKinds[] = {
    {"agent:", SessionKind::other}, {"subagent:", SessionKind::subagent},
    {"acp:", SessionKind::acp},     {"cron:", SessionKind::cron},
    {"hook:", SessionKind::hook},   {"node:", SessionKind::node}};

constexpr NamedKind kChatKinds[] = {{"direct", SessionKind::direct},
                                    {"dm", SessionKind::direct},
                                    {"group", SessionKind::group},
                                    {"channel", SessionKind::channel}};

Error refused(std::string_view field, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_key, field, value, message);
}

MaybeError check_size(std::string_view field, std::string_view text, std::size_t free_bytes = 0) {
  if (text.size() <= kMaxKeyBytes + free_bytes) return std::nullopt;
  return refused(field, text, "must be at most " + std::to_string(kMaxKeyBytes) + " bytes");
}

MaybeError check_key_size(std::string_view key) {
  return check_size("session_key", key,
                    key.ends_with(kHeartbeatSuffix) ? kHeartbeatSuffix.size() : 0);
}

MaybeError check_utf8(std::string_view field, std::string_view text) {
  if (is_valid_utf8(text)) return std::nullopt;
  return refused(field, text, "must be valid UTF-8");
}

MaybeError check_id(std::string_view field, std::string_view id) {
  if (auto failed = check_size(field, id)) return failed;
  return check_utf8(field, id);
}

Error not_an_agent_key(std::string_view text) {
  return refused("session_key", text,
                 "must look like agent:<agent id>:<rest>, such as agent:main:main");
}

Error bad_agent_id(std::string_view text, std::string_view id, std::string_view rest) {
  std::string message = "its agent id must be 1 to 64 of a-z, 0-9, '_' and '-'";
  const AgentId near = AgentId::lenient(id);
  if (near.str() != kMain) {
    message += "; did you mean " +
               quote_clipped(std::string(kAgentPrefix) + near.str() + ":" + std::string(rest)) +
               "?";
  }
  return refused("session_key", text, message);
}

// An id as it goes into a key. Blank ids give `blank`, or an error when that is empty.
Result<std::string> written_id(std::string_view field, std::string_view id, bool keep_case,
                               std::string_view blank = "") {
  if (auto failed = check_id(field, id)) return *failed;
  if (is_blank(id)) id = blank;
  if (id.empty()) return refused(field, id, "must not be blank");
  return escape_id(keep_case ? std::string(trim(id)) : token(id));
}

Result<std::string> written_channel(std::string_view channel) {
  const std::string name = is_blank(channel) ? std::string(kUnknown) : token(channel);
  if (std::count(kReservedChannels.begin(), kReservedChannels.end(), name) > 0) {
    return refused("channel", channel, "must not be named like a part of a session key");
  }
  return escape_segment(name);
}

Result<std::string> written_account(std::string_view account) {
  std::string name = normalize_account(account);
  if (name == "thread") {
    return refused("account", account, "must not be named like a part of a session key");
  }
  return name;
}

// A job that held `:run:` would be read as another job's run.
Result<std::string> written_job(std::string_view job) {
  auto written = written_id("cron job id", job, /*keep_case=*/false);
  if (!written || (*written + ":").find(kRunMarker) == std::string::npos) return written;
  return escape_segment(token(job));
}

// The `index`-th of the segments between colons; empty when there are fewer.
std::string_view segment(std::string_view text, std::size_t index) {
  for (; index > 0; --index) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return "";
    text.remove_prefix(colon + 1);
  }
  return text.substr(0, text.find(':'));
}

std::optional<SessionKind> chat_kind(std::string_view word) {
  for (const NamedKind& entry : kChatKinds) {
    if (entry.name == word) return entry.kind;
  }
  return std::nullopt;
}

// `rest` without threads and heartbeats: what they hang on. Threads go last one first, because an
// id may be `thread`.
std::string_view conversation(std::string_view rest) {
  for (;;) {
    while (rest.ends_with(kHeartbeatSuffix)) rest.remove_suffix(kHeartbeatSuffix.size());
    const std::size_t thread = rest.rfind(kThreadMarker);
    if (thread == std::string_view::npos) return rest;
    rest = rest.substr(0, thread);
  }
}

bool is_cron_run(std::string_view rest) {
  const std::size_t job = rest.find(':') + 1;
  const std::size_t marker = rest.find(kRunMarker, job + 1);
  return marker != std::string_view::npos && marker + kRunMarker.size() < rest.size();
}

// The form with an account is tried first: builders never let the id of a room start with
// `direct:`, while an account may be called `group`.
SessionKind kind_of_conversation(std::string_view rest) {
  const auto first = chat_kind(segment(rest, 0));
  const auto second = chat_kind(segment(rest, 1));
  const auto third = chat_kind(segment(rest, 2));
  if (rest == kMain) return SessionKind::main;
  if (first == SessionKind::direct && !segment(rest, 1).empty()) return SessionKind::direct;
  if (third == SessionKind::direct && !segment(rest, 3).empty()) return SessionKind::direct;
  if (second && !segment(rest, 2).empty()) return *second;
  return rest.starts_with("node-") ? SessionKind::node : SessionKind::other;
}

}  // namespace

Result<SessionKey> SessionKey::parse(std::string_view text) {
  if (auto failed = check_key_size(text)) return *failed;
  if (auto failed = check_utf8("session_key", text)) return *failed;
  const std::string key = canonical_case(text);
  if (auto failed = check_key_size(key)) return *failed;  // lower case can be longer
  const std::size_t colon = key.find(':', kAgentPrefix.size());
  if (!key.starts_with(kAgentPrefix) || colon == std::string::npos) return not_an_agent_key(text);
  const std::string rest = key.substr(colon + 1);
  if (rest.empty() || rest.front() == ':') return not_an_agent_key(text);
  const std::string id = key.substr(kAgentPrefix.size(), colon - kAgentPrefix.size());
  const auto agent = AgentId::parse(id);
  if (!agent) return bad_agent_id(text, id, rest);
  return SessionKey(std::string(kAgentPrefix) + agent->str() + ":" + rest);
}

Result<SessionKey> SessionKey::build(const AgentId& agent, std::string_view rest) {
  return parse(std::string(kAgentPrefix) + agent.str() + ":" + std::string(rest));
}

SessionKey SessionKey::main(const AgentId& agent) {
  if (agent.empty()) return {};
  return SessionKey(std::string(kAgentPrefix) + agent.str() + ":" + std::string(kMain));
}

Result<SessionKey> SessionKey::for_peer(const AgentId& agent, std::string_view channel,
                                        std::string_view account, const Peer& peer, DmScope scope) {
  if (auto failed = check_id("channel", channel)) return *failed;
  if (auto failed = check_id("account", account)) return *failed;
  const std::string_view kind = name_of(peer.kind);
  const auto id = written_id("peer.id", peer.id, keeps_id_case(token(channel), kind), kUnknown);
  if (!id) return id.error();
  const bool direct = peer.kind == PeerKind::direct;
  if (direct && scope == DmScope::main) return build(agent, kMain);

  std::string rest;
  if (!direct || scope != DmScope::per_peer) {
    const auto name = written_channel(channel);
    if (!name) return name.error();
    rest += *name + ":";
  }
  if (direct && scope == DmScope::per_account_channel_peer) {
    const auto name = written_account(account);
    if (!name) return name.error();
    rest += *name + ":";
  }
  return build(agent, rest + std::string(kind) + ":" + *id);
}

Result<SessionKey> SessionKey::subagent(const AgentId& agent, std::string_view id) {
  const auto written = written_id("subagent id", id, /*keep_case=*/false);
  if (!written) return written.error();
  return build(agent, "subagent:" + *written);
}

Result<SessionKey> SessionKey::cron(const AgentId& agent, std::string_view job) {
  const auto written = written_job(job);
  if (!written) return written.error();
  return build(agent, "cron:" + *written);
}

Result<SessionKey> SessionKey::cron_run(const AgentId& agent, std::string_view job,
                                        std::string_view run_id) {
  const auto base = cron(agent, job);
  const auto written = written_id("cron run id", run_id, /*keep_case=*/false);
  if (!base) return base.error();
  if (!written) return written.error();
  return parse(base->str() + std::string(kRunMarker) + *written);
}

Result<SessionKey> SessionKey::thread(std::string_view id) const {
  if (is_blank(id)) return *this;
  const auto written = written_id("thread id", id, keeps_tail_case(text_));
  if (!written) return written.error();
  return parse(text_ + std::string(kThreadMarker) + *written);
}

SessionKey SessionKey::isolated(const std::optional<SessionKey>& configured,
                                const std::optional<SessionKey>& stored_base) const {
  if (empty()) return {};
  if (stored_base && is_isolated_from(*stored_base)) return stored_base->with_heartbeat();
  if (configured && is_isolated_from(*configured)) return configured->with_heartbeat();
  // A base that is too long for a suffix of its own is not kept: no key may outgrow `parse`.
  const bool named = *this == stored_base || *this == configured;
  return named && text_.size() <= kMaxKeyBytes ? with_heartbeat() : stem().with_heartbeat();
}

SessionKey SessionKey::with_heartbeat() const {
  return SessionKey(text_ + std::string(kHeartbeatSuffix));
}

bool SessionKey::is_isolated_from(const SessionKey& base) const {
  std::string_view left = text_;
  while (left.size() > base.text_.size() && left.ends_with(kHeartbeatSuffix)) {
    left.remove_suffix(kHeartbeatSuffix.size());
  }
  return left == base.text_ && left.size() < text_.size();
}

SessionKey SessionKey::stem() const {
  SessionKey key = *this;
  while (auto base = key.without_heartbeat()) key = *std::move(base);
  return key;
}

std::optional<SessionKey> SessionKey::without_heartbeat() const {
  if (!rest().ends_with(kHeartbeatSuffix)) return std::nullopt;
  auto base = parse(std::string_view(text_).substr(0, text_.size() - kHeartbeatSuffix.size()));
  if (!base) return std::nullopt;
  return *std::move(base);
}

AgentId SessionKey::agent() const {
  if (empty()) return {};
  const std::size_t end = text_.find(':', kAgentPrefix.size());
  return AgentId::lenient(text_.substr(kAgentPrefix.size(), end - kAgentPrefix.size()));
}

std::string_view SessionKey::rest() const {
  if (empty()) return "";
  return std::string_view(text_).substr(text_.find(':', kAgentPrefix.size()) + 1);
}

SessionKind SessionKey::kind() const {
  for (const NamedKind& entry : kPrefixKinds) {
    if (!rest().starts_with(entry.name)) continue;
    const bool run = entry.kind == SessionKind::cron && is_cron_run(conversation(rest()));
    return run ? SessionKind::cron_run : entry.kind;
  }
  return kind_of_conversation(conversation(rest()));
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
  auto parent = parse(std::string_view(base.text_).substr(0, base.text_.rfind(kThreadMarker)));
  if (!parent) return std::nullopt;
  return *std::move(parent);
}

}  // namespace vagus
