// Builders of session keys: foreign ids go in, and none of them can come out as structure.

#include <array>
#include <cstring>

#include "vagus/base/limits.hpp"
#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/text/ascii.hpp"
#include "vagus/text/sha256.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kUnknown = "unknown";
constexpr std::string_view kThread = "thread";
constexpr std::string_view kHeartbeat = "heartbeat";
constexpr std::string_view kDefaultAccount = "default";
constexpr std::string_view kCron = "cron";
constexpr std::size_t kBindingHashBytes = 8;

Error refused(std::string_view field, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_key, field, value, message);
}

MaybeError check_id(std::string_view field, std::string_view id) {
  if (id.size() > kMaxKeyBytes) {
    return refused(field, id, "must be at most " + std::to_string(kMaxKeyBytes) + " bytes");
  }
  if (is_valid_utf8(id)) return std::nullopt;
  return refused(field, id, "must be valid UTF-8");
}

enum class Case { folded, kept };

// An id in the spelling that a key keeps, before escaping. Blank ids give `blank`, or an error when
// that is empty.
Result<std::string> spelled_id(std::string_view field, std::string_view id, Case letters,
                               std::string_view blank = "") {
  if (auto failed = check_id(field, id)) return *failed;
  const std::string_view trimmed = trim(id);
  if (!trimmed.empty()) return letters == Case::kept ? std::string(trimmed) : lower(trimmed);
  if (blank.empty()) return refused(field, id, "must not be blank");
  return std::string(blank);
}

Result<std::string> written_id(std::string_view field, std::string_view id, Case letters,
                               std::string_view blank = "") {
  auto spelled = spelled_id(field, id, letters, blank);
  if (!spelled || is_ordinary_id(*spelled)) return spelled;
  return escape_id(*spelled);
}

Error named_like_a_part(std::string_view field, std::string_view name) {
  return refused(field, name, "must not be named like a part of a session key");
}

Result<std::string> written_channel(std::string_view channel) {
  if (auto failed = check_id("channel", channel)) return *failed;
  std::string name = is_blank(channel) ? std::string(kUnknown) : token(channel);
  if (is_structural(name)) return named_like_a_part("channel", channel);
  if (is_ordinary_id(name)) return name;
  return escape_segment(name);
}

Result<std::string> written_account(std::string_view account) {
  if (auto failed = check_id("account", account)) return *failed;
  std::string name = normalize_account(account);
  if (name == kThread) return named_like_a_part("account", account);
  return name;
}

// Lower-case text that means nothing inside a key and is written as it is.
bool is_plain(std::string_view id) {
  return !id.empty() && id.size() <= kMaxKeyBytes && all_of_class(id, AsciiClass::plain) &&
         id != kHeartbeat;
}

// A key while it is written. Nearly every part of a key is plain, and then the key is known to be
// canonical without being read again; nearly every key is short, and then nothing is allocated.
class KeyDraft {
 public:
  explicit KeyDraft(const AgentId& agent) {
    add(kAgentPrefix);
    add_word(agent.str());
  }

  void add(std::string_view part) {
    if (long_.empty() && size_ + part.size() <= short_.size()) {
      std::memcpy(short_.data() + size_, part.data(), part.size());
      size_ += part.size();
      return;
    }
    if (long_.empty()) long_.assign(short_.data(), size_);
    long_ += part;
  }

  void add_word(std::string_view word) {
    add(word);
    add(":");
  }

  MaybeError add_channel(std::string_view channel) {
    if (!is_plain(channel) || is_structural(channel)) return add(written_channel(channel), ":");
    add_word(channel);
    return std::nullopt;
  }

  MaybeError add_account(std::string_view account) {
    if (account != kDefaultAccount) return add(written_account(account), ":");
    add_word(account);
    return std::nullopt;
  }

  MaybeError add_id(std::string_view field, std::string_view id, Case letters,
                    std::string_view blank = "") {
    if (!is_plain(id)) return add(written_id(field, id, letters, blank), "");
    add(id);
    return std::nullopt;
  }

  std::string_view text() const {
    return long_.empty() ? std::string_view(short_.data(), size_) : std::string_view(long_);
  }
  bool is_canonical() const { return is_canonical_ && text().size() <= kMaxKeyBytes; }

 private:
  MaybeError add(const Result<std::string>& written, std::string_view after) {
    if (!written) return written.error();
    add(*written);
    add(after);
    is_canonical_ = false;
    return std::nullopt;
  }

  std::array<char, 256> short_;
  std::size_t size_ = 0;
  std::string long_;  ///< empty as long as the text fits `short_`
  bool is_canonical_ = true;
};

