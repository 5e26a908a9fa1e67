#include "vagus/context/history_limit.hpp"

#include <algorithm>
#include <vector>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// The parts between colons that are not empty.
std::vector<std::string_view> parts_of(std::string_view key) {
  std::vector<std::string_view> parts;
  while (!key.empty()) {
    const std::size_t colon = std::min(key.find(':'), key.size());
    if (colon > 0) parts.push_back(key.substr(0, colon));
    key.remove_prefix(std::min(colon + 1, key.size()));
  }
  return parts;
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void drop_thread(std::vector<std::string_view>& user) {
  if (user.size() < 3 || !is_digits(user.back())) return;
  const std::string word = lower_ascii(user[user.size() - 2]);
  if (word == "thread" || word == "topic") user.resize(user.size() - 2);
}

std::string joined(const std::vector<std::string_view>& parts) {
  std::string text;
  for (const std::string_view part : parts) text += (text.empty() ? "" : ":") + std::string(part);
  return text;
}

}  // namespace

std::optional<std::int64_t> history_limit(std::string_view key,
                                          const std::map<std::string, ChannelHistory>& channels) {
  std::vector<std::string_view> parts = parts_of(key);
  if (parts.size() >= 3 && parts[0] == "agent") parts.erase(parts.begin(), parts.begin() + 2);
  if (parts.size() < 2) return std::nullopt;
  const auto found = channels.find(token(parts[0]));
  if (found == channels.end()) return std::nullopt;
  const ChannelHistory& channel = found->second;
  const std::string kind = lower_ascii(parts[1]);
  if (kind == "group" || kind == "channel") return channel.history_limit;
  if (kind != "dm" && kind != "direct") return std::nullopt;
  parts.erase(parts.begin(), parts.begin() + 2);
  drop_thread(parts);
  const auto user = channel.dms.find(joined(parts));
  return user == channel.dms.end() ? channel.dm_history_limit : user->second;
}

}  // namespace vagus
