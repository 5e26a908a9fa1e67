#include "vagus/keys/key_shape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace vagus {
namespace {

constexpr std::string_view kMain = "main";
constexpr std::string_view kCronRunWord = "cron";

constexpr Space kSpaces[] = {
    {"subagent", "subagent:", SessionKind::subagent, false},
    {"acp", "acp:", SessionKind::acp, false},
    {kCronRunWord, "cron:", SessionKind::cron, false},
    {"hook", "hook:", SessionKind::hook, false},
    {"node", "node-", SessionKind::node, true},
    {"node", "node:", SessionKind::node, false},
    {"dashboard", "dashboard:", SessionKind::dashboard, false},
    {"internal-session-effects", "internal-session-effects:", SessionKind::internal_effects, false},
    {"harness", "harness:", SessionKind::harness, false},
    {"explicit", "explicit:", SessionKind::explicit_session, false},
    {"openai", "openai:", SessionKind::api, false},
    {"openai-user", "openai-user:", SessionKind::api, false},
    {"openresponses", "openresponses:", SessionKind::api, false},
    {"openresponses-user", "openresponses-user:", SessionKind::api, false},
    {"boot", "boot:", SessionKind::runtime, true},
    {"voice", "voice:", SessionKind::runtime, true},
    {"sdk", "sdk:", SessionKind::runtime, true},
    {"commitments", "commitments:", SessionKind::runtime, true},
    {"recovered", "recovered:", SessionKind::repaired, true},
    {"unknown", "unknown:", SessionKind::repaired, true},
    {"heartbeat-recovered", "heartbeat-recovered-", SessionKind::repaired, true},
    {"legacy-main-conflict", "legacy-main-conflict-", SessionKind::repaired, true},
    {"legacy-incognito", "legacy-incognito-", SessionKind::repaired, true},
};

struct PeerWord {
  std::string_view word;
  SessionKind kind;
};

constexpr PeerWord kPeerWords[] = {{"direct", SessionKind::direct},
                                   {"dm", SessionKind::direct},  // the older spelling
                                   {"group", SessionKind::group},
                                   {"channel", SessionKind::channel},
                                   {"slash", SessionKind::slash}};

constexpr std::string_view kOtherWords[] = {"agent", "thread"};

// The lengths of structural words by their first letter, one bit each: nearly every name of a
// channel is told apart by them.
constexpr std::array<std::uint32_t, 256> lengths_by_letter() {
  std::array<std::uint32_t, 256> lengths{};
  const auto add = [&lengths](std::string_view word) {
    lengths[static_cast<std::uint8_t>(word.front())] |= 1u << word.size();
  };
  for (const std::string_view word : kOtherWords) add(word);
  for (const PeerWord& entry : kPeerWords) add(entry.word);
  for (const Space& space : kSpaces) add(space.word);
  return lengths;
}

constexpr std::array<std::uint32_t, 256> kLengths = lengths_by_letter();

std::optional<SessionKind> peer_kind(std::string_view word) {
  for (const PeerWord& entry : kPeerWords) {
    if (entry.word == word) return entry.kind;
  }
  return std::nullopt;
}

// The first segment of `text`, and what follows its colon.
struct Cut {
  std::string_view head;
  std::string_view tail;
};

Cut cut(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

bool names_an_id(std::string_view tail) {
  return !tail.empty() && tail.front() != ':';
}

// The form with an account is tried before rooms: builders never let the id of a room start with
// `direct:`, while an account may be called `group`.
std::optional<KeyShape> read_peer(std::string_view rest) {
  const auto [first, after_first] = cut(rest);
  const auto [second, after_second] = cut(after_first);
  const auto [third, after_third] = cut(after_second);
  if (peer_kind(first) == SessionKind::direct && names_an_id(after_first)) {
    return KeyShape{SessionKind::direct, nullptr, "", "", after_first, ""};
  }
  if (peer_kind(third) == SessionKind::direct && names_an_id(after_third)) {
    return KeyShape{SessionKind::direct, nullptr, first, second, after_third, ""};
  }
  const auto kind = peer_kind(second);
  if (!kind || !names_an_id(after_second)) return std::nullopt;
  return KeyShape{*kind, nullptr, first, "", after_second, ""};
}

// The id of a run holds no `:run:`, so the first one ends the job.
KeyShape read_cron(const Space& space, std::string_view id) {
  const std::size_t marker = id.find(kRunMarker, 1);
  if (marker == std::string_view::npos || marker + kRunMarker.size() == id.size()) {
    return {SessionKind::cron, &space, "", "", id, ""};
  }
  return {SessionKind::cron_run,
          &space,
          "",
          "",
          id.substr(0, marker),
          id.substr(marker + kRunMarker.size())};
}

std::optional<KeyShape> read_space(std::string_view rest, bool may_be_channel) {
  for (const Space& space : kSpaces) {
    if (space.may_be_channel != may_be_channel || !rest.starts_with(space.prefix)) continue;
    const std::string_view id = rest.substr(space.prefix.size());
    if (space.kind == SessionKind::cron) return read_cron(space, id);
    return KeyShape{space.kind, &space, "", "", id, ""};
  }
  return std::nullopt;
}

// REQUIRES: `rest` without suffixes.
std::optional<KeyShape> read_conversation(std::string_view rest) {
  if (rest == kMain) return KeyShape{SessionKind::main, nullptr, "", "", rest, ""};
  if (const auto shape = read_space(rest, /*may_be_channel=*/false)) return shape;
  if (const auto shape = read_peer(rest)) return shape;
  return read_space(rest, /*may_be_channel=*/true);
}

}  // namespace

const Space* find_space(std::string_view word) {
  const Space* end = std::end(kSpaces);
  const Space* found = std::find_if(std::begin(kSpaces), end,
                                    [word](const Space& space) { return space.word == word; });
  return found == end ? nullptr : found;
}

bool is_structural(std::string_view word) {
  if (word.empty() || word.size() >= 32) return false;
  if ((kLengths[static_cast<std::uint8_t>(word.front())] >> word.size() & 1u) == 0) return false;
  if (std::count(std::begin(kOtherWords), std::end(kOtherWords), word) > 0) return true;
  return peer_kind(word) ||
         std::any_of(std::begin(kSpaces), std::end(kSpaces), [word](const Space& space) {
           return !space.may_be_channel && space.word == word;
         });
}

KeyShape read_shape(std::string_view rest) {
  const std::string_view conversation = conversation_of(rest);
  const KeyShape opaque{SessionKind::other, nullptr, "", "", conversation, ""};
  if (rest.starts_with(kAgentPrefix)) return opaque;  // a wrapped key, whatever it wraps
  if (const auto shape = read_conversation(conversation)) return *shape;
  // `cron:heartbeat` is a job, and no isolated session of something called `cron`.
  return read_space(rest, /*may_be_channel=*/false).value_or(opaque);
}

std::string_view without_heartbeats(std::string_view text) {
  while (text.ends_with(kHeartbeatSuffix)) text.remove_suffix(kHeartbeatSuffix.size());
  return text;
}

bool is_isolated_from(std::string_view text, std::string_view base) {
  std::string_view left = text;
  while (left.size() > base.size() && left.ends_with(kHeartbeatSuffix)) {
    left.remove_suffix(kHeartbeatSuffix.size());
  }
  return !base.empty() && left == base && text.size() > base.size();
}

// Threads go last one first, because an id may be `thread`.
std::string_view conversation_of(std::string_view rest) {
  for (;;) {
    rest = without_heartbeats(rest);
    const std::size_t thread = rest.rfind(kThreadMarker);
    if (thread == std::string_view::npos) return rest;
    rest = rest.substr(0, thread);
  }
}

}  // namespace vagus