// Whether `rest` is read as what it was written for. A job must also be one in front of its runs.
bool reads_as(const std::string& rest, const Space& space) {
  const auto holds = [](std::string_view text, SessionKind kind) {
    return read_shape(text).kind == kind && conversation_of(text) == text;
  };
  if (space.kind != SessionKind::cron) return holds(rest, space.kind);
  const std::string run = rest + std::string(kRunMarker) + "x";
  return holds(rest, SessionKind::cron) && holds(run, SessionKind::cron_run) &&
         read_shape(run).run == "x";
}

// The rest of a key whose id follows the prefix of its space. Ids that would be read as something
// else (a job called `a:run:b` or `thread`) are written as one segment.
Result<std::string> written_in_space(std::string_view field, const Space& space,
                                     std::string_view id) {
  const auto spelled = spelled_id(field, id, Case::folded);
  if (!spelled) return spelled.error();
  const std::string plain = std::string(space.prefix) + escape_id(*spelled);
  return reads_as(plain, space) ? plain : std::string(space.prefix) + escape_segment(*spelled);
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xF];
  }
  return out;
}

}  // namespace

Result<SessionKey> SessionKey::build(const AgentId& agent, std::string_view rest) {
  KeyDraft draft(agent);
  return parse(std::string(draft.text()) + std::string(rest));
}

SessionKey SessionKey::main(const AgentId& agent, const MainKey& main_key) {
  if (agent.empty()) return {};
  KeyDraft draft(agent);
  draft.add(main_key.str());
  return SessionKey(draft.text(), agent.str().size());
}

Result<SessionKey> SessionKey::for_peer(const AgentId& agent, std::string_view channel,
                                        std::string_view account, const Peer& peer,
                                        const SessionScopes& scopes) {
  const std::string_view kind = name_of(peer.kind);
  const bool direct = peer.kind == PeerKind::direct;
  const Case letters = !direct && keeps_id_case(channel, kind) ? Case::kept : Case::folded;
  KeyDraft draft(agent);
  if (scopes.share_main(peer.kind)) {
    if (auto failed = draft.add_id("peer.id", peer.id, letters, kUnknown)) return *failed;
    return main(agent, scopes.main_key);
  }
  if (!direct || scopes.dm != DmScope::per_peer) {
    if (auto failed = draft.add_channel(channel)) return *failed;
  }
  if (direct && scopes.dm == DmScope::per_account_channel_peer) {
    if (auto failed = draft.add_account(account)) return *failed;
  }
  draft.add_word(kind);
  if (auto failed = draft.add_id("peer.id", peer.id, letters, kUnknown)) return *failed;
  if (draft.is_canonical()) return SessionKey(draft.text(), agent.str().size());
  return parse(draft.text());
}

Result<SessionKey> SessionKey::slash(const AgentId& agent, std::string_view channel,
                                     std::string_view user) {
  KeyDraft draft(agent);
  if (auto failed = draft.add_channel(channel)) return *failed;
  draft.add_word("slash");
  if (auto failed = draft.add_id("user", user, Case::folded)) return *failed;
  return parse(draft.text());
}

Result<SessionKey> SessionKey::named(const AgentId& agent, std::string_view space,
                                     std::string_view id) {
  const Space* found = find_space(space);
  if (found == nullptr) return refused("space", space, "must be a word that ids stand behind");
  const auto rest = written_in_space(std::string(space) + " id", *found, id);
  if (!rest) return rest.error();
  return build(agent, *rest);
}

Result<SessionKey> SessionKey::subagent(const AgentId& agent, std::string_view id) {
  return named(agent, "subagent", id);
}

Result<SessionKey> SessionKey::cron(const AgentId& agent, std::string_view job) {
  return named(agent, kCron, job);
}

Result<SessionKey> SessionKey::cron_run(const AgentId& agent, std::string_view job,
                                        std::string_view run_id) {
  const auto base = cron(agent, job);
  const auto written = written_id("cron run id", run_id, Case::folded);
  if (!base) return base.error();
  if (!written) return written.error();
  return parse(base->str() + std::string(kRunMarker) + *written);
}

Result<SessionKey> SessionKey::acp_binding(const AgentId& agent, std::string_view channel,
                                           std::string_view account,
                                           std::string_view conversation) {
  if (auto failed = check_id("account", account)) return *failed;
  const auto name = written_channel(channel);
  const auto id = spelled_id("conversation", conversation, Case::kept);
  if (!name) return name.error();
  if (!id) return id.error();
  const std::string where = *name + ":" + normalize_account(account);
  const auto digest = sha256(where + ":" + *id);
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), kBindingHashBytes);
  return build(agent, "acp:binding:" + where + ":" + hex(bytes));
}

Result<SessionKey> SessionKey::thread(std::string_view id) const {
  if (is_blank(id)) return *this;
  const auto written =
      written_id("thread id", id, keeps_tail_case(view()) ? Case::kept : Case::folded);
  if (!written) return written.error();
  return parse(str() + std::string(kThreadMarker) + *written);
}

}  // namespace vagus
