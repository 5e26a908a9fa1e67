#include "vagus/keys/session_match.hpp"

#include <algorithm>
#include <unordered_map>

#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

using Candidates = std::vector<const SessionEntry*>;

bool is_canonical(const std::string& key) {
  return canonical_case(key) == key;
}

// True when `left` speaks for the request key that both have.
bool better_spelling(const SessionEntry& left, const SessionEntry& right) {
  if (left.updated_ms != right.updated_ms) return left.updated_ms > right.updated_ms;
  if (is_canonical(left.key) != is_canonical(right.key)) return is_canonical(left.key);
  return left.key < right.key;
}

// One entry for each request key, in the order in which these first occur.
Candidates without_aliases(const std::vector<SessionEntry>& entries) {
  Candidates kept;
  std::unordered_map<std::string, std::size_t> place_of;
  for (const SessionEntry& entry : entries) {
    const auto request = request_key(entry.key);
    if (!request) continue;
    const auto [place, added] = place_of.emplace(lower(*request), kept.size());
    if (added) {
      kept.push_back(&entry);
    } else if (better_spelling(entry, *kept[place->second])) {
      kept[place->second] = &entry;
    }
  }
  return kept;
}

// The one entry that is fresher than all others; nothing when several are.
const SessionEntry* freshest(const Candidates& entries) {
  const auto older = [](const SessionEntry* left, const SessionEntry* right) {
    return left->updated_ms < right->updated_ms;
  };
  const auto newest = std::max_element(entries.begin(), entries.end(), older);
  if (newest == entries.end()) return nullptr;
  const auto ties = std::count_if(entries.begin(), entries.end(), [&](const SessionEntry* entry) {
    return entry->updated_ms == (*newest)->updated_ms;
  });
  return ties == 1 ? *newest : nullptr;
}

SessionIdMatch selected(const SessionEntry& entry) {
  return {SessionIdMatchKind::selected, entry.key, {}};
}

}  // namespace

SessionIdMatch match_session_id(const std::vector<SessionEntry>& candidates,
                                std::string_view session_id) {
  const std::string id = token(session_id);
  const Candidates kept = without_aliases(candidates);
  if (id.empty() || kept.empty()) return {};
  Candidates structural;
  std::copy_if(kept.begin(), kept.end(), std::back_inserter(structural),
               [suffix = ":" + id](const SessionEntry* entry) {
                 return (":" + token(entry->key)).ends_with(suffix);
               });
  const Candidates& preferred = structural.empty() ? kept : structural;
  if (const SessionEntry* entry = freshest(preferred)) return selected(*entry);
  SessionIdMatch match{SessionIdMatchKind::ambiguous, std::nullopt, {}};
  for (const SessionEntry* entry : preferred) match.keys.push_back(entry->key);
  return match;
}

}  // namespace vagus
